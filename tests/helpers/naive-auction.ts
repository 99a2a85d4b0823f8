// The naive engine's trading states, auctions and volatility guard. The auction price is searched
// for over every price at which anything changes, rule after rule, without any cleverness.

import type { NewOrder, SetTradingState } from '#domain/command.ts'
import { TRADING_STATES, type TradingState } from '#domain/instrument.ts'
import type { Side } from '#domain/order.ts'
import type { NaiveInstrument, NaiveOrder } from './naive-book.ts'
import type { NaiveEngine } from './naive-engine.ts'
import { report } from './naive-reports.ts'
import { electBy } from './naive-triggers.ts'

export interface NaiveIndication {
  readonly indicativePrice: number
  readonly indicativeQty: number
  readonly surplusQty: number
  readonly surplusSide: Side | null
}

export const NO_INDICATION: NaiveIndication = {
  indicativePrice: 0,
  indicativeQty: 0,
  surplusQty: 0,
  surplusSide: null,
}

/** Where each state may lead, besides to itself. */
const NEXT_STATES: { readonly [State in TradingState]: readonly TradingState[] } = {
  PreOpen: ['Auction', 'Open', 'CancelOnly', 'Halted', 'Closed'],
  Auction: ['Open', 'CancelOnly', 'Halted', 'Closed'],
  Open: ['Auction', 'CancelOnly', 'Halted', 'Closed'],
  CancelOnly: ['Auction', 'Open', 'Halted', 'Closed'],
  Halted: ['Auction', 'Open', 'CancelOnly', 'Closed'],
  Closed: ['PreOpen'],
}

/** Whether a new order of this kind may enter in the instrument's state. */
export function stateTakes(i: NaiveInstrument, c: NewOrder): boolean {
  const { tradingState } = i.definition
  if (tradingState === 'Open') return c.timeInForce !== 'GFA'
  if (tradingState !== 'Auction' || c.postOnly || c.ordType === 'Market') return false
  return c.ordType !== 'Limit' || !['IOC', 'FOK'].includes(c.timeInForce)
}

export function setTradingState(n: NaiveEngine, c: SetTradingState): void {
  const i = n.instruments[c.instrumentId - 1]
  if (i === undefined) return n.refuse(c, 'UnknownInstrument')
  const { tradingState: from } = i.definition
  const to = c.tradingState
  if (!TRADING_STATES.includes(to)) return n.refuse(c, 'InvalidTransition')
  if (from !== to && !NEXT_STATES[from].includes(to)) return n.refuse(c, 'InvalidTransition')
  if (from !== to) leave(n, i, from, to)
  enter(n, i, to, c.account)
}

/** What ends with a state: the uncross on the way to Open, orders good for the auction. */
function leave(n: NaiveEngine, i: NaiveInstrument, from: TradingState, to: TradingState): void {
  if (to === 'Open') uncross(n, i)
  if (from !== 'Auction') return
  for (const order of inCancelOrder(i.open)) {
    if (order.command.timeInForce === 'GFA') expire(n, order)
  }
}

export function enter(n: NaiveEngine, i: NaiveInstrument, to: TradingState, account: number): void {
  i.definition = { ...i.definition, tradingState: to }
  if (to !== 'Auction') i.indication = NO_INDICATION
  n.rare({ type: 'InstrumentChanged', account, instrument: i.definition })
  if (to === 'Open') electBy(n, i, i.lastPrice)
}

function expire(n: NaiveEngine, order: NaiveOrder): void {
  n.changeHold(order, -n.holdOf(order))
  n.forget(order)
  order.leaves = 0
  report(n, order, 'Expired', 'Expired', 0)
}

/** Bids before asks, price ascending, then time. */
export function inCancelOrder(orders: readonly NaiveOrder[]): NaiveOrder[] {
  const bids = orders.filter((o) => o.side === 'Buy')
  const asks = orders.filter((o) => o.side === 'Sell')
  const ascending = (a: NaiveOrder, b: NaiveOrder) => a.price - b.price || a.time - b.time
  return [...bids.sort(ascending), ...asks.sort(ascending)]
}

// ---- the auction price ----

