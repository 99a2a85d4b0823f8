// What icebergs hide: a side record for each order that has more than it shows. Plain orders have
// none, and cost nothing: the sign bit of ORDER.level says whether to look here.

import { IdTable } from '../memory/id-table.ts'
import { NONE, SlotPool } from '../memory/slot-pool.ts'

/** Words (f64 fields: doubles) of one reserve. */
const RESERVE = {
  words: 6,
  doubles: 3,
  /** f64: open and not shown; more than 0. */
  hidden: 0,
  /** f64: the size of a tranche. */
  displayQty: 1,
  order: 4,
} as const

/** The reserves of all books of one engine, by order. */
export class Reserves {
  readonly pool: SlotPool
  #slots: IdTable

  constructor(capacity: number) {
    this.pool = new SlotPool(RESERVE.words, capacity)
    this.#slots = new IdTable(capacity)
  }

  add(order: number, hidden: number, displayQty: number): void {
    const slot = this.pool.allocate()
    this.pool.f64[slot * RESERVE.doubles + RESERVE.hidden] = hidden
    this.pool.f64[slot * RESERVE.doubles + RESERVE.displayQty] = displayQty
    this.pool.i32[slot * RESERVE.words + RESERVE.order] = order
    this.#slots.insert(order, slot)
  }

  remove(order: number): void {
    const slot = this.#slots.find(order)
    this.#slots.remove(order)
    this.pool.release(slot)
  }

  /** What an order that has a reserve hides. */
  hiddenOf(order: number): number {
    const slot = this.#slots.find(order)
    return this.pool.f64[slot * RESERVE.doubles + RESERVE.hidden] as number
  }

  setHidden(order: number, hidden: number): void {
    const slot = this.#slots.find(order)
    this.pool.f64[slot * RESERVE.doubles + RESERVE.hidden] = hidden
  }

  displayQtyOf(order: number): number {
    const slot = this.#slots.find(order)
    return this.pool.f64[slot * RESERVE.doubles + RESERVE.displayQty] as number
  }

  /** After a snapshot has filled the pool: finds the records anew. */
  rebuild(): void {
    this.#slots = new IdTable(Math.max(this.pool.live, 1))
    for (let slot = 1; slot < this.pool.used; slot++) {
      const order = this.pool.i32[slot * RESERVE.words + RESERVE.order] as number
      if (order !== NONE) this.#slots.insert(order, slot)
    }
  }
}
