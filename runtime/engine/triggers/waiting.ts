// An order that is accepted and not in the market: a stop that nothing has elected, a leg that its
// list holds back. It is an open order like any other (ids, account's list, counters, funds), only
// no book knows it. Its ORDER.key is the price at which it holds its funds.

import { keyOf, SIDE_BUY, SIDE_SELL } from '../book/book.ts'
import { ORDER } from '../book/order-pool.ts'
import { TYPE_TRAILING_STOP } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import type { NewOrderCommand } from '../hot-command.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { holderOf } from '../lists/order-lists.ts'
import { Int64 } from '../money/int64.ts'
import { accountSlotOf } from '../orders/account-orders.ts'
import { joinMarket, leaveMarket } from '../orders/membership.ts'
import { flagsOf, isBuyOf, leavesOf, orderIDOf } from '../orders/open-orders.ts'
import { DETAIL, ordTypeOf } from '../orders/order-details.ts'
import {
  addExtra,
  EXTRA,
  extraOf,
  FLAG_HELD_BACK,
  FLAG_SHARES_HOLD,
  FLAG_TRAILING_PPM,
  FLAG_WAITING,
} from '../orders/order-extras.ts'
import { holdBalanceOf, orderHoldOf, releaseHold, takeHold } from '../risk/holds.ts'
import { heldAt, isLimitType, isRising, trailingStop } from './stop-price.ts'
import type { TriggerHeap } from './trigger-heap.ts'
import { type TrailingList, Triggers } from './triggers.ts'

const whole = new Int64()
const shared = new Int64()

/** Makes an entered order wait: lists and counters, no hold yet, and nothing elects it yet. */
export function startWaiting(
  s: EngineState,
  instrument: InstrumentState,
  order: number,
  cmd: NewOrderCommand,
): void {
  const extra = addExtra(s, order)
  const { f64, i32 } = s.extras
  const at = extra * EXTRA.doubles
  f64[at + EXTRA.stopPx] = cmd.stopPx
  f64[at + EXTRA.trailingOffset] = cmd.trailingOffset
  f64[at + EXTRA.age] = orderIDOf(s, order)
  const flags = extra * EXTRA.words + EXTRA.flags
  i32[flags] = (i32[flags] as number) | FLAG_WAITING | FLAG_HELD_BACK
  if (cmd.isTrailingPpm) i32[flags] = (i32[flags] as number) | FLAG_TRAILING_PPM
  triggersOf(s, instrument).addQty(isBuyOf(s, order), leavesOf(s, order))
  joinMarket(s, order)
}

/** From now on a price may elect the order: its stop starts from the last price. */
export function arm(s: EngineState, instrument: InstrumentState, order: number): void {
  const extra = extraOf(s, order)
  const { f64 } = s.extras
  const at = extra * EXTRA.doubles
  setFlags(s, extra, flagsOf(s, extra) & ~FLAG_HELD_BACK)
  const isBuy = isBuyOf(s, order)
  if (typeOf(s, order) === TYPE_TRAILING_STOP) {
    f64[at + EXTRA.best] = instrument.lastPrice
    f64[at + EXTRA.stopPx] = stopOf(s, extra, isBuy)
    trailingOf(triggersOf(s, instrument), isBuy).append(extra)
  }
  if (isLimitType(typeOf(s, order))) return
  const side = isBuy ? SIDE_BUY : SIDE_SELL
  const price = heldAt(instrument, side, f64[at + EXTRA.stopPx] as number)
  s.memory.orders.f64[order * ORDER.doubles + ORDER.key] = keyOf(side, price)
}

/** Where the trailing stop of a record stands by the best price that it has seen. */
export function stopOf(s: EngineState, extra: number, isBuy: boolean): number {
  const { f64 } = s.extras
  const at = extra * EXTRA.doubles
  const isPpm = (flagsOf(s, extra) & FLAG_TRAILING_PPM) !== 0
  return trailingStop(
    isBuy,
    f64[at + EXTRA.best] as number,
    f64[at + EXTRA.trailingOffset] as number,
    isPpm,
  )
}

/** Takes what an armed order holds while it waits. */
export function holdWaiting(s: EngineState, instrument: InstrumentState, order: number): void {
  const extra = extraOf(s, order)
  if ((flagsOf(s, extra) & FLAG_SHARES_HOLD) === 0) {
    takeHold(s, instrument, order, leavesOf(s, order))
    return
  }
  sharedNeedOf(s, instrument, order, shared)
  shared.store(s.extras.i32, extra * EXTRA.words + EXTRA.held)
  s.balances.hold(waitingBalanceOf(s, instrument, order), shared)
}

