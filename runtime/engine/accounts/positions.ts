// What an account has open in one instrument, where somebody has to know: a perpetual's position, a
// limit. Spot without limits has no such records. Slots are never freed.

import { hashNumber, RefTable } from '../memory/ref-table.ts'
import { NONE, SlotPool } from '../memory/slot-pool.ts'

/** Words (f64 fields: doubles) of one position. */
export const POSITION = {
  words: 10,
  doubles: 5,
  accountSlot: 0,
  instrumentId: 1,
  openOrders: 2,
  /** f64, lots of the open orders on each side. */
  openBuyQty: 2,
  openSellQty: 3,
  /** f64, lots; 0 = no limit, -1 = the instrument's. */
  maxPosition: 4,
} as const

/** More instruments than this cannot be told apart in the attributes of an order. */
export const INSTRUMENTS_MAX = 2 ** 20

/** (account, instrument) -> handle, and the records. */
export class Positions {
  readonly pool: SlotPool
  readonly #slots: RefTable

  constructor(capacity: number) {
    this.pool = new SlotPool(POSITION.words, capacity)
    this.#slots = new RefTable(capacity, (slot) => this.#hashAt(slot))
  }

  /** The record of an account in an instrument, or NONE. */
  find(accountSlot: number, instrumentId: number): number {
    let slot = this.#slots.find(hashNumber(accountSlot, instrumentId))
    while (slot !== NONE && !this.#isOf(slot, accountSlot, instrumentId)) slot = this.#slots.next()
    return slot
  }

  open(accountSlot: number, instrumentId: number): number {
    const slot = this.pool.allocate()
    const at = slot * POSITION.words
    this.pool.i32[at + POSITION.accountSlot] = accountSlot
    this.pool.i32[at + POSITION.instrumentId] = instrumentId
    this.pool.f64[slot * POSITION.doubles + POSITION.maxPosition] = -1
    this.#slots.insert(hashNumber(accountSlot, instrumentId), slot)
    return slot
  }

  get(slot: number, field: number): number {
    return this.pool.i32[slot * POSITION.words + field] as number
  }

  set(slot: number, field: number, value: number): void {
    this.pool.i32[slot * POSITION.words + field] = value
  }

  getNumber(slot: number, field: number): number {
    return this.pool.f64[slot * POSITION.doubles + field] as number
  }

  setNumber(slot: number, field: number, value: number): void {
    this.pool.f64[slot * POSITION.doubles + field] = value
  }

  /** After a snapshot. */
  reindex(): void {
    this.#slots.reserve(this.pool.used)
    for (let slot = 1; slot < this.pool.used; slot++) this.#slots.insert(this.#hashAt(slot), slot)
  }

  #hashAt(slot: number): number {
    return hashNumber(this.get(slot, POSITION.accountSlot), this.get(slot, POSITION.instrumentId))
  }

  #isOf(slot: number, accountSlot: number, instrumentId: number): boolean {
    return (
      this.get(slot, POSITION.accountSlot) === accountSlot &&
      this.get(slot, POSITION.instrumentId) === instrumentId
    )
  }
}
