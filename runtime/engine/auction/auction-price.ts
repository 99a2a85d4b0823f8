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

// Module-local copies: V8 folds them into the code, imported ones it reads anew at every use.
const LEVEL_WORDS = LEVEL.words
const LEVEL_DOUBLES = LEVEL.doubles
const LEVEL_KEY = LEVEL.key
const LEVEL_BETTER = LEVEL.better
const LEVEL_WORSE = LEVEL.worse

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

/**
 * Where a walk ended: the last level of each side that trades, and all that is open from the best
 * price down to it. As long as changes are counted, the next walk begins here and goes as far as the
 * end has moved, not through everything that trades.
 */
export class AuctionWalk {
  /** Keys of the levels (see keyOf in book.ts); beyond every key while nothing trades. */
  bidKey = Number.POSITIVE_INFINITY
  askKey = Number.POSITIVE_INFINITY
  bidQty = 0
  askQty = 0
  /** The levels themselves, while a walk is under way. */
  bid = NONE
  ask = NONE

  reset(): void {
    this.bidKey = Number.POSITIVE_INFINITY
    this.askKey = Number.POSITIVE_INFINITY
    this.bidQty = 0
    this.askQty = 0
    this.bid = NONE
    this.ask = NONE
  }

  /** What rests at a key has become more, or less. */
  count(key: number, change: number): void {
    if (key > 0) {
      if (key >= this.bidKey) this.bidQty += change
    } else if (key >= this.askKey) this.askQty += change
  }

  /** Finds the levels again, and goes back where one side reaches the other without its last ones. */
  resume(book: Book): void {
    this.bid = this.bidQty === 0 ? NONE : book.bids.find(this.bidKey)
    this.ask = this.askQty === 0 ? NONE : book.asks.find(this.askKey)
    if (this.bid === NONE || this.ask === NONE) {
      // Nothing traded, or a level where the walk ended is gone: from the best prices.
      this.reset()
      return
    }
    while (this.bidQty - qtyOf(book, this.bid) >= this.askQty) {
      this.bidQty -= qtyOf(book, this.bid)
      this.bid = betterOf(book, this.bid)
    }
    while (this.askQty - qtyOf(book, this.ask) >= this.bidQty) {
      this.askQty -= qtyOf(book, this.ask)
      this.ask = betterOf(book, this.ask)
    }
  }
}

const fresh = new AuctionWalk()

/** Finds the price for the book as it stands; price and qty 0 when nothing would trade. */
export function findAuctionPrice(book: Book, reference: number, out: AuctionPrice): void {
  fresh.reset()
  followAuctionPrice(book, fresh, reference, out)
}

/** The same, from where the walk before ended; everything since has been counted in it. */
export function followAuctionPrice(
  book: Book,
  walk: AuctionWalk,
  reference: number,
  out: AuctionPrice,
): void {
  walk.resume(book)
  let { bid: lastBid, ask: lastAsk } = walk
  let volume = Math.min(walk.bidQty, walk.askQty)
  let bidLeft = walk.bidQty - volume
  let askLeft = walk.askQty - volume
  let bid = lastBid
  let ask = lastAsk
  while (true) {
    if (bidLeft === 0) {
      bid = lastBid === NONE ? book.bids.best : worseOf(book, lastBid)
      bidLeft = qtyOf(book, bid)
    }
    if (askLeft === 0) {
      ask = lastAsk === NONE ? book.asks.best : worseOf(book, lastAsk)
      askLeft = qtyOf(book, ask)
    }
    if (bid === NONE || ask === NONE || priceOf(book, bid) < priceOf(book, ask)) break
    lastBid = bid
    lastAsk = ask
    const part = Math.min(bidLeft, askLeft)
    volume += part
    bidLeft -= part
    askLeft -= part
  }
  if (volume === 0) {
    walk.reset()
    out.set(0, 0, 0)
    return
  }
  walk.bidKey = priceOf(book, lastBid)
  walk.askKey = -priceOf(book, lastAsk)
  walk.bidQty = bid === lastBid ? volume + bidLeft : volume
  walk.askQty = ask === lastAsk ? volume + askLeft : volume
  if (bid === lastBid) out.set(priceOf(book, bid), volume, bidLeft)
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
  return Math.abs(book.levels.f64[level * LEVEL_DOUBLES + LEVEL_KEY] as number)
}

function qtyOf(book: Book, level: number): number {
  return level === NONE ? 0 : book.levelOpenQty(level)
}

function worseOf(book: Book, level: number): number {
  return book.levels.i32[level * LEVEL_WORDS + LEVEL_WORSE] as number
}

function betterOf(book: Book, level: number): number {
  return book.levels.i32[level * LEVEL_WORDS + LEVEL_BETTER] as number
}
