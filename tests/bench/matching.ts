// The matching core alone: the book on the public workloads (hash against the oracle), the whole
// engine with accounts, holds, fees and a counting sink, and npm's nodejs-order-book in the same run.
// Rounds are interleaved, so that whatever else the machine does hits all of them alike.

import { OrderBook } from 'nodejs-order-book'
import { LimitBook } from '#engine/book/limit-book.ts'
import { ReportSink } from '#engine/book/report-sink.ts'
import {
  hashReports,
  hasWorkload,
  playWorkload,
  readWorkload,
  WORKLOAD_ORACLES,
  type Workload,
  type WorkloadName,
} from '../helpers/workload-file.ts'
import type { BenchRow } from './bench-row.ts'
import { generateEngineLoad, playEngineLoad, sampleEngineLoad } from './matching-engine-load.ts'

const BENCH = 'matching'
/** Messages that the slow peer gets: its time per message does not depend on the length. */
const PEER_MESSAGES = 60_000

export interface MatchingBenchOptions {
  readonly rounds: number
}

interface Contestant {
  readonly name: string
  readonly messages: number
  readonly goal?: string
  /** Answers nanoseconds for all messages. */
  run(): number
}

/** Runs the bench; workloads that are not on this machine are left out and named on stderr. */
export async function runMatchingBench({ rounds }: MatchingBenchOptions): Promise<BenchRow[]> {
  const rows: BenchRow[] = []
  const contestants: Contestant[] = []
  for (const name of Object.keys(WORKLOAD_ORACLES) as WorkloadName[]) {
    if (!hasWorkload(name)) {
      console.error(`SKIPPED: no data set for the workload ${name}`)
      continue
    }
    const load = await readWorkload(name)
    rows.push(checkOracle(name, load))
    contestants.push(bookAlone(name, load))
    if (name === 'normal') contestants.push(peer(load))
  }
  const load = generateEngineLoad()
  contestants.push({
    name: 'whole engine, 100 instruments, 10,000 accounts',
    messages: load.count,
    goal: '<= 250 ns',
    run: () => playEngineLoad(load),
  })
  const samples = contestants.map(() => [] as number[])
  for (let round = 0; round <= rounds; round++) {
    contestants.forEach((contestant, i) => {
      const perMessage = contestant.run() / contestant.messages
      // The first round only warms up.
      if (round > 0) samples[i]?.push(perMessage)
    })
  }
  contestants.forEach((contestant, i) => {
    rows.push(...rowsOf(contestant, samples[i] ?? []))
  })
  const percentiles = sampleEngineLoad(load)
  const name = 'whole engine, one command, timer included'
  rows.push({ bench: BENCH, name, value: percentiles['p50'] ?? 0, unit: 'us', percentiles })
  return [...rows, ...ratiosOf(contestants, samples)]
}

function bookAlone(name: WorkloadName, load: Workload): Contestant {
  const sink = new ReportSink(1 << 16)
  return {
    name: `book alone, workload ${name}`,
    messages: load.count,
    goal: '<= 72 ns',
    run: () => {
      const book = new LimitBook(sink, 16_384)
      const start = process.hrtime.bigint()
      playWorkload(load, book, 0, load.count)
      return Number(process.hrtime.bigint() - start)
    },
  }
}

/** The same messages for nodejs-order-book; it takes no IOC, so what of one rests is canceled. */
function peer(load: Workload): Contestant {
  return {
    name: 'nodejs-order-book, start of workload normal',
    messages: Math.min(PEER_MESSAGES, load.count),
    run: () => {
      const book = new OrderBook()
      const start = process.hrtime.bigint()
      for (let i = 0; i < Math.min(PEER_MESSAGES, load.count); i++) {
        const id = String(load.id[i])
        const size = load.qty[i] as number
        const price = load.price[i] as number
        const side = (load.side[i] === 0 ? 'buy' : 'sell') as Parameters<
          typeof book.limit
        >[0]['side']
        if (load.type[i] === 0) {
          book.limit({ id, side, size, price })
          if (load.ioc[i] !== 0) book.cancel(id)
        } else if (load.type[i] === 1) book.cancel(id)
        else if (book.order(id) !== undefined) {
          book.cancel(id)
          book.limit({ id, side, size, price })
        }
      }
      return Number(process.hrtime.bigint() - start)
    },
  }
}

function checkOracle(name: WorkloadName, load: Workload): BenchRow {
  const sink = new ReportSink(3_000_000)
  playWorkload(load, new LimitBook(sink), 0, load.count)
  const isRight = hashReports(sink) === WORKLOAD_ORACLES[name]
  const value = isRight ? 1 : 0
  return { bench: BENCH, name: `oracle of ${name} met`, value, unit: '1 = yes', goal: '1' }
}

function rowsOf({ name, goal }: Contestant, samples: readonly number[]): BenchRow[] {
  const value = median(samples)
  const time = { bench: BENCH, name, value: round(value), unit: 'ns/message' }
  return [
    goal === undefined ? time : { ...time, goal },
    { bench: BENCH, name, value: Math.round(1e9 / value), unit: 'messages/s' },
  ]
}

function ratiosOf(contestants: readonly Contestant[], samples: readonly number[][]): BenchRow[] {
  const at = contestants.findIndex(({ name }) => name.startsWith('nodejs-order-book'))
  const book = contestants.findIndex(({ name }) => name === 'book alone, workload normal')
  if (at < 0 || book < 0) return []
  const value = round(median(samples[at] ?? []) / median(samples[book] ?? []))
  return [{ bench: BENCH, name: 'book alone against nodejs-order-book', value, unit: 'x' }]
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
