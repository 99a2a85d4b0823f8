// The book against the published totals of workload W1, trade by trade through the hash.

import test from 'ava'
import { LimitBook } from '#engine/book/limit-book.ts'
import { ReportSink } from '#engine/book/report-sink.ts'
import { generateW1, playW1, totalsOf, W1_ORACLES, W1_TIMED_FROM } from '../../bench/workload-w1.ts'

/** All reports of a run: one or two a command besides the trades. */
const REPORTS = 2_000_000

for (const [name, requeue] of [
  ['w1', false],
  ['w1l', true],
] as const) {
  test(`B1: workload ${name} trades as published, maker by maker`, (t) => {
    const load = generateW1({ requeue })
    const sink = new ReportSink(REPORTS)
    const book = new LimitBook(sink, 1)
    playW1(load, book, 0, load.count)
    t.true(sink.count <= REPORTS)
    t.deepEqual(totalsOf(sink), W1_ORACLES[name])
  })
}

test('the timed part of workload w1 has the published mix of commands', (t) => {
  const { type } = generateW1()
  const mix = [0, 0, 0, 0, 0, 0, 0]
  for (const one of type.subarray(W1_TIMED_FROM)) mix[one] = (mix[one] as number) + 1
  t.deepEqual(mix, [0, 550_076, 349_642, 24_855, 25_461, 24_973, 24_993])
})
