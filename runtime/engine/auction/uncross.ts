// The end of an auction: all that can trade at one price does, by price, then time, on both sides.
// Linear in what trades. Self-trade prevention does not act here: nobody takes, both sides wait.

import type { Book } from '../book/book.ts'
import { LEVEL, ORDER } from '../book/order-pool.ts'
import type { EngineState } from '../engine-state.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { leavesOf, orderIDOf } from '../orders/open-orders.ts'
import { settleCross } from '../risk/settlement.ts'
import { AuctionPrice, findAuctionPrice } from './auction-price.ts'
import { setGuardReference } from './volatility-guard.ts'

const found = new AuctionPrice()

/** Trades what is crossed; a book that is not is left as it is. */
export function uncross(s: EngineState, instrument: InstrumentState): void {
  const { book } = instrument
  findAuctionPrice(book, instrument.lastPrice, found)
  const { price } = found
  let left = found.qty
  while (left > 0) {
    const bid = oldestAt(book, book.bids.best)
    const ask = oldestAt(book, book.asks.best)
    const qty = Math.min(left, leavesOf(s, bid), leavesOf(s, ask))
    left -= qty
    fill(s, book, bid, qty)
    fill(s, book, ask, qty)
    // The one that was accepted later counts as the aggressor and pays the taker's rate.
    const isBuyLater = orderIDOf(s, bid) > orderIDOf(s, ask)
    settleCross(s, instrument, isBuyLater ? bid : ask, isBuyLater ? ask : bid, qty, price)
  }
  setGuardReference(s, instrument)
}

function oldestAt(book: Book, level: number): number {
  return book.levels.i32[level * LEVEL.words + LEVEL.head] as number
}

/** Takes a fill out of the book; what is left of the order keeps its place. */
function fill(s: EngineState, book: Book, order: number, qty: number): void {
  const leaves = leavesOf(s, order) - qty
  if (leaves > 0) {
    book.resize(order, leaves)
    return
  }
  book.take(order)
  s.memory.orders.f64[order * ORDER.doubles + ORDER.leaves] = 0
}
