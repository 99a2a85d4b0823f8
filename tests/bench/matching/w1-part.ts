// The book alone on W1, and on W1L beside the peer: counts and hash of all trades against the
// known ones, then the race, then percentiles by type of command.

import { LimitBook } from '#engine/book/limit-book.ts'
import { ReportSink } from '#engine/book/report-sink.ts'
import type { BenchRow } from '../bench-row.ts'
import {
  generateW1,
  playW1,
  totalsOf,
  W1_ORACLES,
  W1_TIMED_FROM,
  type W1Load,
  type W1Totals,
} from '../workload-w1.ts'
import { type BookLoad, bookAlone, singleCommands } from './book-load.ts'
import { agreement, figure, race, speedRow, timeOf } from './contestant.ts'
import { latencyRows, middleOf, timerRow } from './latency.ts'
import { PEER, peerOn, peerTradesOf } from './peer.ts'

const PART = 'w1'
const TYPES = ['add', 'cancel', 'reduce', 'move', 'market order', 'IOC order']
/** Accepted orders, cancels and trades of the whole load. */
const REPORTS_MAX = 3_000_000
const SINK_REPORTS = 1 << 16
const BOOK_CAPACITY = 1 << 14
const SINGLE_ROUNDS_MAX = 5
/** The slow peer gets the start of W1L, and the book the same commands beside it. */
const RACE_COMMANDS = 400_000

/** Runs the part, on fewer commands than all when `count` says so (then without oracles). */
export function runW1Part(rounds: number, count?: number): BenchRow[] {
  const size = count === undefined ? {} : { count }
  const w1 = generateW1(size)
  const w1l = generateW1({ ...size, requeue: true })
  const start = generateW1({ requeue: true, count: Math.min(RACE_COMMANDS, w1.count) })
  const from = Math.min(W1_TIMED_FROM, start.count >> 1)
  const load = loadOf('book alone, W1', w1, from)
  const results = race(
    [
      bookAlone(load, { goal: '<= 72', stretch: '<= 45' }),
      bookAlone(loadOf('book alone, start of W1L', start, from)),
      peerOn(start, from),
    ],
    rounds,
  )
  const [, book, peer] = results.map(timeOf) as [number, number, number]
  const logs = singleCommands(load, Math.min(rounds, SINGLE_ROUNDS_MAX))
  const all = middleOf(logs.map((log) => log.percentiles()))
  return [
    ...(count === undefined ? oracleRows(w1, w1l) : []),
    ...results.map((result) => speedRow(PART, result)),
    figure(PART, `book alone against ${PEER}, start of W1L`, peer / book, 'x', {
      goal: '>= 50',
      stretch: '>= 75',
    }),
    figure(PART, 'book alone, W1: p99 of one command', all.p99, 'us', { goal: '<= 0.5' }),
    figure(PART, 'book alone, W1: p99.99 of one command', all['p99.99'], 'us', { goal: '<= 20' }),
    ...latencyRows(PART, load.name, logs, TYPES),
    timerRow(PART),
  ]
}

/** W1 as a load for the book. */
export function loadOf(name: string, load: W1Load, warm: number): BookLoad {
  const sink = new ReportSink(SINK_REPORTS)
  return {
    name,
    count: load.count,
    warm,
    types: TYPES,
    typeOf: (i) => (load.type[i] ?? 1) - 1,
    open: () => {
      const book = new LimitBook(sink, BOOK_CAPACITY)
      return (from, to) => playW1(load, book, from, to)
    },
  }
}

function oracleRows(w1: W1Load, w1l: W1Load): BenchRow[] {
  const isRight = (load: W1Load, published: W1Totals): boolean => {
    const sink = new ReportSink(REPORTS_MAX)
    playW1(load, new LimitBook(sink, BOOK_CAPACITY), 0, load.count)
    const found = totalsOf(sink)
    return JSON.stringify(found) === JSON.stringify(published)
  }
  const what = 'trades, volume, notional and hash are the known ones'
  return [
    agreement(PART, `W1: ${what}`, isRight(w1, W1_ORACLES.w1)),
    agreement(PART, `W1L: ${what}`, isRight(w1l, W1_ORACLES.w1l)),
    agreement(
      PART,
      `W1L: ${PEER} makes as many trades`,
      peerTradesOf(w1l) === W1_ORACLES.w1l.trades,
    ),
  ]
}
