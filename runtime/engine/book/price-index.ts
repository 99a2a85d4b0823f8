// Finds the level of a price, and the neighbours of a new level, for any prices: a radix tree of
// 32-way nodes with a bit mask each. A key is the price bent so that better is larger (see keyOf in
// book.ts), any safe integer.
//
// The tree is only as high as the keys in use are far apart, and it is laid around the first one, so
// no price is a boundary: 500 ticks either way cost two steps, 16,000 three, all prices eleven.
// O(log32 range), never O(n). Nodes that have become empty stay for a while, because prices come
// back; the tree stays the same then, and only bits change.

import { NONE as NO_HANDLE, NO_POOL, SlotPool } from '../memory/slot-pool.ts'

const NONE = NO_HANDLE

/** Node: mask of children with levels below, parent * 32 + place there, count or flag, 32 children. */
const NODE_WORDS = 36
const MASK = 0
const PARENT = 1
/** Of an inner node: how many children exist. Of a leaf: 1 while it stands among the empty ones. */
const KIDS = 2
const CHILD = 4

/** The first tree begins a multiple of this below its first key, so digits stay aligned. */
const ALIGNMENT = 256
const FIRST_HEIGHT = 2
/** Up to this height an offset fits 30 bits; above it stands in two parts. */
const LOW_STAGES = 6
const LOW_MASK = 2 ** 30 - 1
const HIGH = 2 ** 30
/** Empty leaves that an index keeps. */
const EMPTY_MAX = 256

/** One side's tree; the nodes of all sides share a pool. */
export class PriceIndex {
  readonly #nodes: SlotPool = NO_POOL
  /** What the tree covers: [base, base + span). */
  #base = 0
  #span = 0
  #root = NONE
  /** Bits below the root's digit. */
  #shift = 0
  /** Leaves that were empty when they came here, oldest overwritten first. */
  #empty: Int32Array | undefined
  #emptyAt = 0

  constructor(nodes: SlotPool) {
    this.#nodes = nodes
  }

  /** A pool that any number of indexes can share. */
  static pool(capacity: number): SlotPool {
    return new SlotPool(NODE_WORDS, capacity)
  }

