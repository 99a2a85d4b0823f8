// ReplaceOrder: the same price and a quantity not raised keep the place in the queue; anything else
// goes to the tail and may trade. Fills stay, orderID stays, clOrdID becomes the new one. A quantity
// that is already done cancels the order.

import { noteBookChange } from '../auction/indication.ts'
import { stateTakesReplace } from '../auction/trading-states.ts'
import { keyOf, SIDE_BUY, SIDE_SELL } from '../book/book.ts'
import { ORDER } from '../book/order-pool.ts'
import { EXEC_CANCELED, EXEC_REPLACED, REJECT, STATUS_CANCELED, STATUS_PENDING } from '../codes.ts'
import { copyId } from '../copy-words.ts'
import type { EngineState } from '../engine-state.ts'
import { ID_WORDS, type ReplaceOrderCommand } from '../hot-command.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { countOrder, isTooFast } from '../lifetime/order-rate.ts'
import { listOf } from '../lists/order-lists.ts'
import { checkMargin, MarginOrder } from '../margin/margin-check.ts'
import { isReduceOnly } from '../margin/margin-holds.ts'
import { reduceOnlyRoom } from '../margin/reduce-only.ts'
import { NONE } from '../memory/slot-pool.ts'
import { Int64 } from '../money/int64.ts'
import { openStatus } from '../reports.ts'
import { loadAvailable } from '../risk/available.ts'
import { positionOf } from '../risk/exposure.ts'
import { buyHoldOf, holdBalanceOf, orderHoldOf, releaseHold, takeHold } from '../risk/holds.ts'
import { baseAmountOf, holdRateOf, notionalOf } from '../risk/notional.ts'
import {
  Admission,
  admitAccount,
  checkPriced,
  checkQty,
  isOverLimit,
  isRepeated,
  isSideFull,
  setRates,
} from '../risk/pre-trade.ts'
import { isInsideBand } from '../risk/price-band.ts'
import { isLimitType } from '../triggers/stop-price.ts'
import { holdWaiting, releaseWaiting, resizeWaiting, typeOf } from '../triggers/waiting.ts'
import { finishCommand } from './aftermath.ts'
import { findOwnOrder } from './cancel-order.ts'
import { executeOrder } from './execution.ts'
import { displayQtyOf, hasTooManyTranches, isIceberg, shrinkShown } from './iceberg.ts'
import { rememberRefused } from './new-order.ts'
import { instrumentOf, isWaiting, leavesOf, loadClOrdID, orderIDOf } from './open-orders.ts'
import { ATTRIBUTE_POST_ONLY, DETAIL, feeResidueOf, setFees, stpModeOf } from './order-details.ts'
import { closeOrder, pullOrder } from './resting.ts'

const admission = new Admission()
const oldID = new Int32Array(ID_WORDS)
const required = new Int64()
const available = new Int64()
const changed = new MarginOrder()

/** What a replace is about to do: the order, and what it would have open. */
let target = NONE
let newLeaves = 0
/** At which it would hold its funds: its price, or what a waiting Market type is held at. */
let holdPrice = 0

export function replaceOrder(s: EngineState, cmd: ReplaceOrderCommand): void {
  target = NONE
  const reason = admitReplace(s, cmd, admission)
  if (reason === 0) {
    apply(s, cmd, admission)
    finishCommand(s)
    return
  }
  let orderID = Number.isSafeInteger(cmd.orderID) ? cmd.orderID : 0
  if (reason === REJECT.DuplicateClOrdID) orderID = admission.firstOrderID
  else if (target !== NONE) orderID = orderIDOf(s, target)
  s.reports.rejectReplace(cmd, reason, orderID)
  rememberRefused(s, cmd.account, cmd.clOrdID, reason)
}

