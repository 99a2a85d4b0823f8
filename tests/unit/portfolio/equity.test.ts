import test from 'ava'
import { equityOf, ratesIn, valueOf } from '#domain/equity.ts'
import type { Instrument } from '#domain/instrument.ts'
import { BTC_USD } from '../../helpers/events.ts'

const USD = { assetId: 1, name: 'USD', scale: 10 }
const BTC = { assetId: 2, name: 'BTC', scale: 8 }
const ETH = { assetId: 3, name: 'ETH', scale: 8 }
const ETH_BTC: Instrument = {
  ...BTC_USD,
  instrumentId: 2,
  symbol: 'ETH-BTC',
  base: ETH,
  quote: { ...BTC, scale: 8 },
  tickSize: '0.00001',
  lotSize: '0.001',
  // 0.00001 BTC a tick x 0.001 ETH a lot = 10^-8 BTC.
  notionalFactor: 1n,
  lotBaseMinor: 100_000n,
}
const ETH_USD: Instrument = {
  ...BTC_USD,
  instrumentId: 3,
  symbol: 'ETH-USD',
  base: ETH,
  quote: USD,
}
const one = (scale: number) => 10n ** BigInt(scale)

test('an asset is worth its last price through its own instrument', (t) => {
  const rates = ratesIn(1, [BTC_USD], new Map([[1, 6_500_000]]))
  t.is(valueOf(one(8), rates.get(2)), 65_000n * one(10))
  t.is(valueOf(one(10), rates.get(1)), one(10))
})

test('one hop: ETH through ETH-BTC and BTC-USD', (t) => {
  const prices = new Map([
    [1, 6_500_000],
    [2, 5_000],
  ])
  const rates = ratesIn(1, [ETH_BTC, BTC_USD], prices)
  t.is(valueOf(one(8), rates.get(3)), 3_250n * one(10))
})

test('a direct instrument goes before one hop', (t) => {
  const prices = new Map([
    [1, 6_500_000],
    [2, 5_000],
    [3, 300_000],
  ])
  const rates = ratesIn(1, [ETH_BTC, BTC_USD, ETH_USD], prices)
  t.is(valueOf(one(8), rates.get(3)), 3_000n * one(10))
})

test('the way back: USD in BTC, rounded down', (t) => {
  const rates = ratesIn(2, [BTC_USD], new Map([[1, 6_500_000]]))
  t.is(valueOf(65_000n * one(10), rates.get(1)), one(8))
  t.is(valueOf(1n, rates.get(1)), 0n)
  t.is(valueOf(-1n, rates.get(1)), -1n)
})

test('F7: without a price, or at a price of zero, there is no value and no division', (t) => {
  for (const prices of [new Map<number, number>(), new Map([[1, 0]]), new Map([[1, -5]])]) {
    const rates = ratesIn(1, [BTC_USD], prices)
    t.is(valueOf(one(8), rates.get(2)), null)
    t.is(
      equityOf(
        [
          [2, one(8)],
          [1, 7n],
        ],
        rates,
      ),
      7n,
    )
  }
})
