// Numbers to handles: open addressing with backward-shift deletion, so it never fills up with
// tombstones. Number and handle stand side by side, so that a lookup is one visit to memory.

import { NONE } from './slot-pool.ts'

const GOLDEN = 0x9e3779b1
/** Words (doubles) of one place: f64 id, handle, unused. */
const WORDS = 4
const DOUBLES = 2
const HANDLE = 2

/** Maps safe-integer ids to handles. */
export class IdTable {
  #f64: Float64Array
  #i32: Int32Array
  #mask: number
  #shift: number
  #count = 0

  /** Shapes: capacity in ids; grows by doubling at half load. */
  constructor(capacity: number) {
    const bits = Math.max(4, 32 - Math.clz32(capacity * 2 - 1))
    this.#f64 = new Float64Array(DOUBLES << bits)
    this.#i32 = new Int32Array(this.#f64.buffer)
    this.#mask = (1 << bits) - 1
    this.#shift = 32 - bits
  }

  /** The handle of an id, or NONE. */
  find(id: number): number {
    let at = this.#home(id)
    while (true) {
      const handle = this.#i32[at * WORDS + HANDLE] as number
      if (handle === NONE || this.#f64[at * DOUBLES] === id) return handle
      at = (at + 1) & this.#mask
    }
  }

  /** Enters an id that is not there. */
  insert(id: number, handle: number): void {
    this.#count += 1
    if (this.#count * 2 > this.#mask + 1) this.#grow()
    this.#place(id, handle)
  }

  /** Forgets an id; what had to step aside for it moves up. */
  remove(id: number): void {
    let at = this.#home(id)
    while (this.#f64[at * DOUBLES] !== id || this.#i32[at * WORDS + HANDLE] === NONE) {
      if (this.#i32[at * WORDS + HANDLE] === NONE) return
      at = (at + 1) & this.#mask
    }
    this.#count -= 1
    let next = (at + 1) & this.#mask
    while (this.#i32[next * WORDS + HANDLE] !== NONE) {
      const moved = this.#f64[next * DOUBLES] as number
      const home = this.#home(moved)
      if (((next - home) & this.#mask) >= ((next - at) & this.#mask)) {
        this.#f64[at * DOUBLES] = moved
        this.#i32[at * WORDS + HANDLE] = this.#i32[next * WORDS + HANDLE] as number
        at = next
      }
      next = (next + 1) & this.#mask
    }
    this.#i32[at * WORDS + HANDLE] = NONE
  }

  /** Both halves of the id go in before the mixing: keys are often (handle << 20) + handle. */
  #home(id: number): number {
    const high = (id / 4_294_967_296) | 0
    let hash = (id | 0) ^ Math.imul(high, 0x85ebca6b)
    hash ^= hash >>> 16
    return Math.imul(hash, GOLDEN) >>> this.#shift
  }

  #place(id: number, handle: number): void {
    let at = this.#home(id)
    while (this.#i32[at * WORDS + HANDLE] !== NONE) at = (at + 1) & this.#mask
    this.#f64[at * DOUBLES] = id
    this.#i32[at * WORDS + HANDLE] = handle
  }

  #grow(): void {
    const f64 = this.#f64
    const i32 = this.#i32
    const places = this.#mask + 1
    this.#f64 = new Float64Array(places * 2 * DOUBLES)
    this.#i32 = new Int32Array(this.#f64.buffer)
    this.#mask = places * 2 - 1
    this.#shift -= 1
    for (let at = 0; at < places; at++) {
      const handle = i32[at * WORDS + HANDLE] as number
      if (handle !== NONE) this.#place(f64[at * DOUBLES] as number, handle)
    }
  }
}
