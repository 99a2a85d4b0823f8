// The book of one instrument: price, then time. It knows prices, quantities and owners as numbers;
// it knows nothing of accounts, money, ids or reports. The stage before it decides whether an order
// may enter, the stage after it reads the fill log and settles.
//
//   the way of an order:  match(...) against the other side  ->  rest(...) what is left
//
// Keys: +price for bids, -price for asks. So on both sides the larger key is the better one, and a
// taker meets a level exactly when takerKey + levelKey >= 0: one loop serves both sides.

import { NONE, type SlotPool } from '../memory/slot-pool.ts'
import { BookSide } from './book-side.ts'
import {
  FILL_DECREMENTED,
  FILL_MAKER_EXPIRED,
  FILL_TAKER_EXPIRED,
  FILL_TRADE,
  type FillLog,
} from './fill-log.ts'
import { createLevelPool, createOrderPool, LEVEL, ORDER } from './order-pool.ts'
import { PriceIndex } from './price-index.ts'

/** Codes of sides and self-trade modes: their places in SIDES and STP_MODES of domain/order.ts. */
export const SIDE_BUY = 0
export const SIDE_SELL = 1
export const STP_NONE = 0
export const STP_EXPIRE_TAKER = 1
export const STP_EXPIRE_MAKER = 2
export const STP_EXPIRE_BOTH = 3
export const STP_DECREMENT = 4

/** The key of a price on a side. */
export function keyOf(side: number, price: number): number {
  return side === SIDE_BUY ? price : -price
}

/** The memory that the books of one engine share. */
export interface BookMemory {
  readonly orders: SlotPool
  readonly levels: SlotPool
  readonly nodes: SlotPool
}

/** Shapes: capacity in orders; everything grows from there. */
export function createBookMemory(capacity: number): BookMemory {
  return {
    orders: createOrderPool(capacity),
    levels: createLevelPool(Math.ceil(capacity / 8)),
    nodes: PriceIndex.pool(Math.ceil(capacity / 32)),
  }
}

/** One instrument's resting orders. */
export class Book {
  readonly bids: BookSide
  readonly asks: BookSide
  readonly orders: SlotPool
  readonly levels: SlotPool

  constructor(memory: BookMemory) {
    this.orders = memory.orders
    this.levels = memory.levels
    this.bids = new BookSide(memory.orders, memory.levels, memory.nodes)
    this.asks = new BookSide(memory.orders, memory.levels, memory.nodes)
  }

  /**
   * Trades up to `qty` against the other side, best price first, oldest first, and logs each step.
   * Answers what is left of the taker; 0 also when prevention ended it. Makers that end leave the
   * book with leaves 0; their handles are the reader's to release.
   */
  match(takerKey: number, qty: number, owner: number, stpMode: number, log: FillLog): number {
    const opposite = takerKey > 0 ? this.asks : this.bids
    const { f64: orderF64, i32: orderI32 } = this.orders
    const { f64: levelF64, i32: levelI32 } = this.levels
    let left = qty
    let gone = 0
    let level = opposite.best
    while (level !== NONE && left > 0) {
      if ((levelF64[level * LEVEL.doubles + LEVEL.key] as number) + takerKey < 0) break
      const levelAt = level * LEVEL.words
      const worse = levelI32[levelAt + LEVEL.worse] as number
      let order = levelI32[levelAt + LEVEL.head] as number
      let taken = 0
      let ended = 0
      while (order !== NONE && left > 0) {
        const leavesAt = order * ORDER.doubles + ORDER.leaves
        const open = orderF64[leavesAt] as number
        let kind = FILL_TRADE
        if (orderI32[order * ORDER.words + ORDER.owner] === owner && stpMode !== STP_NONE) {
          if (stpMode === STP_EXPIRE_TAKER || stpMode === STP_EXPIRE_BOTH) {
            log.push(FILL_TAKER_EXPIRED, order, left)
            left = 0
          }
          if (stpMode === STP_EXPIRE_TAKER) break
          kind = stpMode === STP_DECREMENT ? FILL_DECREMENTED : FILL_MAKER_EXPIRED
        }
        const part = kind === FILL_MAKER_EXPIRED || open < left ? open : left
        log.push(kind, order, part)
        taken += part
        orderF64[leavesAt] = open - part
        if (kind !== FILL_MAKER_EXPIRED) left -= part
        if (part < open) break
        orderI32[order * ORDER.words + ORDER.level] = NONE
        order = orderI32[order * ORDER.words + ORDER.next] as number
        ended++
      }
      gone += taken
      if (order === NONE) opposite.close(level)
      else if (taken > 0) this.#shorten(level, order, taken, ended)
      level = worse
    }
    opposite.qty -= gone
    return left
  }

  /** Whether an order with this key would meet one on the other side. */
  wouldCross(key: number): boolean {
    const best = key > 0 ? this.asks.best : this.bids.best
    return best !== NONE && (this.levels.f64[best * LEVEL.doubles + LEVEL.key] as number) + key >= 0
  }

  /** A new record, not yet resting. May move the pool's memory. */
  enter(key: number, leaves: number, owner: number): number {
    const order = this.orders.allocate()
    const { f64, i32 } = this.orders
    f64[order * ORDER.doubles + ORDER.key] = key
    f64[order * ORDER.doubles + ORDER.leaves] = leaves
    i32[order * ORDER.words + ORDER.owner] = owner
    return order
  }

  /** Lets an entered order rest at the tail of its price. */
  rest(order: number): void {
    this.#sideOf(order).append(order)
  }

  /** Takes a resting order out; the record stays until it is released. */
  take(order: number): void {
    this.#sideOf(order).remove(order)
  }

  /** Gives a resting order another open quantity; it keeps its place. */
  resize(order: number, leaves: number): void {
    this.#sideOf(order).resize(order, leaves)
  }

  /** Best price of a side, 0 when it is empty. */
  bestPrice(side: number): number {
    const best = side === SIDE_BUY ? this.bids.best : this.asks.best
    return best === NONE ? 0 : Math.abs(this.levels.f64[best * LEVEL.doubles + LEVEL.key] as number)
  }

  #sideOf(order: number): BookSide {
    return (this.orders.f64[order * ORDER.doubles + ORDER.key] as number) > 0
      ? this.bids
      : this.asks
  }

  /** The first `ended` orders of a level are gone; `head` is now its oldest. */
  #shorten(level: number, head: number, taken: number, ended: number): void {
    const { f64, i32 } = this.levels
    const at = level * LEVEL.words
    i32[at + LEVEL.head] = head
    i32[at + LEVEL.count] = (i32[at + LEVEL.count] as number) - ended
    const qty = level * LEVEL.doubles + LEVEL.qty
    f64[qty] = (f64[qty] as number) - taken
    this.orders.i32[head * ORDER.words + ORDER.previous] = NONE
  }
}
