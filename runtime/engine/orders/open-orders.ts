// What is asked of an open order, whether it rests or waits.

import { ORDER } from '../book/order-pool.ts'
import { copyId } from '../copy-words.ts'
import type { EngineState } from '../engine-state.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { NONE as SHARED_NONE } from '../memory/slot-pool.ts'
import { openQtyOf } from './iceberg.ts'
import { instrumentIdOf, DETAIL as SHARED_DETAIL } from './order-details.ts'
import {
  extraOf,
  FLAG_HELD_BACK,
  FLAG_SHARES_HOLD,
  FLAG_WAITING,
  EXTRA as SHARED_EXTRA,
} from './order-extras.ts'

// Constants of this module are folded into the code; imported ones are read from memory each time.
const NONE = SHARED_NONE
const DETAIL = SHARED_DETAIL
const EXTRA = SHARED_EXTRA

const ORDER_WORDS = ORDER.words
const ORDER_DOUBLES = ORDER.doubles
const ORDER_KEY = ORDER.key
const ORDER_LEAVES = ORDER.leaves
const ORDER_LEVEL = ORDER.level

export function orderIDOf(s: EngineState, order: number): number {
  return s.details.f64[order * DETAIL.doubles + DETAIL.orderID] as number
}

/** Copies an order's clOrdID. */
export function loadClOrdID(s: EngineState, order: number, into: Int32Array): void {
  const { i32 } = s.details
  const at = order * DETAIL.words + DETAIL.clOrdID
  copyId(i32, at, into, 0)
}

/** All that an order has open, hidden or shown. Not while its fills are being settled. */
export function leavesOf(s: EngineState, order: number): number {
  const { i32, f64 } = s.memory.orders
  // The sign bit of its level: the matcher hides a part of it.
  if ((i32[order * ORDER_WORDS + ORDER_LEVEL] as number) < 0) return openQtyOf(s, order)
  return f64[order * ORDER_DOUBLES + ORDER_LEAVES] as number
}

/** Which side an order is on. */
export function isBuyOf(s: EngineState, order: number): boolean {
  return (s.memory.orders.f64[order * ORDER_DOUBLES + ORDER_KEY] as number) > 0
}

/** The instrument that an order belongs to. */
export function instrumentOf(s: EngineState, order: number): InstrumentState {
  const attributes = s.details.i32[order * DETAIL.words + DETAIL.attributes] as number
  return s.instrumentAt(instrumentIdOf(attributes))
}

/** Whether an open order is not in the market yet. */
export function isWaiting(s: EngineState, order: number): boolean {
  const extra = extraOf(s, order)
  return extra !== NONE && (flagsOf(s, extra) & FLAG_WAITING) !== 0
}

/** Quantity by which an open order counts as open: a leg that waits on another one does not. */
export function countedQtyOf(s: EngineState, order: number): number {
  const uncounted = FLAG_HELD_BACK | FLAG_SHARES_HOLD
  if (!isWaiting(s, order)) return leavesOf(s, order)
  return (flagsOf(s, extraOf(s, order)) & uncounted) === 0 ? leavesOf(s, order) : 0
}

/** The flags of a record of order-extras.ts. */
export function flagsOf(s: EngineState, extra: number): number {
  return s.extras.i32[extra * EXTRA.words + EXTRA.flags] as number
}
