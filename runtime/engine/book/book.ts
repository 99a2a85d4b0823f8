// The book of one instrument: price, then time. It knows prices, quantities and owners as numbers;
// it knows nothing of accounts, money, ids or reports. The stage before it decides whether an order
// may enter, the stage after it reads the fill log and settles.
//
//   the way of an order:  match(...) against the other side  ->  rest(...) what is left
//
// Keys: +price for bids, -price for asks. So on both sides the larger key is the better one, and a
// taker meets a level exactly when takerKey + levelKey >= 0: one loop serves both sides.

import { NONE as NO_HANDLE, NO_POOL, type SlotPool } from '../memory/slot-pool.ts'
import { BookSide, NO_SIDE } from './book-side.ts'
import {
  FILL_DECREMENTED,
  FILL_MAKER_EXPIRED,
  FILL_TAKER_EXPIRED,
  FILL_TRADE,
  type FillLog,
} from './fill-log.ts'
import { createLevelPool, createOrderPool, LEVEL, ORDER } from './order-pool.ts'
import { PriceIndex } from './price-index.ts'
import { Reserves } from './reserves.ts'

/** Codes of sides and self-trade modes: their places in SIDES and STP_MODES of domain/order.ts. */
export const SIDE_BUY = 0
export const SIDE_SELL = 1
export const STP_NONE = 0
export const STP_EXPIRE_TAKER = 1
export const STP_EXPIRE_MAKER = 2
export const STP_EXPIRE_BOTH = 3
export const STP_DECREMENT = 4

// Constants of this module are folded into the code; imported ones are read from memory each time.
const NONE = NO_HANDLE
const TRADE = FILL_TRADE
const ORDER_SHIFT = ORDER.shift
const ORDER_HALF_SHIFT = ORDER.halfShift
const ORDER_KEY = ORDER.key
const ORDER_KEY_HIGH = ORDER.keyHigh
const ORDER_LEAVES = ORDER.leaves
const ORDER_NEXT = ORDER.next
const ORDER_PREVIOUS = ORDER.previous
const ORDER_LEVEL = ORDER.level
const ORDER_OWNER = ORDER.owner
const LEVEL_WORDS = LEVEL.words
const LEVEL_DOUBLES = LEVEL.doubles
const LEVEL_KEY = LEVEL.key
const LEVEL_QTY = LEVEL.qty
const LEVEL_HIDDEN = LEVEL.hidden
const LEVEL_HEAD = LEVEL.head
const LEVEL_TAIL = LEVEL.tail
const LEVEL_WORSE = LEVEL.worse
const LEVEL_COUNT = LEVEL.count
/** Of ORDER.level: the sign bit says that the order has a reserve, the others are the level. */
const HAS_RESERVE = 0x80000000 | 0
const LEVEL_MASK = 0x7fffffff
/** No order's owner. */
const NOBODY = -1

/** The key of a price on a side. */
export function keyOf(side: number, price: number): number {
  return side === SIDE_BUY ? price : -price
}

/** The memory that the books of one engine share. */
export interface BookMemory {
  readonly orders: SlotPool
  readonly levels: SlotPool
  readonly nodes: SlotPool
  readonly reserves: Reserves
}

/** Shapes: capacity in orders; everything grows from there. */
export function createBookMemory(capacity: number): BookMemory {
  return {
    orders: createOrderPool(capacity),
    levels: createLevelPool(Math.ceil(capacity / 64)),
    nodes: PriceIndex.pool(Math.ceil(capacity / 256)),
    reserves: new Reserves(Math.ceil(capacity / 256)),
  }
}

/** One instrument's resting orders. */
export class Book {
  readonly bids: BookSide = NO_SIDE
  readonly asks: BookSide = NO_SIDE
  readonly orders: SlotPool = NO_POOL
  readonly levels: SlotPool = NO_POOL
  readonly #reserves: Reserves
  /** By the sign bit of a key. */
  readonly #sides: readonly BookSide[] = [NO_SIDE]

  constructor(memory: BookMemory) {
    this.orders = memory.orders
    this.levels = memory.levels
    this.#reserves = memory.reserves
    this.bids = new BookSide(memory.orders, memory.levels, memory.nodes)
    this.asks = new BookSide(memory.orders, memory.levels, memory.nodes)
    this.#sides = [this.bids, this.asks]
  }

  /**
   * Trades up to `qty` against the other side, best price first, oldest first, and logs each step.
   * Answers what is left of the taker; 0 also when prevention ended it. Makers that end leave the
   * book with leaves 0; their handles are the reader's to release. An iceberg has an entry for each
   * tranche; one that prevention expires goes whole.
   */
  match(takerKey: number, qty: number, owner: number, stpMode: number, log: FillLog): number {
    if (!this.wouldCross(takerKey)) return qty
    return this.#sweep(takerKey, qty, owner, stpMode, log)
  }

