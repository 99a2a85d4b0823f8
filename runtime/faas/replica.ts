// One replica: a child process on a port of its own, from its start to its last answer.

import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { Pool, request } from 'undici'
import type { Launch } from './launch.ts'

/** A replica of a function. */
export interface Replica {
  readonly instance: string
  readonly pid: number
  readonly port: number
  readonly startedAtMs: number
  /** Calls go through this pool of kept connections. */
  readonly pool: Pool
  readonly isReady: () => boolean
  /** Resolves when ready. Throws when it exits first, or is too slow. */
  readonly ready: Promise<void>
  /** Resolves with how it ended. */
  readonly exited: Promise<string>
  /** SIGTERM, and SIGKILL when that is not enough. */
  readonly stop: (waitMs: number) => Promise<void>
  /** One look at its health. */
  readonly isAlive: () => Promise<boolean>
}

/** What a replica is started with. */
export interface ReplicaOptions {
  readonly instance: string
  readonly launch: Launch
  readonly host: string
  readonly preferredPort: number
  readonly upstreamTimeoutMs: number
  readonly onLine: (instance: string, line: string) => void
}

const READY_WITHIN_MS = 60_000
const READY_POLL_MS = 40
const HEALTH_TIMEOUT_MS = 5000
/** A call takes one connection; more than this wait in the pool's queue. */
const CONNECTIONS_MAX = 128

/** Starts a child; the promise resolves as soon as it has a process, before it is ready. */
export async function startReplica(options: ReplicaOptions): Promise<Replica> {
  const { instance, launch, host } = options
  const port = await freePort(host, options.preferredPort)
  const child = spawn(launch.command, [...launch.args], {
    cwd: launch.cwd,
    env: { ...launch.env, PORT: String(port), http_port: String(port) },
    // The open stdin is the leash: it closes when this host ends, however it ends.
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let hasExited = false
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`))
  })
  void exited.then(() => {
    hasExited = true
  })
  child.stdin?.on('error', () => {})
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue
    createInterface({ input: stream }).on('line', (line) => options.onLine(instance, line))
  }
  const origin = `http://${host}:${port}`
  const pool = new Pool(origin, {
    connections: CONNECTIONS_MAX,
    headersTimeout: options.upstreamTimeoutMs,
    bodyTimeout: options.upstreamTimeoutMs,
    connectTimeout: 2000,
  })
  let isReady = false
  const ready = waitReady(origin, () => hasExited).then(() => {
    isReady = true
  })
  ready.catch(() => {})
  return {
    instance,
    pid: child.pid ?? 0,
    port,
    startedAtMs: Date.now(),
    pool,
    ready,
    exited,
    isReady: () => isReady && !hasExited,
    isAlive: async () => (await healthStatus(origin)) !== undefined,
    stop: (waitMs) => stop(child, pool, exited, waitMs),
  }
}

async function stop(
  child: ChildProcess,
  pool: Pool,
  exited: Promise<string>,
  waitMs: number,
): Promise<void> {
  child.kill('SIGTERM')
  const kill = setTimeout(() => child.kill('SIGKILL'), waitMs)
  await exited
  clearTimeout(kill)
  await pool.destroy()
}

async function waitReady(origin: string, hasExited: () => boolean): Promise<void> {
  const until = Date.now() + READY_WITHIN_MS
  for (;;) {
    if (hasExited()) throw new Error('it ended before it was ready')
    const status = await healthStatus(origin)
    // Code without the workload contract has no such route: any answer but 503 is a sign of life.
    if (status !== undefined && status !== 503) return
    if (Date.now() > until) throw new Error(`it was not ready after ${READY_WITHIN_MS} ms`)
    await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS))
  }
}

async function healthStatus(origin: string): Promise<number | undefined> {
  try {
    const { statusCode, body } = await request(`${origin}/_/health`, {
      headersTimeout: HEALTH_TIMEOUT_MS,
      bodyTimeout: HEALTH_TIMEOUT_MS,
    })
    await body.dump()
    return statusCode
  } catch {
    return undefined
  }
}

/** The preferred port when nobody has it, else any free one. */
async function freePort(host: string, preferred: number): Promise<number> {
  const found = preferred === 0 ? undefined : await tryPort(host, preferred)
  const port = found ?? (await tryPort(host, 0))
  if (port === undefined) throw new Error('no free port')
  return port
}

function tryPort(host: string, port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(undefined))
    probe.listen(port, host, () => {
      const address = probe.address()
      const found = typeof address === 'object' && address !== null ? address.port : undefined
      probe.close(() => resolve(found))
    })
  })
}
