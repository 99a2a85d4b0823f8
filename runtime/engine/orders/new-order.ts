// NewOrder: checks -> report New -> match -> settle -> rest or expire -> balance changes.

import { EXEC_NEW, FORCE_GTC, REJECT, STATUS_NEW, STATUS_PENDING, TYPE_MARKET } from '../codes.ts'
import { copyId } from '../copy-words.ts'
import type { EngineState } from '../engine-state.ts'
import type { NewOrderCommand } from '../hot-command.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { setEnd } from '../lifetime/expiry.ts'
import { countOrder } from '../lifetime/order-rate.ts'
import { NONE } from '../memory/slot-pool.ts'
import { Admission, admitNewOrder } from '../risk/pre-trade.ts'
import { watch } from '../triggers/election.ts'
import { admitTrigger } from '../triggers/trigger-admission.ts'
import { arm, holdWaiting, startWaiting } from '../triggers/waiting.ts'
import { finishCommand } from './aftermath.ts'
import { executeOrder } from './execution.ts'
import { setDisplay } from './iceberg.ts'
import {
  ATTRIBUTE_ICEBERG,
  ATTRIBUTE_POST_ONLY,
  ATTRIBUTE_REDUCE_ONLY,
  DETAIL,
  packAttributes,
  setFees,
} from './order-details.ts'
import { extraOf } from './order-extras.ts'

const admission = new Admission()

export function placeOrder(s: EngineState, cmd: NewOrderCommand): void {
  if (enterNewOrder(s, cmd)) finishCommand(s)
}

/** Checks, reports and executes a new order; false when it was refused. The command goes on. */
export function enterNewOrder(s: EngineState, cmd: NewOrderCommand): boolean {
  if (cmd.ordType > TYPE_MARKET) return enterTrigger(s, cmd)
  const reason = admitNewOrder(s, cmd, admission)
  if (reason !== 0) {
    refuseNewOrder(s, cmd, reason, admission.firstOrderID)
    return false
  }
  const order = enterOrder(s, cmd, admission)
  s.reports.step(order, EXEC_NEW, STATUS_NEW, admission.qty, 0)
  executeOrder(s, order, admission)
  return true
}

/** The same for an order that waits for a price. */
function enterTrigger(s: EngineState, cmd: NewOrderCommand): boolean {
  const reason = admitTrigger(s, cmd, admission)
  if (reason !== 0) {
    refuseNewOrder(s, cmd, reason, admission.firstOrderID)
    return false
  }
  const instrument = admission.instrument as InstrumentState
  const order = enterOrder(s, cmd, admission)
  startWaiting(s, instrument, order, cmd)
  arm(s, instrument, order)
  s.reports.step(order, EXEC_NEW, STATUS_PENDING, admission.qty, 0)
  holdWaiting(s, instrument, order)
  watch(s, instrument, extraOf(s, order))
  return true
}

/** Makes the records of an admitted order. */
export function enterOrder(s: EngineState, cmd: NewOrderCommand, a: Admission): number {
  const { book, id } = a.instrument as InstrumentState
  const order = book.enter(a.key, a.qty, a.accountSlot)
  s.lastOrderID += 1
  s.details.reach(order)
  const { i32, f64 } = s.details
  const at = order * DETAIL.words
  copyId(cmd.clOrdID, 0, i32, at + DETAIL.clOrdID)
  i32[at + DETAIL.idHash] = a.idHash
  f64[order * DETAIL.doubles + DETAIL.orderID] = s.lastOrderID
  f64[order * DETAIL.doubles + DETAIL.orderQty] = a.qty
  f64[order * DETAIL.doubles + DETAIL.cumQty] = 0
  i32[at + DETAIL.cumNotional] = 0
  i32[at + DETAIL.cumNotional + 1] = 0
  setFees(i32, order, a.makerFeePpm, a.takerFeePpm, 0)
  const flags =
    (cmd.postOnly ? ATTRIBUTE_POST_ONLY : 0) |
    (cmd.reduceOnly ? ATTRIBUTE_REDUCE_ONLY : 0) |
    (cmd.displayQty !== 0 ? ATTRIBUTE_ICEBERG : 0)
  const attributes = packAttributes(cmd.ordType, cmd.timeInForce, a.stpMode, flags, id)
  i32[at + DETAIL.attributes] = attributes
  i32[at + DETAIL.extra] = NONE
  s.clientIds.open(order)
  if (a.isLimited) countOrder(s, a.accountSlot)
  if (cmd.timeInForce !== FORCE_GTC) setEnd(s, order, cmd)
  if (cmd.displayQty !== 0) setDisplay(s, order, cmd.displayQty)
  return order
}

/** Reports the refusal; its id is remembered when it is the first use by a known account. */
export function refuseNewOrder(
  s: EngineState,
  cmd: NewOrderCommand,
  reason: number,
  firstOrderID: number,
): void {
  const isReached = reason !== REJECT.VenueHalted && reason !== REJECT.UnknownAccount
  const instrument = s.findInstrument(cmd.instrumentId)
  const isNamed = isReached && reason !== REJECT.AccountBlocked && instrument !== undefined
  s.reports.rejectNew(cmd, reason, firstOrderID, isNamed ? instrument.quoteAssetId : 0)
  rememberRefused(s, cmd.account, cmd.clOrdID, reason)
}

/** A refused order's id is used up as well: a repeat must not be obeyed either. */
export function rememberRefused(
  s: EngineState,
  account: number,
  clOrdID: Int32Array,
  reason: number,
): void {
  if (reason === REJECT.DuplicateClOrdID || ((clOrdID[0] as number) & 255) === 0) return
  const slot = s.accounts.find(account)
  if (slot === NONE) return
  const hash = s.clientIds.hash(slot, clOrdID)
  if (s.clientIds.find(slot, clOrdID, hash) !== NONE) return
  s.clientIds.remember(slot, clOrdID, hash, 0)
}