  #sweep(takerKey: number, qty: number, owner: number, stpMode: number, log: FillLog): number {
    const opposite = takerKey > 0 ? this.asks : this.bids
    const { f64: orderF64, i32: orderI32 } = this.orders
    const { f64: levelF64, i32: levelI32 } = this.levels
    const self = stpMode === STP_NONE ? NOBODY : owner
    let left = qty
    let gone = 0
    let level = opposite.best
    while (level !== NONE && left > 0) {
      if ((levelF64[(level * LEVEL_DOUBLES + LEVEL_KEY) | 0] as number) + takerKey < 0) break
      const worse = levelI32[(level * LEVEL_WORDS + LEVEL_WORSE) | 0] as number
      let order = levelI32[(level * LEVEL_WORDS + LEVEL_HEAD) | 0] as number
      let taken = 0
      let ended = 0
      while (order !== NONE && left > 0) {
        const at = order << ORDER_SHIFT
        const leavesAt = (order << ORDER_HALF_SHIFT) | ORDER_LEAVES
        const open = orderF64[leavesAt] as number
        let part = open
        if (orderI32[at | ORDER_OWNER] !== self) {
          if (open > left) part = left
          left -= part
          log.push(TRADE, order, part)
        } else if (stpMode === STP_DECREMENT) {
          if (open > left) part = left
          left -= part
          log.push(FILL_DECREMENTED, order, part)
        } else {
          if (stpMode !== STP_EXPIRE_MAKER) {
            log.push(FILL_TAKER_EXPIRED, order, left)
            left = 0
          }
          if (stpMode === STP_EXPIRE_TAKER) break
          log.push(FILL_MAKER_EXPIRED, order, open + this.#dropReserve(opposite, order))
        }
        taken += part
        orderF64[leavesAt] = open - part
        if (part < open) break
        if ((orderI32[at | ORDER_LEVEL] as number) < 0) {
          order = this.#showNext(order)
          continue
        }
        orderI32[at | ORDER_LEVEL] = NONE
        order = orderI32[at | ORDER_NEXT] as number
        ended++
      }
      gone += taken
      if (order === NONE) opposite.close(level)
      else if (taken > 0) this.#shorten(level, order, taken, ended)
      level = worse
    }
    opposite.raise(-gone)
    return left
  }

  /** Whether an order with this key would meet one on the other side. */
  wouldCross(key: number): boolean {
    return key > 0 ? this.asks.meets(key) : this.bids.meets(key)
  }

  /** A new record, not yet resting. May move the pool's memory. */
  enter(key: number, leaves: number, owner: number): number {
    const order = this.orders.allocate()
    const { f64, i32 } = this.orders
    f64[(order << ORDER_HALF_SHIFT) | ORDER_KEY] = key
    f64[(order << ORDER_HALF_SHIFT) | ORDER_LEAVES] = leaves
    const at = order << ORDER_SHIFT
    i32[at | ORDER_NEXT] = NONE
    i32[at | ORDER_PREVIOUS] = NONE
    i32[at | ORDER_LEVEL] = NONE
    i32[at | ORDER_OWNER] = owner
    return order
  }

  /** Lets an entered order rest at the tail of its price. */
  rest(order: number): void {
    this.#sideOf(order).append(order)
  }

  /**
   * Lets an entered order rest and show a tranche of `displayQty` at a time. Its leaves are then
   * what it shows; see openQty for the whole.
   */
  restIceberg(order: number, displayQty: number): void {
    const leavesAt = (order << ORDER_HALF_SHIFT) | ORDER_LEAVES
    const hidden = (this.orders.f64[leavesAt] as number) - displayQty
    if (hidden > 0) this.orders.f64[leavesAt] = displayQty
    const side = this.#sideOf(order)
    side.append(order)
    if (hidden > 0) this.#addReserve(side, order, hidden, displayQty)
  }

  /** Takes a resting order out; the record stays until it is released, with all its open quantity. */
  take(order: number): void {
    const side = this.#sideOf(order)
    if (!this.#hasReserve(order)) {
      side.remove(order)
      return
    }
    const hidden = this.#dropReserve(side, order)
    side.remove(order)
    const leavesAt = (order << ORDER_HALF_SHIFT) | ORDER_LEAVES
    this.orders.f64[leavesAt] = (this.orders.f64[leavesAt] as number) + hidden
  }

  /** Gives a resting order another open quantity; it keeps its place. What is hidden goes first. */
  resize(order: number, open: number): void {
    const side = this.#sideOf(order)
    if (!this.#hasReserve(order)) {
      side.resize(order, open)
      return
    }
    const displayQty = this.#reserves.displayQtyOf(order)
    const shown = Math.min(
      this.orders.f64[(order << ORDER_HALF_SHIFT) | ORDER_LEAVES] as number,
      open,
    )
    this.#dropReserve(side, order)
    side.resize(order, shown)
    if (open > shown) this.#addReserve(side, order, open - shown, displayQty)
  }

