// Reads what an order would meet, without touching anything: for the checks that must know the
// outcome before it happens (FOK, the worst case of a Market order, an order by amount). It steps
// exactly as Book.match does, self-trade prevention included.

import { NONE } from '../memory/slot-pool.ts'
import { type Book, STP_DECREMENT, STP_EXPIRE_MAKER, STP_NONE } from './book.ts'
import { LEVEL, ORDER } from './order-pool.ts'

/** A reusable cursor over the makers that a taker would meet, in order. */
export class BookWalk {
  /** Of the maker under the cursor. */
  price = 0
  qty = 0
  /** Whether the maker is the taker's own and both would be decremented instead of trading. */
  prevented = false
  #book: Book | undefined
  #takerKey = 0
  #owner = NONE
  #stpMode = STP_NONE
  #level = NONE
  #order = NONE

  start(book: Book, takerKey: number, owner: number, stpMode: number): void {
    this.#book = book
    this.#takerKey = takerKey
    this.#owner = owner
    this.#stpMode = stpMode
    this.#level = takerKey > 0 ? book.asks.best : book.bids.best
    this.#order =
      this.#level === NONE
        ? NONE
        : (book.levels.i32[this.#level * LEVEL.words + LEVEL.head] as number)
  }

  /** Moves to the next maker; false when the taker would meet no other. */
  next(): boolean {
    const book = this.#book as Book
    while (this.#level !== NONE) {
      const key = book.levels.f64[this.#level * LEVEL.doubles + LEVEL.key] as number
      if (key + this.#takerKey < 0) return false
      while (this.#order !== NONE) {
        const at = this.#order * ORDER.words
        const isOwn =
          this.#stpMode !== STP_NONE && book.orders.i32[at + ORDER.owner] === this.#owner
        if (isOwn && this.#stpMode !== STP_EXPIRE_MAKER && this.#stpMode !== STP_DECREMENT) {
          return false
        }
        this.price = Math.abs(key)
        this.qty = book.orders.f64[this.#order * ORDER.doubles + ORDER.leaves] as number
        this.prevented = isOwn
        this.#order = book.orders.i32[at + ORDER.next] as number
        if (!isOwn || this.#stpMode === STP_DECREMENT) return true
      }
      this.#level = book.levels.i32[this.#level * LEVEL.words + LEVEL.worse] as number
      if (this.#level !== NONE) {
        this.#order = book.levels.i32[this.#level * LEVEL.words + LEVEL.head] as number
      }
    }
    return false
  }
}
