// The records of resting and entering orders as the matcher sees them: 32 bytes, two to a cache
// line. Whatever else is known of an order stands elsewhere under the same handle.

import { SlotPool } from '../memory/slot-pool.ts'

/** Words (f64 fields: doubles) of one order. */
export const ORDER = {
  words: 8,
  doubles: 4,
  /** An order's words begin at handle << shift, its doubles at handle << halfShift. */
  shift: 3,
  halfShift: 2,
  /** f64: the price bent so that better is larger: +price for a bid, -price for an ask. */
  key: 0,
  /** i32: the upper half of the key; its sign bit is the side, 0 for a bid. */
  keyHigh: 1,
  /** f64: open quantity. */
  leaves: 1,
  /** Neighbours in the level's queue. */
  next: 4,
  previous: 5,
  /** NONE while not resting; the sign bit says that the order has a reserve (see reserves.ts). */
  level: 6,
  /** Whose it is, for self-trade prevention; the book compares and never looks behind it. */
  owner: 7,
} as const

/** Words (f64 fields: doubles) of one price level. */
export const LEVEL = {
  words: 12,
  doubles: 6,
  key: 0,
  /** f64: sum of the open quantities that are shown. */
  qty: 1,
  /** f64: sum of what the reserves of its orders hide. */
  hidden: 2,
  head: 6,
  tail: 7,
  better: 8,
  worse: 9,
  /** Where the price index keeps it. */
  place: 10,
  count: 11,
} as const

export function createOrderPool(capacity: number): SlotPool {
  return new SlotPool(ORDER.words, capacity)
}

export function createLevelPool(capacity: number): SlotPool {
  return new SlotPool(LEVEL.words, capacity)
}
