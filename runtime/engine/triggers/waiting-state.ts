// All that waits, as a whole: for the state hash, and to find it again after a snapshot.

import type { EngineState } from '../engine-state.ts'
import { NONE } from '../memory/slot-pool.ts'
import { flagsOf, instrumentOf, isBuyOf, leavesOf, orderIDOf } from '../orders/open-orders.ts'
import { EXTRA, FLAG_HELD_BACK, FLAG_WAITING } from '../orders/order-extras.ts'
import { heapOf, trailingOf, triggersOf } from './waiting.ts'

/** Handles of all waiting orders, oldest first. */
export function waitingOrders(s: EngineState): number[] {
  const { i32, used } = s.extras
  const orders: number[] = []
  for (let extra = 1; extra < used; extra++) {
    const order = i32[extra * EXTRA.words + EXTRA.order] as number
    if (order !== NONE && (flagsOf(s, extra) & FLAG_WAITING) !== 0) orders.push(order)
  }
  return orders.sort((a, b) => orderIDOf(s, a) - orderIDOf(s, b))
}

/** After a snapshot: all that waits is found again from its records. */
export function restoreTriggers(s: EngineState): void {
  const { i32, f64, used } = s.extras
  for (let extra = 1; extra < used; extra++) {
    const at = extra * EXTRA.words
    const order = i32[at + EXTRA.order] as number
    if (order === NONE || (flagsOf(s, extra) & FLAG_WAITING) === 0) continue
    const triggers = triggersOf(s, instrumentOf(s, order))
    const isBuy = isBuyOf(s, order)
    triggers.addQty(isBuy, leavesOf(s, order))
    if ((flagsOf(s, extra) & FLAG_HELD_BACK) !== 0) continue
    if ((i32[at + EXTRA.triggerPlace] as number) > 0) heapOf(triggers, s, order).insert(extra)
    if (f64[extra * EXTRA.doubles + EXTRA.trailingOffset] === 0) continue
    const list = trailingOf(triggers, isBuy)
    if (i32[at + EXTRA.triggerNext] === NONE) list.last = extra
    if (i32[at + EXTRA.triggerPrevious] === NONE) list.first = extra
  }
}
