// The caller's ids of one LimitBook: a hash table of chains through the orders' handles. Nothing moves
// when an id leaves, and an id stands where its order's handle says.
//
// One buffer: first the places of all handles, then the heads of all chains, as many as places.

import { NONE as NO_HANDLE } from '../memory/slot-pool.ts'

const NONE = NO_HANDLE
const GOLDEN = 0x9e3779b1
const MIX = 0x85ebca6b
/** A place is 16 bytes: f64 id, the next handle of the chain, unused. */
const PLACE_SHIFT = 2
const PLACE_HALF_SHIFT = 1
const NEXT = 2

/** Maps safe-integer ids to handles; handles are small and the caller's. */
export class IdChains {
  #f64 = new Float64Array(0)
  #i32 = new Int32Array(0)
  /** Chains and places: 2^bits. */
  #size = 0
  #shift = 0

  /** Shapes: capacity in handles; grows by doubling, one chain for each handle. */
  constructor(capacity: number) {
    const bits = Math.max(4, 32 - Math.clz32(capacity - 1))
    this.#size = 1 << bits
    this.#shift = 32 - bits
    this.#f64 = new Float64Array(lengthOf(bits))
    this.#i32 = new Int32Array(this.#f64.buffer)
    // What no id equals, at the place of no handle: a search ends there like at any other stranger.
    this.#f64[NONE] = Number.NaN
  }

  /** The handle of an id, or NONE. */
  find(id: number): number {
    const i32 = this.#i32
    const f64 = this.#f64
    let handle = i32[this.#headOf(id)] as number
    while (handle !== NONE && f64[handle << PLACE_HALF_SHIFT] !== id) {
      handle = i32[(handle << PLACE_SHIFT) | NEXT] as number
    }
    return handle
  }

  /** The id of a handle that is there. */
  idOf(handle: number): number {
    return this.#f64[handle << PLACE_HALF_SHIFT] as number
  }

  /** Enters an id that is not there. */
  insert(id: number, handle: number): void {
    if (handle >= this.#size) this.#grow(handle)
    const i32 = this.#i32
    const head = this.#headOf(id)
    this.#f64[handle << PLACE_HALF_SHIFT] = id
    i32[(handle << PLACE_SHIFT) | NEXT] = i32[head] as number
    i32[head] = handle
  }

  /** Forgets an id; answers the handle that it had, or NONE. */
  remove(id: number): number {
    const i32 = this.#i32
    const f64 = this.#f64
    // Where the handle is written that comes next: the head of the chain, then a place in it.
    let from = this.#headOf(id)
    let handle = i32[from] as number
    while (f64[handle << PLACE_HALF_SHIFT] !== id) {
      if (handle === NONE) return NONE
      from = (handle << PLACE_SHIFT) | NEXT
      handle = i32[from] as number
    }
    i32[from] = i32[(handle << PLACE_SHIFT) | NEXT] as number
    return handle
  }

  /** Neighbours in number are neighbours in memory; blocks of 4,096 are scattered. */
  #headOf(id: number): number {
    const size = this.#size
    const high = (id | 0) === id ? 0 : Math.trunc(id / 4_294_967_296)
    const block = (id >>> 12) ^ Math.imul(high, MIX)
    const chain = (id + (Math.imul(block, GOLDEN) >>> this.#shift)) & (size - 1)
    return (size << PLACE_SHIFT) | chain
  }

  #grow(handle: number): void {
    const i32 = this.#i32
    const size = this.#size
    const bits = 32 - Math.clz32(handle)
    const f64 = new Float64Array(lengthOf(bits))
    f64.set(this.#f64)
    this.#f64 = f64
    this.#i32 = new Int32Array(f64.buffer)
    this.#i32.fill(0, size << PLACE_SHIFT)
    this.#size = 1 << bits
    this.#shift = 32 - bits
    for (const first of i32.subarray(size << PLACE_SHIFT)) {
      let at = first
      while (at !== NONE) {
        const next = i32[(at << PLACE_SHIFT) | NEXT] as number
        this.insert(f64[at << PLACE_HALF_SHIFT] as number, at)
        at = next
      }
    }
  }
}

/** Doubles of 2^bits places and 2^bits heads. */
function lengthOf(bits: number): number {
  return (1 << (bits + PLACE_HALF_SHIFT)) + (1 << (bits - 1))
}
