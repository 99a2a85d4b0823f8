// All orders of one instrument that wait: in two heaps by what elects them, and the trailing ones
// in a list a side besides. An instrument on which nothing ever waited has no such object, which is
// the one question that a trade asks.

import { SIDE_BUY } from '../book/book.ts'
import { NONE, type SlotPool } from '../memory/slot-pool.ts'
import { EXTRA } from '../orders/order-extras.ts'
import { TriggerHeap } from './trigger-heap.ts'

/**
 * Trailing stops of one side in the order in which they began to trail. Each has seen all that the
 * younger ones have seen, so the best price of an older one is never worse: a price that is news to
 * any of them is news to the youngest.
 */
export class TrailingList {
  first = NONE
  last = NONE
  readonly #extras: SlotPool

  constructor(extras: SlotPool) {
    this.#extras = extras
  }

  append(extra: number): void {
    const { i32 } = this.#extras
    i32[extra * EXTRA.words + EXTRA.triggerNext] = NONE
    i32[extra * EXTRA.words + EXTRA.triggerPrevious] = this.last
    if (this.last === NONE) this.first = extra
    else i32[this.last * EXTRA.words + EXTRA.triggerNext] = extra
    this.last = extra
  }

  remove(extra: number): void {
    const { i32 } = this.#extras
    const next = i32[extra * EXTRA.words + EXTRA.triggerNext] as number
    const previous = i32[extra * EXTRA.words + EXTRA.triggerPrevious] as number
    if (previous === NONE) this.first = next
    else i32[previous * EXTRA.words + EXTRA.triggerNext] = next
    if (next === NONE) this.last = previous
    else i32[next * EXTRA.words + EXTRA.triggerPrevious] = previous
  }
}

/** What waits on one instrument. */
export class Triggers {
  readonly rising: TriggerHeap
  readonly falling: TriggerHeap
  readonly trailingBuys: TrailingList
  readonly trailingSells: TrailingList
  /** Lots that wait on each side, held-back ones included. */
  buyQty = 0
  sellQty = 0

  constructor(extras: SlotPool) {
    this.rising = new TriggerHeap(extras, 1)
    this.falling = new TriggerHeap(extras, -1)
    this.trailingBuys = new TrailingList(extras)
    this.trailingSells = new TrailingList(extras)
  }

  qtyOf(side: number): number {
    return side === SIDE_BUY ? this.buyQty : this.sellQty
  }

  addQty(isBuy: boolean, lots: number): void {
    if (isBuy) this.buyQty += lots
    else this.sellQty += lots
  }
}
