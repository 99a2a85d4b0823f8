// What most orders do not have: a trigger, a displayed part, an end, a list they belong to. A record
// of its own, so that a plain order pays one word for it (DETAIL.extra).

import type { EngineState } from '../engine-state.ts'
import { NONE } from '../memory/slot-pool.ts'
import { DETAIL } from './order-details.ts'

/** Words (f64 fields: doubles) of one order's extras. */
export const EXTRA = {
  words: 28,
  doubles: 14,
  /** f64, ticks: where a stop is elected; moves for a trailing stop. */
  stopPx: 0,
  /** f64, lots that an iceberg shows; 0 = all. */
  displayQty: 1,
  /** f64: ticks or parts per million that a trailing stop stays behind; 0 = it does not trail. */
  trailingOffset: 2,
  /** int64, nanoseconds: the first instant at which the order is gone; 0 = never. */
  expireTimeNs: 6,
  /** The order that this belongs to. */
  order: 8,
  /** Neighbours among the trailing stops. */
  triggerNext: 9,
  triggerPrevious: 10,
  /** Place in the heap of waiting orders, from 1; negative: in the queue of the elected. */
  triggerPlace: 11,
  /** The list (OCO, bracket) and what this order is in it. */
  list: 13,
  listRole: 14,
  /** Bits, see below. */
  flags: 15,
  /** f64: best last price that a trailing stop has seen; 0 before the first. */
  best: 8,
  /** f64: the trade price that elected the order; 0 while nothing has. */
  electedPx: 9,
  /** f64: the orderID; the smaller, the older. */
  age: 10,
  /** int64: what a leg holds besides the leg that holds for both. */
  held: 22,
  /** f64, lots: all that an iceberg has open, and the tranche of it that is shown. */
  openQty: 12,
  shownQty: 13,
} as const

/** The trailing offset is in parts per million. */
export const FLAG_TRAILING_PPM = 1
/** Accepted and not in the market: no book knows the order. */
export const FLAG_WAITING = 2
/** Waits for its list, not for a price: holds nothing, counts nothing, is not elected. */
export const FLAG_HELD_BACK = 4
/** Another leg of its list holds for both: see EXTRA.held; its quantity is not counted. */
export const FLAG_SHARES_HOLD = 8

/** The extras of an order, or NONE. */
export function extraOf(s: EngineState, order: number): number {
  return s.details.i32[order * DETAIL.words + DETAIL.extra] as number
}

/** The extras of an order, made when it has none. */
export function addExtra(s: EngineState, order: number): number {
  const at = order * DETAIL.words + DETAIL.extra
  const known = s.details.i32[at] as number
  if (known !== NONE) return known
  const extra = s.extras.allocate()
  s.extras.i32[extra * EXTRA.words + EXTRA.order] = order
  s.details.i32[at] = extra
  return extra
}

/** Gives the extras of an ending order back. */
export function releaseExtra(s: EngineState, order: number): void {
  const at = order * DETAIL.words + DETAIL.extra
  const extra = s.details.i32[at] as number
  if (extra === NONE) return
  s.ends.remove(extra)
  s.extras.release(extra)
  s.details.i32[at] = NONE
}
