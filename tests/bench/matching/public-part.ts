// The book alone on the public workloads, when they are on this machine: every report encoded into
// the sink, the hash of all reports against the published one.

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
} from '../../helpers/workload-file.ts'
import type { BenchRow } from '../bench-row.ts'
import { bookAlone, loadOfColumns, singleCommands } from './book-load.ts'
import { agreement, figure, race, speedRow, timeOf } from './contestant.ts'
import { latencyRows } from './latency.ts'

const PART = 'public'
const GOALS = { goal: '>= 5', stretch: '>= 8' }
const WORST = 'book alone, the worse of the public workloads'
/** More than both workloads report. */
const REPORTS_MAX = 3_000_000
const SINGLE_ROUNDS_MAX = 3

/** Runs the part; without the data sets it says so, and nothing else. */
export async function runPublicPart(rounds: number): Promise<BenchRow[]> {
  const names = (Object.keys(WORKLOAD_ORACLES) as WorkloadName[]).filter(hasWorkload)
  if (names.length < Object.keys(WORKLOAD_ORACLES).length) {
    console.error('SKIPPED: the public workloads are not on this machine')
    const skipped = 'the data sets are not on this machine'
    return [figure(PART, WORST, 0, 'M messages/s', { ...GOALS, skipped })]
  }
  const columns = await Promise.all(names.map(readWorkload))
  const rows = names.map((name, i) => checkOracle(name, columns[i] as Workload))
  const loads = names.map((name, i) =>
    loadOfColumns(`book alone, public workload ${name}`, columns[i] as Workload, 0),
  )
  const results = race(
    loads.map((load) => bookAlone(load)),
    rounds,
  )
  const worst = Math.max(...results.map(timeOf))
  rows.push(...results.map((result) => speedRow(PART, result)))
  rows.push(figure(PART, WORST, 1000 / worst, 'M messages/s', GOALS))
  for (const load of loads) {
    const logs = singleCommands(load, Math.min(rounds, SINGLE_ROUNDS_MAX))
    rows.push(...latencyRows(PART, load.name, logs, load.types))
  }
  return rows
}

function checkOracle(name: WorkloadName, load: Workload): BenchRow {
  const sink = new ReportSink(REPORTS_MAX)
  playWorkload(load, new LimitBook(sink), 0, load.count)
  const isRight = hashReports(sink) === WORKLOAD_ORACLES[name]
  return agreement(PART, `reports of the public workload ${name} have the published hash`, isRight)
}
