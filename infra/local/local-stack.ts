/**
 * A running venue in the hands of a program: addresses, credentials, and what tests need to break
 * it. The same for the one who started it and for one who attaches to its data folder: both read
 * `stack.json` and act on processes by their ids; the supervisor sees to the rest.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { env, type ServerSource } from './config.ts'
import { SERVER_NAMES } from './find-servers.ts'
import { isRunning, type ProcessIdentity, signalProcess } from './process-identity.ts'
import { probeProcess } from './processes.ts'
import { type Progress, silentProgress } from './progress.ts'
import { SERVERS } from './servers/table.ts'
import {
  type ChildName,
  type ChildState,
  holdFile,
  type ProcessName,
  readStackFile,
  type StackState,
  type StackUrls,
} from './stack-file.ts'
import { type Supervisor, startSupervisor } from './supervisor.ts'

const POLL_MS = 25
const READY_TIMEOUT_MS = 30_000
const STOP_TIMEOUT_MS = 60_000

/** A running venue. */
export interface Stack extends AsyncDisposable {
  readonly dataDir: string
  readonly urls: StackUrls
  /** What a process or tool of the venue gets by environment. */
  readonly env: Record<string, string>
  readonly secretsDir: string
  readonly adminToken: string
  readonly durability: 'power-safe' | 'process-safe'
  /** Process id; undefined while it is down. */
  pid(name: ChildName): number | undefined
  child(name: ChildName): ChildState | undefined
  /** Sends a signal; the supervisor starts again what dies of it. */
  kill(name: ChildName, signal?: NodeJS.Signals): void
  /** Freezes and thaws a process (SIGSTOP, SIGCONT). */
  pause(name: ChildName): void
  resume(name: ChildName): void
  /** Ends it in order and waits until the next one is ready. */
  restart(name: ChildName): Promise<void>
  /** Ends it (SIGKILL unless told) and keeps it down until `bringBack`. */
  takeDown(name: ChildName, signal?: NodeJS.Signals): Promise<void>
  bringBack(name: ChildName): Promise<void>
  /** Resolves when it runs and answers; rejects after `timeoutMs` with what is wrong. */
  waitReady(name: ChildName, timeoutMs?: number): Promise<void>
  /** Ends the venue. */
  stop(): Promise<void>
}

/** What `startStack` starts; everything has a default. */
export interface StackOptions {
  dataDir: string
  ports?: 'default' | 'free'
  durability?: 'power-safe' | 'process-safe'
  /** `all`, or those that are wanted; servers always run. Bots are started apart. */
  processes?: 'all' | readonly ProcessName[]
  source?: ServerSource
  progress?: Progress
  /** Ends the start, or the venue. */
  signal?: AbortSignal
}

/** The owner's stack: it can add processes. */
export interface OwnedStack extends Stack {
  readonly supervisor: Supervisor
}

const ALL: readonly ProcessName[] = ['faas', 'matching', 'feed', 'connector', 'gateway']

/** Starts servers and processes on a data folder; an earlier run's data is taken up again. */
export async function startStack(options: StackOptions): Promise<OwnedStack> {
  const { processes = 'all' } = options
  const supervisor = await startSupervisor({
    dataDir: options.dataDir,
    ports: options.ports ?? 'default',
    durability: options.durability ?? env.durability,
    processes: processes === 'all' ? ALL : processes,
    source: options.source,
    progress: options.progress ?? silentProgress,
    signal: options.signal,
  })
  return { ...handle(supervisor.dataDir, () => supervisor.stop()), supervisor }
}

/** Takes hold of a venue that runs on a data folder. Errors: an Error when none runs there. */
export function attachStack(dataDir: string): Stack {
  const folder = resolve(dataDir)
  const state = readStackFile(folder)
  if (state === undefined || !isRunning(state.supervisor)) {
    throw new Error(`no venue runs on ${folder}: start one with \`npm start\``)
  }
  return handle(folder, () => stopFromOutside(state))
}

async function stopFromOutside(state: StackState): Promise<void> {
  signalProcess(state.supervisor, 'SIGTERM')
  const deadline = Date.now() + STOP_TIMEOUT_MS
  while (isRunning(state.supervisor)) {
    if (Date.now() > deadline) throw new Error(`supervisor ${state.supervisor.pid} does not end`)
    await sleep(POLL_MS)
  }
}

function handle(dataDir: string, stop: () => Promise<void>): Stack {
  const children = watchChildren(dataDir)
  const { running, send, waitReady, waitGone } = children
  const first = children.state()
  return {
    dataDir,
    urls: first.urls,
    env: first.env,
    secretsDir: first.secretsDir,
    adminToken: readFileSync(join(first.secretsDir, 'admin-token'), 'utf8').trim(),
    durability: first.durability,
    pid: (name) => running(name)?.pid,
    child: children.child,
    kill: (name, signal = 'SIGKILL') => send(name, signal),
    pause: (name) => send(name, 'SIGSTOP'),
    resume: (name) => send(name, 'SIGCONT'),
    async restart(name) {
      await waitGone(name, 'SIGTERM')
      await waitReady(name)
    },
    async takeDown(name, signal = 'SIGKILL') {
      writeFileSync(holdFile(dataDir, name), '')
      await waitGone(name, signal)
    },
    async bringBack(name) {
      rmSync(holdFile(dataDir, name), { force: true })
      await waitReady(name)
    },
    waitReady,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** What `stack.json` and the processes themselves say about the children, asked anew each time. */
function watchChildren(dataDir: string) {
  const state = (): StackState => {
    const found = readStackFile(dataDir)
    if (found === undefined) throw new Error(`${dataDir}/stack.json is missing`)
    return found
  }
  const child = (name: ChildName): ChildState | undefined => state().children[name]
  const running = (name: ChildName): ProcessIdentity | undefined => {
    const identity = child(name)?.process
    return identity !== undefined && isRunning(identity) ? identity : undefined
  }
  const send = (name: ChildName, signal: NodeJS.Signals): void => {
    const identity = running(name)
    if (identity === undefined || !signalProcess(identity, signal)) {
      throw new Error(`${name} is not running`)
    }
  }
  const probe = async (name: ChildName): Promise<void> => {
    if (running(name) === undefined) throw new Error('it is not running')
    const server = SERVER_NAMES.find((candidate) => candidate === name)
    if (server !== undefined) await SERVERS[server].probe(state().ports, passwordReader(dataDir))
    else if (name !== 'bots') await probeProcess(child(name)?.port ?? 0)
  }
  const waitReady = async (name: ChildName, timeoutMs = READY_TIMEOUT_MS): Promise<void> => {
    const deadline = Date.now() + timeoutMs
    for (;;) {
      try {
        return await probe(name)
      } catch (cause) {
        if (Date.now() >= deadline) {
          throw new Error(`${name} is not ready after ${timeoutMs} ms: ${String(cause)}`, { cause })
        }
      }
      await sleep(POLL_MS)
    }
  }
  const waitGone = async (name: ChildName, signal: NodeJS.Signals): Promise<void> => {
    const identity = running(name)
    if (identity === undefined) return
    signalProcess(identity, signal)
    while (isRunning(identity)) await sleep(POLL_MS)
  }
  return { state, child, running, send, waitReady, waitGone }
}

function passwordReader(dataDir: string): (name: string) => Promise<string> {
  return async (name) => readFileSync(join(dataDir, 'server-secrets', name), 'utf8').trim()
}
