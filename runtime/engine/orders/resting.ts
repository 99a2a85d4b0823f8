// How an order comes to rest and how it leaves: the account's list, the id tables, the counters.
// Holds are risk/holds.ts, queues are the book's.

import { ACCOUNT } from '../accounts/accounts.ts'
import { noteBookChange } from '../auction/indication.ts'
import { ORDER } from '../book/order-pool.ts'
import type { EngineState } from '../engine-state.ts'
import { ID_WORDS } from '../hot-command.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { noteEnd } from '../lists/order-lists.ts'
import { NONE } from '../memory/slot-pool.ts'
import { addExposure } from '../risk/exposure.ts'
import { releaseHold, takeHold } from '../risk/holds.ts'
import { isWaiting, pullWaiting } from '../triggers/waiting.ts'
import { accountSlotOf, joinAccount, leaveAccount } from './account-orders.ts'
import { isIceberg, openQtyOf, showFirst } from './iceberg.ts'
import { DETAIL, instrumentIdOf } from './order-details.ts'
import { extraOf, releaseExtra } from './order-extras.ts'

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

/** The lists and counters of an order that is open from now on. */
export function joinMarket(s: EngineState, order: number): void {
  s.orderIds.insert(order)
  joinAccount(s, order)
  count(s, order, 1)
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

/** The lists and counters of an order that no longer rests; its queue and hold are done with. */
export function leaveMarket(s: EngineState, order: number): void {
  s.orderIds.remove(order)
  leaveAccount(s, order)
  count(s, order, -1)
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

export function orderIDOf(s: EngineState, order: number): number {
  return s.details.f64[order * DETAIL.doubles + DETAIL.orderID] as number
}

/** Copies an order's clOrdID. */
export function loadClOrdID(s: EngineState, order: number, into: Int32Array): void {
  const { i32 } = s.details
  const at = order * DETAIL.words + DETAIL.clOrdID
  for (let word = 0; word < ID_WORDS; word++) into[word] = i32[at + word] as number
}

/** All that an order has open, hidden or shown. */
export function leavesOf(s: EngineState, order: number): number {
  return openQtyOf(s, order)
}

/** The instrument that an order belongs to. */
export function instrumentOf(s: EngineState, order: number): InstrumentState {
  const attributes = s.details.i32[order * DETAIL.words + DETAIL.attributes] as number
  return s.instrumentAt(instrumentIdOf(attributes))
}

function count(s: EngineState, order: number, change: number): void {
  const account = accountSlotOf(s, order)
  s.accounts.set(account, ACCOUNT.openOrders, s.accounts.get(account, ACCOUNT.openOrders) + change)
  addExposure(s, instrumentOf(s, order), account, true, change, 0)
}
