// The book with ids and reports against the obvious one: every report of every command, whatever the
// ids; in the end two sweeps that meet all that is left, in order.

import { isDeepStrictEqual } from 'node:util'
import { SIDE_BUY, SIDE_SELL } from '#engine/book/book.ts'
import { LimitBook } from '#engine/book/limit-book.ts'
import { ReportSink } from '#engine/book/report-sink.ts'
import { agree, show, type Trial } from './agreement.ts'
import { type BookConfig, PriceWalk } from './book-regimes.ts'
import { SortedBook, type SortedOrder } from './sorted-book.ts'
import { Random } from './workload-random.ts'

const ACCEPTED = 0
const TRADE = 1
const CANCELED = 2
const MODIFIED = 3
const CANCEL_REFUSED = 4
const MODIFY_REFUSED = 5
/** type, seq, side, id, price, qty, takerId */
type Report = readonly [number, number, number, number, number, number, number]

/** More than one command can report in these trials. */
const REPORTS_MAX = 4096
const FAR = 2 ** 53 - 1

/** One run of both books. */
export class LimitBookTrial implements Trial {
  readonly #random: Random
  readonly #config: BookConfig
  readonly #prices: PriceWalk
  readonly #sink = new ReportSink(REPORTS_MAX)
  readonly #book: LimitBook
  readonly #model = new SortedBook()
  readonly #orders = new Map<number, SortedOrder>()
  readonly #idStep: number
  #seq = 0
  #wanted: Report[] = []
  #operation: unknown

  constructor(seed: number, config: BookConfig) {
    this.#random = new Random(seed)
    this.#config = config
    this.#prices = new PriceWalk(this.#random, config.regime)
    this.#book = new LimitBook(this.#sink, config.capacity)
    // Ids one after the other, in steps of a power of two, or far apart.
    this.#idStep = this.#random.pick([1, 64, 65_536, 2 ** 32 + 1, 9_007_199_254])
  }

  step(): void {
    const kind = this.#random.below(100)
    this.#prices.step()
    this.#begin()
    const isFull = this.#orders.size > this.#config.openMax
    if (isFull || kind < 8) this.#market(isFull)
    else if (kind < 80 - this.#config.cancelPercent) this.#newOrder()
    else if (kind < 80) this.#cancel()
    else if (kind < 90) this.#reduce()
    else this.#modify()
    this.#compare()
  }

  end(): void {
    for (const side of [SIDE_BUY, SIDE_SELL]) {
      this.#begin()
      const makers = this.#model.sides[side === SIDE_BUY ? SIDE_SELL : SIDE_BUY]
      this.#sweep(side, 1 + makers.reduce((sum, { shown }) => sum + shown, 0))
      this.#compare()
    }
  }

  describe(): string {
    return show(this.#operation)
  }

  #begin(): void {
    this.#seq += 1
    this.#sink.reset()
    this.#wanted = []
  }

  #compare(): void {
    const s = this.#sink
    const got = Array.from({ length: s.count }, (_, i) => [
      s.type(i),
      s.seq(i),
      s.side(i),
      s.id(i),
      s.price(i),
      s.qty(i),
      s.takerId(i),
    ])
    agree(got, this.#wanted, isDeepStrictEqual)
    agree(this.#book.open, this.#orders.size, Object.is)
  }

  #newOrder(): void {
    const r = this.#random
    const id = this.#seq * this.#idStep
    const side = r.pick([SIDE_BUY, SIDE_SELL])
    const price = this.#prices.next(side === SIDE_BUY)
    const qty = r.upTo(this.#config.regime.maxQty)
    const ioc = r.chance(15)
    this.#operation = { type: 'newOrder', seq: this.#seq, id, side, price, qty, ioc }
    this.#book.newOrder(this.#seq, id, side, price, qty, ioc)
    this.#want(ACCEPTED, side, id, price, qty)
    const left = this.#match(id, side, price, qty)
    if (left === 0) return
    if (ioc) this.#want(CANCELED, side, id, price, 0)
    else this.#rest(id, side, price, left)
  }

  #market(isFull: boolean): void {
    const r = this.#random
    this.#sweep(
      r.pick([SIDE_BUY, SIDE_SELL]),
      r.upTo(this.#config.regime.maxQty) * (isFull ? 10 : 1),
    )
  }

  #sweep(side: number, qty: number): void {
    const id = this.#seq * this.#idStep
    this.#operation = { type: 'market', seq: this.#seq, id, side, qty }
    this.#book.market(this.#seq, id, side, qty)
    this.#want(ACCEPTED, side, id, 0, qty)
    const left = this.#match(id, side, side === SIDE_BUY ? FAR : 1, qty)
    if (left > 0) this.#want(CANCELED, side, id, 0, 0)
  }

