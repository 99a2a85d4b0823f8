// Commands for one book without accounts, in the one shape that every bench of the book takes.

import { LimitBook } from '#engine/book/limit-book.ts'
import { ReportSink } from '#engine/book/report-sink.ts'
import { playWorkload, type Workload } from '../../helpers/workload-file.ts'
import { type Contestant, timed } from './contestant.ts'
import { LatencyLog } from './latency.ts'

/** Commands, the first of which only bring the book into its state. */
export interface BookLoad {
  readonly name: string
  readonly count: number
  /** Commands [0, warm) are not timed. */
  readonly warm: number
  /** Names of the types of command. */
  readonly types: readonly string[]
  typeOf(i: number): number
  /** Opens an empty book and answers what sends it the commands [from, to). */
  open(): (from: number, to: number) => void
}

/** Types of the workloads whose commands are new, cancel and modify. */
const TYPES = ['new order', 'cancel', 'modify', 'IOC order']
/** As large as reports of one round need not be kept: the sink starts over. */
const SINK_REPORTS = 1 << 16
/** Commands of one call. */
const SLICE = 4096

/** Commands in columns as a load; all of the book's reports are encoded into a sink. */
export function loadOfColumns(name: string, columns: Workload, warm: number): BookLoad {
  const sink = new ReportSink(SINK_REPORTS)
  return {
    name,
    count: columns.count,
    warm,
    types: TYPES,
    typeOf: (i) => (columns.ioc[i] === 1 ? 3 : (columns.type[i] ?? 0)),
    open: () => {
      const book = new LimitBook(sink, 1 << 14)
      return (from, to) => playWorkload(columns, book, from, to)
    },
  }
}

/** The book on a load, a fresh one in every round. */
export function bookAlone(load: BookLoad, goals: Pick<Contestant, 'goal' | 'stretch'> = {}) {
  return {
    name: load.name,
    commands: load.count - load.warm,
    ...goals,
    run: () => {
      const play = load.open()
      playSlices(play, 0, load.warm)
      return timed(() => playSlices(play, load.warm, load.count))
    },
  } satisfies Contestant
}

/** In slices, as batches come: a loop that never ends is compiled in the middle, and stays as it is. */
function playSlices(play: (from: number, to: number) => void, from: number, to: number): void {
  for (let at = from; at < to; at += SLICE) play(at, Math.min(at + SLICE, to))
}

/** Every command of the timed part on its own, `rounds` times. */
export function singleCommands(load: BookLoad, rounds: number): LatencyLog[] {
  return Array.from({ length: rounds }, () => {
    const log = new LatencyLog(load.count - load.warm)
    const play = load.open()
    play(0, load.warm)
    for (let i = load.warm; i < load.count; i++) {
      const start = performance.now()
      play(i, i + 1)
      log.add(load.typeOf(i), performance.now() - start)
    }
    return log
  })
}
