// More fields for the records of a SlotPool, in memory of their own: what the matcher reads stays
// dense, what only reports and settlement read stands here, under the same handle.

/** Fixed-size records that follow the handles of another pool. */
export class Columns {
  readonly words: number
  f64: Float64Array
  i32: Int32Array

  constructor(words: number, capacity: number) {
    this.words = words
    const buffer = new ArrayBuffer((Math.max(capacity, 1) + 1) * words * 4)
    this.f64 = new Float64Array(buffer)
    this.i32 = new Int32Array(buffer)
  }

  /** Slots that exist. */
  get capacity(): number {
    return Math.floor(this.i32.length / this.words)
  }

  /** Makes sure that the slot exists; its content is whatever the last user left. */
  reach(slot: number): void {
    if ((slot + 1) * this.words > this.i32.length) this.#grow(Math.max(slot + 1, slot * 2))
  }

  #grow(slots: number): void {
    const buffer = new ArrayBuffer(slots * this.words * 4)
    const i32 = new Int32Array(buffer)
    i32.set(this.i32)
    this.i32 = i32
    this.f64 = new Float64Array(buffer)
  }

  /** The first `used` records themselves: for a copy. */
  memory(used: number): Uint8Array {
    this.reach(used - 1)
    return new Uint8Array(this.i32.buffer, 0, used * this.words * 4)
  }

  restore(bytes: Uint8Array): void {
    this.reach(bytes.length / (this.words * 4) - 1)
    new Uint8Array(this.i32.buffer).set(bytes)
  }
}
