// The one price at which an uncross would trade: largest volume, then smallest surplus, then the side
// of the surplus (a buy surplus takes the highest price, a sell surplus the lowest), then nearest the
// reference. Every price is a candidate, also between the limits of orders.
//
// It is found by walking both sides from the best price and setting the levels off against each
// other, as a match would: O(levels that trade). Where the walk ends, `bid` and `ask` are the last
// levels that trade, and volume is largest exactly for the prices ask .. bid:
//
//   one of them has quantity left  -> that is the smallest surplus, and it is at that level's price
//   neither has                    -> no surplus between the next bid and the next ask; where these
//                                     two are neighbouring ticks, the smaller of them is the surplus

import type { Book } from '../book/book.ts'
import { LEVEL } from '../book/order-pool.ts'
import { NONE } from '../memory/slot-pool.ts'

/** What an uncross would do. `surplus` is signed: above 0 for buys, below for sells. */
export class AuctionPrice {
  price = 0
  qty = 0
  surplus = 0

  set(price: number, qty: number, surplus: number): void {
    this.price = price
    this.qty = qty
    this.surplus = surplus
  }

  equals(other: AuctionPrice): boolean {
    return this.price === other.price && this.qty === other.qty && this.surplus === other.surplus
  }
}

/** Finds the price for the book as it stands; price and qty 0 when nothing would trade. */
export function findAuctionPrice(book: Book, reference: number, out: AuctionPrice): void {
  let bid = book.bids.best
  let ask = book.asks.best
  let bidLeft = qtyOf(book, bid)
  let askLeft = qtyOf(book, ask)
  let lastBid = NONE
  let lastAsk = NONE
  let volume = 0
  while (bid !== NONE && ask !== NONE && priceOf(book, bid) >= priceOf(book, ask)) {
    lastBid = bid
    lastAsk = ask
    const part = Math.min(bidLeft, askLeft)
    volume += part
    bidLeft -= part
    askLeft -= part
    if (bidLeft === 0) {
      bid = worseOf(book, bid)
      bidLeft = qtyOf(book, bid)
    }
    if (askLeft === 0) {
      ask = worseOf(book, ask)
      askLeft = qtyOf(book, ask)
    }
  }
  if (volume === 0) out.set(0, 0, 0)
  else if (bid === lastBid) out.set(priceOf(book, bid), volume, bidLeft)
  else if (ask === lastAsk) out.set(priceOf(book, ask), volume, -askLeft)
  else {
    out.qty = volume
    settleEven(book, priceOf(book, lastAsk), priceOf(book, lastBid), bid, ask, reference, out)
  }
}

/** Both last levels trade whole: `low`..`high` is where volume is largest, `bid`, `ask` come next. */
function settleEven(
  book: Book,
  low: number,
  high: number,
  bid: number,
  ask: number,
  reference: number,
  out: AuctionPrice,
): void {
  const nextBid = bid === NONE ? 0 : priceOf(book, bid)
  const nextAsk = ask === NONE ? Number.MAX_SAFE_INTEGER : priceOf(book, ask)
  const from = Math.max(low, nextBid + 1)
  const to = Math.min(high, ask === NONE ? high : nextAsk - 1)
  if (from <= to) {
    out.set(nearest(reference, from, to), out.qty, 0)
    return
  }
  const buys = qtyOf(book, bid)
  const sells = qtyOf(book, ask)
  if (buys < sells) out.set(nextBid, out.qty, buys)
  else if (sells < buys) out.set(nextAsk, out.qty, -sells)
  else {
    const below = worseOf(book, bid)
    const above = worseOf(book, ask)
    const price = nearest(
      reference,
      below === NONE ? low : Math.max(low, priceOf(book, below) + 1),
      above === NONE ? high : Math.min(high, priceOf(book, above) - 1),
    )
    out.set(price, out.qty, price <= nextBid ? buys : -sells)
  }
}

/** The price of a range nearest the reference; its middle, rounded down, when there is none. */
function nearest(reference: number, low: number, high: number): number {
  if (reference === 0) return low + Math.floor((high - low) / 2)
  return Math.min(Math.max(reference, low), high)
}

function priceOf(book: Book, level: number): number {
  return Math.abs(book.levels.f64[level * LEVEL.doubles + LEVEL.key] as number)
}

function qtyOf(book: Book, level: number): number {
  return level === NONE ? 0 : book.levelOpenQty(level)
}

function worseOf(book: Book, level: number): number {
  return book.levels.i32[level * LEVEL.words + LEVEL.worse] as number
}
