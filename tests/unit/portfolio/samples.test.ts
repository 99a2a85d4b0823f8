import test from 'ava'
import type { ProjectedBatch } from '#adapters/postgres/index.ts'
import type { LastPrices } from '#domain/equity.ts'
import {
  BUCKET_MS,
  foldPortfolio,
  type PortfolioBefore,
  touchedAccounts,
} from '../../../functions/portfolio/samples.ts'
import { engineBatches, eventsOf, piecesOf } from '../../helpers/engine-events.ts'
import { BTC_USD, balance, batch, trade } from '../../helpers/events.ts'

const NOTHING: PortfolioBefore = { holdings: new Map(), prices: new Map() }
const sale = (tradeID: number, price: number) =>
  trade({
    tradeID,
    price,
    qty: 1,
    buyer: 1_000,
    seller: 1_001,
    buyOrderID: tradeID * 2,
    sellOrderID: tradeID * 2 + 1,
  })

test('one sample a minute, at the prices of the last change in it', (t) => {
  const btc = (n: bigint) => balance({ assetId: 2, delta: 1n, balance: n })
  const { samples } = foldPortfolio(
    [
      batch(1, [...sale(1, 10), btc(1n)]),
      batch(2, [...sale(2, 20), btc(2n)]),
      // The price moves on without the account: its sample of this minute stays.
      batch(3, sale(3, 90)),
      batch(61, [...sale(4, 50), btc(3n)]),
    ],
    NOTHING,
    [BTC_USD],
    1,
  )
  t.deepEqual(samples, [
    { account: 1_000, bucketMs: 0, equity: 40n, seq: 2 },
    { account: 1_000, bucketMs: BUCKET_MS, equity: 150n, seq: 61 },
  ])
})

test("holds move no equity, the venue's own accounts have no curve", (t) => {
  const { samples, balances } = foldPortfolio(
    [batch(1, [balance({ delta: 0n, hold: 9n, reason: 'Hold' }), balance({ account: 2 })])],
    NOTHING,
    [BTC_USD],
    1,
  )
  t.deepEqual([samples, balances], [[], []])
})

test('no samples before the currency is listed, but balances are kept', (t) => {
  const { samples, balances } = foldPortfolio([batch(1, [balance()])], NOTHING, [], undefined)
  t.is(samples.length, 0)
  t.is(balances.length, 1)
})

test('the curve is a function of the log: however it is cut, the same samples', (t) => {
  const batches = engineBatches(5, 240)
  const instrument = eventsOf(batches, 'InstrumentChanged').at(-1)?.instrument ?? BTC_USD
  const usd = instrument.quote.assetId
  const curve = (size: number) => {
    const samples = new Map<string, { equity: bigint; seq: number }>()
    let holdings = new Map<number, Map<number, bigint>>()
    let prices: LastPrices = new Map()
    const play = (bulk: readonly ProjectedBatch[]) => {
      const touched = new Set(touchedAccounts(bulk))
      const before = {
        holdings: new Map([...holdings].filter(([account]) => touched.has(account))),
        prices,
      }
      const fold = foldPortfolio(bulk, before, [instrument], usd)
      holdings = new Map([...holdings].map(([account, held]) => [account, new Map(held)]))
      for (const { account, assetId, balance: now } of fold.balances) {
        holdings.set(account, (holdings.get(account) ?? new Map()).set(assetId, now))
      }
      prices = new Map([...prices, ...fold.prices.map((p) => [p.instrumentId, p.lastPx] as const)])
      for (const { account, bucketMs, equity, seq } of fold.samples) {
        samples.set(`${account} ${bucketMs}`, { equity, seq })
      }
    }
    for (const bulk of piecesOf(batches, size)) play(bulk)
    return new Map([...samples].sort(([a], [b]) => (a < b ? -1 : 1)))
  }
  const whole = curve(240)
  t.true(whole.size > 16)
  t.deepEqual(curve(1), whole)
  t.deepEqual(curve(7), whole)
  t.deepEqual(curve(61), whole)
})
