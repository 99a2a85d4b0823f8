// Finds handles by the hash of their key: open addressing, four bytes a place. The keys stand in the
// records that the handles name, so whoever asks compares there. A word holds the handle, how far it
// stands from its home (4 bits) and as many bits of its hash as are left: so a stranger is told from
// its word alone, and a removal moves up what had stepped aside without a visit to the records.

import { assert } from '#domain/assert.ts'
import { NONE as SHARED_NONE } from './slot-pool.ts'

// Constants of this module are folded into the code; imported ones are read from memory each time.
const NONE = SHARED_NONE

const FAR_BITS = 4
/** This far or farther: the true distance is asked of the record. */
const FAR_MAX = 15
/** Of 32 bits; what distance and at least one bit of hash leave. */
const HANDLE_BITS_MAX = 27
const BITS_MIN = 4

/** Sizes are 2^bits and 1.5 x 2^bits; filled to two thirds at most. */
export class RefTable {
  #words: Int32Array = new Int32Array(0)
  #size = 0
  #count = 0
  /** home = ((hash >>> shift) * factor) >>> 4, evenly over the size. */
  #shift = 0
  #factor = 2
  #handleBits: number
  readonly #hashOf: (handle: number) => number
  /** Where the last `find` or `next` stopped. */
  #at = 0
  #far = 0
  #wanted = 0

  /** Shapes: capacity in handles; grows from there. `hashOf` computes a handle's hash anew. */
  constructor(capacity: number, hashOf: (handle: number) => number) {
    this.#hashOf = hashOf
    this.#handleBits = bitsOf(capacity) + 1
    this.#resize(capacity)
  }

  get count(): number {
    return this.#count
  }

  /** The first handle that may have this hash, or NONE; the next ones by `next`. */
  find(hash: number): number {
    const home = Math.imul(hash >>> this.#shift, this.#factor) >>> 4
    return this.#seek(home, 0, hash << (this.#handleBits + FAR_BITS))
  }

  next(): number {
    return this.#seek(this.#at, this.#far, this.#wanted)
  }

  #seek(from: number, fromFar: number, wanted: number): number {
    const words = this.#words
    const size = this.#size
    const bits = this.#handleBits
    let at = from
    let far = fromFar
    while (true) {
      const word = words[at] as number
      if (word === 0) return NONE
      at = at + 1 === size ? 0 : at + 1
      const isOurs = (word ^ wanted) >>> bits === far
      if (far < FAR_MAX) far++
      if (isOurs) {
        this.#at = at
        this.#far = far
        this.#wanted = wanted
        return word & ((1 << bits) - 1)
      }
    }
  }

  /** Enters a handle that is not there. */
  insert(hash: number, handle: number): void {
    this.#count += 1
    if (this.#count * 3 > this.#size * 2) this.#grow(this.#count)
    if (handle >>> this.#handleBits !== 0) this.#widen(handle)
    this.#place(hash, handle)
  }

  /** Another handle takes the place of one that is there; the hash is the same. */
  replace(hash: number, old: number, handle: number): void {
    if (handle >>> this.#handleBits !== 0) this.#widen(handle)
    const at = this.#find(hash, old)
    const mask = (1 << this.#handleBits) - 1
    this.#words[at] = ((this.#words[at] as number) & ~mask) | handle
  }

  /** Takes a handle out that is there. */
  remove(hash: number, handle: number): void {
    const words = this.#words
    const bits = this.#handleBits
    let hole = this.#find(hash, handle)
    let gap = 0
    let at = hole
    this.#count -= 1
    while (true) {
      at = at + 1 === this.#size ? 0 : at + 1
      gap += 1
      const word = words[at] as number
      if (word === 0) break
      let far = (word >>> bits) & FAR_MAX
      if (far === FAR_MAX) far = this.#distance(word & ((1 << bits) - 1), at)
      if (far < gap) continue
      const nearer = Math.min(far - gap, FAR_MAX)
      words[hole] = (word & ~(FAR_MAX << bits)) | (nearer << bits)
      hole = at
      gap = 0
    }
    words[hole] = 0
  }

  /** Makes room for so many handles at once. */
  reserve(count: number): void {
    if (count * 3 > this.#size * 2) this.#grow(count)
  }

  /** The word where a handle stands that is there. */
  #find(hash: number, handle: number): number {
    const mask = (1 << this.#handleBits) - 1
    let at = Math.imul(hash >>> this.#shift, this.#factor) >>> 4
    while (((this.#words[at] as number) & mask) !== handle) {
      assert(this.#words[at] !== 0, 'what is taken out of a table is in it')
      at = at + 1 === this.#size ? 0 : at + 1
    }
    return at
  }

  #place(hash: number, handle: number): void {
    const words = this.#words
    let at = Math.imul(hash >>> this.#shift, this.#factor) >>> 4
    let far = 0
    while (words[at] !== 0) {
      at = at + 1 === this.#size ? 0 : at + 1
      far++
    }
    const bits = this.#handleBits
    words[at] = (hash << (bits + FAR_BITS)) | (Math.min(far, FAR_MAX) << bits) | handle
  }

  #distance(handle: number, at: number): number {
    const home = Math.imul(this.#hashOf(handle) >>> this.#shift, this.#factor) >>> 4
    return at >= home ? at - home : at - home + this.#size
  }

  #grow(count: number): void {
    const { words, mask } = { words: this.#words, mask: (1 << this.#handleBits) - 1 }
    this.#resize(count)
    this.#refill(words, mask)
  }

  /** Handles have become longer than their bits. */
  #widen(handle: number): void {
    const { words, mask } = { words: this.#words, mask: (1 << this.#handleBits) - 1 }
    this.#handleBits = bitsOf(handle) + 1
    assert(this.#handleBits <= HANDLE_BITS_MAX, 'a table names at most 2^27 records')
    this.#words = new Int32Array(this.#size)
    this.#refill(words, mask)
  }

  /**
   * In the order of the handles, which is that of the records in memory: asked for their hashes in the
   * order of the table, a million of them would stop the engine twice as long.
   */
  #refill(words: Int32Array, mask: number): void {
    let last = NONE
    for (let at = 0; at < words.length; at++) last = Math.max(last, (words[at] as number) & mask)
    const isHere = new Uint8Array(last + 1)
    for (let at = 0; at < words.length; at++) isHere[(words[at] as number) & mask] = 1
    for (let handle = NONE + 1; handle <= last; handle++) {
      if (isHere[handle] === 1) this.#place(this.#hashOf(handle), handle)
    }
  }

  /** The smallest size that holds so many. */
  #resize(count: number): void {
    let bits = BITS_MIN
    let factor = 2
    while (count * 3 > (factor << (bits - 1)) * 2) {
      if (factor === 3) bits++
      factor = 5 - factor
    }
    this.#factor = factor
    this.#shift = 29 - bits
    this.#size = factor << (bits - 1)
    this.#words = new Int32Array(this.#size)
  }
}

/** Bits that a number takes. */
function bitsOf(value: number): number {
  return Math.max(BITS_MIN, 32 - Math.clz32(value))
}

/** One 32-bit hash of a number up to 2^53 and another one. */
export function hashNumber(value: number, other: number): number {
  const high = (value / 4_294_967_296) | 0
  let hash = Math.imul((value | 0) ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1)
  hash = Math.imul(hash ^ (hash >>> 15) ^ other, 0x85ebca6b)
  return hash ^ (hash >>> 13)
}
