// One book without accounts, for benchmarks and oracles: commands by the caller's own order ids,
// reports into a preallocated sink. The public entry for driving the matcher alone:
//
//   const sink = new ReportSink(65_536)
//   const book = new LimitBook(sink)
//   book.newOrder(seq, id, SIDE_BUY, price, qty, ioc)   accepted, trades, canceled rest of an IOC
//   book.market(seq, id, side, qty)                     accepted, trades, canceled rest
//   book.cancel(seq, id)                                canceled or cancel refused
//   book.reduce(seq, id, qty)                           modified, place kept; or modify refused
//   book.modify(seq, id, price, qty)                    out and anew at the tail: trades, modified

import { NONE as NO_HANDLE, NO_POOL, type SlotPool } from '../memory/slot-pool.ts'
import { Book, createBookMemory, keyOf, SIDE_BUY, SIDE_SELL, STP_NONE } from './book.ts'
import { type BookSide, NO_SIDE } from './book-side.ts'
import { FillLog } from './fill-log.ts'
import { IdChains } from './id-chains.ts'
import { ORDER } from './order-pool.ts'
import { ReportSink } from './report-sink.ts'

/** Types of reports in the sink: 0 accepted, 1 trade, 2 canceled, 3 modified, 4 and 5 refused. */
export const REPORT_TRADE = 1
export const REPORT_CANCEL_REFUSED = 4
export const REPORT_MODIFY_REFUSED = 5

// Constants of this module are folded into the code; imported ones are read from memory each time.
const NONE = NO_HANDLE
const BUY = SIDE_BUY
const SELL = SIDE_SELL
const NO_PREVENTION = STP_NONE
const ACCEPTED = 0
const CANCELED = 2
const MODIFIED = 3
const ORDER_SHIFT = ORDER.shift
const ORDER_HALF_SHIFT = ORDER.halfShift
const ORDER_KEY_HIGH = ORDER.keyHigh
const ORDER_KEY = ORDER.key
const ORDER_LEAVES = ORDER.leaves
const NO_IDS = new IdChains(1)
const NO_SINK = new ReportSink(1)
const ANY_PRICE = Number.MAX_SAFE_INTEGER

/** A limit order book: price-time, GTC and IOC. Prices >= 1, quantities >= 1, ids any safe integer. */
export class LimitBook {
  readonly #book: Book
  readonly #orders: SlotPool = NO_POOL
  readonly #sides: readonly BookSide[] = [NO_SIDE]
  readonly #fills = new FillLog(1024)
  readonly #ids: IdChains = NO_IDS
  readonly #sink: ReportSink = NO_SINK

  constructor(sink: ReportSink, capacity = 4096) {
    this.#book = new Book(createBookMemory(capacity))
    this.#orders = this.#book.orders
    this.#sides = [this.#book.bids, this.#book.asks]
    this.#ids = new IdChains(capacity)
    this.#sink = sink
  }

