// The exits of a bracket: held back until the entry fills, armed with what it has filled, and raised
// by each further fill. The take-profit holds for both; the stop-loss holds what it needs besides.

import { ORDER } from '../book/order-pool.ts'
import {
  EXEC_REPLACED,
  EXEC_TRIGGERED,
  REJECT,
  STATUS_NEW,
  STATUS_PENDING,
  TYPE_LIMIT,
} from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { checkMarginOf } from '../margin/margin-check.ts'
import { Int64 } from '../money/int64.ts'
import { accountSlotOf } from '../orders/account-orders.ts'
import { executeOrder } from '../orders/execution.ts'
import { flagsOf, instrumentOf, isBuyOf, isWaiting } from '../orders/open-orders.ts'
import { DETAIL } from '../orders/order-details.ts'
import { extraOf, FLAG_SHARES_HOLD } from '../orders/order-extras.ts'
import { closeOrder, pullOrder } from '../orders/resting.ts'
import { loadAvailable } from '../risk/available.ts'
import { holdBalanceOf, orderHoldOf } from '../risk/holds.ts'
import { Admission, isSideFull } from '../risk/pre-trade.ts'
import { describeEntry } from '../triggers/elected-admission.ts'
import { watch } from '../triggers/election.ts'
import { isRising } from '../triggers/stop-price.ts'
import {
  arm,
  holdWaiting,
  leaveWaiting,
  releaseWaiting,
  resizeWaiting,
  setFlags,
  sharedNeedOf,
  typeOf,
} from '../triggers/waiting.ts'
import { LIST, legOf, ROLE_LOSS, ROLE_PROFIT } from './order-lists.ts'

const admission = new Admission()
const required = new Int64()
const besides = new Int64()
const available = new Int64()

/** Both exits stand for `qty` lots from now on; a Limit take-profit may trade at once. */
export function armExits(s: EngineState, list: number, qty: number): void {
  const armedAt = list * LIST.doubles + LIST.armedQty
  const isFirst = s.lists.f64[armedAt] === 0
  s.lists.f64[armedAt] = qty
  const profit = legOf(s, list, ROLE_PROFIT)
  const loss = legOf(s, list, ROLE_LOSS)
  const instrument = instrumentOf(s, profit)
  const isLimit = typeOf(s, profit) === TYPE_LIMIT
  if (isLimit) {
    pullOrder(s, instrument, profit)
    s.memory.orders.f64[profit * ORDER.doubles + ORDER.leaves] = qty
    s.details.f64[profit * DETAIL.doubles + DETAIL.orderQty] = qty
  } else size(s, instrument, profit, qty, isFirst)
  size(s, instrument, loss, qty, isFirst)
  setFlags(s, extraOf(s, loss), flagsOf(s, extraOf(s, loss)) | FLAG_SHARES_HOLD)
  const reason = checkExits(s, instrument, profit, loss, isLimit ? qty : 0)
  if (reason !== 0) {
    for (const exit of [profit, loss]) expire(s, instrument, exit, qty, reason)
    return
  }
  const entered = isFirst && isLimit ? EXEC_TRIGGERED : EXEC_REPLACED
  s.reports.step(profit, entered, isLimit ? STATUS_NEW : STATUS_PENDING, qty, 0)
  s.reports.step(loss, EXEC_REPLACED, STATUS_PENDING, qty, 0)
  if (!isLimit) holdWaiting(s, instrument, profit)
  holdWaiting(s, instrument, loss)
  if (isFirst) watchExits(s, instrument, profit, loss, isLimit)
  if (!isLimit) return
  describeEntry(s, instrument, profit, admission)
  executeOrder(s, profit, admission)
}

/** Frees what an exit holds, gives it its quantity, and arms it the first time. */
function size(
  s: EngineState,
  instrument: InstrumentState,
  exit: number,
  qty: number,
  isFirst: boolean,
): void {
  releaseWaiting(s, instrument, exit)
  resizeWaiting(s, instrument, exit, qty)
  if (isFirst) arm(s, instrument, exit)
}

/** Funds for the dearer exit; and whether their side can still be summed. */
function checkExits(
  s: EngineState,
  instrument: InstrumentState,
  profit: number,
  loss: number,
  added: number,
): number {
  const isBuy = isBuyOf(s, loss)
  const funds = holdBalanceOf(s, instrument, accountSlotOf(s, loss), isBuy)
  const qty = s.details.f64[profit * DETAIL.doubles + DETAIL.orderQty] as number
  if (instrument.isPerpetual) {
    const reason = added === 0 ? 0 : checkMarginOf(s, instrument, profit, qty)
    if (reason !== 0) return reason
    return isSideFull(instrument, isBuy ? 0 : 1, added) ? REJECT.Overflow : 0
  }
  loadAvailable(s, funds, available)
  orderHoldOf(s, instrument, profit, qty, required)
  sharedNeedOf(s, instrument, loss, besides)
  required.add(besides)
  if (available.isBelow(required)) return REJECT.InsufficientFunds
  return isSideFull(instrument, isBuy ? 0 : 1, added) ? REJECT.Overflow : 0
}

function expire(
  s: EngineState,
  instrument: InstrumentState,
  exit: number,
  qty: number,
  reason: number,
): void {
  if (isWaiting(s, exit)) leaveWaiting(s, instrument, exit)
  s.reports.expired(exit, qty, reason)
  closeOrder(s, exit)
}

/** Who waits for a rise is looked at first, as in every election. */
function watchExits(
  s: EngineState,
  instrument: InstrumentState,
  profit: number,
  loss: number,
  isLimit: boolean,
): void {
  const exits = isLimit ? [loss] : [profit, loss]
  if (exits.length > 1 && !isRising(typeOf(s, profit), isBuyOf(s, profit))) exits.reverse()
  for (const exit of exits) watch(s, instrument, extraOf(s, exit))
}
