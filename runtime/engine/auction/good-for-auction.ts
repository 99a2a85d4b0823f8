// GFA: orders that end with the auction in which they came, whatever state follows it. They are
// found by walking the book, once an auction, and not at all when none has come.

import type { BookSide } from '../book/book-side.ts'
import { LEVEL, ORDER } from '../book/order-pool.ts'
import { EXEC_EXPIRED, STATUS_EXPIRED } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { NONE } from '../memory/slot-pool.ts'
import { endOrder } from '../orders/end-order.ts'
import { isGoodForAuction } from './trading-states.ts'

/** Ends them in the order of a mass cancel: bids before asks, price ascending, then time. */
export function expireGoodForAuction(s: EngineState, instrument: InstrumentState): void {
  if (!instrument.hasGoodForAuction) return
  instrument.hasGoodForAuction = false
  const { bids, asks } = instrument.book
  for (const level of levelsOf(s, bids).reverse()) expireLevel(s, level)
  for (const level of levelsOf(s, asks)) expireLevel(s, level)
}

/** Handles of a side's levels, best first. */
function levelsOf(s: EngineState, side: BookSide): number[] {
  const levels: number[] = []
  const { i32 } = s.memory.levels
  for (let level = side.best; level !== NONE; ) {
    levels.push(level)
    level = i32[level * LEVEL.words + LEVEL.worse] as number
  }
  return levels
}

/** The level may go with its last order; the next order is read before that. */
function expireLevel(s: EngineState, level: number): void {
  let order = s.memory.levels.i32[level * LEVEL.words + LEVEL.head] as number
  while (order !== NONE) {
    const next = s.memory.orders.i32[order * ORDER.words + ORDER.next] as number
    if (isGoodForAuction(s, order)) endOrder(s, order, EXEC_EXPIRED, STATUS_EXPIRED)
    order = next
  }
}
