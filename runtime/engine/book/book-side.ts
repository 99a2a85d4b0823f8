// One side of one book: its levels in a list from best to worst, and the index that finds one by
// price. Levels exist only while orders rest on them.

import { NONE, type SlotPool } from '../memory/slot-pool.ts'
import { LEVEL, ORDER } from './order-pool.ts'
import { PriceIndex } from './price-index.ts'

/** Bids or asks; both look alike because a key is larger when it is better. */
export class BookSide {
  /** The best level, or NONE. */
  best = NONE
  /** Sum of all open quantities; bounded by the engine so that it stays a safe integer. */
  qty = 0
  readonly #orders: SlotPool
  readonly #levels: SlotPool
  readonly #index: PriceIndex

  constructor(orders: SlotPool, levels: SlotPool, nodes: SlotPool) {
    this.#orders = orders
    this.#levels = levels
    this.#index = new PriceIndex(nodes)
  }

  /** Puts an order at the tail of its price; key, leaves and owner are set. */
  append(order: number): void {
    const orders = this.#orders
    const key = orders.f64[order * ORDER.doubles + ORDER.key] as number
    const leaves = orders.f64[order * ORDER.doubles + ORDER.leaves] as number
    let level = this.#index.find(key)
    if (level === NONE) level = this.#open(key)
    const levels = this.#levels
    const at = level * LEVEL.words
    const tail = levels.i32[at + LEVEL.tail] as number
    const i32 = orders.i32
    i32[order * ORDER.words + ORDER.level] = level
    i32[order * ORDER.words + ORDER.next] = NONE
    i32[order * ORDER.words + ORDER.previous] = tail
    if (tail === NONE) levels.i32[at + LEVEL.head] = order
    else i32[tail * ORDER.words + ORDER.next] = order
    levels.i32[at + LEVEL.tail] = order
    levels.i32[at + LEVEL.count] = (levels.i32[at + LEVEL.count] as number) + 1
    levels.f64[level * LEVEL.doubles + LEVEL.qty] =
      (levels.f64[level * LEVEL.doubles + LEVEL.qty] as number) + leaves
    this.qty += leaves
  }

  /** Takes an order out, wherever it stands in its queue. */
  remove(order: number): void {
    const { i32, f64 } = this.#orders
    const at = order * ORDER.words
    const level = i32[at + ORDER.level] as number
    const next = i32[at + ORDER.next] as number
    const previous = i32[at + ORDER.previous] as number
    const leaves = f64[order * ORDER.doubles + ORDER.leaves] as number
    const levels = this.#levels
    const levelAt = level * LEVEL.words
    this.qty -= leaves
    i32[at + ORDER.level] = NONE
    if (next === NONE && previous === NONE) {
      this.close(level)
      return
    }
    if (previous === NONE) levels.i32[levelAt + LEVEL.head] = next
    else i32[previous * ORDER.words + ORDER.next] = next
    if (next === NONE) levels.i32[levelAt + LEVEL.tail] = previous
    else i32[next * ORDER.words + ORDER.previous] = previous
    levels.i32[levelAt + LEVEL.count] = (levels.i32[levelAt + LEVEL.count] as number) - 1
    levels.f64[level * LEVEL.doubles + LEVEL.qty] =
      (levels.f64[level * LEVEL.doubles + LEVEL.qty] as number) - leaves
  }

  /** Changes an order's open quantity where it stands; it keeps its place. */
  resize(order: number, leaves: number): void {
    const { i32, f64 } = this.#orders
    const level = i32[order * ORDER.words + ORDER.level] as number
    const change = leaves - (f64[order * ORDER.doubles + ORDER.leaves] as number)
    f64[order * ORDER.doubles + ORDER.leaves] = leaves
    const qty = level * LEVEL.doubles + LEVEL.qty
    this.#levels.f64[qty] = (this.#levels.f64[qty] as number) + change
    this.qty += change
  }

  /** Ends a level on which nothing rests any more. */
  close(level: number): void {
    const { i32, f64 } = this.#levels
    const at = level * LEVEL.words
    const better = i32[at + LEVEL.better] as number
    const worse = i32[at + LEVEL.worse] as number
    if (better === NONE) this.best = worse
    else i32[better * LEVEL.words + LEVEL.worse] = worse
    if (worse !== NONE) i32[worse * LEVEL.words + LEVEL.better] = better
    this.#index.remove(
      f64[level * LEVEL.doubles + LEVEL.key] as number,
      i32[at + LEVEL.leaf] as number,
    )
    this.#levels.release(level)
  }

  /** The level at a key, or NONE. */
  find(key: number): number {
    return this.#index.find(key)
  }

  #open(key: number): number {
    const level = this.#levels.allocate()
    const leaf = this.#index.insert(key, level)
    const { i32, f64 } = this.#levels
    const at = level * LEVEL.words
    const better = this.#index.above(key, leaf)
    const worse = better === NONE ? this.best : (i32[better * LEVEL.words + LEVEL.worse] as number)
    f64[level * LEVEL.doubles + LEVEL.key] = key
    i32[at + LEVEL.leaf] = leaf
    i32[at + LEVEL.better] = better
    i32[at + LEVEL.worse] = worse
    if (better === NONE) this.best = level
    else i32[better * LEVEL.words + LEVEL.worse] = level
    if (worse !== NONE) i32[worse * LEVEL.words + LEVEL.better] = level
    return level
  }

  /** After a snapshot: takes the list over and builds the index from it. */
  restore(best: number): void {
    this.best = best
    this.qty = 0
    const { i32, f64 } = this.#levels
    for (
      let level = best;
      level !== NONE;
      level = i32[level * LEVEL.words + LEVEL.worse] as number
    ) {
      const key = f64[level * LEVEL.doubles + LEVEL.key] as number
      i32[level * LEVEL.words + LEVEL.leaf] = this.#index.insert(key, level)
      this.qty += f64[level * LEVEL.doubles + LEVEL.qty] as number
    }
  }
}
