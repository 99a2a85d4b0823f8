// The markets that the bench generates: the same bytes from the same seed everywhere, and in each
// the mix that its description promises.

import { createHash } from 'node:crypto'
import test from 'ava'
import { LimitBook, REPORT_CANCEL_REFUSED, REPORT_MODIFY_REFUSED } from '#engine/book/limit-book.ts'
import { ReportSink } from '#engine/book/report-sink.ts'
import { generateRegime, REGIMES, type RegimeLoad } from '../../bench/regimes.ts'
import { playWorkload } from '../../helpers/workload-file.ts'

const TIMED = 20_000

/** First 16 hex digits over all columns, at 20,000 timed commands and the default seed. */
const HASHES = new Map([
  ['narrow book', '79a11b629d78a7ed'],
  ['static deep book', '25e0c1654ad6401e'],
  ['sparse levels', '4bb6cc4833855a59'],
  ['crowded level', '824ec9f32723deca'],
  ['swings', 'd0ea573ac7c6907a'],
  ['flash crash', 'f64411d042d9b5ab'],
])

function hashOf({ columns }: RegimeLoad): string {
  const { type, side, ioc, qty, seq, id, price } = columns
  const hash = createHash('sha256')
  for (const column of [type, side, ioc, qty, seq, id, price]) {
    hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength))
  }
  return hash.digest('hex').slice(0, 16)
}

function shareOf({ columns, warm }: RegimeLoad, type: number, ioc: number): number {
  let count = 0
  for (let i = warm; i < columns.count; i++) {
    if (columns.type[i] === type && columns.ioc[i] === ioc) count++
  }
  return (100 * count) / (columns.count - warm)
}

for (const regime of REGIMES) {
  const { name } = regime

  test(`the regime ${name} is the same bytes on every machine`, (t) => {
    t.is(hashOf(generateRegime(regime, TIMED)), HASHES.get(name) ?? 'a regime without a hash')
  })

  test(`another seed makes other commands of the regime ${name}`, (t) => {
    t.notDeepEqual(generateRegime(regime, TIMED, 2), generateRegime(regime, TIMED))
  })

  test(`the regime ${name} cancels and modifies only open orders`, (t) => {
    const { columns } = generateRegime(regime, TIMED)
    const sink = new ReportSink(4 * columns.count)
    playWorkload(columns, new LimitBook(sink), 0, columns.count)
    let refused = 0
    for (let i = 0; i < sink.count; i++) {
      const type = sink.type(i)
      if (type === REPORT_CANCEL_REFUSED || type === REPORT_MODIFY_REFUSED) refused++
    }
    t.is(refused, 0)
  })
}

for (const regime of REGIMES.filter(({ name }) => !['swings', 'flash crash'].includes(name))) {
  test(`the regime ${regime.name} has the mix that it promises, within a percent`, (t) => {
    const load = generateRegime(regime, TIMED)
    const { places, cancels, modifies } = regime.mix
    const near = (found: number, promised: number): void => {
      t.true(Math.abs(found - promised) <= 1, `${found} for ${promised}`)
    }
    near(shareOf(load, 0, 0), places)
    near(shareOf(load, 1, 0), cancels)
    near(shareOf(load, 2, 0), modifies)
    near(shareOf(load, 0, 1), 100 - places - cancels - modifies)
  })
}

test('the price of the flash crash halves and comes back', (t) => {
  const regime = REGIMES.find(({ name }) => name === 'flash crash')
  t.deepEqual(
    [0, 0.19, 0.26, 0.49].map((share) => regime?.mid(share)),
    [100_000, 100_000, 50_000, 100_000],
  )
})

test('the swings reach a quarter above and below', (t) => {
  const regime = REGIMES.find(({ name }) => name === 'swings')
  t.deepEqual(
    [0, 0.125, 0.25, 0.375, 0.5].map((share) => regime?.mid(share)),
    [20_000, 25_000, 20_000, 15_000, 20_000],
  )
})
