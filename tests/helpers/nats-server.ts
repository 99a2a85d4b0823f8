// A throw-away NATS server for one test file: its own store, a free port on loopback, the venue's
// own configuration file. Can be killed as a crash would, and started again on the same store.

import { type ChildProcess, spawn } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { findServer } from '../../infra/local/find-servers.ts'
import { freePort } from './free-port.ts'
import { until } from './until.ts'

/** A running NATS server. */
export interface NatsServer extends AsyncDisposable {
  readonly url: string
  readonly monitorUrl: string
  /** Folder of its store: copy it while the server is down to make an older log. */
  readonly store: string
  readonly pid: () => number | undefined
  /** kill -9; resolves when it is gone. */
  readonly kill: () => Promise<void>
  /** Starts it again on the same port and store. */
  readonly start: () => Promise<void>
  /** Copies the store (server down) and answers a function that puts the copy back. */
  readonly saveStore: () => Promise<() => Promise<void>>
}

const ROOT = resolve(import.meta.dirname, '../..')
/** Ended with us, whatever happens. */
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts one. `sync` is sync_interval: `always` is power-safe. */
export async function startNatsServer(
  options: { readonly sync?: 'always' | '2m' } = {},
): Promise<NatsServer> {
  const program = await findServer('nats')
  const folder = await mkdtemp(join(tmpdir(), 'te-nats-'))
  const store = join(folder, 'store')
  const port = await freePort()
  const monitorPort = await freePort()
  const monitorUrl = `http://127.0.0.1:${monitorPort}`
  let child: ChildProcess | undefined
  const start = async (): Promise<void> => {
    child = spawn(program.binary, ['--config', join(ROOT, 'infra/nats/nats-server.conf')], {
      stdio: 'ignore',
      env: {
        ...process.env,
        ...program.env,
        TE_NATS_HOST: '"127.0.0.1"',
        TE_NATS_PORT: String(port),
        TE_NATS_HTTP: `"127.0.0.1:${monitorPort}"`,
        TE_NATS_STORE: `"${store}"`,
        TE_NATS_SYNC_INTERVAL: `"${options.sync ?? '2m'}"`,
      },
    })
    running.add(child)
    await until('NATS answers', async () => {
      const answer = await fetch(`${monitorUrl}/healthz`).catch(() => undefined)
      return answer?.status === 200
    })
  }
  const kill = async (): Promise<void> => {
    const ending = child
    child = undefined
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return
    const gone = new Promise((done) => ending.once('exit', done))
    ending.kill('SIGKILL')
    await gone
    running.delete(ending)
  }
  await start()
  return {
    url: `nats://127.0.0.1:${port}`,
    monitorUrl,
    store,
    pid: () => child?.pid,
    kill,
    start,
    saveStore: async () => {
      const copy = join(folder, `copy-${performance.now()}`)
      await cp(store, copy, { recursive: true })
      return async () => {
        await rm(store, { recursive: true, force: true })
        await cp(copy, store, { recursive: true })
      }
    },
    [Symbol.asyncDispose]: async () => {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
