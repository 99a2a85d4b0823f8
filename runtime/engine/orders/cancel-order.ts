// CancelOrder: passes every switch and every trading state but Closed.

import { EXEC_CANCELED, REJECT, STATUS_CANCELED } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import { type CancelOrderCommand, ID_WORDS } from '../hot-command.ts'
import { STATE_CLOSED } from '../instruments/instrument-state.ts'
import { NONE } from '../memory/slot-pool.ts'
import { accountSlotOf } from './account-orders.ts'
import { finishCommand } from './aftermath.ts'
import { endByCancel } from './end-order.ts'
import { instrumentOf, leavesOf, loadClOrdID } from './open-orders.ts'
import { closeOrder, pullOrder } from './resting.ts'

const ownID = new Int32Array(ID_WORDS)

export function cancelOrder(s: EngineState, cmd: CancelOrderCommand): void {
  const reason = tryCancel(s, cmd)
  if (reason !== 0) s.reports.rejectCancel(cmd, reason)
  else finishCommand(s)
}

/** Cancels what a request names. Answers a code of REJECT_REASONS; 0 when it is canceled. */
export function tryCancel(s: EngineState, cmd: CancelOrderCommand): number {
  const order = findOwnOrder(s, cmd.account, cmd.orderID, cmd.origClOrdID)
  // Whoever owns an order is known; only a miss has to ask why.
  if (order === NONE) {
    return s.accounts.find(cmd.account) === NONE ? REJECT.UnknownAccount : REJECT.UnknownOrder
  }
  if (instrumentOf(s, order).tradingState === STATE_CLOSED) return REJECT.TradingStateForbids
  if (((cmd.clOrdID[0] as number) & 255) === 0) endByCancel(s, order)
  else {
    loadClOrdID(s, order, ownID)
    const ended = leavesOf(s, order)
    pullOrder(s, instrumentOf(s, order), order)
    s.reports.stepFor(order, EXEC_CANCELED, STATUS_CANCELED, 0, ended, cmd.clOrdID, ownID)
    closeOrder(s, order)
  }
  return 0
}

/** The open order that a request names, if it is the account's own; else NONE, as if it were not. */
export function findOwnOrder(
  s: EngineState,
  account: number,
  orderID: number,
  origClOrdID: Int32Array,
): number {
  if (orderID === 0) {
    const slot = s.accounts.find(account)
    if (slot === NONE) return NONE
    const ref = s.clientIds.find(slot, origClOrdID, s.clientIds.hash(slot, origClOrdID))
    return ref === NONE ? NONE : s.clientIds.orderOf(ref)
  }
  const order = s.orderIds.find(orderID)
  if (order === NONE) return NONE
  return s.accounts.numberOf(accountSlotOf(s, order)) === account ? order : NONE
}
