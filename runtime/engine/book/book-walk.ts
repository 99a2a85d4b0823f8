// Reads what an order would meet, without touching anything: for the checks that must know the
// outcome before it happens (FOK, the worst case of a Market order, an order by amount). It steps
// exactly as Book.match does, self-trade prevention and the tranches of icebergs included: once
// through the queue of a level, then again and again over the icebergs that still hide something.

import { NONE } from '../memory/slot-pool.ts'
import { type Book, STP_DECREMENT, STP_EXPIRE_MAKER, STP_NONE } from './book.ts'
import { LEVEL, ORDER } from './order-pool.ts'

/** A reusable cursor over the makers that a taker would meet, in order. */
export class BookWalk {
  /** Of the maker under the cursor: its price and the tranche that it shows by then. */
  price = 0
  qty = 0
  /** Whether the maker is the taker's own and both would be decremented instead of trading. */
  prevented = false
  #book: Book | undefined
  #takerKey = 0
  #owner = NONE
  #stpMode = STP_NONE
  #level = NONE
  /** The next in the queue; NONE once this level's queue has been walked through. */
  #order = NONE
  /** Icebergs of this level that come again, as a ring, and what each has left by then. */
  #iceberg = new Int32Array(4)
  #hidden = new Float64Array(4)
  #first = 0
  #waiting = 0

  start(book: Book, takerKey: number, owner: number, stpMode: number): void {
    this.#book = book
    this.#takerKey = takerKey
    this.#owner = owner
    this.#stpMode = stpMode
    this.#enterLevel(book, takerKey > 0 ? book.asks.best : book.bids.best)
  }

  /** Moves to the next maker; false when the taker would meet no other. */
  next(): boolean {
    const book = this.#book as Book
    while (this.#level !== NONE) {
      const key = book.levels.f64[this.#level * LEVEL.doubles + LEVEL.key] as number
      if (key + this.#takerKey < 0) return false
      this.price = Math.abs(key)
      while (this.#order !== NONE) {
        const order = this.#order
        const isOwn = this.#isOwn(book, order)
        if (isOwn && this.#stpMode !== STP_EXPIRE_MAKER && this.#stpMode !== STP_DECREMENT) {
          return false
        }
        this.#order = book.orders.i32[order * ORDER.words + ORDER.next] as number
        if (isOwn && this.#stpMode === STP_EXPIRE_MAKER) continue
        this.qty = book.orders.f64[order * ORDER.doubles + ORDER.leaves] as number
        this.prevented = isOwn
        const hidden = book.openQty(order) - this.qty
        if (hidden > 0) this.#wait(order, hidden)
        return true
      }
      if (this.#waiting > 0) {
        this.#showNext(book)
        return true
      }
      this.#enterLevel(book, book.levels.i32[this.#level * LEVEL.words + LEVEL.worse] as number)
    }
    return false
  }

  #enterLevel(book: Book, level: number): void {
    this.#level = level
    this.#waiting = 0
    this.#order =
      level === NONE ? NONE : (book.levels.i32[level * LEVEL.words + LEVEL.head] as number)
  }

  #isOwn(book: Book, order: number): boolean {
    const owner = book.orders.i32[order * ORDER.words + ORDER.owner] as number
    return this.#stpMode !== STP_NONE && owner === this.#owner
  }

  /** The iceberg that has waited longest shows its next tranche. */
  #showNext(book: Book): void {
    const order = this.#iceberg[this.#first] as number
    const hidden = this.#hidden[this.#first] as number
    this.#first = (this.#first + 1) % this.#iceberg.length
    this.#waiting -= 1
    this.qty = Math.min(book.displayQty(order), hidden)
    this.prevented = this.#isOwn(book, order)
    if (hidden > this.qty) this.#wait(order, hidden - this.qty)
  }

  #wait(order: number, hidden: number): void {
    if (this.#waiting === this.#iceberg.length) this.#grow()
    const at = (this.#first + this.#waiting) % this.#iceberg.length
    this.#iceberg[at] = order
    this.#hidden[at] = hidden
    this.#waiting += 1
  }

  #grow(): void {
    const icebergs = new Int32Array(this.#iceberg.length * 2)
    const hidden = new Float64Array(this.#iceberg.length * 2)
    for (let i = 0; i < this.#waiting; i++) {
      const at = (this.#first + i) % this.#iceberg.length
      icebergs[i] = this.#iceberg[at] as number
      hidden[i] = this.#hidden[at] as number
    }
    this.#iceberg = icebergs
    this.#hidden = hidden
    this.#first = 0
  }
}
