// An order book as an outsider can know it: rebuilt from execution reports alone, every resting
// order in its place (L3), summed to levels (L2), with the levels that one command changed. Of an
// iceberg only the tranche is shown: its arithmetic is done here as the engine does it, from what
// the reports say is open.

import { assert, unreachable } from './assert.ts'
import type { ExecutionReport } from './event.ts'
import type { Side } from './order.ts'

/** The part of an execution report that moves a book. */
export type BookReport = Pick<
  ExecutionReport,
  | 'execType'
  | 'ordStatus'
  | 'ordType'
  | 'timeInForce'
  | 'side'
  | 'orderID'
  | 'price'
  | 'orderQty'
  | 'displayQty'
  | 'leavesQty'
  | 'aggressor'
>

/** [price, quantity]: ticks and lots; quantity 0 in a diff means the level is gone. */
export type BookLevel = readonly [number, number]
/** One resting order: [orderID, price, shown quantity, order quantity, open, displayQty]. */
export type BookOrder = readonly [number, number, number, number, number, number]

/** Levels that changed, best price first, with their quantity now. */
export interface BookChanges {
  readonly bids: readonly BookLevel[]
  readonly asks: readonly BookLevel[]
}

interface Level {
  readonly price: number
  qty: number
  first: Resting | null
  last: Resting | null
}

interface Resting {
  readonly orderID: number
  readonly side: SideView
  level: Level
  /** What is shown. */
  qty: number
  /** All that is open; more than qty for an iceberg. */
  open: number
  orderQty: number
  /** 0 = all is shown. */
  readonly displayQty: number
  prev: Resting | null
  next: Resting | null
}

/** Owns the view of one instrument's book. */
export class BookView {
  readonly #orders = new Map<number, Resting>()
  readonly #bids = new SideView(1)
  readonly #asks = new SideView(-1)
  /** The order that the command under way brought to the book last: no maker yet. */
  #entering: Resting | null = null
  /**
   * Whether trades now are those of an uncross, as they are in every trading state but Open: there
   * an iceberg takes part with all it has, and what is left keeps its place.
   */
  isUncrossing = false

  /** Takes one report, of this instrument, in the order of the log. */
  apply(report: BookReport): void {
    switch (report.execType) {
      case 'New':
      case 'Triggered':
        if (report.ordStatus === 'PendingTrigger') return
        this.#entering = null
        if (report.leavesQty > 0 && rests(report)) this.#enter(report)
        return
      case 'Replaced':
        this.#replace(report)
        return
      case 'Trade':
      case 'Canceled':
      case 'Expired':
      case 'TradePrevented':
        this.#reduce(report)
        return
      case 'Rejected':
        return
      default:
        unreachable(report.execType)
    }
  }

  /** The levels that changed since the last call, or null when nothing did. */
  takeChanges(): BookChanges | null {
    if (!this.#bids.isTouched && !this.#asks.isTouched) return null
    const bids = this.#bids.takeChanges()
    const asks = this.#asks.takeChanges()
    return bids.length + asks.length === 0 ? null : { bids, asks }
  }

  /** The best levels of a side, best first. */
  levels(side: Side, depth: number): BookLevel[] {
    return this.#side(side).levels(depth)
  }

  /** The best level of a side, or null. */
  best(side: Side): BookLevel | null {
    return this.#side(side).best()
  }

  /** Resting orders of the best levels of a side, in priority order. */
  orders(side: Side, depth: number): BookOrder[] {
    return this.#side(side).orders(depth)
  }

  get orderCount(): number {
    return this.#orders.size
  }

  /** Takes up what `orders(side, Infinity)` gave for both sides; the view must be empty. */
  load(bids: readonly BookOrder[], asks: readonly BookOrder[]): void {
    assert(this.#orders.size === 0, 'a book is loaded into an empty view')
    for (const order of bids) this.#place(this.#bids, order)
    for (const order of asks) this.#place(this.#asks, order)
    this.takeChanges()
  }

  #side(side: Side): SideView {
    return side === 'Buy' ? this.#bids : this.#asks
  }

  #enter({ orderID, side, price, leavesQty, orderQty, displayQty }: BookReport): void {
    const shown = shownOf(displayQty, leavesQty)
    const entry: BookOrder = [orderID, price, shown, orderQty, leavesQty, displayQty]
    this.#entering = this.#place(this.#side(side), entry)
  }

  #place(side: SideView, entry: BookOrder): Resting {
    const [orderID, price, qty, orderQty, open, displayQty] = entry
    assert(!this.#orders.has(orderID) && qty > 0, 'an order enters the book once, with quantity')
    const level = side.levelFor(price)
    const own = { orderID, side, level, qty, orderQty, open, displayQty, prev: null, next: null }
    this.#orders.set(orderID, own)
    side.append(own)
    return own
  }

