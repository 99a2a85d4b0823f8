// How an order comes to rest and how it leaves. Holds are risk/holds.ts, queues are the book's, lists
// and counters membership.ts.

import { noteBookChange } from '../auction/indication.ts'
import { ORDER as SHARED_ORDER } from '../book/order-pool.ts'
import type { EngineState } from '../engine-state.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { noteEnd } from '../lists/order-lists.ts'
import { NONE as SHARED_NONE } from '../memory/slot-pool.ts'
import { releaseHold, takeHold } from '../risk/holds.ts'
import { pullWaiting } from '../triggers/waiting.ts'
import { isIceberg, showFirst } from './iceberg.ts'
import { joinMarket, leaveMarket } from './membership.ts'
import { isWaiting, leavesOf } from './open-orders.ts'
import { extraOf, releaseExtra } from './order-extras.ts'

// Constants of this module are folded into the code; imported ones are read from memory each time.
const ORDER = SHARED_ORDER
const NONE = SHARED_NONE

/** Lets an order rest with so much open: hold, queue, lists. */
export function restOrder(
  s: EngineState,
  instrument: InstrumentState,
  order: number,
  leaves: number,
): void {
  s.memory.orders.f64[order * ORDER.doubles + ORDER.leaves] = leaves
  takeHold(s, instrument, order, leaves)
  if (isIceberg(s, order)) instrument.book.restIceberg(order, showFirst(s, order, leaves))
  else instrument.book.rest(order)
  noteBookChange(s, instrument, order, leaves)
  joinMarket(s, order)
}

/** Takes an open order off the market with all that it held; the record stays. */
export function pullOrder(s: EngineState, instrument: InstrumentState, order: number): void {
  if (extraOf(s, order) !== NONE && isWaiting(s, order)) {
    pullWaiting(s, instrument, order)
    return
  }
  const open = leavesOf(s, order)
  releaseHold(s, instrument, order, open)
  instrument.book.take(order)
  noteBookChange(s, instrument, order, -open)
  leaveMarket(s, order)
}

/** Ends an order that does not rest: only its id is remembered. */
export function closeOrder(s: EngineState, order: number): void {
  s.clientIds.finish(order)
  if (extraOf(s, order) !== NONE) {
    noteEnd(s, order)
    releaseExtra(s, order)
  }
  s.memory.orders.release(order)
}
