// Icebergs: an order that shows a part of itself, tranche after tranche. The matcher keeps what is
// shown and what is hidden (book/book.ts); here stands what the order has open in all, as settlement
// goes through the fills one by one.

import { ORDER } from '../book/order-pool.ts'
import { REJECT } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { moveToAccountTail } from './account-orders.ts'
import { ATTRIBUTE_ICEBERG, DETAIL } from './order-details.ts'
import { addExtra, EXTRA, extraOf } from './order-extras.ts'

/** More would let one small order make a million trades in one command. */
const TRANCHES_MAX = 1000

/** What a new order may show. Answers a code of REJECT_REASONS; its other quantities are sound. */
export function checkDisplay(
  instrument: InstrumentState,
  displayQty: number,
  orderQty: number,
): number {
  if (!(displayQty >= instrument.minQty && displayQty <= orderQty)) return REJECT.InvalidQty
  if (!Number.isSafeInteger(displayQty)) return REJECT.InvalidLot
  return hasTooManyTranches(displayQty, orderQty) ? REJECT.InvalidQty : 0
}

export function hasTooManyTranches(displayQty: number, qty: number): boolean {
  return Math.ceil(qty / displayQty) > TRANCHES_MAX
}

export function isIceberg(s: EngineState, order: number): boolean {
  const attributes = s.details.i32[order * DETAIL.words + DETAIL.attributes] as number
  return (attributes & ATTRIBUTE_ICEBERG) !== 0
}

/** Makes an accepted order an iceberg. */
export function setDisplay(s: EngineState, order: number, displayQty: number): void {
  const extra = addExtra(s, order)
  s.extras.f64[extra * EXTRA.doubles + EXTRA.displayQty] = displayQty
}

/** What an order shows at most; 0: all of it. */
export function displayQtyOf(s: EngineState, order: number): number {
  return isIceberg(s, order) ? extraNumber(s, order, EXTRA.displayQty) : 0
}

/** The same as leavesOf, and also right between two fills of one match. */
export function openQtyOf(s: EngineState, order: number): number {
  if (isIceberg(s, order)) return extraNumber(s, order, EXTRA.openQty)
  return s.memory.orders.f64[order * ORDER.doubles + ORDER.leaves] as number
}

/** What others see of a resting order. */
export function shownQtyOf(s: EngineState, order: number): number {
  return isIceberg(s, order) ? extraNumber(s, order, EXTRA.shownQty) : openQtyOf(s, order)
}

/** An iceberg goes to the tail with so much open and shows a tranche; answers how large they are. */
export function showFirst(s: EngineState, order: number, open: number): number {
  const { f64 } = s.extras
  const at = extraOf(s, order) * EXTRA.doubles
  f64[at + EXTRA.openQty] = open
  const displayQty = f64[at + EXTRA.displayQty] as number
  f64[at + EXTRA.shownQty] = Math.min(displayQty, open)
  return displayQty
}

/** An iceberg gets smaller where it stands: the hidden part goes first. */
export function shrinkShown(s: EngineState, order: number, open: number): void {
  const { f64 } = s.extras
  const at = extraOf(s, order) * EXTRA.doubles
  f64[at + EXTRA.openQty] = open
  f64[at + EXTRA.shownQty] = Math.min(f64[at + EXTRA.shownQty] as number, open)
}

/**
 * What a resting order has open once `qty` more of it has gone, which the matcher has done already.
 * An iceberg whose tranche this was is now the youngest of its account as it is of its level.
 */
export function openAfter(s: EngineState, order: number, qty: number): number {
  if (!isIceberg(s, order)) {
    return s.memory.orders.f64[order * ORDER.doubles + ORDER.leaves] as number
  }
  const { f64 } = s.extras
  const at = extraOf(s, order) * EXTRA.doubles
  const open = (f64[at + EXTRA.openQty] as number) - qty
  const shown = (f64[at + EXTRA.shownQty] as number) - qty
  f64[at + EXTRA.openQty] = open
  f64[at + EXTRA.shownQty] = shown
  if (shown > 0 || open === 0) return open
  showFirst(s, order, open)
  moveToAccountTail(s, order)
  return open
}

/** The same in an uncross, where an iceberg takes part whole: the hidden part goes first. */
export function openAfterCross(s: EngineState, order: number, qty: number): number {
  if (!isIceberg(s, order)) {
    return s.memory.orders.f64[order * ORDER.doubles + ORDER.leaves] as number
  }
  const open = openQtyOf(s, order) - qty
  shrinkShown(s, order, open)
  return open
}

function extraNumber(s: EngineState, order: number, field: number): number {
  return s.extras.f64[extraOf(s, order) * EXTRA.doubles + field] as number
}
