// The naive engine's auction price, its volatility guard, and what may enter in which state. The
// price is searched for over every price at which anything changes, rule after rule, without any
// cleverness.

import type { NewOrder } from '#domain/command.ts'
import type { VolatilityAction } from '#domain/instrument.ts'
import type { Side } from '#domain/order.ts'
import { type NaiveInstrument, type NaiveOrder, opposite } from './naive-book.ts'

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

/** Whether a new order of this kind may enter in the instrument's state. */
export function stateTakes(i: NaiveInstrument, c: NewOrder): boolean {
  const { tradingState } = i.definition
  if (tradingState === 'Open') return c.timeInForce !== 'GFA'
  if (tradingState !== 'Auction' || c.postOnly || c.ordType === 'Market') return false
  return c.ordType !== 'Limit' || !['IOC', 'FOK'].includes(c.timeInForce)
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

/** What the guard does about a matched order that it has stopped; null when it has not. */
export function guardAction(
  order: NaiveOrder,
  limit: number | null,
  short: boolean,
): VolatilityAction | null {
  const { instrument, side } = order
  if (order.leaves === 0 && !short) return null
  if (opposite(instrument, side, limit).length === 0) return null
  if (opposite(instrument, side, reachOf(instrument, side, limit)).length > 0) return null
  return instrument.definition.volatilityGuard?.action ?? null
}