  /** All that an order has open: what it shows and what it hides. */
  openQty(order: number): number {
    const shown = this.orders.f64[(order << ORDER_HALF_SHIFT) | ORDER_LEAVES] as number
    return this.#hasReserve(order) ? shown + this.#reserves.hiddenOf(order) : shown
  }

  /** The size of the tranches that an order still hides; 0 when it hides nothing. */
  displayQty(order: number): number {
    return this.#hasReserve(order) ? this.#reserves.displayQtyOf(order) : 0
  }

  /** All that is open on a level, shown or hidden. */
  levelOpenQty(level: number): number {
    const { f64 } = this.levels
    const at = (level * LEVEL_DOUBLES) | 0
    return (f64[(at + LEVEL_QTY) | 0] as number) + (f64[(at + LEVEL_HIDDEN) | 0] as number)
  }

  /** Best price of a side, 0 when it is empty. */
  bestPrice(side: number): number {
    const best = side === SIDE_BUY ? this.bids.best : this.asks.best
    return best === NONE
      ? 0
      : Math.abs(this.levels.f64[(best * LEVEL_DOUBLES + LEVEL_KEY) | 0] as number)
  }

  #sideOf(order: number): BookSide {
    const high = this.orders.i32[(order << ORDER_SHIFT) | ORDER_KEY_HIGH] as number
    return this.#sides[high >>> 31] as BookSide
  }

  /** The first `ended` orders of a level are gone; `head` is now its oldest. */
  #shorten(level: number, head: number, taken: number, ended: number): void {
    const { f64, i32 } = this.levels
    const at = (level * LEVEL_WORDS) | 0
    i32[(at + LEVEL_HEAD) | 0] = head
    i32[(at + LEVEL_COUNT) | 0] = (i32[(at + LEVEL_COUNT) | 0] as number) - ended
    const qty = (level * LEVEL_DOUBLES + LEVEL_QTY) | 0
    f64[qty] = (f64[qty] as number) - taken
    this.orders.i32[(head << ORDER_SHIFT) | ORDER_PREVIOUS] = NONE
  }

  #hasReserve(order: number): boolean {
    return (this.orders.i32[(order << ORDER_SHIFT) | ORDER_LEVEL] as number) < 0
  }

  #addReserve(side: BookSide, order: number, hidden: number, displayQty: number): void {
    const { i32 } = this.orders
    const level = i32[(order << ORDER_SHIFT) | ORDER_LEVEL] as number
    i32[(order << ORDER_SHIFT) | ORDER_LEVEL] = level | HAS_RESERVE
    this.#reserves.add(order, hidden, displayQty)
    side.hide(level, hidden)
  }

  /** Makes an iceberg a plain order of what it shows; answers what it hid. */
  #dropReserve(side: BookSide, order: number): number {
    if (!this.#hasReserve(order)) return 0
    const hidden = this.#reserves.hiddenOf(order)
    const { i32 } = this.orders
    const level = (i32[(order << ORDER_SHIFT) | ORDER_LEVEL] as number) & LEVEL_MASK
    i32[(order << ORDER_SHIFT) | ORDER_LEVEL] = level
    this.#reserves.remove(order)
    side.hide(level, -hidden)
    return hidden
  }

  /**
   * The shown tranche of the first order of a level has gone: the next one goes to the tail. Answers
   * who is first now. The level's head and sums of what has gone are the sweep's to set.
   */
  #showNext(order: number): number {
    const { f64, i32 } = this.orders
    const at = order << ORDER_SHIFT
    const level = (i32[at | ORDER_LEVEL] as number) & LEVEL_MASK
    const displayQty = this.#reserves.displayQtyOf(order)
    const hidden = this.#reserves.hiddenOf(order)
    const tranche = Math.min(displayQty, hidden)
    f64[(order << ORDER_HALF_SHIFT) | ORDER_LEAVES] = tranche
    if (tranche < hidden) this.#reserves.setHidden(order, hidden - tranche)
    else {
      this.#reserves.remove(order)
      i32[at | ORDER_LEVEL] = level
    }
    const { f64: sums, i32: levels } = this.levels
    const sumsAt = (level * LEVEL_DOUBLES) | 0
    sums[(sumsAt + LEVEL_QTY) | 0] = (sums[(sumsAt + LEVEL_QTY) | 0] as number) + tranche
    sums[(sumsAt + LEVEL_HIDDEN) | 0] = (sums[(sumsAt + LEVEL_HIDDEN) | 0] as number) - tranche
    const first = i32[at | ORDER_NEXT] as number
    if (first === NONE) return order
    const tail = levels[(level * LEVEL_WORDS + LEVEL_TAIL) | 0] as number
    levels[(level * LEVEL_WORDS + LEVEL_TAIL) | 0] = order
    i32[(tail << ORDER_SHIFT) | ORDER_NEXT] = order
    i32[at | ORDER_PREVIOUS] = tail
    i32[at | ORDER_NEXT] = NONE
    return first
  }
}
