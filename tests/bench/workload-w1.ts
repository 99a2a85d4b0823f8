// Workload W1: a book of some 4,300 orders on 190 levels that a million commands keep in motion, with
// published counts and a hash over every trade. The generator is its own obvious book (arrays of
// linked orders by price), because which orders can be canceled depends on who has traded.
//
// W1  an amend that lowers the quantity keeps its priority.
// W1L such an amend loses its priority, because some peers know no other.

import { type LimitBook, REPORT_TRADE } from '#engine/book/limit-book.ts'
import type { ReportSink } from '#engine/book/report-sink.ts'

export const W1_COMMANDS = 1_200_000
/** The commands before this one only warm up. */
export const W1_TIMED_FROM = 200_000

export const W1_ADD = 1
export const W1_CANCEL = 2
/** qty is the new open quantity. */
export const W1_REDUCE = 3
/** To another price with the whole open quantity, which is given. */
export const W1_MOVE = 4
export const W1_MARKET = 5
export const W1_IOC = 6

// Constants of this module are folded into the code; exported ones are read from memory each time.
const ADD = W1_ADD
const CANCEL = W1_CANCEL
const REDUCE = W1_REDUCE
const MOVE = W1_MOVE
const MARKET = W1_MARKET

/** Commands as columns, and as the records of the definition. */
export interface W1Load {
  readonly requeue: boolean
  readonly count: number
  readonly type: Uint8Array
  readonly side: Uint8Array
  readonly id: Int32Array
  readonly price: Int32Array
  readonly qty: Int32Array
  /** Four words a command: type and side (a byte each, type lowest), id, price, quantity. */
  readonly records: Int32Array
}

const RECORD_WORDS = 4
const SIDE_SHIFT = 8

/** What a run comes to. */
export interface W1Totals {
  readonly trades: number
  readonly volume: number
  readonly notional: number
  /** FNV-1a over the words taker, maker, price, quantity of every trade. */
  readonly hash: number
}

/** The published totals of whole files. */
export const W1_ORACLES: { readonly w1: W1Totals; readonly w1l: W1Totals } = {
  w1: { trades: 275_280, volume: 7_015_424, notional: 229_667_931_967, hash: 2_035_821_668 },
  w1l: { trades: 275_403, volume: 7_014_981, notional: 229_653_292_233, hash: 2_323_723_386 },
}

/** The commands; `requeue` makes W1L. */
export function generateW1({ requeue = false, count = W1_COMMANDS } = {}): W1Load {
  const load: W1Load = {
    requeue,
    count,
    type: new Uint8Array(count),
    side: new Uint8Array(count),
    id: new Int32Array(count),
    price: new Int32Array(count),
    qty: new Int32Array(count),
    records: new Int32Array(count * RECORD_WORDS),
  }
  const generator = new Generator(load)
  for (let i = 0; i < count; i++) generator.write(i)
  return load
}

/** Sends the commands [from, to) to a book, each with its place as sequence. */
export function playW1(load: W1Load, book: LimitBook, from: number, to: number): void {
  const { requeue, records } = load
  for (let i = from; i < to; i++) {
    const at = i * RECORD_WORDS
    const head = records[at] as number
    const side = head >>> SIDE_SHIFT
    const id = records[at + 1] as number
    const price = records[at + 2] as number
    const qty = records[at + 3] as number
    switch (head & 255) {
      case ADD:
        book.newOrder(i, id, side, price, qty, false)
        break
      case CANCEL:
        book.cancel(i, id)
        break
      case REDUCE:
        if (requeue) book.modify(i, id, price, qty)
        else book.reduce(i, id, qty)
        break
      case MOVE:
        book.modify(i, id, price, qty)
        break
      case MARKET:
        book.market(i, id, side, qty)
        break
      default:
        book.newOrder(i, id, side, price, qty, true)
    }
  }
}