  /** Enters an order: reports it accepted, its trades, and for an IOC the canceled rest. */
  newOrder(seq: number, id: number, side: number, price: number, qty: number, ioc: boolean): void {
    this.#sink.push(ACCEPTED, seq, side, id, price, qty)
    // Sides are as good as random: what depends on them is computed or looked up, not branched on.
    const key = price * (1 - (side << 1))
    if ((this.#sides[side ^ 1] as BookSide).meets(key) || ioc) {
      this.#aggress(seq, id, side, price, qty, ioc)
      return
    }
    const half = this.#sides[side] as BookSide
    half.append(this.#enter(id, key, qty))
  }

  /** Trades at any price; what is left is canceled. */
  market(seq: number, id: number, side: number, qty: number): void {
    this.#sink.push(ACCEPTED, seq, side, id, 0, qty)
    // Two calls: a number of 53 bits that is not a constant would have to be boxed.
    const left = side === BUY ? this.#match(seq, id, ANY_PRICE, qty) : this.#match(seq, id, -1, qty)
    if (left > 0) this.#sink.push(CANCELED, seq, side, id, 0, 0)
  }

  /** Takes an order out, or reports the refusal. */
  cancel(seq: number, id: number): void {
    const order = this.#ids.remove(id)
    if (order === NONE) {
      this.#refuse(REPORT_CANCEL_REFUSED, seq, id)
      return
    }
    const { f64, i32 } = this.#orders
    const price = Math.abs(f64[(order << ORDER_HALF_SHIFT) | ORDER_KEY] as number)
    const side = (i32[(order << ORDER_SHIFT) | ORDER_KEY_HIGH] as number) >>> 31
    const half = this.#sides[side] as BookSide
    half.remove(order)
    this.#orders.releaseAsIs(order)
    this.#sink.push(CANCELED, seq, side, id, price, 0)
  }

  /** Lowers an order's open quantity; it keeps its place. A raise is refused: see modify. */
  reduce(seq: number, id: number, qty: number): void {
    const order = this.#ids.find(id)
    if (
      order === NONE ||
      qty > (this.#orders.f64[(order << ORDER_HALF_SHIFT) | ORDER_LEAVES] as number)
    ) {
      this.#refuse(REPORT_MODIFY_REFUSED, seq, id)
      return
    }
    const key = this.#orders.f64[(order << ORDER_HALF_SHIFT) | ORDER_KEY] as number
    this.#book.resize(order, qty)
    this.#sink.push(MODIFIED, seq, key > 0 ? BUY : SELL, id, Math.abs(key), qty)
  }

  /** Takes an order out and enters it anew at the tail of its new price; it may trade. */
  modify(seq: number, id: number, price: number, qty: number): void {
    const order = this.#ids.find(id)
    if (order === NONE) {
      this.#refuse(REPORT_MODIFY_REFUSED, seq, id)
      return
    }
    const { f64 } = this.#orders
    const isBuy = (f64[(order << ORDER_HALF_SHIFT) | ORDER_KEY] as number) > 0
    const key = isBuy ? price : -price
    this.#book.take(order)
    const left = this.#book.wouldCross(key) ? this.#match(seq, id, key, qty) : qty
    if (left === 0) {
      this.#ids.remove(id)
      this.#orders.releaseAsIs(order)
    } else {
      f64[(order << ORDER_HALF_SHIFT) | ORDER_KEY] = key
      f64[(order << ORDER_HALF_SHIFT) | ORDER_LEAVES] = left
      this.#book.rest(order)
    }
    this.#sink.push(MODIFIED, seq, isBuy ? BUY : SELL, id, price, qty)
  }

  /** A new record under its id; appending it sets what is missing. Nobody owns an order here. */
  #enter(id: number, key: number, leaves: number): number {
    const order = this.#orders.allocate()
    const { f64 } = this.#orders
    f64[(order << ORDER_HALF_SHIFT) | ORDER_KEY] = key
    f64[(order << ORDER_HALF_SHIFT) | ORDER_LEAVES] = leaves
    this.#ids.insert(id, order)
    return order
  }

  /** Trades first; what is left rests or, of an IOC, is canceled. */
  #aggress(seq: number, id: number, side: number, price: number, qty: number, ioc: boolean): void {
    const key = keyOf(side, price)
    const left = this.#match(seq, id, key, qty)
    if (left === 0) return
    if (ioc) {
      this.#sink.push(CANCELED, seq, side, id, price, 0)
      return
    }
    const half = this.#sides[side] as BookSide
    half.append(this.#enter(id, key, left))
  }

  /** Orders that rest now. */
  get open(): number {
    return this.#orders.live
  }

  #refuse(type: number, seq: number, id: number): void {
    this.#sink.push(type, seq, 0, id, 0, 0)
  }

  /** Trades and reports; answers what is left. Makers that are done are released. */
  #match(seq: number, id: number, key: number, qty: number): number {
    const fills = this.#fills
    fills.count = 0
    const left = this.#book.match(key, qty, NONE, NO_PREVENTION, fills)
    const { maker, qty: parts, count } = fills
    const { f64 } = this.#orders
    for (let i = 0; i < count; i++) {
      const order = maker[i] as number
      const price = Math.abs(f64[(order << ORDER_HALF_SHIFT) | ORDER_KEY] as number)
      const makerId = this.#ids.idOf(order)
      this.#sink.pushTrade(seq, makerId, price, parts[i] as number, id)
      if (f64[(order << ORDER_HALF_SHIFT) | ORDER_LEAVES] === 0) {
        this.#ids.remove(makerId)
        this.#orders.releaseAsIs(order)
      }
    }
    return left
  }
}
