/**
 * One process at a time in the cache folder: package lists and folders are shared by all commands of
 * a user, and test files that start servers run side by side.
 */
import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'

const POLL_MS = 100
/** As long as fetching the largest server may take. */
const WAIT_MS_MAX = 900_000

/**
 * Runs work while no other process runs any under this lock file. The lock of a process that is gone
 * is taken over. Errors: an Error when the lock is not free in time.
 */
export async function underLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true })
  const deadline = Date.now() + WAIT_MS_MAX
  while (!(await take(file))) {
    if (Date.now() > deadline) throw new Error(`${file} is held by another command`)
    await setTimeout(POLL_MS)
  }
  try {
    return await work()
  } finally {
    await rm(file, { force: true })
  }
}

async function take(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx')
    await handle.writeFile(String(process.pid))
    await handle.close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const owner = Number(await readFile(file, 'utf8').catch(() => ''))
  // 0: it is being written, or has just gone.
  if (owner > 0 && !isRunning(owner)) await rm(file, { force: true })
  return false
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