  /** Same price and quantity not raised keeps the place in the queue; else to the tail. */
  #replace(report: BookReport): void {
    const order = this.#orders.get(report.orderID)
    this.#entering = null
    if (order === undefined) return
    if (report.leavesQty === 0) return this.#remove(order)
    order.open = report.leavesQty
    if (report.price === order.level.price && report.orderQty <= order.orderQty) {
      // What is hidden goes first.
      const shown = order.displayQty === 0 ? order.open : Math.min(order.qty, order.open)
      order.side.setQty(order, shown)
    } else {
      this.#requeue(order, report.price)
      this.#entering = order
    }
    order.orderQty = report.orderQty
  }

  /** leavesQty is what the order has now, whatever took the rest. Market and IOC are not in here. */
  #reduce(report: BookReport): void {
    const order = this.#orders.get(report.orderID)
    if (order === undefined) return
    const taken = order.open - report.leavesQty
    order.open = report.leavesQty
    if (order.open === 0) this.#remove(order)
    else if (order.displayQty === 0) order.side.setQty(order, order.open)
    else if (this.isUncrossing) order.side.setQty(order, Math.min(order.qty, order.open))
    else if (report.aggressor || order === this.#entering) {
      order.side.setQty(order, shownOf(order.displayQty, order.open))
    } else if (taken < order.qty) order.side.setQty(order, order.qty - taken)
    else this.#requeue(order, order.level.price)
  }

  /** To the tail, with a whole tranche. */
  #requeue(order: Resting, price: number): void {
    order.side.unlink(order)
    order.level = order.side.levelFor(price)
    order.qty = shownOf(order.displayQty, order.open)
    order.side.append(order)
  }

  #remove(order: Resting): void {
    this.#orders.delete(order.orderID)
    order.side.unlink(order)
  }
}

/** What a fresh tranche shows of what is open. */
function shownOf(displayQty: number, open: number): number {
  return displayQty === 0 ? open : Math.min(displayQty, open)
}

/** Whether a new or triggered order stays in the book when it cannot trade at once. */
function rests(report: BookReport): boolean {
  if (report.timeInForce === 'IOC' || report.timeInForce === 'FOK') return false
  switch (report.ordType) {
    case 'Limit':
    case 'StopLimit':
    case 'TakeProfitLimit':
      return true
    case 'Market':
    case 'Stop':
    case 'TakeProfit':
    case 'TrailingStop':
      return false
    default:
      return unreachable(report.ordType)
  }
}

/** One side. Prices lie sorted with the best LAST: most changes happen there and move little. */
class SideView {
  readonly #direction: 1 | -1
  readonly #levels = new Map<number, Level>()
  readonly #prices: number[] = []
  /** Price -> quantity before the first change since the last takeChanges. */
  readonly #touched = new Map<number, number>()

  constructor(direction: 1 | -1) {
    this.#direction = direction
  }

  get isTouched(): boolean {
    return this.#touched.size > 0
  }

  levelFor(price: number): Level {
    const known = this.#levels.get(price)
    if (known !== undefined) return known
    const level: Level = { price, qty: 0, first: null, last: null }
    this.#levels.set(price, level)
    this.#prices.splice(this.#indexOf(price), 0, price)
    return level
  }

  append(order: Resting): void {
    const { level } = order
    this.#touch(level)
    order.prev = level.last
    order.next = null
    if (level.last === null) level.first = order
    else level.last.next = order
    level.last = order
    level.qty += order.qty
  }

  unlink(order: Resting): void {
    const { level, prev, next } = order
    this.#touch(level)
    if (prev === null) level.first = next
    else prev.next = next
    if (next === null) level.last = prev
    else next.prev = prev
    level.qty -= order.qty
    if (level.first !== null) return
    assert(level.qty === 0, 'an empty level holds nothing')
    this.#levels.delete(level.price)
    this.#prices.splice(this.#indexOf(level.price), 1)
  }

  setQty(order: Resting, qty: number): void {
    this.#touch(order.level)
    order.level.qty += qty - order.qty
    order.qty = qty
  }

  takeChanges(): BookLevel[] {
    const changes: BookLevel[] = []
    for (const [price, before] of this.#touched) {
      const now = this.#levels.get(price)?.qty ?? 0
      if (now !== before) changes.push([price, now])
    }
    this.#touched.clear()
    return changes.length < 2 ? changes : changes.sort((a, b) => (b[0] - a[0]) * this.#direction)
  }

  levels(depth: number): BookLevel[] {
    return this.#best(depth).map((level): BookLevel => [level.price, level.qty])
  }

  best(): BookLevel | null {
    const level = this.#levels.get(this.#prices.at(-1) ?? Number.NaN)
    return level === undefined ? null : [level.price, level.qty]
  }

  orders(depth: number): BookOrder[] {
    const list: BookOrder[] = []
    for (const level of this.#best(depth)) {
      for (let order = level.first; order !== null; order = order.next) {
        const { orderID, qty, orderQty, open, displayQty } = order
        list.push([orderID, level.price, qty, orderQty, open, displayQty])
      }
    }
    return list
  }

  #best(depth: number): Level[] {
    const found: Level[] = []
    for (let i = this.#prices.length - 1; i >= 0 && found.length < depth; i--) {
      const level = this.#levels.get(this.#prices[i] ?? Number.NaN)
      if (level !== undefined) found.push(level)
    }
    return found
  }

  #touch(level: Level): void {
    if (!this.#touched.has(level.price)) this.#touched.set(level.price, level.qty)
  }

  /** Where a price stands, or would stand. */
  #indexOf(price: number): number {
    let low = 0
    let high = this.#prices.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (((this.#prices[middle] ?? 0) - price) * this.#direction < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
