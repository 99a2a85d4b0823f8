// From a deployment to a command. A deploy request names no local code (only an image, a process
// and an environment), so FN, then envProcess, then the function's own name say which code it is.

import { existsSync, readdirSync, statSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import type { FaasConfig } from './config.ts'
import { type Deployment, RefusedError } from './deployment.ts'

/** How to start one replica; the port comes with the environment. */
export interface Launch {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Changes when the deployment or its sources change: the same one needs no new process. */
  readonly fingerprint: string
}

const FUNCTION_FOLDER = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
const TEMPLATE_FOLDER = 'infra/openfaas/template/openfaas-ts-template'
/** What a function's code may be made of, beside its own folder. */
const SHARED_FOLDERS = [TEMPLATE_FOLDER, 'runtime/domain', 'runtime/contracts', 'runtime/adapters']

/** Function of the table -> n of its port base + n (architecture.md, section 3). */
const FUNCTION_PORTS: Readonly<Record<string, number>> = {
  auth: 1,
  orders: 2,
  risk: 4,
  positions: 5,
  portfolio: 7,
  ledger: 8,
  alerts: 9,
}

/** The port that the first replica tries, 0 for any free one. */
export function preferredPort(service: string, base: number): number {
  const n = FUNCTION_PORTS[service]
  return base === 0 || n === undefined ? 0 : base + n
}

/**
 * Finds the code of a deployment.
 * Errors: RefusedError 400 when there is none: on a cluster this would be an image that cannot be pulled.
 */
export function resolveLaunch(
  deployment: Deployment,
  config: FaasConfig,
  secretsDir: string,
): Launch {
  const shared = {
    ...config.functionEnv,
    ...deployment.envVars,
    FN: deployment.envVars['FN'] ?? deployment.service,
    TE_HOST: config.host,
    TE_SECRETS_DIR: secretsDir,
    // `node` in an envProcess means the runtime that we run on, not the machine's own.
    PATH: `${dirname(process.execPath)}${delimiter}${config.functionEnv['PATH'] ?? ''}`,
  }
  const folder = functionFolder(deployment, config.functionsDir)
  if (folder !== undefined) {
    return {
      command: process.execPath,
      args: [join(config.root, TEMPLATE_FOLDER, 'index.ts')],
      cwd: config.root,
      env: {
        ...shared,
        TE_FUNCTION_ROOT: config.root,
        TE_FUNCTION_HANDLER: join(folder, 'handler.ts'),
        TE_WATCH_PARENT: 'stdin',
      },
      fingerprint: JSON.stringify([deployment, newestSource(folder, config.root)]),
    }
  }
  const words = (deployment.envProcess ?? '').split(' ').filter((word) => word !== '')
  if (words.length === 0) {
    throw new RefusedError(
      400,
      `validation failed: no local code for image ${deployment.image}: ` +
        `set FN to a folder of functions/, or fprocess to a command`,
    )
  }
  return {
    command: process.execPath,
    args: [join(config.root, 'runtime/faas/guard.ts'), ...words],
    cwd: config.workDir,
    env: shared,
    fingerprint: JSON.stringify(deployment),
  }
}

function functionFolder(deployment: Deployment, functionsDir: string): string | undefined {
  const named = deployment.envVars['FN']
  if (named === undefined && deployment.envProcess !== undefined) return undefined
  const name = named ?? deployment.service
  if (!FUNCTION_FOLDER.test(name)) {
    throw new RefusedError(400, `validation failed: FN "${name}" is no folder of functions/`)
  }
  const folder = join(functionsDir, name)
  if (existsSync(join(folder, 'handler.ts'))) return folder
  if (named === undefined) return undefined
  throw new RefusedError(400, `validation failed: no local code: functions/${name}/handler.ts`)
}

function newestSource(folder: string, root: string): number {
  let newest = 0
  for (const path of [folder, ...SHARED_FOLDERS.map((name) => join(root, name))]) {
    for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      newest = Math.max(newest, statSync(join(entry.parentPath, entry.name)).mtimeMs)
    }
  }
  return newest
}
