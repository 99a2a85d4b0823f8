// Numbers to handles: open addressing with backward-shift deletion, so it never fills up with
// tombstones. The numbers stand in a column under the handle, the table holds handles only.

import { NONE } from './slot-pool.ts'

const GOLDEN = 0x9e3779b1

/** Maps safe-integer ids to pool handles; every handle has at most one id. */
export class IdTable {
  #slots: Int32Array
  #mask: number
  #shift: number
  #count = 0
  #ids: Float64Array

  /** Shapes: capacity in ids; grows by doubling at half load. */
  constructor(capacity: number) {
    const bits = Math.max(4, 32 - Math.clz32(capacity * 2 - 1))
    this.#slots = new Int32Array(1 << bits)
    this.#mask = (1 << bits) - 1
    this.#shift = 32 - bits
    this.#ids = new Float64Array(capacity + 1)
  }

  /** The handle of an id, or NONE. */
  find(id: number): number {
    let at = this.#home(id)
    while (true) {
      const handle = this.#slots[at] as number
      if (handle === NONE || this.#ids[handle] === id) return handle
      at = (at + 1) & this.#mask
    }
  }

  /** Enters an id that is not there. */
  insert(id: number, handle: number): void {
    if (handle >= this.#ids.length) this.#growIds(handle)
    this.#ids[handle] = id
    if (++this.#count * 2 > this.#slots.length) this.#growSlots()
    this.#place(id, handle)
  }

  /** Forgets an id; what had to step aside for it moves up. */
  remove(id: number): void {
    let at = this.#home(id)
    while (this.#ids[this.#slots[at] as number] !== id) {
      if (this.#slots[at] === NONE) return
      at = (at + 1) & this.#mask
    }
    this.#count--
    let next = (at + 1) & this.#mask
    while (true) {
      const handle = this.#slots[next] as number
      if (handle === NONE) break
      const home = this.#home(this.#ids[handle] as number)
      if (((next - home) & this.#mask) >= ((next - at) & this.#mask)) {
        this.#slots[at] = handle
        at = next
      }
      next = (next + 1) & this.#mask
    }
    this.#slots[at] = NONE
  }

  /** The id under a handle that is in the table. */
  idAt(handle: number): number {
    return this.#ids[handle] as number
  }

  #home(id: number): number {
    const high = (id / 4_294_967_296) | 0
    return Math.imul((id | 0) ^ Math.imul(high, 0x85ebca6b), GOLDEN) >>> this.#shift
  }

  #place(id: number, handle: number): void {
    let at = this.#home(id)
    while (this.#slots[at] !== NONE) at = (at + 1) & this.#mask
    this.#slots[at] = handle
  }

  #growIds(handle: number): void {
    const ids = new Float64Array(Math.max(handle + 1, this.#ids.length * 2))
    ids.set(this.#ids)
    this.#ids = ids
  }

  #growSlots(): void {
    const old = this.#slots
    this.#slots = new Int32Array(old.length * 2)
    this.#mask = this.#slots.length - 1
    this.#shift--
    for (let at = 0; at < old.length; at++) {
      const handle = old[at] as number
      if (handle !== NONE) this.#place(this.#ids[handle] as number, handle)
    }
  }
}
