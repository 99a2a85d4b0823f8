// Which listings are sound, and what their sizes mean in integers.

import test from 'ava'
import { isSoundListing, type ListingTerms, unitsOf } from '#domain/listing.ts'

const TERMS: ListingTerms = {
  symbol: 'BTC-USD',
  kind: 'Spot',
  baseAsset: 'BTC',
  quoteAsset: 'USD',
  minQty: 1,
  maxQty: 1000,
  minNotional: 0n,
  maxNotional: 2n ** 63n - 1n,
  priceBandPpm: 0,
  makerFeePpm: -100,
  takerFeePpm: 200,
  initialMarginPpm: 0,
  maintenanceMarginPpm: 0,
  maxPosition: 0,
  maxOpenOrders: 0,
  allowedStpModes: ['None'],
  defaultStpMode: 'None',
  tradingState: 'Open',
}

const sizes = (tickSize: string, lotSize: string, baseScale: number, quoteScale: number) =>
  unitsOf({ tickSize, lotSize, baseScale, quoteScale })

test('tick x lot is a whole number of quote minor units, or the listing is refused', (t) => {
  t.deepEqual(sizes('0.01', '0.00000001', 8, 10), { notionalFactor: 1n, lotBaseMinor: 1n })
  t.deepEqual(sizes('0.5', '10', 0, 2), { notionalFactor: 500n, lotBaseMinor: 10n })
  t.is(sizes('0.01', '0.00000001', 8, 9), null)
  t.is(sizes('0.01', '0.00000001', 7, 10), null)
})

test('sizes that are no positive decimals have no units', (t) => {
  for (const bad of ['0', '-1', '1e3', '', '0.0', ' 1']) {
    t.is(sizes(bad, '1', 8, 8), null, bad)
    t.is(sizes('1', bad, 8, 8), null, bad)
  }
  t.is(sizes('1', '1', 19, 8), null)
  t.is(sizes('1', '1', 8, Number.NaN), null)
})

test('F5: bounds that could leave 64 bits are refused', (t) => {
  t.true(isSoundListing(TERMS, 1n))
  t.false(isSoundListing({ ...TERMS, maxNotional: 2n ** 63n }, 1n))
  t.false(isSoundListing(TERMS, 2n ** 60n))
  t.false(isSoundListing({ ...TERMS, maxQty: 2 ** 53 }, 1n))
})

test('terms that contradict each other are refused, whatever their types', (t) => {
  const odd: readonly Partial<Record<keyof ListingTerms, unknown>>[] = [
    { symbol: 'btc-usd' },
    { baseAsset: 'USD' },
    { quoteAsset: 7 },
    { minQty: 0 },
    { minQty: 1001 },
    { minNotional: -1n },
    { maxNotional: '5' },
    { priceBandPpm: 1_000_000 },
    { takerFeePpm: 1_000_001 },
    { makerFeePpm: 0.5 },
    { maxPosition: -1 },
    { maxOpenOrders: Number.NaN },
    { allowedStpModes: [] },
    { allowedStpModes: ['Sometimes'] },
    { defaultStpMode: 'Decrement' },
    { tradingState: 'Ajar' },
    { volatilityGuard: 5 },
    { volatilityGuard: { bandPpm: 1_000_000, action: 'EndSweep' } },
    { volatilityGuard: { bandPpm: 5 } },
  ]
  for (const change of odd) {
    t.false(
      isSoundListing({ ...TERMS, ...change } as ListingTerms, 1n),
      JSON.stringify(Object.keys(change)),
    )
  }
})

test('G1: margins are whole parts per million, maintenance within initial; spot has none', (t) => {
  const isSound = (kind: string, initialMarginPpm: number, maintenanceMarginPpm: number) =>
    isSoundListing({ ...TERMS, kind, initialMarginPpm, maintenanceMarginPpm }, 1n)
  t.true(isSound('LinearPerpetual', 1_000_000, 1))
  t.true(isSound('LinearPerpetual', 5, 5))
  t.false(isSound('LinearPerpetual', 100_000, 0))
  t.false(isSound('LinearPerpetual', 100_000, 100_001))
  t.false(isSound('LinearPerpetual', 1_000_001, 1))
  t.false(isSound('LinearPerpetual', 0.1, 0.05))
  t.false(isSound('Spot', 100_000, 50_000))
  t.false(isSound('Future', 100_000, 50_000))
})
