// Records of one fixed size in flat memory, named by integer handles. Handle 0 is nobody (NONE) and
// its slot is never handed out, so zeroed memory means "no link". A pool grows by doubling; views
// are re-made then, so whoever may allocate reads `f64` and `i32` anew afterwards (hazard B7).

import { assert } from '#domain/assert.ts'

/** The handle of nothing. */
export const NONE = 0
/** So that the place of every word is a 32-bit integer. */
const WORDS_MAX = 2 ** 31

/** Fixed-size records; `f64` and `i32` are two views of the same memory. */
export class SlotPool {
  // A field that begins as undefined may hold anything for V8, and each use checks what it holds; one
  // that begins as a value of its kind is known to be of that kind.
  readonly words: number = 0
  readonly doubles: number = 0
  f64 = new Float64Array(0)
  i32 = new Int32Array(0)
  /** Slots below this were handed out at least once; what a snapshot copies. */
  used = 1
  live = 0
  #freeHead = NONE
  #capacity = 0

  /** Shapes: `words` is the record size in 32-bit words, even. */
  constructor(words: number, capacity: number) {
    this.words = words
    this.doubles = words / 2
    this.#capacity = Math.max(capacity, 1) + 1
    const buffer = new ArrayBuffer(this.#capacity * words * 4)
    this.f64 = new Float64Array(buffer)
    this.i32 = new Int32Array(buffer)
  }

  /** A zeroed slot (but see releaseAsIs): the one freed last, else a new one. */
  allocate(): number {
    this.live++
    const reused = this.#freeHead
    if (reused !== NONE) {
      const at = (reused * this.words) | 0
      this.#freeHead = this.i32[at] as number
      this.i32[at] = 0
      return reused
    }
    if (this.used === this.#capacity) this.#grow(this.#capacity * 2)
    return this.used++
  }

  /** Gives a slot back. Its first word links the free list meanwhile, the rest is zero. */
  release(slot: number): void {
    const at = slot * this.words
    for (let word = 1; word < this.words; word++) this.i32[at + word] = 0
    this.i32[at] = this.#freeHead
    this.#freeHead = slot
    this.live--
  }

  /** As release without the zeroing, for users who set every word of a slot that they get. */
  releaseAsIs(slot: number): void {
    this.i32[(slot * this.words) | 0] = this.#freeHead
    this.#freeHead = slot
    this.live--
  }

  #grow(capacity: number): void {
    assert(capacity * this.words <= WORDS_MAX, 'a pool holds 8 GiB at most')
    const buffer = new ArrayBuffer(capacity * this.words * 4)
    const f64 = new Float64Array(buffer)
    f64.set(this.f64)
    this.f64 = f64
    this.i32 = new Int32Array(buffer)
    this.#capacity = capacity
  }

  /** The used memory itself: for a copy. */
  get memory(): Uint8Array {
    return new Uint8Array(this.i32.buffer, 0, this.used * this.words * 4)
  }

  /** The slot freed last. */
  get freeHead(): number {
    return this.#freeHead
  }

  /** 1 at each slot that is free, and at slot 0. */
  freeSlots(): Uint8Array {
    const free = new Uint8Array(this.used)
    free[NONE] = 1
    for (let slot = this.#freeHead; slot !== NONE; slot = this.i32[slot * this.words] as number) {
      if (free[slot] !== 0) throw new Error('snapshot: broken pool')
      free[slot] = 1
    }
    return free
  }

  /** Takes the memory of another pool. Errors: throws when the bytes are no whole records. */
  restore(bytes: Uint8Array, freeHead: number, live: number): void {
    const used = bytes.length / (this.words * 4)
    if (!Number.isInteger(used) || used < 1) throw new Error('snapshot: broken pool')
    if (used > this.#capacity) this.#grow(used)
    new Uint8Array(this.i32.buffer).set(bytes)
    this.used = used
    this.live = live
    this.#freeHead = freeHead
  }
}

/** What a field begins with that will hold a pool: see the fields of SlotPool. */
export const NO_POOL = new SlotPool(2, 1)
