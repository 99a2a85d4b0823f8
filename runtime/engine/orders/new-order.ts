// NewOrder: checks -> report New -> match -> settle -> rest or expire -> balance changes.

import { EXEC_NEW, REJECT, STATUS_NEW } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import type { NewOrderCommand } from '../hot-command.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { NONE } from '../memory/slot-pool.ts'
import { Admission, admitNewOrder } from '../risk/pre-trade.ts'
import { finishCommand } from './aftermath.ts'
import { executeOrder } from './execution.ts'
import { DETAIL, packAttributes } from './order-details.ts'

const admission = new Admission()

export function placeOrder(s: EngineState, cmd: NewOrderCommand): void {
  const reason = admitNewOrder(s, cmd, admission)
  if (reason !== 0) {
    refuse(s, cmd, reason)
    return
  }
  const order = enterOrder(s, cmd, admission)
  s.reports.step(order, EXEC_NEW, STATUS_NEW, admission.qty, 0)
  executeOrder(s, order, admission)
  finishCommand(s)
}

/** Makes the records of an admitted order. */
function enterOrder(s: EngineState, cmd: NewOrderCommand, a: Admission): number {
  const { book } = a.instrument as InstrumentState
  const order = book.enter(a.key, a.qty, a.position)
  s.lastOrderID += 1
  const entry = s.clientIds.add(cmd.account, cmd.clOrdID, s.lastOrderID, order)
  s.details.reach(order)
  const { i32, f64 } = s.details
  const at = order * DETAIL.words
  f64[order * DETAIL.doubles + DETAIL.orderQty] = a.qty
  f64[order * DETAIL.doubles + DETAIL.cumQty] = 0
  i32[at + DETAIL.cumNotional] = 0
  i32[at + DETAIL.cumNotional + 1] = 0
  i32[at + DETAIL.idEntry] = entry
  i32[at + DETAIL.makerFeePpm] = a.makerFeePpm
  i32[at + DETAIL.takerFeePpm] = a.takerFeePpm
  i32[at + DETAIL.feeResidue] = 0
  i32[at + DETAIL.extra] = 0
  i32[at + DETAIL.attributes] = packAttributes(
    cmd.ordType,
    cmd.timeInForce,
    a.stpMode,
    cmd.postOnly,
  )
  return order
}

/** Reports the refusal; its id is remembered when it is the first use by a known account. */
function refuse(s: EngineState, cmd: NewOrderCommand, reason: number): void {
  const feeAssetId = admission.instrument?.quoteAssetId ?? 0
  s.reports.rejectNew(cmd, reason, admission.firstOrderID, feeAssetId)
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
  if (s.accounts.find(account) === NONE) return
  if (s.clientIds.find(account, clOrdID) !== NONE) return
  s.clientIds.finish(s.clientIds.add(account, clOrdID, 0, NONE))
}
