// When the state is written down. A snapshot taken at event n is only named once InfluxDB holds
// every point up to n: so a restart never starts behind a point that was lost, and what it reads
// again falls on itself. While InfluxDB is down snapshots wait, and a restart reads more. Between two
// parts of a batch none is taken.

import type { MarketState } from './market-state.ts'
import type { SnapshotFiles } from './snapshot-files.ts'

export interface Snapshotter {
  /** After each batch: takes a picture when enough happened since the last. */
  readonly afterBatch: () => void
  /** Now and then: a picture when time passed, and writes the one that waits, if it may. */
  readonly tick: (nowMs: number) => void
  /** At the end: a picture of now, written if it may be, else the one that waits. */
  readonly finish: () => Promise<void>
  /** Event of the newest snapshot on disk. */
  readonly seq: () => number
}

export interface SnapshotterOptions {
  readonly state: MarketState
  readonly files: Pick<SnapshotFiles, 'write'>
  /** Up to which event InfluxDB has everything. */
  readonly acknowledged: () => number
  readonly every: number
  readonly startSeq: number
  readonly onWritten: () => void
  readonly onFailure: (error: unknown) => void
}

/** Quiet markets are written down as well. */
const IDLE_MS = 60_000

/** Starts with what is on disk. */
export function createSnapshotter(options: SnapshotterOptions): Snapshotter {
  const { state, files, acknowledged } = options
  let writtenSeq = options.startSeq
  let takenSeq = options.startSeq
  let takenAtMs = 0
  let waiting: { readonly seq: number; readonly text: string } | null = null
  let writing: Promise<void> | null = null

  const take = (): void => {
    if (!state.isWhole) return
    waiting = { seq: state.seq, text: JSON.stringify(state.dump()) }
    takenSeq = state.seq
  }
  const write = async (): Promise<void> => {
    const picture = waiting
    if (picture === null || acknowledged() < picture.seq) return
    waiting = null
    try {
      await files.write(picture.seq, picture.text)
      writtenSeq = picture.seq
      options.onWritten()
    } catch (error) {
      options.onFailure(error)
    }
  }
  const start = (): void => {
    writing ??= write().finally(() => {
      writing = null
    })
  }
  return {
    afterBatch: () => {
      if (waiting === null && state.seq - takenSeq >= options.every) take()
    },
    tick: (nowMs) => {
      if (waiting === null && state.seq > takenSeq && nowMs - takenAtMs >= IDLE_MS) {
        if (takenAtMs > 0) take()
        takenAtMs = nowMs
      }
      if (waiting !== null) start()
    },
    finish: async () => {
      await writing
      if (acknowledged() >= state.seq && state.seq > writtenSeq) take()
      await write()
    },
    seq: () => writtenSeq,
  }
}
