/**
 * Keeps one program running: starts it, writes its output to a log file, starts it again when it
 * dies (after 100 ms, then twice as long each time, at most 5 s), and ends it with a deadline.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { identify, type ProcessIdentity, signalGroup } from './process-identity.ts'
import type { Launch } from './servers/spec.ts'

const BACKOFF_FIRST_MS = 100
const BACKOFF_MAX_MS = 5000
/** A child that ran this long was healthy: its next restart is quick again. */
const STABLE_MS = 10_000
const HOLD_POLL_MS = 50
/** A log larger than this is put aside at the next start of the child. */
const LOG_BYTES_MAX = 64 * 1024 * 1024

/** What the owner of a child hears. */
export interface ChildOptions {
  name: string
  launch: Launch
  logFile: string
  /** While true the child is not started again. */
  isHeld: () => boolean
  onChange: (change: ChildChange) => void
}

/** One change of a child. */
export interface ChildChange {
  state: 'running' | 'waiting' | 'held' | 'stopped'
  process: ProcessIdentity | undefined
  restarts: number
  message: string
}

/** A program that is kept running. */
export interface Child {
  /** Asks it to end, kills it after the deadline, and leaves nothing of its group. */
  stop(deadlineMs: number): Promise<void>
}

/** The wait before the next start, from the number of quick deaths in a row. */
export function backoffMs(deaths: number): number {
  return Math.min(BACKOFF_FIRST_MS * 2 ** Math.min(deaths, 10), BACKOFF_MAX_MS)
}

/** Starts a program and keeps it running until `stop`. */
export function keepRunning(options: ChildOptions): Child {
  const { launch, onChange } = options
  let child: ChildProcess | undefined
  let isStopping = false
  let restarts = 0
  let quickDeaths = 0
  let timer: NodeJS.Timeout | undefined
  let ended: Promise<void> = Promise.resolve()

  const tell = (state: ChildChange['state'], message: string): void => {
    const running = child?.pid === undefined ? undefined : identify(child.pid)
    onChange({ state, process: state === 'running' ? running : undefined, restarts, message })
  }
  const start = (): void => {
    const startedAt = Date.now()
    child = spawnLogged(launch, options.logFile)
    ended = new Promise((done) => {
      const finish = (message: string, isFinal = false): void => {
        // What it started itself dies with it: nobody else would ever end those.
        if (child?.pid !== undefined) signalGroup(child.pid, 'SIGKILL')
        child = undefined
        quickDeaths = Date.now() - startedAt > STABLE_MS ? 0 : quickDeaths + 1
        done()
        if (isStopping || isFinal) tell('stopped', message)
        else again(message)
      }
      child?.once('error', (error) => finish(`could not be started: ${error.message}`))
      child?.once('exit', (code, signal) => {
        const isFinal = code !== null && (launch.finalCodes ?? []).includes(code)
        finish(`ended with ${signal ?? `code ${code}`}`, isFinal)
      })
    })
    if (child.pid !== undefined) tell('running', `started as ${child.pid}`)
  }
  const again = (message: string): void => {
    if (options.isHeld()) {
      tell('held', message)
      timer = setTimeout(waitForRelease, HOLD_POLL_MS)
      return
    }
    const wait = backoffMs(Math.max(quickDeaths - 1, 0))
    restarts += 1
    tell('waiting', `${message}; restart ${restarts} in ${wait} ms`)
    timer = setTimeout(start, wait)
  }
  const waitForRelease = (): void => {
    if (options.isHeld()) timer = setTimeout(waitForRelease, HOLD_POLL_MS)
    else start()
  }

  start()
  return {
    async stop(deadlineMs) {
      isStopping = true
      clearTimeout(timer)
      if (child?.pid === undefined) return
      const { pid } = child
      // A stopped (paused) process hears SIGTERM only after it goes on.
      child.kill('SIGCONT')
      child.kill(launch.stopSignal)
      const kill = setTimeout(() => signalGroup(pid, 'SIGKILL'), deadlineMs)
      await ended
      clearTimeout(kill)
    },
  }
}

function spawnLogged(launch: Launch, logFile: string): ChildProcess {
  mkdirSync(dirname(logFile), { recursive: true })
  if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > LOG_BYTES_MAX) {
    renameSync(logFile, `${logFile}.1`)
  }
  const log = openSync(logFile, 'a', 0o600)
  try {
    return spawn(launch.command, launch.args, {
      cwd: launch.cwd,
      env: launch.env,
      // A group of its own: Ctrl-C reaches the supervisor only, which then ends all in order.
      detached: true,
      stdio: ['ignore', log, log],
      ...(launch.user === undefined ? {} : { uid: launch.user.uid, gid: launch.user.gid }),
    })
  } finally {
    closeSync(log)
  }
}
