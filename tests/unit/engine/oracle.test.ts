// The book against the reports that 160 independent engines reproduce.

import test from 'ava'
import { LimitBook } from '#engine/book/limit-book.ts'
import { ReportSink } from '#engine/book/report-sink.ts'
import {
  hashReports,
  hasWorkload,
  playWorkload,
  readWorkload,
  WORKLOAD_ORACLES,
  type WorkloadName,
} from '../../helpers/workload-file.ts'

const names = Object.keys(WORKLOAD_ORACLES) as WorkloadName[]
for (const name of names) {
  const run = hasWorkload(name) ? test.serial : test.serial.skip
  if (!hasWorkload(name)) console.warn(`SKIPPED: no data set for the workload ${name}`)
  run(`the reports of the public workload ${name} have the published hash`, async (t) => {
    const load = await readWorkload(name)
    const sink = new ReportSink(3_000_000)
    const book = new LimitBook(sink, 1)
    playWorkload(load, book, 0, load.count)
    t.is(hashReports(sink), WORKLOAD_ORACLES[name])
  })
}