/** Gives back what a waiting order holds. */
export function releaseWaiting(s: EngineState, instrument: InstrumentState, order: number): void {
  const extra = extraOf(s, order)
  const flags = flagsOf(s, extra)
  if ((flags & FLAG_HELD_BACK) !== 0) return
  if ((flags & FLAG_SHARES_HOLD) === 0) {
    releaseHold(s, instrument, order, leavesOf(s, order))
    return
  }
  shared.load(s.extras.i32, extra * EXTRA.words + EXTRA.held)
  s.balances.release(waitingBalanceOf(s, instrument, order), shared)
}

/** What a leg needs more than the leg that holds for both; nothing when it needs less. */
export function sharedNeedOf(
  s: EngineState,
  instrument: InstrumentState,
  order: number,
  out: Int64,
): void {
  const holder = holderOf(s, order)
  orderHoldOf(s, instrument, order, leavesOf(s, order), out)
  orderHoldOf(s, instrument, holder, leavesOf(s, holder), whole)
  out.subtract(whole)
  if (out.isNegative()) out.setZero()
}

/** What a waiting order holds now. */
export function waitingHoldOf(
  s: EngineState,
  instrument: InstrumentState,
  order: number,
  out: Int64,
): void {
  const extra = extraOf(s, order)
  const flags = flagsOf(s, extra)
  if ((flags & FLAG_HELD_BACK) !== 0) out.setZero()
  else if ((flags & FLAG_SHARES_HOLD) === 0) {
    orderHoldOf(s, instrument, order, leavesOf(s, order), out)
  } else out.load(s.extras.i32, extra * EXTRA.words + EXTRA.held)
}

/** Takes a waiting order out of everything that knows it; the record stays. */
export function pullWaiting(s: EngineState, instrument: InstrumentState, order: number): void {
  releaseWaiting(s, instrument, order)
  leaveWaiting(s, instrument, order)
}

/** The same for an order that holds nothing any more. */
export function leaveWaiting(s: EngineState, instrument: InstrumentState, order: number): void {
  const extra = extraOf(s, order)
  const triggers = triggersOf(s, instrument)
  const isBuy = isBuyOf(s, order)
  const place = s.extras.i32[extra * EXTRA.words + EXTRA.triggerPlace] as number
  if (place > 0) heapOf(triggers, s, order).remove(extra)
  else if (place < 0) s.elected.drop(-place)
  s.extras.i32[extra * EXTRA.words + EXTRA.triggerPlace] = 0
  if (isTrailing(s, extra)) trailingOf(triggers, isBuy).remove(extra)
  triggers.addQty(isBuy, -leavesOf(s, order))
  setFlags(s, extra, flagsOf(s, extra) & ~(FLAG_WAITING | FLAG_HELD_BACK | FLAG_SHARES_HOLD))
  leaveMarket(s, order)
}

/** Gives a waiting order another quantity; its hold is released before and taken after. */
export function resizeWaiting(
  s: EngineState,
  instrument: InstrumentState,
  order: number,
  qty: number,
): void {
  triggersOf(s, instrument).addQty(isBuyOf(s, order), qty - leavesOf(s, order))
  s.memory.orders.f64[order * ORDER.doubles + ORDER.leaves] = qty
  s.details.f64[order * DETAIL.doubles + DETAIL.orderQty] = qty
}

/** Whether the record stands in the list of trailing stops. */
function isTrailing(s: EngineState, extra: number): boolean {
  const at = extra * EXTRA.doubles + EXTRA.trailingOffset
  return s.extras.f64[at] !== 0 && (flagsOf(s, extra) & FLAG_HELD_BACK) === 0
}

export function triggersOf(s: EngineState, instrument: InstrumentState): Triggers {
  instrument.triggers ??= new Triggers(s.extras)
  return instrument.triggers
}

/** The heap in which an order waits. */
export function heapOf(triggers: Triggers, s: EngineState, order: number): TriggerHeap {
  return isRising(typeOf(s, order), isBuyOf(s, order)) ? triggers.rising : triggers.falling
}

export function trailingOf(triggers: Triggers, isBuy: boolean): TrailingList {
  return isBuy ? triggers.trailingBuys : triggers.trailingSells
}

export function typeOf(s: EngineState, order: number): number {
  return ordTypeOf(s.details.i32[order * DETAIL.words + DETAIL.attributes] as number)
}

export function setFlags(s: EngineState, extra: number, flags: number): void {
  s.extras.i32[extra * EXTRA.words + EXTRA.flags] = flags
}

function waitingBalanceOf(s: EngineState, instrument: InstrumentState, order: number): number {
  return holdBalanceOf(s, instrument, accountSlotOf(s, order), isBuyOf(s, order))
}