/** Price and volume of an uncross now: every candidate price is weighed by every rule in turn. */
export function indicationOf(
  orders: readonly { side: Side; price: number; leaves: number }[],
  reference: number,
): NaiveIndication {
  const at = (p: number) => {
    const buy = sum(orders.filter((o) => o.side === 'Buy' && o.price >= p))
    const sell = sum(orders.filter((o) => o.side === 'Sell' && o.price <= p))
    return { price: p, volume: Math.min(buy, sell), surplus: buy - sell }
  }
  const prices = new Set(orders.flatMap(({ price }) => [price - 1, price, price + 1]))
  let best = [...prices].filter((price) => price > 0).map(at)
  const volume = Math.max(0, ...best.map((one) => one.volume))
  if (volume === 0) return NO_INDICATION
  best = best.filter((one) => one.volume === volume)
  const surplus = Math.min(...best.map((one) => Math.abs(one.surplus)))
  best = best.filter((one) => Math.abs(one.surplus) === surplus)
  if (surplus > 0 && best.every((one) => one.surplus > 0)) best = [highest(best)]
  if (surplus > 0 && best.every((one) => one.surplus < 0)) best = [lowest(best)]
  // What is left are neighbours without a gap, so that the nearest price is a clamp.
  const low = lowest(best).price
  const high = highest(best).price
  const wanted = reference === 0 ? low + Math.floor((high - low) / 2) : reference
  const chosen = at(Math.min(Math.max(wanted, low), high))
  return {
    indicativePrice: chosen.price,
    indicativeQty: volume,
    surplusQty: surplus,
    surplusSide: chosen.surplus > 0 ? 'Buy' : chosen.surplus < 0 ? 'Sell' : null,
  }
}

function sum(orders: readonly { leaves: number }[]): number {
  return orders.reduce((total, o) => total + o.leaves, 0)
}

function highest<T extends { price: number }>(list: readonly T[]): T {
  return list.reduce((a, b) => (b.price > a.price ? b : a))
}

function lowest<T extends { price: number }>(list: readonly T[]): T {
  return list.reduce((a, b) => (b.price < a.price ? b : a))
}

/** Trades all that can trade at the one price: price, then time, on both sides. */
function uncross(n: NaiveEngine, i: NaiveInstrument): void {
  const { indicativePrice: price, indicativeQty } = indicationOf(i.open, i.lastPrice)
  let left = indicativeQty
  const first = (side: Side) =>
    i.open
      .filter((o) => o.side === side)
      .sort((a, b) => (side === 'Buy' ? b.price - a.price : a.price - b.price) || a.time - b.time)
      .at(0) as NaiveOrder
  while (left > 0) {
    const bid = first('Buy')
    const ask = first('Sell')
    const qty = Math.min(left, bid.leaves, ask.leaves)
    const [taker, maker] = bid.orderID > ask.orderID ? [bid, ask] : [ask, bid]
    n.trade(taker, maker, qty, price)
    left -= qty
  }
  i.guardPrice = i.lastPrice
}

/** Last in a command: what changed in the indications, by instrument. */
export function reportIndications(n: NaiveEngine): void {
  for (const i of n.instruments) {
    if (i.definition.tradingState !== 'Auction') continue
    const now = indicationOf(i.open, i.lastPrice)
    if (JSON.stringify(now) === JSON.stringify(i.indication)) continue
    i.indication = now
    const { instrumentId } = i.definition
    n.rare({ type: 'AuctionIndication', account: 0, instrumentId, ...now })
  }
}

// ---- the volatility guard ----

/** The worst price at which an order may trade now: its own, or the edge of the guard. */
export function reachOf(i: NaiveInstrument, side: Side, limit: number | null): number | null {
  const ppm = i.definition.volatilityGuard?.bandPpm ?? 0
  if (ppm === 0 || i.guardPrice === 0) return limit
  const width = Number((BigInt(i.guardPrice) * BigInt(ppm)) / 1_000_000n)
  const edge = side === 'Buy' ? i.guardPrice + width : i.guardPrice - width
  if (side === 'Buy') return Math.min(limit ?? edge, edge, Number.MAX_SAFE_INTEGER)
  return Math.max(limit ?? edge, edge)
}
