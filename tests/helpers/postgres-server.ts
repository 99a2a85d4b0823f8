// A throw-away PostgreSQL server for one test file: its own folder, a free port on loopback, gone at
// the end. As root it runs as the user `postgres` or `nobody`, which PostgreSQL insists on.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { chmod, chown, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
const STARTUP_MS = 30_000
const END_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** A running server; `url` names its maintenance database. */
export interface PostgresServer extends AsyncDisposable {
  readonly url: string
  /** Stops it at once, as a crash would (SIGQUIT), or starts it again on the same port and data. */
  readonly crash: () => Promise<void>
  readonly start: () => Promise<void>
}

/** The folder of the server's programs, undefined when this machine has none. */
export function findPostgresPrograms(): string | undefined {
  const versions = '/usr/lib/postgresql'
  const installed = existsSync(versions)
    ? readdirSync(versions).map((v) => join(versions, v, 'bin'))
    : []
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    ...installed.toSorted().reverse(),
  ]
  return folders.find((f) => existsSync(join(f, 'initdb')) && existsSync(join(f, 'postgres')))
}

/** Makes a cluster and starts it. `settings` are `-c` options, e.g. { fsync: 'off' }. */
export async function startPostgresServer(
  settings: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const programs = findPostgresPrograms()
  if (programs === undefined) throw new Error('no PostgreSQL server programs on this machine')
  const user = await serverUser()
  const folder = await mkdtemp(join(tmpdir(), 'te-postgres-'))
  await chmod(folder, 0o700)
  if (user.uid !== undefined) await chown(folder, user.uid, user.gid)
  const data = join(folder, 'data')
  const inFolder = { ...user, cwd: folder }
  const init = ['-D', data, '-U', 'tradeengine', '-A', 'trust', '--no-sync', '-E', 'UTF8']
  await run(join(programs, 'initdb'), [...init, '--locale=C'], inFolder)
  const port = await freePort()
  const options = { listen_addresses: '127.0.0.1', port: String(port), ...settings }
  const args = ['-D', data, '-k', '']
  for (const [name, value] of Object.entries(options)) args.push('-c', `${name}=${value}`)

  let child: ChildProcess | undefined
  const stop = async (signal: NodeJS.Signals) => {
    const running = child
    child = undefined
    if (running === undefined || running.exitCode !== null) return
    const gone = new Promise((resolve) => running.once('exit', resolve))
    running.kill(signal)
    await gone
  }
  const start = async () => {
    child = spawn(join(programs, 'postgres'), args, { ...inFolder, stdio: 'ignore' })
    await waitUntilReady(data, child)
  }
  await start()
  const killWithUs = () => {
    child?.kill('SIGQUIT')
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  // A runner that gives up on a file ends its process by a signal, which runs no exit handler.
  const endBySignal = () => process.exit(1)
  process.once('exit', killWithUs)
  for (const signal of END_SIGNALS) process.once(signal, endBySignal)
  return {
    url: `postgres://tradeengine@127.0.0.1:${port}/postgres`,
    start,
    crash: () => stop('SIGQUIT'),
    [Symbol.asyncDispose]: async () => {
      process.off('exit', killWithUs)
      for (const signal of END_SIGNALS) process.off(signal, endBySignal)
      await stop('SIGQUIT')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function serverUser(): Promise<{ uid?: number; gid: number }> {
  if (process.getuid?.() !== 0) return { gid: process.getgid?.() ?? 0 }
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  const found = lines.find(([name]) => name === 'postgres') ?? lines.find(([n]) => n === 'nobody')
  if (found === undefined) throw new Error('running as root needs a user `postgres` or `nobody`')
  return { uid: Number(found[2]), gid: Number(found[3]) }
}

/** The last line of postmaster.pid says `ready` when the server takes connections. */
async function waitUntilReady(data: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + STARTUP_MS
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`postgres ended with code ${child.exitCode}`)
    const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')
    if (text.startsWith(`${child.pid}\n`) && /^ready\s*$/m.test(text)) return
    await sleep(20)
  }
  throw new Error(`postgres was not ready within ${STARTUP_MS} ms`)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
