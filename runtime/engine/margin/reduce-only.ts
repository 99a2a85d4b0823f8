// Reduce-only: an order that can never add to a position or turn it round. On entry it is cut to what
// there is to reduce. While it rests, all of the account's open orders on its side together stay
// within the position; where they would pass it, the reduce-only ones give way, the worst price
// first, then the youngest. So whatever fills, in whatever order, reduces.

import { noteBookChange } from '../auction/indication.ts'
import { SIDE_BUY } from '../book/book.ts'
import { ORDER } from '../book/order-pool.ts'
import { EXEC_REPLACED } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import { NONE } from '../memory/slot-pool.ts'
import { openOrdersOf } from '../orders/account-orders.ts'
import { endByCancel } from '../orders/end-order.ts'
import { isIceberg, shrinkShown } from '../orders/iceberg.ts'
import { instrumentOf, isWaiting, leavesOf } from '../orders/open-orders.ts'
import { DETAIL } from '../orders/order-details.ts'
import { openStatus } from '../reports.ts'
import { releaseHold, takeHold } from '../risk/holds.ts'
import { isReduceOnly } from './margin-holds.ts'
import { MARGIN } from './margins.ts'

/**
 * Lots that a reduce-only order may have: the position that it is against, and, when it may rest,
 * less what other orders in the book are there to reduce.
 */
export function reduceOnlyRoom(
  s: EngineState,
  accountSlot: number,
  instrumentId: number,
  side: number,
  mayRest: boolean,
): number {
  const margin = s.margins.find(accountSlot, instrumentId)
  return margin === NONE ? 0 : roomOf(s, margin, side === SIDE_BUY, mayRest)
}

function roomOf(s: EngineState, margin: number, isBuy: boolean, mayRest: boolean): number {
  const { margins } = s
  const netQty = margins.getNumber(margin, MARGIN.netQty)
  const reducible = isBuy ? -netQty : netQty
  if (!mayRest) return Math.max(reducible, 0)
  const open = margins.getNumber(margin, isBuy ? MARGIN.openBuyQty : MARGIN.openSellQty)
  const reducing = margins.getNumber(margin, isBuy ? MARGIN.reduceBuyQty : MARGIN.reduceSellQty)
  return Math.max(reducible - (open - reducing), 0)
}

/** Lets reduce-only orders give way wherever the command has put them in doubt. */
export function enforceReduceOnly(s: EngineState): void {
  const { margins } = s
  const { doubtful, doubtfulCount: count } = margins
  if (count === 0) return
  if (count > 1) {
    doubtful.length = count
    doubtful.sort((a, b) => compare(s, a, b))
  }
  // What is canceled or shrunk here puts nothing in doubt.
  for (let i = 0; i < count; i++) {
    enforceSide(s, doubtful[i] as number, true)
    enforceSide(s, doubtful[i] as number, false)
  }
  for (let i = 0; i < count; i++) margins.set(doubtful[i] as number, MARGIN.isDoubtful, 0)
  margins.doubtfulCount = 0
}

/** By instrument, then by account in the order of opening. */
function compare(s: EngineState, a: number, b: number): number {
  const { margins } = s
  return (
    margins.get(a, MARGIN.instrumentId) - margins.get(b, MARGIN.instrumentId) ||
    margins.get(a, MARGIN.accountSlot) - margins.get(b, MARGIN.accountSlot)
  )
}

function enforceSide(s: EngineState, margin: number, isBuy: boolean): void {
  const field = isBuy ? MARGIN.reduceBuyQty : MARGIN.reduceSellQty
  let excess = s.margins.getNumber(margin, field) - roomOf(s, margin, isBuy, true)
  while (s.margins.getNumber(margin, field) > 0 && excess > 0) {
    const order = worstOf(s, margin, isBuy)
    const part = Math.min(excess, leavesOf(s, order))
    excess -= part
    if (part === leavesOf(s, order)) endByCancel(s, order)
    else shrink(s, order, part)
  }
}

/** The account's reduce-only order of a side that is furthest from trading. */
function worstOf(s: EngineState, margin: number, isBuy: boolean): number {
  const { f64 } = s.memory.orders
  const instrumentId = s.margins.get(margin, MARGIN.instrumentId)
  let worst = NONE
  let worstKey = Number.POSITIVE_INFINITY
  for (const order of openOrdersOf(s, s.margins.get(margin, MARGIN.accountSlot))) {
    const key = f64[order * ORDER.doubles + ORDER.key] as number
    if (key > 0 !== isBuy || key > worstKey || !isReduceOnly(s, order)) continue
    if (instrumentOf(s, order).id !== instrumentId || isWaiting(s, order)) continue
    worst = order
    worstKey = key
  }
  return worst
}

/** Takes lots from a resting order where it stands. */
function shrink(s: EngineState, order: number, lots: number): void {
  const instrument = instrumentOf(s, order)
  const { f64 } = s.details
  const leaves = leavesOf(s, order)
  const orderQty = order * DETAIL.doubles + DETAIL.orderQty
  releaseHold(s, instrument, order, leaves)
  f64[orderQty] = (f64[orderQty] as number) - lots
  instrument.book.resize(order, leaves - lots)
  if (isIceberg(s, order)) shrinkShown(s, order, leaves - lots)
  noteBookChange(s, instrument, order, -lots)
  takeHold(s, instrument, order, leaves - lots)
  const status = openStatus(f64[order * DETAIL.doubles + DETAIL.cumQty] as number)
  s.reports.step(order, EXEC_REPLACED, status, leaves - lots, 0)
}