  /**
   * As find, for the prices of most markets: NONE also when the tree is so high that an offset does
   * not fit 30 bits. Calls nothing, so that it costs its caller nothing but its own few steps.
   */
  near(key: number): number {
    const offset = key - this.#base
    const rootShift = this.#shift
    if (!(offset >= 0 && offset < this.#span) || rootShift >= LOW_STAGES * 5) return NONE
    const i32 = this.#nodes.i32
    const low = offset | 0
    let node = this.#root
    for (let shift = rootShift; shift >= 0 && node !== NONE; shift -= 5) {
      node = i32[(node * NODE_WORDS + CHILD + ((low >>> shift) & 31)) | 0] as number
    }
    return node
  }

  /** The place of a key: leaf * 32 + digit; its leaf is made when missing. May move the memory. */
  reach(key: number): number {
    const offset = key - this.#base
    const rootShift = this.#shift
    if (!(offset >= 0 && offset < this.#span) || rootShift >= LOW_STAGES * 5) {
      return this.#reachFar(key)
    }
    const i32 = this.#nodes.i32
    const low = offset | 0
    let node = this.#root
    for (let shift = rootShift; shift > 0; shift -= 5) {
      const child = i32[(node * NODE_WORDS + CHILD + ((low >>> shift) & 31)) | 0] as number
      if (child === NONE) return this.#make(node, shift, key)
      node = child
    }
    return (node << 5) | (low & 31)
  }

  /** The level at a place, or NONE. */
  at(place: number): number {
    return this.#nodes.i32[((place >>> 5) * NODE_WORDS + CHILD + (place & 31)) | 0] as number
  }

  /** Puts a level where none is. */
  insert(place: number, level: number): void {
    const i32 = this.#nodes.i32
    i32[((place >>> 5) * NODE_WORDS + CHILD + (place & 31)) | 0] = level
    let up = place
    while (up !== 0) {
      const at = ((up >>> 5) * NODE_WORDS) | 0
      const mask = i32[(at + MASK) | 0] as number
      i32[(at + MASK) | 0] = mask | (1 << (up & 31))
      if (mask !== 0) return
      up = i32[(at + PARENT) | 0] as number
    }
  }

  /** Takes the level at a place out. */
  remove(place: number): void {
    const i32 = this.#nodes.i32
    const leafAt = ((place >>> 5) * NODE_WORDS) | 0
    i32[(leafAt + CHILD + (place & 31)) | 0] = NONE
    let up = place
    while (up !== 0) {
      const at = ((up >>> 5) * NODE_WORDS) | 0
      const mask = (i32[(at + MASK) | 0] as number) & ~(1 << (up & 31))
      i32[(at + MASK) | 0] = mask
      if (mask !== 0) break
      up = i32[(at + PARENT) | 0] as number
    }
    if (i32[(leafAt + MASK) | 0] === 0 && i32[(leafAt + KIDS) | 0] === 0)
      this.#keepEmpty(place >>> 5)
  }

  /** The level with the smallest key above this place's; NONE at the top. */
  above(place: number): number {
    const i32 = this.#nodes.i32
    let up = place
    for (let depth = 0; up !== 0; depth++) {
      const node = up >>> 5
      const rest = (i32[node * NODE_WORDS + MASK] as number) & ~((2 << (up & 31)) - 1)
      if (rest !== 0) return this.#lowest(node, rest, depth)
      up = i32[node * NODE_WORDS + PARENT] as number
    }
    return NONE
  }

  /** The level at a key, or NONE; makes nothing. */
  find(key: number): number {
    if (!this.#covers(key)) return NONE
    const i32 = this.#nodes.i32
    let node = this.#root
    for (let shift = this.#shift; shift >= 0 && node !== NONE; shift -= 5) {
      node = i32[node * NODE_WORDS + CHILD + this.#digit(key, shift)] as number
    }
    return node
  }

  #lowest(from: number, rest: number, depth: number): number {
    const i32 = this.#nodes.i32
    let node = i32[from * NODE_WORDS + CHILD + 31 - Math.clz32(rest & -rest)] as number
    for (; depth > 0; depth--) {
      const mask = i32[node * NODE_WORDS + MASK] as number
      node = i32[node * NODE_WORDS + CHILD + 31 - Math.clz32(mask & -mask)] as number
    }
    return node
  }

  #covers(key: number): boolean {
    const offset = key - this.#base
    return offset >= 0 && offset < this.#span
  }

  /** Of a key that is covered. The low bits are exact however far the base is; see ToInt32. */
  #digit(key: number, shift: number): number {
    const base = this.#base
    const low = ((key | 0) - (base | 0)) & LOW_MASK
    if (shift < LOW_STAGES * 5) return (low >>> shift) & 31
    const high = Math.round((key - base - low) / HIGH)
    return (high >>> (shift - LOW_STAGES * 5)) & 31
  }

  /** As reach, for keys outside and for high trees. */
  #reachFar(key: number): number {
    if (this.#root === NONE) this.#plant(key)
    while (!this.#covers(key)) this.#raise()
    let node = this.#root
    for (let shift = this.#shift; shift > 0; shift -= 5) {
      const digit = this.#digit(key, shift)
      const child = this.#nodes.i32[node * NODE_WORDS + CHILD + digit] as number
      if (child === NONE) return this.#make(node, shift, key)
      node = child
    }
    return (node << 5) | this.#digit(key, 0)
  }

  /** Makes the nodes that are missing between a node and the leaf of a key; answers its place. */
  #make(from: number, fromShift: number, key: number): number {
    let node = from
    for (let shift = fromShift; shift > 0; shift -= 5) {
      const child = this.#nodes.allocate()
      this.#link(node, this.#digit(key, shift), child)
      this.#nodes.i32[child * NODE_WORDS + KIDS] = 0
      node = child
    }
    return (node << 5) | this.#digit(key, 0)
  }

  #plant(key: number): void {
    this.#root = this.#nodes.allocate()
    this.#nodes.i32[this.#root * NODE_WORDS + PARENT] = 0
    this.#nodes.i32[this.#root * NODE_WORDS + KIDS] = 0
    this.#shift = (FIRST_HEIGHT - 1) * 5
    this.#base = (Math.floor(key / ALIGNMENT) - 1) * ALIGNMENT
    this.#span = 32 ** FIRST_HEIGHT
  }

  /** A new root, in which the old one stands in the middle. */
  #raise(): void {
    const old = this.#root
    const span = this.#span
    const root = this.#nodes.allocate()
    const i32 = this.#nodes.i32
    const at = root * NODE_WORDS
    i32[at + PARENT] = 0
    i32[at + KIDS] = 0
    if (i32[old * NODE_WORDS + MASK] !== 0) i32[at + MASK] = 1 << 16
    this.#link(root, 16, old)
    this.#root = root
    this.#shift += 5
    this.#base -= span * 16
    this.#span = span * 32
  }

  #link(parent: number, digit: number, child: number): void {
    const i32 = this.#nodes.i32
    const at = parent * NODE_WORDS
    i32[at + CHILD + digit] = child
    i32[at + KIDS] = (i32[at + KIDS] as number) + 1
    i32[child * NODE_WORDS + PARENT] = (parent << 5) | digit
  }

  /** Remembers an empty leaf; the one that has stood here longest goes when it is still empty. */
  #keepEmpty(leaf: number): void {
    this.#empty ??= new Int32Array(EMPTY_MAX)
    const i32 = this.#nodes.i32
    const oldest = this.#empty[this.#emptyAt] as number
    this.#empty[this.#emptyAt] = leaf
    this.#emptyAt = (this.#emptyAt + 1) % EMPTY_MAX
    i32[leaf * NODE_WORDS + KIDS] = 1
    if (oldest === NONE) return
    i32[oldest * NODE_WORDS + KIDS] = 0
    if (i32[oldest * NODE_WORDS + MASK] === 0) this.#drop(oldest)
  }

  /** Takes an empty node out, and the nodes above it that are left without children. */
  #drop(leaf: number): void {
    const i32 = this.#nodes.i32
    let node = leaf
    while (true) {
      const up = i32[node * NODE_WORDS + PARENT] as number
      // All else that a node holds is zero again: no children, no bits.
      i32[node * NODE_WORDS + PARENT] = 0
      this.#nodes.releaseAsIs(node)
      if (up === 0) {
        this.#root = NONE
        this.#span = 0
        return
      }
      node = up >>> 5
      const at = node * NODE_WORDS
      i32[at + CHILD + (up & 31)] = NONE
      const kids = (i32[at + KIDS] as number) - 1
      i32[at + KIDS] = kids
      if (kids > 0) return
    }
  }
}

/** What a field begins with that will hold an index: see the fields of SlotPool. */
export const NO_INDEX = new PriceIndex(NO_POOL)