/** What the reports of a run come to; the sink must hold all of them. */
export function totalsOf(sink: ReportSink): W1Totals {
  let trades = 0
  let volume = 0
  let notional = 0
  let hash = 0x811c9dc5
  for (let i = 0; i < sink.count; i++) {
    if (sink.type(i) !== REPORT_TRADE) continue
    const price = sink.price(i)
    const qty = sink.qty(i)
    trades += 1
    volume += qty
    notional += price * qty
    for (const word of [sink.takerId(i), sink.id(i), price, qty]) {
      hash = Math.imul(hash ^ word, 16_777_619)
    }
  }
  return { trades, volume, notional, hash: hash >>> 0 }
}

const PRICES = 65_536
const NOBODY = 0

/** The obvious book, and the dice. */
class Generator {
  readonly #load: W1Load
  #state = 0x9e3779b9 | 0
  #mid = 32_768
  #lastId = 0
  #bestBid = 0
  #bestAsk = PRICES
  /** By order id. */
  readonly #side: Uint8Array
  readonly #price: Int32Array
  readonly #qty: Int32Array
  readonly #next: Int32Array
  readonly #previous: Int32Array
  readonly #place: Int32Array
  /** Queues by side and price. */
  readonly #head = new Int32Array(2 * PRICES)
  readonly #tail = new Int32Array(2 * PRICES)
  /** Ids of live orders in no order: the last takes the place of one that leaves. */
  readonly #live: number[] = []

  constructor(load: W1Load) {
    this.#load = load
    const ids = load.count + 1
    this.#side = new Uint8Array(ids)
    this.#price = new Int32Array(ids)
    this.#qty = new Int32Array(ids)
    this.#next = new Int32Array(ids)
    this.#previous = new Int32Array(ids)
    this.#place = new Int32Array(ids)
  }

