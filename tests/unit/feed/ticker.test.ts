// The rolling day: exact expiry by minute, and no division without a base.

import test from 'ava'
import fc from 'fast-check'
import { bucketStart } from '#domain/candle.ts'
import { TickerDay } from '#domain/ticker-day.ts'
import { changePct } from '../../../runtime/feed/messages.ts'

const MINUTE = 60_000
const DAY = 1_440 * MINUTE

const tradeAt = (timeMs: number, price: number, qty: bigint) => ({
  timeMs,
  price,
  qty,
  notional: BigInt(price) * qty,
})

test('a trade counts until the minute that begins 24 hours after its own, then not', (t) => {
  const day = new TickerDay()
  day.add(tradeAt(10 * MINUTE + 59_999, 100, 7n))
  t.is(day.at(10 * MINUTE + DAY - 1).trades, 1)
  t.is(day.at(10 * MINUTE + DAY).trades, 0)
  t.is(day.at(10 * MINUTE + DAY).open, null)
})

test('the figures are those of the trades in the window, whenever they are read', (t) => {
  const steps = fc.array(
    fc.tuple(fc.nat({ max: 4 * 3_600_000 }), fc.integer({ min: 1, max: 99 }), fc.boolean()),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(steps, (list) => {
      const day = new TickerDay()
      const all: { timeMs: number; price: number }[] = []
      let nowMs = 1_700_000_000_000
      for (const [gapMs, price, isRead] of list) {
        nowMs += gapMs
        day.add(tradeAt(nowMs, price, 2n))
        all.push({ timeMs: nowMs, price })
        if (!isRead) continue
        const from = bucketStart(nowMs, MINUTE) - DAY + MINUTE
        const inside = all.filter(({ timeMs }) => timeMs >= from)
        const prices = inside.map((trade) => trade.price)
        t.deepEqual(day.at(nowMs), {
          open: prices[0] ?? null,
          high: Math.max(...prices),
          low: Math.min(...prices),
          volume: 2n * BigInt(inside.length),
          quoteVolume: 2n * BigInt(prices.reduce((a, b) => a + b, 0)),
          trades: inside.length,
        })
      }
    }),
    { numRuns: 200 },
  )
})

test('a day that was written down and taken up goes on the same', (t) => {
  const day = new TickerDay()
  for (let i = 0; i < 50; i++) day.add(tradeAt(i * 40_000, 100 + i, 1n))
  const again = new TickerDay()
  again.load(day.minutes())
  for (const each of [day, again]) each.add(tradeAt(50 * 40_000, 99, 3n))
  t.deepEqual(again.at(51 * 40_000), day.at(51 * 40_000))
})

test('F7: the change in percent is null without a base, never an error', (t) => {
  t.is(changePct(null, 5), null)
  t.is(changePct(5, null), null)
  t.is(changePct(0, 5), null)
  t.is(changePct(200, 201), '0.50')
  t.is(changePct(200, 100), '-50.00')
})
