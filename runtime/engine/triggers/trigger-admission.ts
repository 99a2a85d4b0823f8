// The ladder of checks for an order that will wait: the same rungs as for one that enters at once
// (risk/pre-trade.ts), without those that only the market can answer. These come at its election.

import { keyOf, SIDE_BUY } from '../book/book.ts'
import { FORCE_GFA, FORCE_GTC, REJECT, staysOpen, TYPE_TRAILING_STOP } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import type { NewOrderCommand } from '../hot-command.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { checkEnd } from '../lifetime/expiry.ts'
import { isTooFast } from '../lifetime/order-rate.ts'
import { Int64 } from '../money/int64.ts'
import { loadAvailable } from '../risk/available.ts'
import { positionOf } from '../risk/exposure.ts'
import { buyHoldOf, holdBalanceOf } from '../risk/holds.ts'
import { baseAmountOf, holdRateOf } from '../risk/notional.ts'
import {
  type Admission,
  admitToMarket,
  checkModes,
  checkPriced,
  checkQty,
  hasTooManyOrders,
  isOverLimit,
  isRepeated,
  isSideFull,
  setRates,
} from '../risk/pre-trade.ts'
import { heldAt, isLimitType, isTriggerType, trailingStop } from './stop-price.ts'

const required = new Int64()
const available = new Int64()
const PPM_MAX = 999_999

/** Runs the ladder. Answers a code of REJECT_REASONS, 0 when the order may wait. */
export function admitTrigger(s: EngineState, cmd: NewOrderCommand, a: Admission): number {
  let reason = admitToMarket(s, cmd, a)
  if (reason !== 0) return reason
  const instrument = a.instrument as InstrumentState
  reason = checkTerms(instrument, cmd, a)
  if (reason !== 0) return reason
  reason = checkEnd(s, cmd)
  if (reason !== 0) return reason
  reason = checkTriggerBounds(instrument, cmd)
  if (reason !== 0) return reason
  if (isRepeated(s, cmd.clOrdID, a)) return REJECT.DuplicateClOrdID
  a.position = positionOf(s, a.accountSlot, instrument)
  a.qty = cmd.orderQty
  a.key = keyOf(cmd.side, holdPriceOf(instrument, cmd))
  setRates(s, instrument, a)
  if (hasTooManyOrders(s, instrument, a)) return REJECT.TooManyOpenOrders
  if (isTooFast(s, a.accountSlot, a.before + 1)) return REJECT.OrderRateExceeded
  if (a.isHeldBack) return 0
  // A perpetual's order holds nothing while it waits; all of this is asked when it is elected.
  if (instrument.isPerpetual) return 0
  if (isOverLimit(s, instrument, a, cmd.side, a.qty)) return REJECT.PositionLimit
  if (cmd.side === SIDE_BUY) {
    buyHoldOf(instrument, a.key, a.qty, holdRateOf(a.makerFeePpm, a.takerFeePpm), 0, required)
  } else baseAmountOf(instrument, a.qty, required)
  const funds = holdBalanceOf(s, instrument, a.accountSlot, cmd.side === SIDE_BUY)
  loadAvailable(s, funds, available)
  return available.isBelow(required) ? REJECT.InsufficientFunds : 0
}

/** Whether it means something, and has what its type needs and nothing else. */
function checkTerms(instrument: InstrumentState, cmd: NewOrderCommand, a: Admission): number {
  if (((cmd.clOrdID[0] as number) & 255) === 0) return REJECT.Malformed
  if (!isTriggerType(cmd.ordType)) return REJECT.UnsupportedOrder
  const reason = checkModes(instrument, cmd, a)
  if (reason !== 0) return reason
  const force = cmd.timeInForce
  if (!(force >= FORCE_GTC && force < FORCE_GFA)) return REJECT.UnsupportedOrder
  if (cmd.postOnly && !(isLimitType(cmd.ordType) && staysOpen(force)))
    return REJECT.UnsupportedOrder
  a.quoteAmount.load(cmd.quoteAmount, 0)
  if (cmd.reduceOnly && !instrument.isPerpetual) return REJECT.UnsupportedOrder
  if (cmd.displayQty !== 0 || !a.quoteAmount.isZero()) {
    return REJECT.UnsupportedOrder
  }
  const isTrailing = cmd.ordType === TYPE_TRAILING_STOP
  if ((isTrailing ? cmd.stopPx : cmd.trailingOffset) !== 0) return REJECT.UnsupportedOrder
  return (isTrailing ? cmd.trailingOffset : cmd.stopPx) === 0 ? REJECT.StopPxRequired : 0
}

function checkTriggerBounds(instrument: InstrumentState, cmd: NewOrderCommand): number {
  const reason = checkQty(instrument, cmd.orderQty)
  if (reason !== 0) return reason
  const isTrailing = cmd.ordType === TYPE_TRAILING_STOP
  const distance = isTrailing ? cmd.trailingOffset : cmd.stopPx
  if (!Number.isSafeInteger(distance) || distance < 1) return REJECT.InvalidPrice
  if (isTrailing && cmd.isTrailingPpm && distance > PPM_MAX) return REJECT.InvalidPrice
  const { side, price, orderQty } = cmd
  if (isLimitType(cmd.ordType)) return checkPriced(instrument, side, price, orderQty, orderQty)
  if (price !== 0) return REJECT.InvalidPrice
  return isSideFull(instrument, side, orderQty) ? REJECT.Overflow : 0
}

/** The price at which the order holds its funds while it waits. */
function holdPriceOf(instrument: InstrumentState, cmd: NewOrderCommand): number {
  if (isLimitType(cmd.ordType)) return cmd.price
  if (cmd.ordType !== TYPE_TRAILING_STOP) return heldAt(instrument, cmd.side, cmd.stopPx)
  const isBuy = cmd.side === SIDE_BUY
  const stop = trailingStop(isBuy, instrument.lastPrice, cmd.trailingOffset, cmd.isTrailingPpm)
  return heldAt(instrument, cmd.side, stop)
}
