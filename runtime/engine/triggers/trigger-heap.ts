// The orders of one instrument that wait for the price to rise, or for it to fall: nearest stopPx
// first, then oldest. A binary heap of EXTRA handles; each record knows its place, so that an order
// can leave or move at O(log n). The shape is not state: age settles every tie.

import { NONE, type SlotPool } from '../memory/slot-pool.ts'
import { EXTRA } from '../orders/order-extras.ts'

/** Waiting orders by stopPx. */
export class TriggerHeap {
  /** The stopPx that is elected first; out of reach when nothing waits. */
  nearest: number
  readonly #extras: SlotPool
  /** +1: the lowest stopPx is nearest (waits for a rise); -1: the highest. */
  readonly #sign: number
  #heap = new Int32Array(16)
  #count = 0

  constructor(extras: SlotPool, sign: 1 | -1) {
    this.#extras = extras
    this.#sign = sign
    this.nearest = sign * Number.POSITIVE_INFINITY
  }

  get count(): number {
    return this.#count
  }

  /** The order that is elected first, or NONE. */
  get first(): number {
    return this.#count === 0 ? NONE : (this.#heap[0] as number)
  }

  insert(extra: number): void {
    if (this.#count === this.#heap.length) {
      const heap = new Int32Array(this.#count * 2)
      heap.set(this.#heap)
      this.#heap = heap
    }
    this.#rise(this.#count++, extra)
    this.#note()
  }

  remove(extra: number): void {
    const place = this.#placeOf(extra)
    this.#extras.i32[extra * EXTRA.words + EXTRA.triggerPlace] = 0
    const last = this.#heap[--this.#count] as number
    if (last !== extra) this.#settle(place, last)
    this.#note()
  }

  /** The order has another stopPx now. */
  moved(extra: number): void {
    this.#settle(this.#placeOf(extra), extra)
    this.#note()
  }

  #note(): void {
    this.nearest =
      this.#count === 0 ? this.#sign * Number.POSITIVE_INFINITY : this.#stopPx(this.#heap[0] ?? 0)
  }

  #settle(place: number, extra: number): void {
    const parent = (place - 1) >> 1
    if (place > 0 && this.#isBefore(extra, this.#heap[parent] as number)) this.#rise(place, extra)
    else this.#sink(place, extra)
  }

  #rise(from: number, extra: number): void {
    let place = from
    while (place > 0) {
      const parent = (place - 1) >> 1
      const other = this.#heap[parent] as number
      if (!this.#isBefore(extra, other)) break
      this.#put(place, other)
      place = parent
    }
    this.#put(place, extra)
  }

  #sink(from: number, extra: number): void {
    let place = from
    while (true) {
      let child = place * 2 + 1
      if (child >= this.#count) break
      const right = child + 1
      if (
        right < this.#count &&
        this.#isBefore(this.#heap[right] as number, this.#heap[child] as number)
      ) {
        child = right
      }
      const other = this.#heap[child] as number
      if (!this.#isBefore(other, extra)) break
      this.#put(place, other)
      place = child
    }
    this.#put(place, extra)
  }

  #put(place: number, extra: number): void {
    this.#heap[place] = extra
    this.#extras.i32[extra * EXTRA.words + EXTRA.triggerPlace] = place + 1
  }

  #placeOf(extra: number): number {
    return (this.#extras.i32[extra * EXTRA.words + EXTRA.triggerPlace] as number) - 1
  }

  #stopPx(extra: number): number {
    return this.#extras.f64[extra * EXTRA.doubles + EXTRA.stopPx] as number
  }

  #isBefore(a: number, b: number): boolean {
    const distance = (this.#stopPx(a) - this.#stopPx(b)) * this.#sign
    if (distance !== 0) return distance < 0
    const { f64 } = this.#extras
    const ageA = f64[a * EXTRA.doubles + EXTRA.age] as number
    return ageA < (f64[b * EXTRA.doubles + EXTRA.age] as number)
  }
}