  #cancel(): void {
    const id = this.#pick()
    this.#operation = { type: 'cancel', seq: this.#seq, id }
    this.#book.cancel(this.#seq, id)
    const order = this.#orders.get(id)
    if (order === undefined) return this.#want(CANCEL_REFUSED, 0, id, 0, 0)
    this.#remove(order)
    this.#want(CANCELED, sideOf(order), id, Math.abs(order.key), 0)
  }

  #reduce(): void {
    const id = this.#pick()
    const order = this.#orders.get(id)
    const open = order?.shown ?? 1
    const qty = this.#random.chance(10) ? open + 1 : this.#random.upTo(open)
    this.#operation = { type: 'reduce', seq: this.#seq, id, qty }
    this.#book.reduce(this.#seq, id, qty)
    if (order === undefined || qty > open) return this.#want(MODIFY_REFUSED, 0, id, 0, 0)
    this.#model.resize(order, qty)
    this.#want(MODIFIED, sideOf(order), id, Math.abs(order.key), qty)
  }

  #modify(): void {
    const id = this.#pick()
    const order = this.#orders.get(id)
    const price = this.#prices.next(order === undefined || order.key > 0)
    const qty = this.#random.upTo(this.#config.regime.maxQty)
    this.#operation = { type: 'modify', seq: this.#seq, id, price, qty }
    this.#book.modify(this.#seq, id, price, qty)
    if (order === undefined) return this.#want(MODIFY_REFUSED, 0, id, 0, 0)
    const side = sideOf(order)
    this.#remove(order)
    const left = this.#match(id, side, price, qty)
    if (left > 0) this.#rest(id, side, price, left)
    this.#want(MODIFIED, side, id, price, qty)
  }

  /** An open order, or now and then one that has ended or was never there. */
  #pick(): number {
    const r = this.#random
    const ids = [...this.#orders.keys()]
    if (ids.length === 0 || r.chance(10)) return r.upTo(this.#seq) * this.#idStep
    return r.pick(ids)
  }

  #match(id: number, side: number, price: number, qty: number): number {
    const before = new Map(this.#orders)
    const key = side === SIDE_BUY ? price : -price
    const { steps, left } = this.#model.match(key, qty, 0, 0)
    for (const { maker, qty: part } of steps) {
      const order = before.get(maker) as SortedOrder
      this.#want(TRADE, 0, maker, Math.abs(order.key), part, id)
      if (order.shown === 0) this.#orders.delete(maker)
    }
    return left
  }

  #rest(id: number, side: number, price: number, left: number): void {
    const order = this.#model.rest(id, side === SIDE_BUY ? price : -price, 0, left, 0)
    this.#orders.set(id, order)
  }

  #remove(order: SortedOrder): void {
    this.#model.remove(order)
    this.#orders.delete(order.handle)
  }

  #want(type: number, side: number, id: number, price: number, qty: number, takerId = 0): void {
    this.#wanted.push([type, this.#seq, side, id, price, qty, takerId])
  }
}

function sideOf(order: SortedOrder): number {
  return order.key > 0 ? SIDE_BUY : SIDE_SELL
}
