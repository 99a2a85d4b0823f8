// What comes next in time: handles by their instant, then by a number that settles ties. A binary
// heap in flat memory; it knows where each handle stands, so that one can leave or move at O(log n).
// It is derived from the records that the handles name, so a snapshot does not hold it.

import { NONE } from '../memory/slot-pool.ts'

const NOWHERE = -1
const START_MAX = 16

/** Handles in the order of their deadlines. */
export class Deadlines {
  #count = 0
  /** int64 nanoseconds of each place in two words, its tie and its handle. */
  #high = new Int32Array(START_MAX)
  #low = new Uint32Array(START_MAX)
  #tie = new Float64Array(START_MAX)
  #handle = new Int32Array(START_MAX)
  /** By handle: its place, or NOWHERE. */
  #place = new Int32Array(START_MAX).fill(NOWHERE)

  get count(): number {
    return this.#count
  }

  has(handle: number): boolean {
    return handle < this.#place.length && this.#place[handle] !== NOWHERE
  }

  /** Gives a handle its instant: the int64 whose low word stands at `at`. */
  set(handle: number, words: Int32Array, at: number, tie: number): void {
    this.remove(handle)
    this.#reach(handle)
    const high = words[at + 1] as number
    const low = (words[at] as number) >>> 0
    let place = this.#count++
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (!this.#isLater(parent, high, low, tie)) break
      this.#copy(parent, place)
      place = parent
    }
    this.#put(place, high, low, tie, handle)
  }

  /** Forgets a handle; one that is not there is nothing. */
  remove(handle: number): void {
    if (!this.has(handle)) return
    let place = this.#place[handle] as number
    this.#place[handle] = NOWHERE
    const last = --this.#count
    if (place === last) return
    const high = this.#high[last] as number
    const low = this.#low[last] as number
    const tie = this.#tie[last] as number
    const moved = this.#handle[last] as number
    while (place > 0 && this.#isLater((place - 1) >> 1, high, low, tie)) {
      this.#copy((place - 1) >> 1, place)
      place = (place - 1) >> 1
    }
    while (true) {
      let child = place * 2 + 1
      if (child >= last) break
      if (child + 1 < last && this.#isLaterThan(child, child + 1)) child++
      if (this.#isLater(child, high, low, tie)) break
      this.#copy(child, place)
      place = child
    }
    this.#put(place, high, low, tie, moved)
  }

  /** The first handle whose instant has come at `now`, or NONE. */
  due(now: bigint): number {
    if (this.#count === 0) return NONE
    const instant = (BigInt(this.#high[0] as number) << 32n) + BigInt(this.#low[0] as number)
    return instant <= now ? (this.#handle[0] as number) : NONE
  }

  #isLater(place: number, high: number, low: number, tie: number): boolean {
    const itsHigh = this.#high[place] as number
    if (itsHigh !== high) return itsHigh > high
    const itsLow = this.#low[place] as number
    if (itsLow !== low) return itsLow > low
    return (this.#tie[place] as number) > tie
  }

  #isLaterThan(place: number, other: number): boolean {
    const high = this.#high[other] as number
    return this.#isLater(place, high, this.#low[other] as number, this.#tie[other] as number)
  }

  #copy(from: number, to: number): void {
    const high = this.#high[from] as number
    const low = this.#low[from] as number
    this.#put(to, high, low, this.#tie[from] as number, this.#handle[from] as number)
  }

  #put(place: number, high: number, low: number, tie: number, handle: number): void {
    this.#high[place] = high
    this.#low[place] = low
    this.#tie[place] = tie
    this.#handle[place] = handle
    this.#place[handle] = place
  }

  /** Makes room for one more, and for the handle. */
  #reach(handle: number): void {
    if (handle >= this.#place.length) {
      const place = new Int32Array(Math.max(handle + 1, this.#place.length * 2)).fill(NOWHERE)
      place.set(this.#place)
      this.#place = place
    }
    const { length } = this.#handle
    if (this.#count < length) return
    const high = new Int32Array(length * 2)
    const low = new Uint32Array(length * 2)
    const tie = new Float64Array(length * 2)
    const handles = new Int32Array(length * 2)
    high.set(this.#high)
    low.set(this.#low)
    tie.set(this.#tie)
    handles.set(this.#handle)
    this.#high = high
    this.#low = low
    this.#tie = tie
    this.#handle = handles
  }
}
