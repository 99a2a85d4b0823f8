// Ids that are done: the last so many of them, oldest out first. A ring of fixed records, so that
// remembering one is a copy and forgetting one moves nothing.

import { copyId } from '../copy-words.ts'
import { Columns } from '../memory/columns.ts'

/** Words (f64 fields: doubles) of one remembered id. */
const FIELDS = {
  words: 12,
  doubles: 6,
  id: 0,
  accountSlot: 9,
  /** f64: what the first command got: orderID, or the outcome of a transfer. */
  result: 5,
} as const
/** The fields above, for other modules: what a module exports it reads from memory itself. */
export const REMEMBERED = FIELDS

const START = 64

/** Grows up to `max` records and then goes round. */
export class IdRing {
  readonly records: Columns
  readonly #max: number
  #oldest = 0
  #count = 0
  #capacity = START

  constructor(max: number) {
    this.#max = max
    this.records = new Columns(FIELDS.words, START)
  }

  get count(): number {
    return this.#count
  }

  get isFull(): boolean {
    return this.#count === this.#max
  }

  /** Place of the oldest; there is one. */
  get oldest(): number {
    return this.#oldest
  }

  dropOldest(): void {
    this.#oldest = this.#oldest + 1 === this.#max ? 0 : this.#oldest + 1
    this.#count -= 1
  }

  /** Remembers one more and answers its place; the ring is not full. */
  push(accountSlot: number, words: Int32Array, at: number, result: number): number {
    let place = this.#oldest + this.#count
    if (place >= this.#max) place -= this.#max
    if (place >= this.#capacity) this.#grow(place)
    const { i32, f64 } = this.records
    const to = place * FIELDS.words
    copyId(words, at, i32, to)
    i32[to + FIELDS.accountSlot] = accountSlot
    f64[place * FIELDS.doubles + FIELDS.result] = result
    this.#count += 1
    return place
  }

  /** Place of the i-th oldest. */
  at(i: number): number {
    const place = this.#oldest + i
    return place >= this.#max ? place - this.#max : place
  }

  #grow(place: number): void {
    this.records.reach(place)
    this.#capacity = Math.min(this.#max, this.records.capacity)
  }

  /** Records that a snapshot copies. */
  get used(): number {
    return this.#oldest + this.#count > this.#max ? this.#max : this.#oldest + this.#count
  }

  /** After a snapshot: `records` is restored. Errors: throws when the numbers cannot be. */
  restore(oldest: number, count: number, used: number): void {
    this.#oldest = oldest
    this.#count = count
    this.#capacity = Math.max(used, START)
    if (this.used !== used || count > this.#max || oldest > this.#max) {
      throw new Error('snapshot: broken ring of ids')
    }
    this.records.reach(this.#capacity - 1)
  }
}
