// How an open order ends when it is not filled: by a cancel, by time, by another order.

import { EXEC_CANCELED, STATUS_CANCELED } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import { instrumentOf, leavesOf } from './open-orders.ts'
import { closeOrder, pullOrder } from './resting.ts'

/** Cancels an open order without an id of the request. */
export function endByCancel(s: EngineState, order: number): void {
  endOrder(s, order, EXEC_CANCELED, STATUS_CANCELED)
}

/** Ends an open order, whatever for: nothing of it stays. */
export function endOrder(s: EngineState, order: number, execType: number, ordStatus: number): void {
  const ended = leavesOf(s, order)
  pullOrder(s, instrumentOf(s, order), order)
  s.reports.step(order, execType, ordStatus, 0, ended)
  closeOrder(s, order)
}
