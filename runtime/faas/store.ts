// What survives a restart of the host: the deployments (one JSON file, replaced atomically) and the
// secrets (one 0600 file each). A function sees only its own secrets, through a folder of links.

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type Deployment, RefusedError } from './deployment.ts'

/** A deployment as it is kept. */
export interface StoredDeployment {
  readonly deployment: Deployment
  readonly replicas: number
  readonly createdAt: string
}

/** The host's files. */
export interface Store {
  readonly load: () => StoredDeployment[]
  readonly save: (all: readonly StoredDeployment[]) => void
  readonly secretNames: () => string[]
  readonly hasSecret: (name: string) => boolean
  readonly writeSecret: (name: string, value: Buffer) => void
  readonly removeSecret: (name: string) => void
  /** Makes the folder of a function's own secrets. Errors: RefusedError 400 for a missing one. */
  readonly mountSecrets: (service: string, names: readonly string[]) => void
  /** Where a function's own secrets are, once they are mounted. */
  readonly mountPath: (service: string) => string
  readonly unmountSecrets: (service: string) => void
}

const SECRET_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/

/** Opens (and at first makes) the folder. */
export function openStore(dataDir: string): Store {
  const secretsDir = join(dataDir, 'secrets')
  const mountsDir = join(dataDir, 'mounts')
  const file = join(dataDir, 'functions.json')
  for (const folder of [dataDir, secretsDir, mountsDir]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  }
  const pathOf = (name: string) => {
    if (!SECRET_NAME.test(name)) throw new RefusedError(400, `invalid secret name ${name}`)
    return join(secretsDir, name)
  }
  const mountPath = (service: string) => join(mountsDir, service)
  return {
    mountPath,
    load: () =>
      existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as StoredDeployment[]) : [],
    save: (all) => replaceFile(file, Buffer.from(`${JSON.stringify(all, null, 2)}\n`)),
    secretNames: () =>
      readdirSync(secretsDir)
        .filter((name) => SECRET_NAME.test(name))
        .sort(),
    hasSecret: (name) => existsSync(pathOf(name)),
    writeSecret: (name, value) => replaceFile(pathOf(name), value),
    removeSecret: (name) => rmSync(pathOf(name)),
    mountSecrets: (service, names) => {
      for (const name of names) {
        if (!existsSync(pathOf(name))) throw new RefusedError(400, `unable to find secret: ${name}`)
      }
      const folder = mountPath(service)
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      for (const name of names) symlinkSync(pathOf(name), join(folder, name))
    },
    unmountSecrets: (service) => rmSync(mountPath(service), { recursive: true, force: true }),
  }
}

/** Written beside and renamed: a reader sees the old content or the new, never a half. */
function replaceFile(path: string, content: Buffer): void {
  // A leading underscore and capital keeps a torn file out of every listing.
  const fresh = `${path}.${process.pid}_NEW`
  writeFileSync(fresh, content, { mode: 0o600, flush: true })
  renameSync(fresh, path)
}
