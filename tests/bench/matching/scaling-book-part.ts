// Growth of the book alone: time of a command (one cancel, one new order, no trades) against orders
// that rest and against price levels. `anywhere` cancels any order of the book: at a million orders
// the processor's caches miss, whatever the code does. `near the touch` has its traffic among the
// newest thousand orders, as markets have it. Books stay open; the rounds are interleaved.

import { LimitBook } from '#engine/book/limit-book.ts'
import { ReportSink } from '#engine/book/report-sink.ts'
import { Random } from '../../helpers/workload-random.ts'
import type { BenchRow } from '../bench-row.ts'
import {
  type Contestant,
  figure,
  type Result,
  race,
  speedRow,
  timed,
  timeOf,
} from './contestant.ts'

const PART = 'scaling'
const MID = 1_000_000
const COMMANDS = 100_000
const ACTIVE_ORDERS = 1000
const QTY = 100
/** Of the matcher's record of an order, without the tables of ids. */
const ORDER_BYTES = 32
const READS = 2_000_000

export interface BookSizes {
  readonly orders: readonly number[]
  readonly levels: readonly number[]
  /** Orders in the books that differ by levels, levels in those that differ by orders. */
  readonly fixed: { readonly orders: number; readonly levels: number }
}

const SIZES: BookSizes = {
  orders: [1000, 10_000, 100_000, 1_000_000],
  levels: [10, 100, 1000, 10_000, 100_000],
  fixed: { orders: 200_000, levels: 200 },
}

/** Runs the part. */
export function runScalingBookPart(rounds: number, sizes: BookSizes = SIZES): BenchRow[] {
  const { orders, levels, fixed } = sizes
  const lines: Contestant[][] = [
    orders.map((n) => steadyBook('orders, near the touch', n, n, fixed.levels, ACTIVE_ORDERS)),
    orders.map((n) => steadyBook('orders, anywhere', n, n, fixed.levels, n)),
    levels.map((n) => steadyBook('levels', n, fixed.orders, n, fixed.orders)),
  ]
  const results = race(lines.flat(), rounds)
  const rows = results.map((result) => speedRow(PART, result))
  for (const line of lines) rows.push(growthRow(results, line))
  const most = orders[orders.length - 1] ?? 0
  return [...rows, readRow(orders[0] ?? 0), readRow(most)]
}

/** Time at the largest size of a line through time at its smallest. */
function growthRow(results: readonly Result[], line: readonly Contestant[]): BenchRow {
  const at = (contestant: Contestant | undefined): number => {
    const found = results.find((result) => result.contestant === contestant)
    return found === undefined ? Number.NaN : timeOf(found)
  }
  const last = line[line.length - 1]
  const of = last?.point?.line ?? ''
  const goal = of.includes('orders') ? { goal: '<= 2' } : {}
  return figure(PART, `growth of ${of}: largest to smallest`, at(last) / at(line[0]), 'x', goal)
}

/** What the machine itself takes to read one word anywhere in the memory of so many orders. */
function readRow(orders: number): BenchRow {
  const words = (orders * ORDER_BYTES) / 4
  const next = new Uint32Array(words)
  const random = new Random(orders)
  // A ring through all words in a random order (Sattolo), so that each read waits for the one before.
  for (let i = 0; i < words; i++) next[i] = i
  for (let i = words - 1; i > 0; i--) {
    const j = random.below(i)
    const word = next[i] as number
    next[i] = next[j] as number
    next[j] = word
  }
  let at = 0
  const start = performance.now()
  for (let i = 0; i < READS; i++) at = next[at] as number
  const time = ((performance.now() - start) * 1e6) / READS
  const name = `the machine alone: one read anywhere in the memory of ${orders.toLocaleString('en')} orders`
  return figure(PART, name, at < words ? time : Number.NaN, 'ns')
}

/** A book of so many orders on so many levels, whose traffic is among `active` of the orders. */
function steadyBook(
  line: string,
  at: number,
  orders: number,
  levels: number,
  active: number,
): Contestant {
  const random = new Random(at + levels)
  const book = new LimitBook(new ReportSink(1 << 14), orders)
  const ids = new Float64Array(orders)
  const sides = new Uint8Array(orders)
  let seq = 0
  const priceOf = (side: number): number => {
    const away = 1 + random.below(levels / 2)
    return side === 0 ? MID - away : MID + away
  }
  for (let i = 0; i < orders; i++) {
    sides[i] = i % 2
    ids[i] = ++seq
    book.newOrder(seq, seq, i % 2, priceOf(i % 2), QTY, false)
  }
  const first = Math.max(0, orders - active)
  const canceled = new Uint32Array(COMMANDS / 2)
  const prices = new Float64Array(COMMANDS / 2)
  return {
    name: `book alone, ${at.toLocaleString('en')} ${line}`,
    commands: COMMANDS,
    point: { line: `book, ${line}`, at },
    run: () => {
      for (let i = 0; i < canceled.length; i++) {
        const order = first + random.below(orders - first)
        canceled[i] = order
        prices[i] = priceOf(sides[order] as number)
      }
      return timed(() => {
        for (let i = 0; i < canceled.length; i++) {
          const order = canceled[i] as number
          book.cancel(++seq, ids[order] as number)
          ids[order] = ++seq
          book.newOrder(seq, seq, sides[order] as number, prices[i] as number, QTY, false)
        }
      })
    },
  }
}
