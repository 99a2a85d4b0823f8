// One side of one book: its levels in a list from best to worst, and the index that finds one by
// price. Levels exist only while orders rest on them.

import { NONE as NO_HANDLE, type SlotPool } from '../memory/slot-pool.ts'
import { LEVEL, ORDER } from './order-pool.ts'
import { PriceIndex } from './price-index.ts'

// Constants of this module are folded into the code; imported ones are read from memory each time.
const NONE = NO_HANDLE
const ORDER_WORDS = ORDER.words
const ORDER_DOUBLES = ORDER.doubles
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
  /** One number; in memory of its own so that a change allocates nothing. */
  readonly #total = new Float64Array(1)
  readonly #orders: SlotPool
  readonly #levels: SlotPool
  readonly #index: PriceIndex

  constructor(orders: SlotPool, levels: SlotPool, nodes: SlotPool) {
    this.#orders = orders
    this.#levels = levels
    this.#index = new PriceIndex(nodes)
  }

  /** All that is open, shown or hidden; bounded by the engine so that it stays a safe integer. */
  get qty(): number {
    return this.#total[0] as number
  }

  /** So much more is open on this side; levels are the caller's. */
  raise(qty: number): void {
    const total = this.#total
    total[0] = (total[0] as number) + qty
  }

  /** Puts an order at the tail of its price; key, leaves and owner are set. */
  append(order: number): void {
    const { i32, f64 } = this.#orders
    const at = order * ORDER_WORDS
    const key = f64[order * ORDER_DOUBLES + ORDER_KEY] as number
    const leaves = f64[order * ORDER_DOUBLES + ORDER_LEAVES] as number
    this.raise(leaves)
    const place = this.#index.reach(key)
    const level = this.#index.at(place)
    i32[at + ORDER_NEXT] = NONE
    if (level === NONE) {
      i32[at + ORDER_PREVIOUS] = NONE
      i32[at + ORDER_LEVEL] = this.#open(place, key, order, leaves)
      return
    }
    const { i32: levels, f64: sums } = this.#levels
    const levelAt = level * LEVEL_WORDS
    const tail = levels[levelAt + LEVEL_TAIL] as number
    i32[at + ORDER_LEVEL] = level
    i32[at + ORDER_PREVIOUS] = tail
    i32[tail * ORDER_WORDS + ORDER_NEXT] = order
    levels[levelAt + LEVEL_TAIL] = order
    levels[levelAt + LEVEL_COUNT] = (levels[levelAt + LEVEL_COUNT] as number) + 1
    const qty = level * LEVEL_DOUBLES + LEVEL_QTY
    sums[qty] = (sums[qty] as number) + leaves
  }

  /** Takes an order out, wherever it stands in its queue. Its reserve, if any, is done with. */
  remove(order: number): void {
    const { i32, f64 } = this.#orders
    const at = order * ORDER_WORDS
    const level = (i32[at + ORDER_LEVEL] as number) & LEVEL_MASK
    const next = i32[at + ORDER_NEXT] as number
    const previous = i32[at + ORDER_PREVIOUS] as number
    const leaves = f64[order * ORDER_DOUBLES + ORDER_LEAVES] as number
    this.raise(-leaves)
    i32[at + ORDER_LEVEL] = NONE
    if ((next | previous) === NONE) {
      this.close(level)
      return
    }
    const { i32: levels, f64: sums } = this.#levels
    const levelAt = level * LEVEL_WORDS
    if (previous === NONE) levels[levelAt + LEVEL_HEAD] = next
    else i32[previous * ORDER_WORDS + ORDER_NEXT] = next
    if (next === NONE) levels[levelAt + LEVEL_TAIL] = previous
    else i32[next * ORDER_WORDS + ORDER_PREVIOUS] = previous
    levels[levelAt + LEVEL_COUNT] = (levels[levelAt + LEVEL_COUNT] as number) - 1
    const qty = level * LEVEL_DOUBLES + LEVEL_QTY
    sums[qty] = (sums[qty] as number) - leaves
  }

  /** Changes what an order shows where it stands; it keeps its place. */
  resize(order: number, leaves: number): void {
    const { i32, f64 } = this.#orders
    const level = (i32[order * ORDER_WORDS + ORDER_LEVEL] as number) & LEVEL_MASK
    const change = leaves - (f64[order * ORDER_DOUBLES + ORDER_LEAVES] as number)
    f64[order * ORDER_DOUBLES + ORDER_LEAVES] = leaves
    const sums = this.#levels.f64
    const qty = level * LEVEL_DOUBLES + LEVEL_QTY
    sums[qty] = (sums[qty] as number) + change
    this.raise(change)
  }

  /** So much more is hidden on a level. */
  hide(level: number, qty: number): void {
    const sums = this.#levels.f64
    const hidden = level * LEVEL_DOUBLES + LEVEL_HIDDEN
    sums[hidden] = (sums[hidden] as number) + qty
    this.raise(qty)
  }

  /** Ends a level on which nothing rests any more. */
  close(level: number): void {
    const { i32 } = this.#levels
    const at = level * LEVEL_WORDS
    const better = i32[at + LEVEL_BETTER] as number
    const worse = i32[at + LEVEL_WORSE] as number
    if (better === NONE) this.best = worse
    else i32[better * LEVEL_WORDS + LEVEL_WORSE] = worse
    if (worse !== NONE) i32[worse * LEVEL_WORDS + LEVEL_BETTER] = better
    this.#index.remove(i32[at + LEVEL_PLACE] as number)
    this.#levels.releaseAsIs(level)
  }

  /** The level at a key, or NONE. */
  find(key: number): number {
    return this.#index.find(key)
  }

  /** A level with one order; every word of the record is set. */
  #open(place: number, key: number, order: number, leaves: number): number {
    const level = this.#levels.allocate()
    const { i32, f64 } = this.#levels
    const at = level * LEVEL_WORDS
    const sums = level * LEVEL_DOUBLES
    const best = this.best
    let better = NONE
    let worse = best
    if (best !== NONE && (f64[best * LEVEL_DOUBLES + LEVEL_KEY] as number) > key) {
      better = this.#index.above(place)
      worse = i32[better * LEVEL_WORDS + LEVEL_WORSE] as number
    }
    this.#index.insert(place, level)
    f64[sums + LEVEL_KEY] = key
    f64[sums + LEVEL_QTY] = leaves
    f64[sums + LEVEL_HIDDEN] = 0
    i32[at + LEVEL_HEAD] = order
    i32[at + LEVEL_TAIL] = order
    i32[at + LEVEL_BETTER] = better
    i32[at + LEVEL_WORSE] = worse
    i32[at + LEVEL_PLACE] = place
    i32[at + LEVEL_COUNT] = 1
    if (better === NONE) this.best = level
    else i32[better * LEVEL_WORDS + LEVEL_WORSE] = level
    if (worse !== NONE) i32[worse * LEVEL_WORDS + LEVEL_BETTER] = level
    return level
  }

  /** After a snapshot: takes the list over and builds the index from it. */
  restore(best: number): void {
    this.best = best
    const { i32, f64 } = this.#levels
    let total = 0
    for (let level = best; level !== NONE; level = i32[level * LEVEL_WORDS + LEVEL_WORSE] ?? NONE) {
      const sums = level * LEVEL_DOUBLES
      const key = f64[sums + LEVEL_KEY] as number
      const place = this.#index.reach(key)
      this.#index.insert(place, level)
      i32[level * LEVEL_WORDS + LEVEL_PLACE] = place
      total += (f64[sums + LEVEL_QTY] as number) + (f64[sums + LEVEL_HIDDEN] as number)
    }
    this.#total[0] = total
  }
}
