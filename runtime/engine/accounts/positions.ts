// What an account has open in one instrument: the record that joins both. Its handle is the `owner`
// of the account's orders in that instrument's book, and it knows the way to both balances, so that
// a fill or a cancel looks nothing up. Slots are never freed.

import { IdTable } from '../memory/id-table.ts'
import { SlotPool } from '../memory/slot-pool.ts'

/** Words (f64 fields: doubles) of one position. */
export const POSITION = {
  words: 12,
  doubles: 6,
  accountSlot: 0,
  instrumentId: 1,
  baseBalance: 2,
  quoteBalance: 3,
  openOrders: 4,
  /** f64, lots of the open orders on each side. */
  openBuyQty: 3,
  openSellQty: 4,
  /** f64, lots; 0 = no limit, -1 = the instrument's. */
  maxPosition: 5,
} as const

/** More instruments than this cannot be told apart in a key. */
export const INSTRUMENTS_MAX = 2 ** 20

/** (account, instrument) -> handle, and the records. */
export class Positions {
  readonly pool: SlotPool
  readonly #slots: IdTable

  constructor(capacity: number) {
    this.pool = new SlotPool(POSITION.words, capacity)
    this.#slots = new IdTable(capacity)
  }

  find(accountSlot: number, instrumentId: number): number {
    return this.#slots.find(accountSlot * INSTRUMENTS_MAX + instrumentId)
  }

  open(accountSlot: number, instrumentId: number, base: number, quote: number): number {
    const slot = this.pool.allocate()
    const at = slot * POSITION.words
    this.pool.i32[at + POSITION.accountSlot] = accountSlot
    this.pool.i32[at + POSITION.instrumentId] = instrumentId
    this.pool.i32[at + POSITION.baseBalance] = base
    this.pool.i32[at + POSITION.quoteBalance] = quote
    this.pool.f64[slot * POSITION.doubles + POSITION.maxPosition] = -1
    this.#slots.insert(accountSlot * INSTRUMENTS_MAX + instrumentId, slot)
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
    for (let slot = 1; slot < this.pool.used; slot++) {
      const account = this.get(slot, POSITION.accountSlot)
      this.#slots.insert(account * INSTRUMENTS_MAX + this.get(slot, POSITION.instrumentId), slot)
    }
  }
}
