// What an order of a perpetual holds and counts while it is in the book. Held is only the dearest fee
// that its fills can meet; one that waits holds and counts nothing. Its margin is a function of what
// is counted here (exposure-value.ts).

import { ORDER } from '../book/order-pool.ts'
import type { EngineState } from '../engine-state.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { Int64 } from '../money/int64.ts'
import { accountSlotOf } from '../orders/account-orders.ts'
import { isWaiting } from '../orders/open-orders.ts'
import {
  ATTRIBUTE_REDUCE_ONLY,
  DETAIL,
  feeResidueOf,
  makerFeeOf,
  takerFeeOf,
} from '../orders/order-details.ts'
import { holdRateOf, notionalOf } from '../risk/notional.ts'
import { MARGIN } from './margins.ts'

const notional = new Int64()
const sum = new Int64()

/** The fee of an order's open quantity at its own price, rates and residue. */
export function feeHoldOf(
  s: EngineState,
  instrument: InstrumentState,
  order: number,
  open: number,
  out: Int64,
): void {
  if (isWaiting(s, order)) {
    out.setZero()
    return
  }
  const key = s.memory.orders.f64[order * ORDER.doubles + ORDER.key] as number
  const { i32 } = s.details
  notionalOf(instrument, Math.abs(key), open, notional)
  const rate = holdRateOf(makerFeeOf(i32, order), takerFeeOf(i32, order))
  out.setFee(notional, rate, feeResidueOf(i32, order))
  if (rate === 0) out.setZero()
}

/** Counts lots of an order as open, or (negative) no longer. */
export function addOpen(
  s: EngineState,
  instrument: InstrumentState,
  order: number,
  lots: number,
): void {
  if (isWaiting(s, order)) return
  const { margins } = s
  const key = s.memory.orders.f64[order * ORDER.doubles + ORDER.key] as number
  const margin = margins.of(s.balances, accountSlotOf(s, order), instrument)
  const isBuy = key > 0
  const field = isBuy ? MARGIN.openBuyNotional : MARGIN.openSellNotional
  notionalOf(instrument, Math.abs(key), Math.abs(lots), notional)
  margins.load(margin, field, sum)
  if (lots < 0) sum.subtract(notional)
  else sum.add(notional)
  margins.store(margin, field, sum)
  margins.addNumber(margin, isBuy ? MARGIN.openBuyQty : MARGIN.openSellQty, lots)
  if (isReduceOnly(s, order)) {
    margins.addNumber(margin, isBuy ? MARGIN.reduceBuyQty : MARGIN.reduceSellQty, lots)
  }
  if (lots > 0) margins.doubt(margin)
}

export function isReduceOnly(s: EngineState, order: number): boolean {
  const attributes = s.details.i32[order * DETAIL.words + DETAIL.attributes] as number
  return (attributes & ATTRIBUTE_REDUCE_ONLY) !== 0
}
