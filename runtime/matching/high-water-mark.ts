// A witness outside NATS of how far the log was: sequence and event hash in a local file, replaced
// atomically and synced. A log that comes back shorter, or different, is then refused instead of
// reusing numbers that the world has seen (hazard X1).

import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** How far the log was, and what had come out of it by then. */
export interface HighWaterMark {
  readonly seq: number
  /** Hex of the running hash over all event batches up to seq. */
  readonly chain: string
}

/** Keeps the file. */
export interface MarkKeeper extends AsyncDisposable {
  /** Remembers; written within 100 ms. */
  readonly raise: (seq: number, chain: Uint8Array) => void
  /** Resolves when what was raised last is on disk. */
  readonly flush: () => Promise<void>
}

/** A mark that exists but cannot be trusted. */
export const BROKEN_MARK = 'Broken'

const WRITE_EVERY_MS = 100

/** The file of a shard. */
export const markPath = (dataDir: string, shard: number): string =>
  join(dataDir, `high-water-mark-${shard}.json`)

/** Reads; null when there is none. */
export async function readMark(path: string): Promise<HighWaterMark | typeof BROKEN_MARK | null> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  return parseMark(text) ?? BROKEN_MARK
}

function parseMark(text: string): HighWaterMark | null {
  try {
    const { seq, chain, check } = JSON.parse(text) as Record<string, unknown>
    if (!Number.isSafeInteger(seq) || typeof chain !== 'string') return null
    return check === checkOf(seq as number, chain) ? { seq: seq as number, chain } : null
  } catch {
    return null
  }
}

const checkOf = (seq: number, chain: string): string =>
  createHash('sha256').update(`${seq} ${chain}`).digest('hex').slice(0, 16)

/** Writes the file from now on. `onError` is called when the disk refuses: the mark stays behind. */
export async function createMarkKeeper(
  path: string,
  onError: (error: unknown) => void,
): Promise<MarkKeeper> {
  await mkdir(dirname(path), { recursive: true })
  let seq = 0
  let chain: Uint8Array = new Uint8Array()
  let writtenSeq = 0
  let writing: Promise<void> | undefined
  const write = (): Promise<void> => {
    writing ??= (async () => {
      try {
        while (writtenSeq < seq) {
          const now = seq
          await replace(path, now, Buffer.from(chain).toString('hex'))
          writtenSeq = now
        }
      } finally {
        writing = undefined
      }
    })()
    return writing
  }
  const timer = setInterval(() => {
    if (writtenSeq < seq && writing === undefined) write().catch(onError)
  }, WRITE_EVERY_MS)
  timer.unref()
  return {
    raise: (newSeq, newChain) => {
      seq = newSeq
      chain = newChain
    },
    flush: () => (writtenSeq < seq ? write() : (writing ?? Promise.resolve())),
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer)
      await write().catch(onError)
    },
  }
}

async function replace(path: string, seq: number, chain: string): Promise<void> {
  const temporary = `${path}.new`
  const text = `${JSON.stringify({ seq, chain, check: checkOf(seq, chain) })}\n`
  await using file = await open(temporary, 'w', 0o600)
  await file.writeFile(text)
  await file.sync()
  await rename(temporary, path)
  await using folder = await open(dirname(path), 'r')
  await folder.sync()
}
