// What balances are worth in one currency: each asset at the last trade price, through one
// instrument or two (ETH through ETH-BTC and BTC-USD). Rates are exact fractions; a value is rounded
// once, down.

import { roundDiv } from './fee.ts'
import type { Instrument } from './instrument.ts'

/** Minor units of the currency for one minor unit of the asset: num / den, both positive. */
export interface Rate {
  readonly num: bigint
  readonly den: bigint
}

/** Instrument -> ticks of its last trade. */
export type LastPrices = ReadonlyMap<number, number>

/** Asset -> rate; an asset without a price is absent. */
export type Rates = ReadonlyMap<number, Rate>

/**
 * Rates of all assets that can be reached. A direct instrument goes before two, and among equals
 * the first in `instruments`. F7: a price of zero or less values nothing.
 */
export function ratesIn(
  currencyId: number,
  instruments: Iterable<Instrument>,
  prices: LastPrices,
): Rates {
  const steps = [...instruments].flatMap((instrument) => stepsOf(instrument, prices))
  const rates = new Map<number, Rate>([[currencyId, { num: 1n, den: 1n }]])
  for (let hop = 0; hop < 2; hop++) {
    const reached = new Map(rates)
    for (const { from, to, rate } of steps) {
      const onward = rates.get(to)
      if (onward === undefined || reached.has(from)) continue
      reached.set(from, { num: rate.num * onward.num, den: rate.den * onward.den })
    }
    for (const [assetId, rate] of reached) rates.set(assetId, rate)
  }
  return rates
}

/** The value of an amount, rounded down; null without a rate. */
export function valueOf(amount: bigint, rate: Rate | undefined): bigint | null {
  return rate === undefined ? null : roundDiv(amount * rate.num, rate.den, 'Floor')
}

/** The sum of what has a value. */
export function equityOf(balances: Iterable<readonly [number, bigint]>, rates: Rates): bigint {
  let equity = 0n
  for (const [assetId, amount] of balances) equity += valueOf(amount, rates.get(assetId)) ?? 0n
  return equity
}

/** A spot instrument leads from its base to its quote, and back; nobody owns a perpetual's base. */
function stepsOf(instrument: Instrument, prices: LastPrices) {
  const lastPx = prices.get(instrument.instrumentId) ?? 0
  if (lastPx <= 0 || instrument.kind !== 'Spot') return []
  const { base, quote, notionalFactor, lotBaseMinor } = instrument
  const quoteMinor = BigInt(lastPx) * notionalFactor
  return [
    { from: base.assetId, to: quote.assetId, rate: { num: quoteMinor, den: lotBaseMinor } },
    { from: quote.assetId, to: base.assetId, rate: { num: lotBaseMinor, den: quoteMinor } },
  ]
}
