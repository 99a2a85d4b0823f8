// What an elected order must pass, as the Limit or Market order that it has become: the rungs of
// risk/pre-trade.ts that can have changed since it was accepted.

import { reachOf } from '../auction/volatility-guard.ts'
import { SIDE_BUY, SIDE_SELL } from '../book/book.ts'
import { ORDER } from '../book/order-pool.ts'
import { REJECT, staysOpen, TYPE_LIMIT, TYPE_MARKET } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import { NewOrderCommand } from '../hot-command.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { reduceOnlyRoom } from '../margin/reduce-only.ts'
import { accountSlotOf } from '../orders/account-orders.ts'
import { isBuyOf, leavesOf } from '../orders/open-orders.ts'
import {
  ATTRIBUTE_POST_ONLY,
  ATTRIBUTE_REDUCE_ONLY,
  DETAIL,
  makerFeeOf,
  stpModeOf,
  takerFeeOf,
  timeInForceOf,
} from '../orders/order-details.ts'
import { positionOf } from '../risk/exposure.ts'
import { type Admission, admitAccount, checkEntry, isOverLimit } from '../risk/pre-trade.ts'
import { isInsideBand, marketKey } from '../risk/price-band.ts'
import { isLimitType } from './stop-price.ts'
import { typeOf } from './waiting.ts'

const entering = new NewOrderCommand()

/** Answers a code of REJECT_REASONS; 0 when the order may enter, then `a` says how. */
export function admitElected(
  s: EngineState,
  instrument: InstrumentState,
  order: number,
  a: Admission,
): number {
  const reason = admitAccount(s, s.accounts.numberOf(accountSlotOf(s, order)), a)
  if (reason !== 0) return reason
  describeEntry(s, instrument, order, a)
  if (entering.ordType === TYPE_LIMIT && !isInsideBand(instrument, entering.price)) {
    return REJECT.PriceBand
  }
  return instrument.isPerpetual
    ? admitPerpetual(s, instrument, order, a)
    : checkEntry(s, instrument, entering, a)
}

/** What a perpetual's order was not asked while it waited. */
function admitPerpetual(
  s: EngineState,
  instrument: InstrumentState,
  order: number,
  a: Admission,
): number {
  if (entering.reduceOnly) {
    const mayRest = entering.ordType === TYPE_LIMIT && staysOpen(entering.timeInForce)
    const room = reduceOnlyRoom(s, a.accountSlot, instrument.id, entering.side, mayRest)
    if (room === 0) return REJECT.ReduceOnlyWouldIncrease
    a.qty = Math.min(a.qty, room)
  }
  if (isOverLimit(s, instrument, a, entering.side, a.qty)) return REJECT.PositionLimit
  const reason = checkEntry(s, instrument, entering, a)
  if (reason !== 0) return reason
  const cut = leavesOf(s, order) - a.qty
  const orderQty = order * DETAIL.doubles + DETAIL.orderQty
  s.details.f64[orderQty] = (s.details.f64[orderQty] as number) - cut
  s.memory.orders.f64[order * ORDER.doubles + ORDER.leaves] = a.qty
  return 0
}

/** Fills in how a record that is not in the market would enter it; a Market type gets its key. */
export function describeEntry(
  s: EngineState,
  instrument: InstrumentState,
  order: number,
  a: Admission,
): void {
  const { orders } = s.memory
  const { i32 } = s.details
  const attributes = i32[order * DETAIL.words + DETAIL.attributes] as number
  const isLimit = isLimitType(typeOf(s, order))
  entering.side = isBuyOf(s, order) ? SIDE_BUY : SIDE_SELL
  const keyAt = order * ORDER.doubles + ORDER.key
  if (!isLimit) orders.f64[keyAt] = marketKey(instrument, entering.side)
  a.accountSlot = accountSlotOf(s, order)
  a.instrument = instrument
  a.position = positionOf(s, a.accountSlot, instrument)
  a.key = orders.f64[keyAt] as number
  a.reach = reachOf(s, instrument, a.key)
  a.qty = leavesOf(s, order)
  a.stpMode = stpModeOf(attributes)
  a.makerFeePpm = makerFeeOf(i32, order)
  a.takerFeePpm = takerFeeOf(i32, order)
  a.isShort = false
  a.quoteAmount.setZero()
  entering.account = s.accounts.numberOf(a.accountSlot)
  entering.instrumentId = instrument.id
  entering.ordType = isLimit ? TYPE_LIMIT : TYPE_MARKET
  entering.timeInForce = timeInForceOf(attributes)
  entering.postOnly = (attributes & ATTRIBUTE_POST_ONLY) !== 0
  entering.reduceOnly = (attributes & ATTRIBUTE_REDUCE_ONLY) !== 0
  entering.price = isLimit ? Math.abs(a.key) : 0
  entering.orderQty = a.qty
}
