import test from 'ava'
import fc from 'fast-check'
import type { ProjectedBatch } from '#adapters/postgres/index.ts'
import { foldRisk } from '../../../functions/risk/projection.ts'
import { batch } from '../../helpers/events.ts'
import { createTinyVenue, seededRandom } from '../../helpers/tiny-venue.ts'

type OpenOrders = Map<number, { price: number; leavesQty: number }>

/** What the table holds after the batches, taken in bulks of the given sizes. */
function project(batches: readonly ProjectedBatch[], sizes: readonly number[]): OpenOrders {
  const table: OpenOrders = new Map()
  let at = 0
  for (let i = 0; at < batches.length; i++) {
    const size = sizes[i % sizes.length] ?? 1
    const { open, closed } = foldRisk(batches.slice(at, at + size))
    for (const { orderID, price, leavesQty } of open) table.set(orderID, { price, leavesQty })
    for (const orderID of closed) table.delete(orderID)
    at += size
  }
  return table
}

test('open orders after a log are those that the venue has, however the log is cut into bulks', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 ** 31 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
      (seed, sizes) => {
        const venue = createTinyVenue(seededRandom(seed))
        const batches = Array.from({ length: 120 }, (_, i) => batch(i + 1, venue.step(0)))
        const byId = (a: readonly [number, unknown], b: readonly [number, unknown]) => a[0] - b[0]
        const expected = [...venue.orders('Buy'), ...venue.orders('Sell')].map(
          ([orderID, price, leavesQty]) =>
            [orderID, { price, leavesQty }] as [number, { price: number; leavesQty: number }],
        )
        t.deepEqual([...project(batches, sizes)].sort(byId), expected.sort(byId))
      },
    ),
    { numRuns: 40 },
  )
})
