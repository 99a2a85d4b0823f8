// Lots and ticks as money, and the rate that a hold reckons with.

import type { InstrumentState } from '../instruments/instrument-state.ts'
import { Int64 } from '../money/int64.ts'

const scratch = new Int64()

/** Quote minor units of a quantity at a price. Out of range: does not fit, see Int64. */
export function notionalOf(
  instrument: InstrumentState,
  price: number,
  qty: number,
  out: Int64,
): void {
  out.setProduct(price, qty)
  out.multiply(instrument.notionalFactor, scratch)
}

/** Base minor units of a quantity; listing made sure that it fits. */
export function baseAmountOf(instrument: InstrumentState, qty: number, out: Int64): void {
  out.setProduct(qty, instrument.lotBaseMinor)
}

/** The dearest rate that an order's fills can meet; a rebate holds nothing less. */
export function holdRateOf(makerFeePpm: number, takerFeePpm: number): number {
  return Math.max(makerFeePpm, takerFeePpm, 0)
}
