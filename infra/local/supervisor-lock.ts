/** One supervisor per data folder, and a clean floor for it: what a killed one left is ended. */
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  bootId,
  findOrphans,
  identify,
  isRunning,
  type ProcessIdentity,
  signalProcess,
} from './process-identity.ts'
import { readStackFile, type StackState } from './stack-file.ts'

/** A server that writes its last pages gets this long before it is killed. */
const ORPHAN_GRACE_MS = 8000
const POLL_MS = 50

/** Takes the folder; the result gives it back. Throws when another supervisor holds it. */
export function takeSupervisorLock(dataDir: string): () => void {
  const file = join(dataDir, 'supervisor.lock')
  const self = identify(process.pid)
  if (self === undefined) throw new Error('this system has no /proc: the local stack needs Linux')
  for (;;) {
    try {
      const fd = openSync(file, 'wx', 0o600)
      writeSync(fd, JSON.stringify({ ...self, bootId: bootId() }))
      closeSync(fd)
      return () => rmSync(file, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = readHolder(file)
    if (holder !== undefined && holder.bootId === bootId() && isRunning(holder)) {
      throw new Error(
        `a venue already runs on ${dataDir} (supervisor ${holder.pid}): ` +
          '`npm run stack -- status` shows it, `npm run stack -- down` stops it',
      )
    }
    // Renamed before it is removed: of two starters only one clears a dead holder's lock.
    const stale = `${file}.${process.pid}`
    try {
      renameSync(file, stale)
      rmSync(stale, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}

/** Ends what the supervisor of an earlier, killed run left running; returns the names. */
export async function endOrphans(dataDir: string): Promise<string[]> {
  const left = readStackFile(dataDir)
  if (left === undefined || left.bootId !== bootId()) return []
  const orphans = orphansOf(left)
  for (const { identity } of orphans) signalProcess(identity, 'SIGTERM')
  const deadline = Date.now() + ORPHAN_GRACE_MS
  while (orphans.some(({ identity }) => isRunning(identity)) && Date.now() < deadline) {
    await sleep(POLL_MS)
  }
  for (const { identity } of orphans) signalProcess(identity, 'SIGKILL')
  while (orphans.some(({ identity }) => isRunning(identity))) await sleep(POLL_MS)
  return [...new Set(orphans.map(({ name }) => name))]
}

function orphansOf(left: StackState): { name: string; identity: ProcessIdentity }[] {
  return Object.entries(left.children).flatMap(([name, child]) => {
    if (child.process === undefined) return []
    const own = isRunning(child.process) ? [child.process] : []
    const below = findOrphans(child.process, `TE_STACK_ID=${left.id}`)
    return [...own, ...below].map((identity) => ({ name, identity }))
  })
}

function readHolder(file: string): (ProcessIdentity & { bootId: string }) | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity & { bootId: string }
  } catch {
    // Empty: its writer died between two system calls, or stands between them right now; the
    // latter loses the race and says so by failing to bind its ports.
    return undefined
  }
}