  /** Draws command i and does it. The order of the draws is part of the definition. */
  write(i: number): void {
    if ((this.#random() & 63) === 0) this.#mid += (this.#random() & 1) === 1 ? 1 : -1
    const kind = this.#random() % 100
    if (kind < 55 || this.#live.length < 1000) this.#add(i)
    else if (kind < 90) {
      const id = this.#pick()
      this.#put(i, W1_CANCEL, id, this.#price[id] as number, 0)
      this.#leave(id)
    } else if (kind < 95) this.#amend(i)
    else this.#take(i)
  }

  #add(i: number): void {
    this.#lastId += 1
    const id = this.#lastId
    const side = this.#random() & 1
    const qty = 1 + (this.#random() % 100)
    this.#side[id] = side
    this.#put(i, W1_ADD, id, this.#drawPrice(side), qty)
    this.#enter(id, this.#load.price[i] as number, qty)
  }

  #amend(i: number): void {
    const id = this.#pick()
    const qty = this.#qty[id] as number
    if ((this.#random() & 1) === 1 && qty > 1) {
      const reduced = 1 + (this.#random() % (qty - 1))
      this.#put(i, W1_REDUCE, id, this.#price[id] as number, reduced)
      this.#qty[id] = reduced
      if (!this.#load.requeue) return
      this.#leave(id)
      this.#rest(id)
    } else {
      this.#put(i, W1_MOVE, id, this.#drawPrice(this.#side[id] as number), qty)
      this.#leave(id)
      this.#enter(id, this.#load.price[i] as number, qty)
    }
  }

  #take(i: number): void {
    this.#lastId += 1
    const id = this.#lastId
    const side = this.#random() & 1
    const qty = 1 + (this.#random() % 100)
    this.#side[id] = side
    if ((this.#random() & 1) === 1) {
      this.#put(i, W1_MARKET, id, 0, qty)
      this.#trade(id, side === 0 ? PRICES : 0, qty)
    } else {
      const reach = this.#random() % 6
      this.#put(i, W1_IOC, id, side === 0 ? this.#mid + reach : this.#mid - reach, qty)
      this.#trade(id, this.#load.price[i] as number, qty)
    }
  }

  #put(i: number, type: number, id: number, price: number, qty: number): void {
    this.#load.type[i] = type
    this.#load.side[i] = this.#side[id] as number
    this.#load.id[i] = id
    this.#load.price[i] = price
    this.#load.qty[i] = qty
    const head = type | ((this.#side[id] as number) << SIDE_SHIFT)
    this.#load.records.set([head, id, price, qty], i * RECORD_WORDS)
  }

  /** xorshift32 */
  #random(): number {
    let x = this.#state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.#state = x
    return x >>> 0
  }

  #pick(): number {
    return this.#live[this.#random() % this.#live.length] as number
  }

  /** About normal around 22 ticks from the middle; further away when the book is too full. */
  #drawPrice(side: number): number {
    const r = this.#random()
    const bell = (r & 255) + ((r >>> 8) & 255) + ((r >>> 16) & 255) + (r >>> 24) - 510
    const crowd = clamp(Math.trunc((5000 - this.#live.length) / 250), 12)
    const distance = clamp(22 + crowd + ((bell * 43) >> 8), 100)
    return side === 0 ? this.#mid - distance : this.#mid + distance
  }

  #enter(id: number, price: number, qty: number): void {
    const left = this.#trade(id, price, qty)
    this.#price[id] = price
    this.#qty[id] = left
    if (left > 0) this.#rest(id)
  }

  #trade(id: number, limit: number, qty: number): number {
    const isBuy = this.#side[id] === 0
    let left = qty
    while (left > 0) {
      const price = isBuy ? this.#lowestAsk() : this.#highestBid()
      if (isBuy ? price > limit : price < limit) break
      const maker = this.#head[(isBuy ? PRICES : 0) + price] as number
      if (maker === NOBODY) break
      const part = Math.min(left, this.#qty[maker] as number)
      left -= part
      this.#qty[maker] = (this.#qty[maker] as number) - part
      if (this.#qty[maker] === 0) this.#leave(maker)
    }
    return left
  }

  /** PRICES - 1 when there is none: an empty queue. */
  #lowestAsk(): number {
    while (this.#bestAsk < PRICES - 1 && this.#head[PRICES + this.#bestAsk] === NOBODY) {
      this.#bestAsk += 1
    }
    return Math.min(this.#bestAsk, PRICES - 1)
  }

  #highestBid(): number {
    while (this.#bestBid > 0 && this.#head[this.#bestBid] === NOBODY) this.#bestBid -= 1
    return this.#bestBid
  }

  #rest(id: number): void {
    const price = this.#price[id] as number
    const isBuy = this.#side[id] === 0
    const queue = (isBuy ? 0 : PRICES) + price
    const tail = this.#tail[queue] as number
    this.#next[id] = NOBODY
    this.#previous[id] = tail
    if (tail === NOBODY) this.#head[queue] = id
    else this.#next[tail] = id
    this.#tail[queue] = id
    if (isBuy) this.#bestBid = Math.max(this.#bestBid, price)
    else this.#bestAsk = Math.min(this.#bestAsk, price)
    this.#place[id] = this.#live.length
    this.#live.push(id)
  }

  #leave(id: number): void {
    const queue = (this.#side[id] === 0 ? 0 : PRICES) + (this.#price[id] as number)
    const next = this.#next[id] as number
    const previous = this.#previous[id] as number
    if (previous === NOBODY) this.#head[queue] = next
    else this.#next[previous] = next
    if (next === NOBODY) this.#tail[queue] = previous
    else this.#previous[next] = previous
    const last = this.#live.pop() as number
    const place = this.#place[id] as number
    if (last !== id) {
      this.#live[place] = last
      this.#place[last] = place
    }
  }
}

function clamp(value: number, bound: number): number {
  return Math.max(-bound, Math.min(bound, value))
}