/** The ladder of risk/pre-trade.ts, as far as it concerns an order that is there already. */
function admitReplace(s: EngineState, cmd: ReplaceOrderCommand, a: Admission): number {
  let reason = admitAccount(s, cmd.account, a)
  if (reason !== 0) return reason
  const order = findOwnOrder(s, cmd.account, cmd.orderID, cmd.origClOrdID)
  // Sent again: the order has the new clOrdID already.
  if (order === NONE)
    return isRepeated(s, cmd.clOrdID, a) ? REJECT.DuplicateClOrdID : REJECT.UnknownOrder
  target = order
  describe(s, order, a)
  keepUnchanged(s, order, cmd, a)
  const instrument = a.instrument as InstrumentState
  if (!stateTakesReplace(instrument)) return REJECT.TradingStateForbids
  const side = a.key > 0 ? SIDE_BUY : SIDE_SELL
  if (((cmd.clOrdID[0] as number) & 255) === 0) return REJECT.Malformed
  if (listOf(s, order) !== NONE) return REJECT.UnsupportedOrder
  const waits = isWaiting(s, order)
  reason = checkQty(instrument, cmd.orderQty)
  if (reason !== 0) return reason
  const orderQty = s.details.f64[order * DETAIL.doubles + DETAIL.orderQty] as number
  const leaves = leavesOf(s, order)
  newLeaves = Math.max(leaves + cmd.orderQty - orderQty, 0)
  const added = newLeaves - leaves
  reason = checkPrice(s, instrument, cmd, order, side, added)
  if (reason !== 0) return reason
  if (isIceberg(s, order) && hasTooManyTranches(displayQtyOf(s, order), newLeaves)) {
    return REJECT.InvalidQty
  }
  if (!waits && !isInsideBand(instrument, cmd.price)) return REJECT.PriceBand
  if (isRepeated(s, cmd.clOrdID, a)) return REJECT.DuplicateClOrdID
  if (newLeaves === 0) return 0
  if (a.isLimited && isTooFast(s, a.accountSlot, 1)) return REJECT.OrderRateExceeded
  if (added > 0) {
    reason = checkRaise(s, instrument, a, order, side, added)
    if (reason !== 0) return reason
  }
  reason = checkFunds(s, cmd, a, order)
  if (reason !== 0 || waits) return reason
  const isPostOnly = (attributesOf(s, order) & ATTRIBUTE_POST_ONLY) !== 0
  const crosses = isPostOnly && instrument.book.wouldCross(keyOf(side, cmd.price))
  return crosses ? REJECT.PostOnlyWouldCross : 0
}

function describe(s: EngineState, order: number, a: Admission): void {
  a.instrument = instrumentOf(s, order)
  a.position = positionOf(s, a.accountSlot, a.instrument)
  a.key = s.memory.orders.f64[order * ORDER.doubles + ORDER.key] as number
  a.stpMode = stpModeOf(attributesOf(s, order))
}

/** A price or quantity of 0 leaves the order's own as it is. */
function keepUnchanged(
  s: EngineState,
  order: number,
  cmd: ReplaceOrderCommand,
  a: Admission,
): void {
  if (cmd.price === 0 && isLimitType(typeOf(s, order))) cmd.price = Math.abs(a.key)
  if (cmd.orderQty !== 0) return
  cmd.orderQty = s.details.f64[order * DETAIL.doubles + DETAIL.orderQty] as number
}

function attributesOf(s: EngineState, order: number): number {
  return s.details.i32[order * DETAIL.words + DETAIL.attributes] as number
}

/** The new price and its notional; an order that waits to become a Market order has none. */
function checkPrice(
  s: EngineState,
  instrument: InstrumentState,
  cmd: ReplaceOrderCommand,
  order: number,
  side: number,
  added: number,
): number {
  if (isLimitType(typeOf(s, order))) {
    holdPrice = cmd.price
    return checkPriced(instrument, side, cmd.price, cmd.orderQty, added)
  }
  holdPrice = Math.abs(s.memory.orders.f64[order * ORDER.doubles + ORDER.key] as number)
  if (cmd.price !== 0) return REJECT.InvalidPrice
  return isSideFull(instrument, side, added) ? REJECT.Overflow : 0
}

/** What may stand against more quantity. */
function checkRaise(
  s: EngineState,
  instrument: InstrumentState,
  a: Admission,
  order: number,
  side: number,
  added: number,
): number {
  if (isReduceOnly(s, order) && !isWaiting(s, order)) {
    const room = reduceOnlyRoom(s, a.accountSlot, instrument.id, side, true)
    if (newLeaves > room) return REJECT.ReduceOnlyWouldIncrease
  }
  return isOverLimit(s, instrument, a, side, added) ? REJECT.PositionLimit : 0
}

/** What the changed order would hold, against what is available once it has given its hold back. */
function checkFunds(s: EngineState, cmd: ReplaceOrderCommand, a: Admission, order: number): number {
  const instrument = a.instrument as InstrumentState
  setRates(s, instrument, a)
  const { i32 } = s.details
  const isBuy = a.key > 0
  if (instrument.isPerpetual) {
    if (isWaiting(s, order)) return 0
    const reason = checkReplacedMargin(s, a, order)
    return reason === 0 ? checkTotals(s, instrument, cmd, order) : reason
  }
  loadAvailable(s, holdBalanceOf(s, instrument, a.accountSlot, isBuy), available)
  orderHoldOf(s, instrument, order, leavesOf(s, order), required)
  available.add(required)
  if (isBuy) {
    const residue = feeResidueOf(i32, order)
    const rate = holdRateOf(a.makerFeePpm, a.takerFeePpm)
    buyHoldOf(instrument, holdPrice, newLeaves, rate, residue, required)
  } else baseAmountOf(instrument, newLeaves, required)
  if (available.isBelow(required)) return REJECT.InsufficientFunds
  return checkTotals(s, instrument, cmd, order)
}

