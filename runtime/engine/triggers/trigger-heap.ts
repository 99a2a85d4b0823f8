// The orders of one instrument that wait for the price to rise, or for it to fall: nearest stopPx
// first, then oldest. A binary heap in flat memory with the keys beside the handles, so that finding
// a place reads no records; each record is told its place, so that an order can leave or move at
// O(log n). The shape is not state: age settles every tie.

import { NONE, type SlotPool } from '../memory/slot-pool.ts'
import { EXTRA } from '../orders/order-extras.ts'

const START_MAX = 16

/** Waiting orders by stopPx. */
export class TriggerHeap {
  /** The stopPx that is elected first; out of reach when nothing waits. */
  nearest: number
  readonly #extras: SlotPool
  /** +1: the lowest stopPx is nearest (waits for a rise); -1: the highest. */
  readonly #sign: number
  /** stopPx times sign, age and handle of each place. */
  #key = new Float64Array(START_MAX)
  #age = new Float64Array(START_MAX)
  #extra = new Int32Array(START_MAX)
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
    return this.#count === 0 ? NONE : (this.#extra[0] as number)
  }

  insert(extra: number): void {
    if (this.#count === this.#extra.length) this.#grow()
    this.#rise(this.#count++, this.#keyOf(extra), this.#ageOf(extra), extra)
    this.#note()
  }

  remove(extra: number): void {
    const place = this.#placeOf(extra)
    this.#extras.i32[extra * EXTRA.words + EXTRA.triggerPlace] = 0
    const last = --this.#count
    if (last !== place) {
      const key = this.#key[last] as number
      this.#settle(place, key, this.#age[last] as number, this.#extra[last] as number)
    }
    this.#note()
  }

  /** The order has another stopPx now. */
  moved(extra: number): void {
    this.#settle(this.#placeOf(extra), this.#keyOf(extra), this.#ageOf(extra), extra)
    this.#note()
  }

  #note(): void {
    const key = this.#count === 0 ? Number.POSITIVE_INFINITY : (this.#key[0] as number)
    this.nearest = key * this.#sign
  }

  #settle(place: number, key: number, age: number, extra: number): void {
    const parent = (place - 1) >> 1
    if (place > 0 && this.#isAfter(parent, key, age)) this.#rise(place, key, age, extra)
    else this.#sink(place, key, age, extra)
  }

  #rise(from: number, key: number, age: number, extra: number): void {
    let place = from
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (!this.#isAfter(parent, key, age)) break
      this.#move(parent, place)
      place = parent
    }
    this.#put(place, key, age, extra)
  }

  #sink(from: number, key: number, age: number, extra: number): void {
    let place = from
    while (true) {
      let child = place * 2 + 1
      if (child >= this.#count) break
      const right = child + 1
      if (
        right < this.#count &&
        this.#isAfter(child, this.#key[right] as number, this.#age[right] as number)
      ) {
        child = right
      }
      if (this.#isAfter(child, key, age)) break
      this.#move(child, place)
      place = child
    }
    this.#put(place, key, age, extra)
  }

  /** Whether what stands at a place comes after such an order. */
  #isAfter(place: number, key: number, age: number): boolean {
    const other = this.#key[place] as number
    return other === key ? (this.#age[place] as number) > age : other > key
  }

  #move(from: number, to: number): void {
    const key = this.#key[from] as number
    this.#put(to, key, this.#age[from] as number, this.#extra[from] as number)
  }

  #put(place: number, key: number, age: number, extra: number): void {
    this.#key[place] = key
    this.#age[place] = age
    this.#extra[place] = extra
    this.#extras.i32[extra * EXTRA.words + EXTRA.triggerPlace] = place + 1
  }

  #placeOf(extra: number): number {
    return (this.#extras.i32[extra * EXTRA.words + EXTRA.triggerPlace] as number) - 1
  }

  #keyOf(extra: number): number {
    return (this.#extras.f64[extra * EXTRA.doubles + EXTRA.stopPx] as number) * this.#sign
  }

  #ageOf(extra: number): number {
    return this.#extras.f64[extra * EXTRA.doubles + EXTRA.age] as number
  }

  #grow(): void {
    const length = this.#count * 2
    const key = new Float64Array(length)
    const age = new Float64Array(length)
    const extra = new Int32Array(length)
    key.set(this.#key)
    age.set(this.#age)
    extra.set(this.#extra)
    this.#key = key
    this.#age = age
    this.#extra = extra
  }
}
