// Candles: buckets by floor division of UTC, folds that are exact, closing by trade and by clock.

process.env['TZ'] = 'Asia/Kathmandu'

import test from 'ava'
import fc from 'fast-check'
import {
  bucketStart,
  CANDLE_INTERVALS,
  CANDLE_WIDTH_MS,
  type Candle,
  CandleSeries,
  type CandleTrade,
  candleOf,
  foldCandles,
} from '#domain/candle.ts'

const MINUTE = CANDLE_WIDTH_MS['1m']
const HOUR = CANDLE_WIDTH_MS['1h']

const tradeAt = (timeMs: number, price = 100, qty = 1): CandleTrade => ({
  timeMs,
  price,
  qty: BigInt(qty),
  notional: BigInt(price * qty),
})

/** Trades in the order of time, a few hours long. */
const streams = fc
  .array(
    fc.record({
      gapMs: fc.oneof(fc.nat({ max: 3_000 }), fc.nat({ max: 600_000 }), fc.constant(0)),
      price: fc.integer({ min: 1, max: 1_000 }),
      qty: fc.integer({ min: 1, max: 1_000 }),
    }),
    { minLength: 1, maxLength: 150 },
  )
  .map((steps) => {
    let timeMs = 1_700_000_000_000
    return steps.map(({ gapMs, price, qty }) => tradeAt((timeMs += gapMs), price, qty))
  })

function candlesOf(trades: readonly CandleTrade[], widthMs: number): Candle[] {
  const series = new CandleSeries(widthMs, 100_000)
  for (const trade of trades) series.add(trade)
  return [...series.closed(), ...(series.open === null ? [] : [series.open])]
}

test('B8: a boundary instant opens the next bucket, in any time zone and before 1970', (t) => {
  t.is(new Date(0).getTimezoneOffset(), -330)
  for (const interval of CANDLE_INTERVALS) {
    const w = CANDLE_WIDTH_MS[interval]
    for (const k of [-86_401, -2, -1, 0, 1, 2, 473, 19_700]) {
      t.is(bucketStart(k * w - 1, w), (k - 1) * w)
      t.is(bucketStart(k * w, w), k * w + 0)
      t.is(bucketStart(k * w + 1, w), k * w + 0)
    }
  }
  t.is(
    new Date(
      bucketStart(Date.UTC(2026, 10, 22, 23, 59, 59, 999), CANDLE_WIDTH_MS['1d']),
    ).toISOString(),
    '2026-11-22T00:00:00.000Z',
  )
})

test('B8: a bucket holds its instant and is a multiple of its width, for every safe integer', (t) => {
  const times = fc.integer({ min: -(2 ** 52), max: 2 ** 52 })
  fc.assert(
    fc.property(times, fc.constantFrom(...Object.values(CANDLE_WIDTH_MS)), (timeMs, w) => {
      const start = bucketStart(timeMs, w)
      t.true(start <= timeMs && timeMs < start + w)
      t.is(Math.abs(start % w), 0)
    }),
  )
})

test('B8: an hour is the fold of its minutes, and every width the fold of its seconds', (t) => {
  fc.assert(
    fc.property(streams, (trades) => {
      const seconds = candlesOf(trades, 1_000)
      for (const interval of CANDLE_INTERVALS) {
        const w = CANDLE_WIDTH_MS[interval]
        t.deepEqual(foldCandles(seconds, w), candlesOf(trades, w))
      }
      t.deepEqual(foldCandles(candlesOf(trades, MINUTE), HOUR), candlesOf(trades, HOUR))
    }),
    { numRuns: 100 },
  )
})

test('B8: volumes sum to the trades, and no bucket without a trade exists', (t) => {
  fc.assert(
    fc.property(streams, (trades) => {
      const candles = candlesOf(trades, MINUTE)
      const sum = (list: readonly { volume: bigint }[]) => list.reduce((a, c) => a + c.volume, 0n)
      t.is(
        sum(candles),
        trades.reduce((a, { qty }) => a + qty, 0n),
      )
      t.is(
        candles.reduce((a, c) => a + c.trades, 0),
        trades.length,
      )
      for (const c of candles) {
        t.true(c.trades > 0)
        t.true(c.low <= c.open && c.open <= c.high && c.low <= c.close && c.close <= c.high)
      }
      const starts = candles.map(({ openTimeMs }) => openTimeMs)
      t.deepEqual(
        starts,
        [...new Set(starts)].sort((a, b) => a - b),
      )
    }),
    { numRuns: 100 },
  )
})

test('an hour of a trade a second is the fold of exactly 60 minutes', (t) => {
  const trades = Array.from({ length: 3_600 }, (_, i) =>
    tradeAt(i * 1_000, 100 + (i % 37), 1 + (i % 5)),
  )
  const minutes = candlesOf(trades, MINUTE)
  t.is(minutes.length, 60)
  t.deepEqual(foldCandles(minutes, HOUR), candlesOf(trades, HOUR))
})

test('a candle closes at the end of its bucket, not a millisecond before', (t) => {
  const series = new CandleSeries(MINUTE, 10)
  series.add(tradeAt(5))
  t.is(series.closeUntil(MINUTE - 1), null)
  t.deepEqual(series.closeUntil(MINUTE), candleOf(tradeAt(5), MINUTE))
  t.is(series.closeUntil(2 * MINUTE), null)
  t.is(series.open, null)
})

test('a later trade closes the candle before it', (t) => {
  const series = new CandleSeries(MINUTE, 10)
  t.is(series.add(tradeAt(1, 100)), null)
  t.is(series.add(tradeAt(MINUTE - 1, 90)), null)
  t.is(series.add(tradeAt(MINUTE, 80))?.close, 90)
})

test('kept candles are bounded, the newest stay, and it says that some were let go', (t) => {
  const series = new CandleSeries(1_000, 5)
  for (let i = 0; i < 40; i++) {
    series.add(tradeAt(i * 1_000))
    t.true(series.closed().length <= 10)
  }
  t.true(series.isTrimmed)
  t.is(series.closed().at(-1)?.openTimeMs, 38_000)
  const starts = series.closed().map(({ openTimeMs }) => openTimeMs)
  starts.slice(1).forEach((start, i) => t.is(start - (starts[i] ?? 0), 1_000))
})
