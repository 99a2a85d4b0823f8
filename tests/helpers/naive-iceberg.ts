// The naive engine's icebergs: an order shows one tranche at a time; when that is gone the next one
// joins the tail of the level.

import type { NewOrder } from '#domain/command.ts'
import type { RejectReason } from '#domain/reject-reason.ts'
import type { NaiveInstrument, NaiveOrder } from './naive-book.ts'
import type { NaiveEngine } from './naive-engine.ts'

const TRANCHES_MAX = 1000

/** What others see of an order, and may meet before its next tranche. */
export function shownOf(order: NaiveOrder): number {
  return order.command.displayQty === 0 ? order.leaves : order.shown
}

/** An order takes its place at the tail: a whole tranche. */
export function showFirst(order: NaiveOrder): void {
  order.shown = Math.min(order.command.displayQty, order.leaves)
}

/** A resting order has lost `qty` of what it shows: the next tranche goes to the tail. */
export function takeShown(n: NaiveEngine, order: NaiveOrder, qty: number): void {
  if (order.command.displayQty === 0) return
  order.shown -= qty
  if (order.shown > 0 || order.leaves === 0) return
  showFirst(order)
  order.time = ++n.lastTime
}

/** A smaller quantity in the same place: the hidden part goes first. */
export function shrinkShown(order: NaiveOrder): void {
  order.shown = Math.min(order.shown, order.leaves)
}

/** Whether an order may show only a part. */
export function checkDisplay(i: NaiveInstrument, c: NewOrder): RejectReason {
  if (c.displayQty === 0) return 'None'
  if (!(c.displayQty >= i.definition.minQty && c.displayQty <= c.orderQty)) return 'InvalidQty'
  if (!Number.isSafeInteger(c.displayQty)) return 'InvalidLot'
  return hasTooManyTranches(c.orderQty, c.displayQty) ? 'InvalidQty' : 'None'
}

export function hasTooManyTranches(qty: number, displayQty: number): boolean {
  return displayQty > 0 && Math.ceil(qty / displayQty) > TRANCHES_MAX
}

/** The tranches of one level in the order in which a taker would meet them. */
export function tranches(level: readonly NaiveOrder[]): { order: NaiveOrder; qty: number }[] {
  const met: { order: NaiveOrder; qty: number }[] = []
  const queue = level.map((order) => ({ order, qty: shownOf(order), left: order.leaves }))
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    met.push({ order: at.order, qty: at.qty })
    const left = at.left - at.qty
    if (left === 0) continue
    queue.push({ order: at.order, qty: Math.min(at.order.command.displayQty, left), left })
  }
  return met
}
