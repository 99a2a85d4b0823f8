// Finds the level of a price, and the neighbours of a new level, for any prices: a radix tree of
// 32-way nodes with a bit mask each. A key is the price bent so that better is larger (see
// keyOf in book.ts), moved to [1, 2^53). The tree is only as high as the spread of its keys needs:
// all keys of one side share what stands above the root, so 200 levels around 30,000 cost two or
// three steps, and 100,000 levels over the whole range at most eleven. O(log32 range), never O(n).

import { NONE, SlotPool } from '../memory/slot-pool.ts'

/** Node: mask of children, parent * 32 + place there, 32 children (nodes, or levels in a leaf). */
const NODE_WORDS = 34
const MASK = 0
const PARENT = 1
const CHILD = 2

const LOW_BITS = 2 ** 30
const LOW_STAGES = 6
const OFFSET = 2 ** 53

/** One side's tree; the nodes of all sides share a pool. */
export class PriceIndex {
  readonly #nodes: SlotPool
  #root = NONE
  #height = 0
  #rootHigh = 0
  #rootLow = 0
  /** The last key looked at, split. */
  #high = 0
  #low = 0

  constructor(nodes: SlotPool) {
    this.#nodes = nodes
  }

  /** A pool that any number of indexes can share. */
  static pool(capacity: number): SlotPool {
    return new SlotPool(NODE_WORDS, capacity)
  }

  /** The level at a key, or NONE. */
  find(key: number): number {
    this.#split(key)
    let node = this.#root
    if (node === NONE || !this.#covers()) return NONE
    const i32 = this.#nodes.i32
    for (let stage = this.#height - 1; stage >= 0; stage--) {
      node = i32[node * NODE_WORDS + CHILD + this.#digit(stage)] as number
      if (node === NONE) return NONE
    }
    return node
  }

  /** Enters a level at a key that is not there; answers the leaf, by which it is removed. */
  insert(key: number, level: number): number {
    this.#split(key)
    if (this.#root === NONE) this.#plant()
    while (!this.#covers()) this.#raise()
    let node = this.#root
    for (let stage = this.#height - 1; stage > 0; stage--) {
      const digit = this.#digit(stage)
      const child = this.#nodes.i32[node * NODE_WORDS + CHILD + digit] as number
      node = child === NONE ? this.#addNode(node, digit) : child
    }
    this.#setChild(node, this.#low & 31, level)
    return node
  }

  /** Takes the level at a key out of its leaf; empty nodes go with it. */
  remove(key: number, leaf: number): void {
    const i32 = this.#nodes.i32
    let node = leaf
    let digit = this.#lowDigit(key)
    while (true) {
      const at = node * NODE_WORDS
      i32[at + CHILD + digit] = NONE
      const mask = (i32[at + MASK] as number) & ~(1 << digit)
      i32[at + MASK] = mask
      if (mask !== 0) return
      const up = i32[at + PARENT] as number
      i32[at + PARENT] = 0
      this.#nodes.release(node)
      if (up === 0) {
        this.#root = NONE
        this.#height = 0
        return
      }
      node = up >>> 5
      digit = up & 31
    }
  }

  /** The level with the smallest key above this one, whose leaf is given; NONE at the top. */
  above(key: number, leaf: number): number {
    const i32 = this.#nodes.i32
    let node = leaf
    let digit = this.#lowDigit(key)
    for (let depth = 0; ; depth++) {
      const rest = (i32[node * NODE_WORDS + MASK] as number) & ~((2 << digit) - 1)
      if (rest !== 0) return this.#lowest(node, rest, depth)
      const up = i32[node * NODE_WORDS + PARENT] as number
      if (up === 0) return NONE
      node = up >>> 5
      digit = up & 31
    }
  }

  #lowest(from: number, rest: number, depth: number): number {
    const i32 = this.#nodes.i32
    let bit = rest & -rest
    let node = i32[from * NODE_WORDS + CHILD + 31 - Math.clz32(bit)] as number
    for (; depth > 0; depth--) {
      const mask = i32[node * NODE_WORDS + MASK] as number
      bit = mask & -mask
      node = i32[node * NODE_WORDS + CHILD + 31 - Math.clz32(bit)] as number
    }
    return node
  }

  #split(key: number): void {
    const index = key > 0 ? key : key + OFFSET
    const high = Math.floor(index / LOW_BITS)
    this.#high = high
    this.#low = index - high * LOW_BITS
  }

  #lowDigit(key: number): number {
    this.#split(key)
    return this.#low & 31
  }

  #digit(stage: number): number {
    return stage < LOW_STAGES
      ? (this.#low >>> (stage * 5)) & 31
      : (this.#high >>> ((stage - LOW_STAGES) * 5)) & 31
  }

  #rootDigit(stage: number): number {
    return stage < LOW_STAGES
      ? (this.#rootLow >>> (stage * 5)) & 31
      : (this.#rootHigh >>> ((stage - LOW_STAGES) * 5)) & 31
  }

  /** Whether the key lies under the root: all that stands above its digits is equal. */
  #covers(): boolean {
    const height = this.#height
    if (height > LOW_STAGES) {
      const shift = (height - LOW_STAGES) * 5
      return this.#high >>> shift === this.#rootHigh >>> shift
    }
    const shift = height * 5
    return this.#high === this.#rootHigh && this.#low >>> shift === this.#rootLow >>> shift
  }

  #plant(): void {
    this.#root = this.#nodes.allocate()
    this.#height = 1
    this.#rootHigh = this.#high
    this.#rootLow = this.#low
  }

  #raise(): void {
    const digit = this.#rootDigit(this.#height)
    const root = this.#nodes.allocate()
    this.#setChild(root, digit, this.#root)
    this.#nodes.i32[this.#root * NODE_WORDS + PARENT] = (root << 5) | digit
    this.#root = root
    this.#height++
  }

  #addNode(parent: number, digit: number): number {
    const node = this.#nodes.allocate()
    this.#setChild(parent, digit, node)
    this.#nodes.i32[node * NODE_WORDS + PARENT] = (parent << 5) | digit
    return node
  }

  #setChild(node: number, digit: number, child: number): void {
    const i32 = this.#nodes.i32
    const at = node * NODE_WORDS
    i32[at + CHILD + digit] = child
    i32[at + MASK] = (i32[at + MASK] as number) | (1 << digit)
  }
}
