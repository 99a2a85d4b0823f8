// One side of one book: its levels in a list from best to worst, and the index that finds one by
// price. Levels exist only while orders rest on them.

import { NONE as NO_HANDLE, NO_POOL, type SlotPool } from '../memory/slot-pool.ts'
import { LEVEL, ORDER } from './order-pool.ts'
import { NO_INDEX, PriceIndex } from './price-index.ts'

// Constants of this module are folded into the code; imported ones are read from memory each time.
const NONE = NO_HANDLE
const ORDER_SHIFT = ORDER.shift
const ORDER_HALF_SHIFT = ORDER.halfShift
const ORDER_KEY = ORDER.key
const ORDER_LEAVES = ORDER.leaves
const ORDER_NEXT = ORDER.next
const ORDER_PREVIOUS = ORDER.previous
const ORDER_LEVEL = ORDER.level
const LEVEL_WORDS = LEVEL.words
const LEVEL_DOUBLES = LEVEL.doubles
const LEVEL_KEY = LEVEL.key
const LEVEL_QTY = LEVEL.qty
const LEVEL_HIDDEN = LEVEL.hidden
const LEVEL_HEAD = LEVEL.head
const LEVEL_TAIL = LEVEL.tail
const LEVEL_BETTER = LEVEL.better
const LEVEL_WORSE = LEVEL.worse
const LEVEL_PLACE = LEVEL.place
const LEVEL_COUNT = LEVEL.count
/** Of ORDER.level: what is left without the sign bit. */
const LEVEL_MASK = 0x7fffffff

/** Bids or asks; both look alike because a key is larger when it is better. */
export class BookSide {
  /** The best level, or NONE. */
  best = NONE
  /** No integer at first, so that V8 keeps a double here, which it changes in place. */
  #total = Number.NaN
  readonly #orders: SlotPool = NO_POOL
  readonly #levels: SlotPool = NO_POOL
  readonly #index: PriceIndex = NO_INDEX

  constructor(orders: SlotPool, levels: SlotPool, nodes: SlotPool) {
    this.#orders = orders
    this.#levels = levels
    this.#index = new PriceIndex(nodes)
    this.#total = 0
  }

  /** All that is open, shown or hidden; bounded by the engine so that it stays a safe integer. */
  get qty(): number {
    return this.#total
  }

  /** So much more is open on this side; levels are the caller's. */
  raise(qty: number): void {
    this.#total += qty
  }

  /** Whether an order of the other side with this key would meet one here. */
  meets(key: number): boolean {
    const best = this.best
    if (best === NONE) return false
    const at = (best * LEVEL_DOUBLES + LEVEL_KEY) | 0
    return (this.#levels.f64[at] as number) + key >= 0
  }

  /** Puts an order at the tail of its price; key, leaves and owner are set. */
  append(order: number): void {
    const { f64 } = this.#orders
    const key = f64[(order << ORDER_HALF_SHIFT) | ORDER_KEY] as number
    const leaves = f64[(order << ORDER_HALF_SHIFT) | ORDER_LEAVES] as number
    this.#total += leaves
    const level = this.#index.near(key)
    if (level === NONE) this.#appendFar(order, key, leaves)
    else this.#join(level, order, leaves)
  }

  /** Where no level is yet, or the index is high. */
  #appendFar(order: number, key: number, leaves: number): void {
    const place = this.#index.reach(key)
    const level = this.#index.at(place)
    if (level === NONE) this.#open(place, key, order, leaves)
    else this.#join(level, order, leaves)
  }

