// The book as the replay's own execution reports tell it: the same events that the venue's feed uses,
// taken through the private stream, so that it can be compared after any command.

import { parseAmount } from '#contracts/decimal.ts'
import type { Report } from './session.ts'

/** Quantities in minor units of 10^-8; prices as their decimal strings' minor units of 10^-4. */
export interface ShadowBook {
  apply(report: Report): void
  /** Total quantity per price of one side. */
  level(side: 'Buy' | 'Sell', price: bigint): bigint
  /** Best prices first. */
  best(side: 'Buy' | 'Sell', count: number): readonly (readonly [bigint, bigint])[]
  /** What is left of an open order and what it has filled. */
  order(orderID: number): { readonly leaves: bigint; readonly cum: bigint } | undefined
}

interface Resting {
  side: 'Buy' | 'Sell'
  price: bigint
  leaves: bigint
  cum: bigint
}

const PRICE_SCALE = 4
const QTY_SCALE = 8

export function createShadowBook(): ShadowBook {
  const levels = { Buy: new Map<bigint, bigint>(), Sell: new Map<bigint, bigint>() }
  const byOrder = new Map<number, Resting>()
  function add(side: 'Buy' | 'Sell', price: bigint, qty: bigint): void {
    const total = (levels[side].get(price) ?? 0n) + qty
    if (total === 0n) levels[side].delete(price)
    else levels[side].set(price, total)
  }
  function apply(report: Report): void {
    if (report.execType === 'Rejected') return
    const order = byOrder.get(report.orderID) ?? enter(report)
    const leaves = report.timeInForce === 'GTC' ? toQty(report.leavesQty) : 0n
    const price = toPrice(report.price)
    add(order.side, order.price, -order.leaves)
    add(order.side, price, leaves)
    order.price = price
    order.leaves = leaves
    order.cum = toQty(report.cumQty)
    if (leaves === 0n) byOrder.delete(report.orderID)
  }
  function enter(report: Report): Resting {
    const order: Resting = { side: report.side, price: toPrice(report.price), leaves: 0n, cum: 0n }
    byOrder.set(report.orderID, order)
    return order
  }
  return {
    apply,
    level: (side, price) => levels[side].get(price) ?? 0n,
    best: (side, count) => {
      const prices = [...levels[side].entries()]
      prices.sort(([a], [b]) => (a === b ? 0 : a < b === (side === 'Sell') ? -1 : 1))
      return prices.slice(0, count)
    },
    order: (orderID) => byOrder.get(orderID),
  }
}

/** Decimal string -> integer of 10^-4. */
export function toPrice(text: string): bigint {
  return parseAmount(text, PRICE_SCALE, 'price')
}

/** Decimal string -> integer of 10^-8. */
export function toQty(text: string): bigint {
  return parseAmount(text, QTY_SCALE, 'qty')
}
