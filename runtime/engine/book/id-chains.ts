// The caller's ids of one LimitBook: a hash table of chains through the orders' handles. Nothing moves
// when an id leaves, and an id stands where its order's handle says.

import { NONE as NO_HANDLE } from '../memory/slot-pool.ts'

const NONE = NO_HANDLE
const GOLDEN = 0x9e3779b1
const MIX = 0x85ebca6b
/** Words (doubles) of one place: f64 id, the next handle of the chain, unused. */
const WORDS = 4
const DOUBLES = 2
const NEXT = 2

/** Maps safe-integer ids to handles; handles are small and the caller's. */
export class IdChains {
  #f64: Float64Array
  #i32: Int32Array
  /** First handle of each chain. */
  #heads: Int32Array
  #shift: number
  #mask: number

  /** Shapes: capacity in handles; grows by doubling, one chain for each handle. */
  constructor(capacity: number) {
    const bits = Math.max(4, 32 - Math.clz32(capacity - 1))
    this.#f64 = new Float64Array(DOUBLES << bits)
    this.#i32 = new Int32Array(this.#f64.buffer)
    this.#heads = new Int32Array(1 << bits)
    this.#shift = 32 - bits
    this.#mask = (1 << bits) - 1
  }

  /** The handle of an id, or NONE. */
  find(id: number): number {
    const { f64, i32 } = { f64: this.#f64, i32: this.#i32 }
    let handle = this.#heads[this.#chainOf(id)] as number
    while (handle !== NONE && f64[handle * DOUBLES] !== id) {
      handle = i32[handle * WORDS + NEXT] as number
    }
    return handle
  }

  /** The id of a handle that is there. */
  idOf(handle: number): number {
    return this.#f64[handle * DOUBLES] as number
  }

  /** Enters an id that is not there. */
  insert(id: number, handle: number): void {
    if (handle >= this.#heads.length) this.#grow(handle)
    const chain = this.#chainOf(id)
    this.#f64[handle * DOUBLES] = id
    this.#i32[handle * WORDS + NEXT] = this.#heads[chain] as number
    this.#heads[chain] = handle
  }

  /** Forgets an id; answers the handle that it had, or NONE. */
  remove(id: number): number {
    const i32 = this.#i32
    const f64 = this.#f64
    const chain = this.#chainOf(id)
    const first = this.#heads[chain] as number
    if (first === NONE) return NONE
    if (f64[first * DOUBLES] === id) {
      this.#heads[chain] = i32[first * WORDS + NEXT] as number
      return first
    }
    let before = first
    let handle = i32[before * WORDS + NEXT] as number
    while (handle !== NONE && f64[handle * DOUBLES] !== id) {
      before = handle
      handle = i32[before * WORDS + NEXT] as number
    }
    if (handle !== NONE) i32[before * WORDS + NEXT] = i32[handle * WORDS + NEXT] as number
    return handle
  }

  /** Neighbours in number are neighbours in memory; blocks of 4,096 are scattered. */
  #chainOf(id: number): number {
    const high = (id / 4_294_967_296) | 0
    const block = (id >>> 12) ^ Math.imul(high, MIX)
    return ((id | 0) + (Math.imul(block, GOLDEN) >>> this.#shift)) & this.#mask
  }

  #grow(handle: number): void {
    const heads = this.#heads
    const i32 = this.#i32
    const bits = 32 - Math.clz32(handle)
    const f64 = new Float64Array(DOUBLES << bits)
    f64.set(this.#f64)
    this.#f64 = f64
    this.#i32 = new Int32Array(f64.buffer)
    this.#heads = new Int32Array(1 << bits)
    this.#shift = 32 - bits
    this.#mask = (1 << bits) - 1
    for (const first of heads) {
      let at = first
      while (at !== NONE) {
        const next = i32[at * WORDS + NEXT] as number
        this.insert(f64[at * DOUBLES] as number, at)
        at = next
      }
    }
  }
}
