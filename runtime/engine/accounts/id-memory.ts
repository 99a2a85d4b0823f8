// Which ids an account has used before, so that a repeated command is answered and not obeyed.
// An id in use (an open order's) is always remembered. One that is done waits in a queue of bounded
// length, oldest out first. The queue is state: replicas forget the same id at the same command.

import { ID_WORDS } from '../hot-command.ts'
import { NONE, SlotPool } from '../memory/slot-pool.ts'

/**
 * Ids that are done and still remembered, per kind: 2^18 x 64 bytes = 17 MB. At 2,000 closed orders
 * a second that is 131 seconds, more than the log's own window for duplicates (120 s).
 */
export const RECENT_IDS_MAX = 262_144

/** Words (f64 field: doubles) of one remembered id. */
export const REMEMBERED = {
  words: 16,
  doubles: 8,
  id: 0,
  account: 9,
  /** Handle of the open order; NONE when the id is done. */
  order: 10,
  hash: 11,
  /** f64: what the first command got: orderID, or the outcome of a transfer. */
  result: 6,
  /** Towards the younger one in the queue of done ids. */
  younger: 14,
} as const

/** (account, id) -> what became of it. */
export class IdMemory {
  readonly pool: SlotPool
  readonly #doneMax: number
  #slots: Int32Array
  #mask: number
  #oldest = NONE
  #youngest = NONE
  #done = 0

  constructor(capacity: number, doneMax: number) {
    this.pool = new SlotPool(REMEMBERED.words, capacity)
    this.#doneMax = doneMax
    const size = 1 << Math.max(4, 32 - Math.clz32(capacity * 2 - 1))
    this.#slots = new Int32Array(size)
    this.#mask = size - 1
  }

  /** The entry of an id, or NONE. */
  find(account: number, id: Int32Array): number {
    const hash = hashOf(account, id)
    const { i32 } = this.pool
    let at = hash & this.#mask
    while (true) {
      const entry = this.#slots[at] as number
      if (entry === NONE) return NONE
      const base = entry * REMEMBERED.words
      if (i32[base + REMEMBERED.hash] === hash && isSame(i32, base, account, id)) return entry
      at = (at + 1) & this.#mask
    }
  }

  /** Remembers an id that is not there; `order` NONE: call `finish` next. */
  add(account: number, id: Int32Array, result: number, order: number): number {
    const entry = this.pool.allocate()
    if (this.pool.live * 2 > this.#slots.length) this.#grow()
    const hash = hashOf(account, id)
    const base = entry * REMEMBERED.words
    const { i32, f64 } = this.pool
    for (let word = 0; word < ID_WORDS; word++) i32[base + word] = id[word] as number
    i32[base + REMEMBERED.account] = account
    i32[base + REMEMBERED.order] = order
    i32[base + REMEMBERED.hash] = hash
    f64[entry * REMEMBERED.doubles + REMEMBERED.result] = result
    this.#place(entry, hash)
    return entry
  }

  /** The id is done: it joins the queue, and the oldest leaves when that is full. */
  finish(entry: number): void {
    const { i32 } = this.pool
    i32[entry * REMEMBERED.words + REMEMBERED.order] = NONE
    if (this.#youngest === NONE) this.#oldest = entry
    else i32[this.#youngest * REMEMBERED.words + REMEMBERED.younger] = entry
    this.#youngest = entry
    if (++this.#done > this.#doneMax) this.#forgetOldest()
  }

  orderOf(entry: number): number {
    return this.pool.i32[entry * REMEMBERED.words + REMEMBERED.order] as number
  }

  resultOf(entry: number): number {
    return this.pool.f64[entry * REMEMBERED.doubles + REMEMBERED.result] as number
  }

  /** Calls back for each done id, oldest first. */
  forEachDone(visit: (entry: number) => void): void {
    for (let entry = this.#oldest; entry !== NONE; ) {
      const younger = this.pool.i32[entry * REMEMBERED.words + REMEMBERED.younger] as number
      visit(entry)
      entry = younger
    }
  }

  get queue(): { readonly oldest: number; readonly youngest: number; readonly done: number } {
    return { oldest: this.#oldest, youngest: this.#youngest, done: this.#done }
  }

  /** After a snapshot: takes the queue over and finds all entries again (`open` are in no queue). */
  restore(queue: { oldest: number; youngest: number; done: number }, open: Int32Array): void {
    this.#oldest = queue.oldest
    this.#youngest = queue.youngest
    this.#done = queue.done
    while (this.pool.live * 2 > this.#slots.length) {
      this.#slots = new Int32Array(this.#slots.length * 2)
      this.#mask = this.#slots.length - 1
    }
    this.forEachDone((entry) => this.#place(entry, this.#hashAt(entry)))
    for (const entry of open) this.#place(entry, this.#hashAt(entry))
  }

  #hashAt(entry: number): number {
    return this.pool.i32[entry * REMEMBERED.words + REMEMBERED.hash] as number
  }

  #forgetOldest(): void {
    const entry = this.#oldest
    this.#oldest = this.pool.i32[entry * REMEMBERED.words + REMEMBERED.younger] as number
    if (this.#oldest === NONE) this.#youngest = NONE
    this.#done--
    this.#unplace(entry)
    this.pool.release(entry)
  }

  #place(entry: number, hash: number): void {
    let at = hash & this.#mask
    while (this.#slots[at] !== NONE) at = (at + 1) & this.#mask
    this.#slots[at] = entry
  }

  #unplace(entry: number): void {
    let at = this.#hashAt(entry) & this.#mask
    while (this.#slots[at] !== entry) at = (at + 1) & this.#mask
    let next = (at + 1) & this.#mask
    while (true) {
      const moved = this.#slots[next] as number
      if (moved === NONE) break
      const home = this.#hashAt(moved) & this.#mask
      if (((next - home) & this.#mask) >= ((next - at) & this.#mask)) {
        this.#slots[at] = moved
        at = next
      }
      next = (next + 1) & this.#mask
    }
    this.#slots[at] = NONE
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new Int32Array(old.length * 2)
    this.#mask = this.#slots.length - 1
    for (let at = 0; at < old.length; at++) {
      const entry = old[at] as number
      if (entry !== NONE) this.#place(entry, this.#hashAt(entry))
    }
  }
}

function isSame(i32: Int32Array, base: number, account: number, id: Int32Array): boolean {
  if (i32[base + REMEMBERED.account] !== (account | 0)) return false
  for (let word = 0; word < ID_WORDS; word++) if (i32[base + word] !== id[word]) return false
  return true
}

function hashOf(account: number, id: Int32Array): number {
  let hash = account | 0
  for (let word = 0; word < ID_WORDS; word++) {
    hash = Math.imul(hash ^ (id[word] as number), 0x9e3779b1)
    hash ^= hash >>> 15
  }
  return hash
}