/** The margin of the changed order, once it has given back what it counts for now. */
function checkReplacedMargin(s: EngineState, a: Admission, order: number): number {
  const instrument = a.instrument as InstrumentState
  changed.isBuy = a.key > 0
  changed.qty = newLeaves
  changed.replaced = order
  notionalOf(instrument, holdPrice, newLeaves, changed.notional)
  const rate = holdRateOf(a.makerFeePpm, a.takerFeePpm)
  changed.fee.setFee(changed.notional, rate, feeResidueOf(s.details.i32, order))
  if (rate === 0) changed.fee.setZero()
  return checkMargin(s, instrument, a.accountSlot, changed)
}

/** Whether the order's totals are sure to stay in 64 bits. */
function checkTotals(
  s: EngineState,
  instrument: InstrumentState,
  cmd: ReplaceOrderCommand,
  order: number,
): number {
  notionalOf(instrument, cmd.price, newLeaves, required)
  available.load(s.details.i32, order * DETAIL.words + DETAIL.cumNotional)
  required.add(available)
  return required.fits() ? 0 : REJECT.Overflow
}

function apply(s: EngineState, cmd: ReplaceOrderCommand, a: Admission): void {
  const order = target
  const instrument = a.instrument as InstrumentState
  if (isWaiting(s, order)) {
    applyWaiting(s, cmd, a)
    return
  }
  const { f64 } = s.details
  const orderQty = f64[order * DETAIL.doubles + DETAIL.orderQty] as number
  const leaves = leavesOf(s, order)
  loadClOrdID(s, order, oldID)
  const price = Math.abs(a.key)
  const keepsPlace = cmd.price === price && cmd.orderQty <= orderQty
  if (newLeaves === 0 || !keepsPlace) pullOrder(s, instrument, order)
  else releaseHold(s, instrument, order, leaves)
  rename(s, order, cmd, a)
  if (newLeaves === 0) {
    s.reports.stepFor(order, EXEC_CANCELED, STATUS_CANCELED, 0, leaves, cmd.clOrdID, oldID)
    closeOrder(s, order)
    return
  }
  if (a.isLimited) countOrder(s, a.accountSlot)
  f64[order * DETAIL.doubles + DETAIL.orderQty] = cmd.orderQty
  const residue = feeResidueOf(s.details.i32, order)
  setFees(s.details.i32, order, a.makerFeePpm, a.takerFeePpm, residue)
  const status = openStatus(f64[order * DETAIL.doubles + DETAIL.cumQty] as number)
  if (keepsPlace) {
    instrument.book.resize(order, newLeaves)
    if (isIceberg(s, order)) shrinkShown(s, order, newLeaves)
    noteBookChange(s, instrument, order, newLeaves - leaves)
    takeHold(s, instrument, order, newLeaves)
    s.reports.stepFor(order, EXEC_REPLACED, status, newLeaves, 0, cmd.clOrdID, oldID)
    return
  }
  a.key = keyOf(a.key > 0 ? SIDE_BUY : SIDE_SELL, cmd.price)
  a.qty = newLeaves
  s.memory.orders.f64[order * ORDER.doubles + ORDER.key] = a.key
  s.memory.orders.f64[order * ORDER.doubles + ORDER.leaves] = newLeaves
  s.reports.stepFor(order, EXEC_REPLACED, status, newLeaves, 0, cmd.clOrdID, oldID)
  executeOrder(s, order, a)
}

/** A waiting order waits on: its stopPx and its age stay. */
function applyWaiting(s: EngineState, cmd: ReplaceOrderCommand, a: Admission): void {
  const order = target
  const instrument = a.instrument as InstrumentState
  loadClOrdID(s, order, oldID)
  releaseWaiting(s, instrument, order)
  rename(s, order, cmd, a)
  if (a.isLimited) countOrder(s, a.accountSlot)
  setFees(s.details.i32, order, a.makerFeePpm, a.takerFeePpm, 0)
  const side = a.key > 0 ? SIDE_BUY : SIDE_SELL
  s.memory.orders.f64[order * ORDER.doubles + ORDER.key] = keyOf(side, holdPrice)
  resizeWaiting(s, instrument, order, newLeaves)
  holdWaiting(s, instrument, order)
  s.reports.stepFor(order, EXEC_REPLACED, STATUS_PENDING, newLeaves, 0, cmd.clOrdID, oldID)
}

/** The order answers to the new clOrdID from now on; the old one is done. */
function rename(s: EngineState, order: number, cmd: ReplaceOrderCommand, a: Admission): void {
  s.clientIds.finish(order)
  const { i32 } = s.details
  const at = order * DETAIL.words
  copyId(cmd.clOrdID, 0, i32, at + DETAIL.clOrdID)
  i32[at + DETAIL.idHash] = a.idHash
  s.clientIds.open(order)
}
