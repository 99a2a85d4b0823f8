// Points on their way to InfluxDB: pushed without waiting, written in order in batches, retried for
// as long as it takes, bounded. Each point carries the mark (event sequence) that it came from, so
// that its owner knows up to which mark everything is stored; what had to be dropped stays visible
// as a mark that never passes, and comes back when the owner starts again from there.

import type { Influx } from './client.ts'

/** What the spool tells about itself. */
export interface SpoolState {
  readonly size: number
  readonly written: number
  /** Points for which there was no room. */
  readonly dropped: number
  /** Points that the server would never take: a bug, logged each. */
  readonly refused: number
  /** False from a failed write until one works. */
  readonly isHealthy: boolean
}

export interface InfluxSpool extends AsyncDisposable {
  /** Adds a line; marks must not go backwards. False: no room, dropped. */
  readonly push: (line: string, mark: number) => boolean
  /** Says that all points up to a mark are pushed. */
  readonly advance: (mark: number) => void
  /** Everything up to this mark is stored. */
  readonly acknowledged: () => number
  readonly state: () => SpoolState
  /** Waits until all is written; false when the deadline came first. */
  readonly flush: (deadlineMs: number) => Promise<boolean>
}

export interface SpoolOptions {
  readonly influx: Pick<Influx, 'write' | 'ensureDatabase'>
  readonly log: { warn(fields: object, message: string): void }
  readonly startMark: number
  readonly batchMax?: number
  readonly sizeMax?: number
}

interface State {
  readonly options: SpoolOptions
  readonly batchMax: number
  readonly lines: string[]
  readonly marks: number[]
  head: number
  mark: number
  firstDropped: number
  written: number
  dropped: number
  refused: number
  isHealthy: boolean
  isClosed: boolean
  isWriting: boolean
  timer: NodeJS.Timeout | undefined
  retryMs: number
  onEmpty: (() => void)[]
}

/** Points in one request: what InfluxDB's documentation recommends as the upper end. */
const BATCH_MAX = 5_000
/** 200,000 lines of about 200 bytes are 40 MB: ten minutes of 330 trades a second. */
const SIZE_MAX = 200_000
/** Batches fill while waiting; history is not the live feed. */
const LINGER_MS = 100
const RETRY_MIN_MS = 250
const RETRY_MAX_MS = 5_000

/** Starts an empty spool. */
export function createInfluxSpool(options: SpoolOptions): InfluxSpool {
  const sizeMax = options.sizeMax ?? SIZE_MAX
  const state: State = {
    options,
    batchMax: options.batchMax ?? BATCH_MAX,
    lines: [],
    marks: [],
    head: 0,
    mark: options.startMark,
    firstDropped: Number.POSITIVE_INFINITY,
    written: 0,
    dropped: 0,
    refused: 0,
    isHealthy: true,
    isClosed: false,
    isWriting: false,
    timer: undefined,
    retryMs: RETRY_MIN_MS,
    onEmpty: [],
  }
  return {
    push: (line, mark) => {
      if (size(state) >= sizeMax) {
        state.dropped++
        state.firstDropped = Math.min(state.firstDropped, mark)
        return false
      }
      state.lines.push(line)
      state.marks.push(mark)
      schedule(state, size(state) >= state.batchMax ? 0 : LINGER_MS)
      return true
    },
    advance: (mark) => {
      state.mark = mark
    },
    acknowledged: () => {
      const oldest = size(state) === 0 ? Number.POSITIVE_INFINITY : (state.marks[state.head] ?? 0)
      return Math.min(state.mark, oldest - 1, state.firstDropped - 1)
    },
    state: () => ({
      size: size(state),
      written: state.written,
      dropped: state.dropped,
      refused: state.refused,
      isHealthy: state.isHealthy,
    }),
    flush: (deadlineMs) => flush(state, deadlineMs),
    [Symbol.asyncDispose]: () => {
      state.isClosed = true
      clearTimeout(state.timer)
      return Promise.resolve()
    },
  }
}

const size = (state: State): number => state.lines.length - state.head

function schedule(state: State, waitMs: number): void {
  if (state.isClosed || state.isWriting) return
  if (state.timer !== undefined) {
    // A full batch does not linger, but a server that is down is not asked more often for it.
    if (waitMs > 0 || !state.isHealthy) return
    clearTimeout(state.timer)
  }
  state.timer = setTimeout(() => void writeNext(state), waitMs)
}

async function writeNext(state: State): Promise<void> {
  state.timer = undefined
  if (state.isClosed || state.isWriting || size(state) === 0) return
  state.isWriting = true
  const batch = state.lines.slice(state.head, state.head + state.batchMax)
  const isDone = await writeBatch(state, batch)
  state.isWriting = false
  if (isDone) remove(state, batch.length)
  if (size(state) === 0) for (const done of state.onEmpty.splice(0)) done()
  else schedule(state, isDone ? 0 : nextRetry(state))
}

/** True when the batch need not be written again. */
async function writeBatch(state: State, batch: readonly string[]): Promise<boolean> {
  const { influx, log } = state.options
  try {
    const outcome = await influx.write(batch.join('\n'))
    if (outcome === 'Written') state.written += batch.length
    else {
      state.refused += batch.length
      log.warn({ reason: outcome.refused, points: batch.length }, 'InfluxDB refused points')
    }
    state.isHealthy = true
    state.retryMs = RETRY_MIN_MS
    return true
  } catch (err) {
    if (state.isHealthy) log.warn({ err }, 'InfluxDB is down; points are spooled')
    state.isHealthy = false
    // A server that came back empty lacks the database.
    await influx.ensureDatabase().catch(() => undefined)
    return false
  }
}

function nextRetry(state: State): number {
  const waitMs = state.retryMs
  state.retryMs = Math.min(RETRY_MAX_MS, waitMs * 2)
  return waitMs
}

function remove(state: State, count: number): void {
  state.head += count
  if (state.head < state.batchMax && size(state) > 0) return
  state.lines.splice(0, state.head)
  state.marks.splice(0, state.head)
  state.head = 0
}

async function flush(state: State, deadlineMs: number): Promise<boolean> {
  if (size(state) === 0) return true
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, deadlineMs)
  state.onEmpty.push(resolve)
  if (state.isHealthy) schedule(state, 0)
  await promise
  clearTimeout(timer)
  return size(state) === 0
}
