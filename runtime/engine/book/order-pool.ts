// The records of resting and entering orders as the matcher sees them: 32 bytes, two to a cache
// line. Whatever else is known of an order stands elsewhere under the same handle.

import { SlotPool } from '../memory/slot-pool.ts'

/** Words (f64 fields: doubles) of one order. */
export const ORDER = {
  words: 8,
  doubles: 4,
  /** f64: the price bent so that better is larger: +price for a bid, -price for an ask. */
  key: 0,
  /** f64: open quantity. */
  leaves: 1,
  /** Neighbours in the level's queue. */
  next: 4,
  previous: 5,
  /** NONE while not resting. */
  level: 6,
  /** Whose it is, for self-trade prevention; the book compares and never looks behind it. */
  owner: 7,
} as const

/** Words (f64 fields: doubles) of one price level. */
export const LEVEL = {
  words: 10,
  doubles: 5,
  key: 0,
  /** f64: sum of the open quantities. */
  qty: 1,
  head: 4,
  tail: 5,
  better: 6,
  worse: 7,
  leaf: 8,
  count: 9,
} as const

export function createOrderPool(capacity: number): SlotPool {
  return new SlotPool(ORDER.words, capacity)
}

export function createLevelPool(capacity: number): SlotPool {
  return new SlotPool(LEVEL.words, capacity)
}
