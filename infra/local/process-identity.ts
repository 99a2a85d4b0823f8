/**
 * Tells whether a process id still means the process that we started. A pid alone is not enough:
 * the kernel gives it to somebody else one day, and we would kill a stranger.
 * Source: proc(5), /proc/[pid]/stat, fields pgrp (5), session (6), starttime (22).
 */
import { readdirSync, readFileSync } from 'node:fs'

/** A process as we remember it: its id and when it began, in clock ticks since boot. */
export interface ProcessIdentity {
  pid: number
  startTime: string
}

/** Changes at every boot, which makes all remembered ids void. */
export function bootId(): string {
  return readText('/proc/sys/kernel/random/boot_id').trim()
}

/** The identity of a running process; undefined when there is none of that id. */
export function identify(pid: number): ProcessIdentity | undefined {
  const fields = statFields(pid)
  const startTime = fields?.[21]
  // A zombie is dead: it only waits for its parent to look.
  if (startTime === undefined || fields?.[2] === 'Z') return undefined
  return { pid, startTime }
}

/** True when exactly that process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startTime === identity.startTime
}

/**
 * Processes of the session that `leader` opened and that carry `mark` (NAME=value) in their
 * environment: what a killed process of ours left behind.
 */
export function findOrphans(leader: ProcessIdentity, mark: string): ProcessIdentity[] {
  const orphans: ProcessIdentity[] = []
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry)
    if (!Number.isInteger(pid) || pid === leader.pid) continue
    if (statFields(pid)?.[5] !== String(leader.pid)) continue
    const isOurs = readText(`/proc/${pid}/environ`).split('\0').includes(mark)
    const identity = isOurs ? identify(pid) : undefined
    if (identity !== undefined) orphans.push(identity)
  }
  return orphans
}

/** Resident memory in bytes; undefined when the process is gone. */
export function residentBytes(pid: number): number | undefined {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readText(`/proc/${pid}/status`))?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}

/** Sends a signal to that process, and only to it; false when it is gone. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isRunning(identity)) return false
  return send(identity.pid, signal)
}

/** Sends a signal to the group that a detached child of ours leads; false when it is empty. */
export function signalGroup(leaderPid: number, signal: NodeJS.Signals): boolean {
  return send(-leaderPid, signal)
}

function send(target: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(target, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

/** The fields of /proc/[pid]/stat, index 0 = pid; the name may hold spaces and brackets. */
function statFields(pid: number): string[] | undefined {
  const text = readText(`/proc/${pid}/stat`)
  const end = text.lastIndexOf(')')
  if (end < 0) return undefined
  return [String(pid), text.slice(text.indexOf('(') + 1, end), ...text.slice(end + 2).split(' ')]
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Gone, or somebody else's: both mean "not ours".
    return ''
  }
}
