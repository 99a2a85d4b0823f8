import test from 'ava'
import {
  findCrossings,
  firstAtOrAbove,
  firstAtOrBelow,
} from '../../../functions/alerts/crossings.ts'
import { batch, report, trade } from '../../helpers/events.ts'

/** One trade per batch at these prices, from sequence 1 on. */
const tape = (prices: readonly number[]) =>
  findCrossings(
    prices.map((price, i) =>
      batch(
        i + 1,
        trade({
          tradeID: i + 1,
          price,
          qty: 1,
          buyer: 1000,
          seller: 1001,
          buyOrderID: 2 * i + 1,
          sellOrderID: 2 * i + 2,
        }),
      ),
    ),
  )

test('the first trade at or through a price is found, like a look at every trade would', (t) => {
  const prices = [100, 103, 99, 103, 107, 90, 95, 107, 108]
  const crossings = tape(prices)
  for (let price = 85; price <= 112; price++) {
    const above = prices.findIndex((p) => p >= price) + 1
    const below = prices.findIndex((p) => p <= price) + 1
    t.is(firstAtOrAbove(crossings, 1, price)?.seq ?? 0, above, `above ${price}`)
    t.is(firstAtOrBelow(crossings, 1, price)?.seq ?? 0, below, `below ${price}`)
  }
})

test('only orders that a trade filled whole are fills; orders that merely end are none', (t) => {
  const { fills, prices } = findCrossings([
    batch(1, [
      report({ orderID: 1 }),
      report({ orderID: 2, execType: 'Canceled', ordStatus: 'Canceled', leavesQty: 0 }),
    ]),
    batch(2, [
      report({
        orderID: 1,
        execType: 'Trade',
        ordStatus: 'PartiallyFilled',
        lastPx: 100,
        lastQty: 1,
        cumQty: 1,
      }),
      report({
        orderID: 3,
        execType: 'Trade',
        ordStatus: 'Filled',
        lastPx: 101,
        lastQty: 10,
        cumQty: 10,
      }),
    ]),
  ])
  t.deepEqual(
    fills.map((fill) => [fill.orderID, fill.seq, fill.price]),
    [[3, 2, 101]],
  )
  t.deepEqual([...prices.keys()], [1])
})

test('instruments do not mix', (t) => {
  const other = trade({
    tradeID: 9,
    price: 5_000,
    qty: 1,
    buyer: 1,
    seller: 2,
    buyOrderID: 1,
    sellOrderID: 2,
  }).map((event) => ({ ...event, instrumentId: 2 }))
  const crossings = findCrossings([batch(1, other)])
  t.is(firstAtOrAbove(crossings, 1, 10), undefined)
  t.is(firstAtOrAbove(crossings, 2, 10)?.price, 5_000)
})
