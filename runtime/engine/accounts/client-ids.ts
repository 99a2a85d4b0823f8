// Which ids an account has used before, so that a repeated command is answered and not obeyed.
// An id in use stands in its open order and is always remembered. One that is done stands in a ring
// of bounded length. The ring is state: replicas forget the same id at the same command.

import { ORDER as SHARED_ORDER } from '../book/order-pool.ts'
import { isSameId } from '../copy-words.ts'
import { ID_WORDS } from '../hot-command.ts'
import type { Columns } from '../memory/columns.ts'
import { RefTable } from '../memory/ref-table.ts'
import { NONE as SHARED_NONE, type SlotPool } from '../memory/slot-pool.ts'
import { DETAIL as SHARED_DETAIL } from '../orders/order-details.ts'
import { IdRing, REMEMBERED as SHARED_REMEMBERED } from './id-ring.ts'

// Constants of this module are folded into the code; imported ones are read from memory each time.
const ORDER = SHARED_ORDER
const NONE = SHARED_NONE
const DETAIL = SHARED_DETAIL
const REMEMBERED = SHARED_REMEMBERED

/**
 * Ids that are done and still remembered, per kind: 2^18 x 48 bytes = 13 MB. At 2,000 closed orders
 * a second that is 131 seconds, more than the log's own window for duplicates (120 s).
 */
export const RECENT_IDS_MAX = 262_144

/**
 * (account, id) -> what became of it. A reference is order * 2 for an id in use, place * 2 + 1 for
 * one in the ring; no order is 0, so neither is a reference.
 */
export class ClientIds {
  readonly ring: IdRing
  readonly #orders: SlotPool
  readonly #details: Columns
  readonly #refs: RefTable
  readonly #doneMax: number

  constructor(orders: SlotPool, details: Columns, capacity: number, doneMax: number) {
    this.#orders = orders
    this.#details = details
    this.#doneMax = doneMax
    this.ring = new IdRing(doneMax)
    this.#refs = new RefTable(capacity, (ref) => this.#hashAt(ref))
  }

  /** Ids in use and done. */
  get count(): number {
    return this.#refs.count
  }

  /** Of an account's id: computed once a command. */
  hash(accountSlot: number, id: Int32Array): number {
    return this.hashAt(accountSlot, id, 0)
  }

  /** The same for an id that stands at a word of a batch. */
  hashAt(accountSlot: number, words: Int32Array, at: number): number {
    return hashWords(accountSlot, words, at)
  }

  /** The reference of an id, or NONE. */
  find(accountSlot: number, id: Int32Array, hash: number): number {
    return this.findAt(accountSlot, id, 0, hash)
  }

  /** The same for an id that stands at a word of a batch. */
  findAt(accountSlot: number, words: Int32Array, at: number, hash: number): number {
    let ref = this.#refs.find(hash)
    while (ref !== NONE && !this.#isSame(ref, accountSlot, words, at)) ref = this.#refs.next()
    return ref
  }

  /** The open order of a reference; NONE when the id is done. */
  orderOf(ref: number): number {
    return (ref & 1) === 0 ? ref >>> 1 : NONE
  }

  /** What the first command got: orderID, or the outcome of a transfer. */
  resultOf(ref: number): number {
    const handle = ref >>> 1
    return (ref & 1) === 0
      ? (this.#details.f64[handle * DETAIL.doubles + DETAIL.orderID] as number)
      : (this.ring.records.f64[handle * REMEMBERED.doubles + REMEMBERED.result] as number)
  }

  /** Takes an id in use that its order's details hold. */
  open(order: number): void {
    const hash = this.#details.i32[order * DETAIL.words + DETAIL.idHash] as number
    this.#refs.insert(hash, order * 2)
  }

  /** The id of an order is done; its details may hold another one from now on. */
  finish(order: number): void {
    const { i32, f64 } = this.#details
    const at = order * DETAIL.words
    const hash = i32[at + DETAIL.idHash] as number
    if (this.#doneMax === 0) return this.#refs.remove(hash, order * 2)
    if (this.ring.isFull) this.#forgetOldest()
    const accountSlot = this.#orders.i32[order * ORDER.words + ORDER.owner] as number
    const result = f64[order * DETAIL.doubles + DETAIL.orderID] as number
    const place = this.ring.push(accountSlot, i32, at + DETAIL.clOrdID, result)
    this.#refs.replace(hash, order * 2, place * 2 + 1)
  }

  /** Remembers an id that is not there and done at once. */
  remember(accountSlot: number, id: Int32Array, hash: number, result: number): void {
    if (this.#doneMax === 0) return
    if (this.ring.isFull) this.#forgetOldest()
    const place = this.ring.push(accountSlot, id, 0, result)
    this.#refs.insert(hash, place * 2 + 1)
  }

  /** After a snapshot: room for so many ids in use (see `open`), and all that are done. */
  reindex(open: number): void {
    this.#refs.reserve(open + this.ring.count)
    for (let i = 0; i < this.ring.count; i++) {
      const ref = this.ring.at(i) * 2 + 1
      this.#refs.insert(this.#hashAt(ref), ref)
    }
  }

  #forgetOldest(): void {
    const ref = this.ring.oldest * 2 + 1
    this.#refs.remove(this.#hashAt(ref), ref)
    this.ring.dropOldest()
  }

  #hashAt(ref: number): number {
    const handle = ref >>> 1
    if ((ref & 1) === 0) return this.#details.i32[handle * DETAIL.words + DETAIL.idHash] as number
    const { i32 } = this.ring.records
    const at = handle * REMEMBERED.words
    return hashWords(i32[at + REMEMBERED.accountSlot] as number, i32, at)
  }

  #isSame(ref: number, accountSlot: number, id: Int32Array, idAt: number): boolean {
    const handle = ref >>> 1
    if ((ref & 1) === 0) {
      if (this.#orders.i32[handle * ORDER.words + ORDER.owner] !== accountSlot) return false
      return isSameId(this.#details.i32, handle * DETAIL.words + DETAIL.clOrdID, id, idAt)
    }
    const { i32 } = this.ring.records
    const at = handle * REMEMBERED.words
    return i32[at + REMEMBERED.accountSlot] === accountSlot && isSameId(i32, at, id, idAt)
  }
}

/** Two lanes, so that the multiplications of one do not wait for those of the other. */
function hashWords(accountSlot: number, words: Int32Array, at: number): number {
  let even = Math.imul(accountSlot, 0x85ebca6b)
  let odd = 0x27d4eb2f
  for (let word = 0; word < ID_WORDS - 1; word += 2) {
    even = Math.imul(even ^ (words[at + word] as number), 0x9e3779b1)
    odd = Math.imul(odd ^ (words[at + word + 1] as number), 0xc2b2ae35)
    even ^= even >>> 15
    odd ^= odd >>> 13
  }
  even = Math.imul(even ^ (words[at + ID_WORDS - 1] as number), 0x9e3779b1)
  const hash = Math.imul(even ^ (even >>> 15) ^ odd, 0x85ebca6b)
  return hash ^ (hash >>> 16)
}