  /** To the tail of a level. */
  #join(level: number, order: number, leaves: number): void {
    const { i32 } = this.#orders
    const { i32: levels, f64: sums } = this.#levels
    const at = order << ORDER_SHIFT
    const levelAt = (level * LEVEL_WORDS) | 0
    const tail = levels[(levelAt + LEVEL_TAIL) | 0] as number
    i32[at | ORDER_NEXT] = NONE
    i32[at | ORDER_PREVIOUS] = tail
    i32[at | ORDER_LEVEL] = level
    i32[(tail << ORDER_SHIFT) | ORDER_NEXT] = order
    levels[(levelAt + LEVEL_TAIL) | 0] = order
    levels[(levelAt + LEVEL_COUNT) | 0] = (levels[(levelAt + LEVEL_COUNT) | 0] as number) + 1
    const qty = (level * LEVEL_DOUBLES + LEVEL_QTY) | 0
    sums[qty] = (sums[qty] as number) + leaves
  }

  /** Takes an order out, wherever it stands in its queue. Its reserve, if any, is done with. */
  remove(order: number): void {
    const { i32, f64 } = this.#orders
    const at = order << ORDER_SHIFT
    const level = (i32[at | ORDER_LEVEL] as number) & LEVEL_MASK
    const next = i32[at | ORDER_NEXT] as number
    const previous = i32[at | ORDER_PREVIOUS] as number
    const leaves = f64[(order << ORDER_HALF_SHIFT) | ORDER_LEAVES] as number
    this.raise(-leaves)
    i32[at | ORDER_LEVEL] = NONE
    if ((next | previous) === NONE) {
      this.close(level)
      return
    }
    const { i32: levels, f64: sums } = this.#levels
    const levelAt = (level * LEVEL_WORDS) | 0
    if (previous === NONE) levels[(levelAt + LEVEL_HEAD) | 0] = next
    else i32[(previous << ORDER_SHIFT) | ORDER_NEXT] = next
    if (next === NONE) levels[(levelAt + LEVEL_TAIL) | 0] = previous
    else i32[(next << ORDER_SHIFT) | ORDER_PREVIOUS] = previous
    levels[(levelAt + LEVEL_COUNT) | 0] = (levels[(levelAt + LEVEL_COUNT) | 0] as number) - 1
    const qty = (level * LEVEL_DOUBLES + LEVEL_QTY) | 0
    sums[qty] = (sums[qty] as number) - leaves
  }

  /** Changes what an order shows where it stands; it keeps its place. */
  resize(order: number, leaves: number): void {
    const { i32, f64 } = this.#orders
    const level = (i32[(order << ORDER_SHIFT) | ORDER_LEVEL] as number) & LEVEL_MASK
    const change = leaves - (f64[(order << ORDER_HALF_SHIFT) | ORDER_LEAVES] as number)
    f64[(order << ORDER_HALF_SHIFT) | ORDER_LEAVES] = leaves
    const sums = this.#levels.f64
    const qty = (level * LEVEL_DOUBLES + LEVEL_QTY) | 0
    sums[qty] = (sums[qty] as number) + change
    this.raise(change)
  }

  /** So much more is hidden on a level. */
  hide(level: number, qty: number): void {
    const sums = this.#levels.f64
    const hidden = (level * LEVEL_DOUBLES + LEVEL_HIDDEN) | 0
    sums[hidden] = (sums[hidden] as number) + qty
    this.raise(qty)
  }

  /** Ends a level on which nothing rests any more. */
  close(level: number): void {
    const { i32 } = this.#levels
    const at = (level * LEVEL_WORDS) | 0
    const better = i32[(at + LEVEL_BETTER) | 0] as number
    const worse = i32[(at + LEVEL_WORSE) | 0] as number
    if (better === NONE) this.best = worse
    else i32[(better * LEVEL_WORDS + LEVEL_WORSE) | 0] = worse
    if (worse !== NONE) i32[(worse * LEVEL_WORDS + LEVEL_BETTER) | 0] = better
    this.#index.remove(i32[(at + LEVEL_PLACE) | 0] as number)
    this.#levels.releaseAsIs(level)
  }

  /** The level at a key, or NONE. */
  find(key: number): number {
    return this.#index.find(key)
  }

  /** A level with one order; every word of its record is set. */
  #open(place: number, key: number, order: number, leaves: number): void {
    const level = this.#levels.allocate()
    const { i32, f64 } = this.#levels
    const at = (level * LEVEL_WORDS) | 0
    const sums = (level * LEVEL_DOUBLES) | 0
    const best = this.best
    let better = NONE
    let worse = best
    if (best !== NONE && (f64[(best * LEVEL_DOUBLES + LEVEL_KEY) | 0] as number) > key) {
      better = this.#index.above(place)
      worse = i32[(better * LEVEL_WORDS + LEVEL_WORSE) | 0] as number
    }
    this.#index.insert(place, level)
    f64[(sums + LEVEL_KEY) | 0] = key
    f64[(sums + LEVEL_QTY) | 0] = leaves
    f64[(sums + LEVEL_HIDDEN) | 0] = 0
    i32[(at + LEVEL_HEAD) | 0] = order
    i32[(at + LEVEL_TAIL) | 0] = order
    i32[(at + LEVEL_BETTER) | 0] = better
    i32[(at + LEVEL_WORSE) | 0] = worse
    i32[(at + LEVEL_PLACE) | 0] = place
    i32[(at + LEVEL_COUNT) | 0] = 1
    if (better === NONE) this.best = level
    else i32[(better * LEVEL_WORDS + LEVEL_WORSE) | 0] = level
    if (worse !== NONE) i32[(worse * LEVEL_WORDS + LEVEL_BETTER) | 0] = level
    const { i32: links } = this.#orders
    links[(order << ORDER_SHIFT) | ORDER_NEXT] = NONE
    links[(order << ORDER_SHIFT) | ORDER_PREVIOUS] = NONE
    links[(order << ORDER_SHIFT) | ORDER_LEVEL] = level
  }

  /** After a snapshot: takes the list over and builds the index from it. */
  restore(best: number): void {
    this.best = best
    const { i32, f64 } = this.#levels
    let total = 0
    for (
      let level = best;
      level !== NONE;
      level = i32[(level * LEVEL_WORDS + LEVEL_WORSE) | 0] ?? NONE
    ) {
      const sums = (level * LEVEL_DOUBLES) | 0
      const key = f64[(sums + LEVEL_KEY) | 0] as number
      const place = this.#index.reach(key)
      this.#index.insert(place, level)
      i32[(level * LEVEL_WORDS + LEVEL_PLACE) | 0] = place
      total += (f64[(sums + LEVEL_QTY) | 0] as number) + (f64[(sums + LEVEL_HIDDEN) | 0] as number)
    }
    this.#total = total
  }
}

/** What a field begins with that will hold a side: see the fields of SlotPool. */
export const NO_SIDE = new BookSide(NO_POOL, NO_POOL, NO_POOL)
