// The accounts of the shard: settings, limits, and the list of each one's open orders. Slots are
// handed out in the order of opening and never freed, so walking them is canonical.

import { hashNumber, RefTable } from '../memory/ref-table.ts'
import { NONE, SlotPool } from '../memory/slot-pool.ts'

/** Words of one account. What a plain order needs stands in the first 64 bytes. */
const FIELDS = {
  words: 16,
  number: 0,
  /** 0 for a plain account: the kill switch and the handle of account-extras.ts. */
  gate: 1,
  openOrders: 2,
  /** 0 = no limit. */
  maxOpenOrders: 3,
  /** FEE_UNSET: the instrument's. */
  makerFeePpm: 4,
  takerFeePpm: 5,
  firstOrder: 6,
  lastOrder: 7,
  /** Its balances of assets 1 to NEAR_ASSETS, or NONE: see balances.ts. */
  balances: 8,
} as const
/** The fields above, for other modules: what a module exports it reads from memory itself. */
export const ACCOUNT = FIELDS

/** Assets whose balances an account knows by itself. */
export const NEAR_ASSETS = 8

export const FEE_UNSET = -2_147_483_648
/** Account numbers are unsigned 32-bit in every record. */
export const ACCOUNT_NUMBER_MAX = 4_294_967_295

/** Account number -> slot, and the slots. */
export class Accounts {
  readonly pool: SlotPool
  readonly #slots: RefTable

  constructor(capacity: number) {
    this.pool = new SlotPool(FIELDS.words, capacity)
    this.#slots = new RefTable(capacity, (slot) => hashNumber(this.numberOf(slot), 0))
  }

  /** The slot of an account number, or NONE. */
  find(account: number): number {
    let slot = this.#slots.find(hashNumber(account, 0))
    while (slot !== NONE && this.numberOf(slot) !== account) slot = this.#slots.next()
    return slot
  }

  open(account: number): number {
    const slot = this.pool.allocate()
    const at = slot * FIELDS.words
    this.pool.i32[at + FIELDS.number] = account
    this.pool.i32[at + FIELDS.makerFeePpm] = FEE_UNSET
    this.pool.i32[at + FIELDS.takerFeePpm] = FEE_UNSET
    this.#slots.insert(hashNumber(account, 0), slot)
    return slot
  }

  /** Field of a slot. */
  get(slot: number, field: number): number {
    return this.pool.i32[slot * FIELDS.words + field] as number
  }

  set(slot: number, field: number, value: number): void {
    this.pool.i32[slot * FIELDS.words + field] = value
  }

  numberOf(slot: number): number {
    return this.get(slot, FIELDS.number) >>> 0
  }

  /** After a snapshot. */
  reindex(): void {
    this.#slots.reserve(this.pool.used)
    for (let slot = 1; slot < this.pool.used; slot++) {
      this.#slots.insert(hashNumber(this.numberOf(slot), 0), slot)
    }
  }
}
