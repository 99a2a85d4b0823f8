// What an order holds: the worst that its open quantity can cost. The hold is never stored, it is a
// function of the order, so it cannot drift; `checkInvariants` compares the sums.

import { ORDER as SHARED_ORDER } from '../book/order-pool.ts'
import type { EngineState } from '../engine-state.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { addOpen, feeHoldOf } from '../margin/margin-holds.ts'
import { Int64 } from '../money/int64.ts'
import { accountSlotOf } from '../orders/account-orders.ts'
import { isBuyOf } from '../orders/open-orders.ts'
import { feeResidueOf, makerFeeOf, takerFeeOf } from '../orders/order-details.ts'
import { addExposure } from './exposure.ts'
import { baseAmountOf, holdRateOf, notionalOf } from './notional.ts'

// Constants of this module are folded into the code; imported ones are read from memory each time.
const ORDER = SHARED_ORDER

const fee = new Int64()
const amount = new Int64()

/** Price x qty plus its fee, less what earlier fills overpaid: buyHoldOf of domain/fee.ts. */
export function buyHoldOf(
  instrument: InstrumentState,
  price: number,
  qty: number,
  holdPpm: number,
  residue: number,
  out: Int64,
): void {
  notionalOf(instrument, price, qty, out)
  if (!out.fits()) return
  fee.setFee(out, holdPpm, residue)
  out.add(fee)
}

/** The hold of an order with so much open, from its own price, rates and residue. */
export function orderHoldOf(
  s: EngineState,
  instrument: InstrumentState,
  order: number,
  leaves: number,
  out: Int64,
): void {
  if (instrument.isPerpetual) {
    feeHoldOf(s, instrument, order, leaves, out)
    return
  }
  const key = s.memory.orders.f64[order * ORDER.doubles + ORDER.key] as number
  if (key < 0) {
    baseAmountOf(instrument, leaves, out)
    return
  }
  const { i32 } = s.details
  const rate = holdRateOf(makerFeeOf(i32, order), takerFeeOf(i32, order))
  buyHoldOf(instrument, key, leaves, rate, feeResidueOf(i32, order), out)
}

/** The balance that an order holds: quote for a buy, base for a sell; a perpetual's: quote. */
export function holdBalanceOf(
  s: EngineState,
  instrument: InstrumentState,
  accountSlot: number,
  isBuy: boolean,
): number {
  const isQuote = isBuy || instrument.isPerpetual
  return s.balances.of(accountSlot, isQuote ? instrument.quoteAssetId : instrument.baseAssetId)
}

/** Takes the hold of an order that comes to rest, and counts its quantity as open. */
export function takeHold(
  s: EngineState,
  instrument: InstrumentState,
  order: number,
  leaves: number,
): void {
  orderHoldOf(s, instrument, order, leaves, amount)
  s.balances.hold(balanceOf(s, instrument, order), amount)
  countOpen(s, instrument, order, leaves)
}

/** Gives back the whole hold of an order that has so much open, to the last unit. */
export function releaseHold(
  s: EngineState,
  instrument: InstrumentState,
  order: number,
  leaves: number,
): void {
  orderHoldOf(s, instrument, order, leaves, amount)
  s.balances.release(balanceOf(s, instrument, order), amount)
  countOpen(s, instrument, order, -leaves)
}

function balanceOf(s: EngineState, instrument: InstrumentState, order: number): number {
  return holdBalanceOf(s, instrument, accountSlotOf(s, order), isBuyOf(s, order))
}

function countOpen(s: EngineState, instrument: InstrumentState, order: number, lots: number): void {
  addExposure(s, instrument, accountSlotOf(s, order), isBuyOf(s, order), 0, lots)
  if (instrument.isPerpetual) addOpen(s, instrument, order, lots)
}
