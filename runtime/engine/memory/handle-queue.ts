// First in, first out, for handles: what a command has still to look at. Empty between two commands,
// so that it is no part of the state.

import { NONE } from './slot-pool.ts'

/** A queue from which an entry can be dropped by its place. */
export class HandleQueue {
  #items = new Int32Array(16)
  #head = 0
  #tail = 0

  /** Answers the place of the entry, from 1. */
  push(handle: number): number {
    if (this.#tail === this.#items.length) {
      const items = new Int32Array(this.#tail * 2)
      items.set(this.#items)
      this.#items = items
    }
    this.#items[this.#tail++] = handle
    return this.#tail
  }

  drop(place: number): void {
    this.#items[place - 1] = NONE
  }

  /** Takes the oldest entry; NONE when there is none. */
  shift(): number {
    while (this.#head < this.#tail) {
      const handle = this.#items[this.#head++] as number
      if (handle !== NONE) return handle
    }
    this.#head = 0
    this.#tail = 0
    return NONE
  }
}
