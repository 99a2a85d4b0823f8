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

import { IdTable } from '../memory/id-table.ts'
import { NONE } from '../memory/slot-pool.ts'
import { Book, createBookMemory, keyOf, SIDE_BUY, SIDE_SELL, STP_NONE } from './book.ts'
import { FillLog } from './fill-log.ts'
import { ORDER } from './order-pool.ts'
import type { ReportSink } from './report-sink.ts'

export const REPORT_ACCEPTED = 0
export const REPORT_TRADE = 1
export const REPORT_CANCELED = 2
export const REPORT_MODIFIED = 3
export const REPORT_CANCEL_REFUSED = 4
export const REPORT_MODIFY_REFUSED = 5

const ANY_PRICE = Number.MAX_SAFE_INTEGER

/** A limit order book: price-time, GTC and IOC. Prices >= 1, quantities >= 1, ids any safe integer. */
export class LimitBook {
  readonly #book: Book
  readonly #fills = new FillLog(1024)
  readonly #ids: IdTable
  /** Id of each order, by handle. */
  #idOf: Float64Array
  readonly #sink: ReportSink

  constructor(sink: ReportSink, capacity = 4096) {
    this.#book = new Book(createBookMemory(capacity))
    this.#ids = new IdTable(capacity)
    this.#idOf = new Float64Array(capacity + 1)
    this.#sink = sink
  }

  /** Enters an order: reports it accepted, its trades, and for an IOC the canceled rest. */
  newOrder(seq: number, id: number, side: number, price: number, qty: number, ioc: boolean): void {
    this.#sink.push(REPORT_ACCEPTED, seq, side, id, price, qty, 0)
    this.#enter(seq, id, side, price, qty, ioc)
  }

  /** Trades at any price; what is left is canceled. */
  market(seq: number, id: number, side: number, qty: number): void {
    this.#sink.push(REPORT_ACCEPTED, seq, side, id, 0, qty, 0)
    const left = this.#match(seq, id, side === SIDE_BUY ? ANY_PRICE : -1, qty)
    if (left > 0) this.#sink.push(REPORT_CANCELED, seq, side, id, 0, 0, 0)
  }

  /** Lowers an order's open quantity; it keeps its place. A raise is refused: see modify. */
  reduce(seq: number, id: number, qty: number): void {
    const order = this.#ids.find(id)
    if (order === NONE || qty > this.#leavesOf(order)) {
      this.#sink.push(REPORT_MODIFY_REFUSED, seq, 0, id, 0, 0, 0)
      return
    }
    const key = this.#keyOf(order)
    this.#book.resize(order, qty)
    this.#sink.push(REPORT_MODIFIED, seq, sideOf(key), id, Math.abs(key), qty, 0)
  }

  /** Takes an order out, or reports the refusal. */
  cancel(seq: number, id: number): void {
    const order = this.#ids.find(id)
    if (order === NONE) {
      this.#sink.push(REPORT_CANCEL_REFUSED, seq, 0, id, 0, 0, 0)
      return
    }
    const key = this.#keyOf(order)
    this.#remove(order, id)
    this.#sink.push(REPORT_CANCELED, seq, sideOf(key), id, Math.abs(key), 0, 0)
  }

  /** Takes an order out and enters it anew at the tail of its new price; it may trade. */
  modify(seq: number, id: number, price: number, qty: number): void {
    const order = this.#ids.find(id)
    if (order === NONE) {
      this.#sink.push(REPORT_MODIFY_REFUSED, seq, 0, id, 0, 0, 0)
      return
    }
    const side = sideOf(this.#keyOf(order))
    this.#remove(order, id)
    this.#enter(seq, id, side, price, qty, false)
    this.#sink.push(REPORT_MODIFIED, seq, side, id, price, qty, 0)
  }

  /** Orders that rest now. */
  get open(): number {
    return this.#book.orders.live
  }

  #keyOf(order: number): number {
    return this.#book.orders.f64[order * ORDER.doubles + ORDER.key] as number
  }

  #leavesOf(order: number): number {
    return this.#book.orders.f64[order * ORDER.doubles + ORDER.leaves] as number
  }

  #remove(order: number, id: number): void {
    this.#book.take(order)
    this.#ids.remove(id)
    this.#book.orders.release(order)
  }

  #enter(seq: number, id: number, side: number, price: number, qty: number, ioc: boolean): void {
    const key = keyOf(side, price)
    const left = this.#match(seq, id, key, qty)
    if (left === 0) return
    if (ioc) {
      this.#sink.push(REPORT_CANCELED, seq, side, id, price, 0, 0)
      return
    }
    const order = this.#book.enter(key, left, NONE)
    if (order >= this.#idOf.length) this.#growIds(order)
    this.#idOf[order] = id
    this.#ids.insert(id, order)
    this.#book.rest(order)
  }

  #match(seq: number, id: number, key: number, qty: number): number {
    const fills = this.#fills
    fills.count = 0
    const left = this.#book.match(key, qty, NONE, STP_NONE, fills)
    if (fills.count > 0) this.#reportTrades(seq, id)
    return left
  }

  #growIds(order: number): void {
    const ids = new Float64Array(order * 2)
    ids.set(this.#idOf)
    this.#idOf = ids
  }

  #reportTrades(seq: number, takerId: number): void {
    const { kind, maker, qty, count } = this.#fills
    const { orders } = this.#book
    for (let i = 0; i < count && kind[i] === 0; i++) {
      const order = maker[i] as number
      const price = Math.abs(orders.f64[order * ORDER.doubles + ORDER.key] as number)
      const makerId = this.#idOf[order] as number
      this.#sink.push(REPORT_TRADE, seq, 0, makerId, price, qty[i] as number, takerId)
      if (orders.f64[order * ORDER.doubles + ORDER.leaves] === 0) {
        this.#ids.remove(makerId)
        orders.release(order)
      }
    }
  }
}

function sideOf(key: number): number {
  return key > 0 ? SIDE_BUY : SIDE_SELL
}
