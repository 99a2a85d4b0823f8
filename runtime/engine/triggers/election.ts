// Elections. Each trade price is compared with the nearest stop on either side; whoever it reaches
// joins the queue of the elected, and enters the market one by one when the aggressor is done:
//
//   StopElected -> report Triggered -> what its list does -> checks -> the market, or Expired

import { EXEC_TRIGGERED, STATUS_NEW } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import { ID_WORDS } from '../hot-command.ts'
import { type InstrumentState, STATE_OPEN } from '../instruments/instrument-state.ts'
import { settleLists } from '../lists/list-effects.ts'
import { noteStep } from '../lists/order-lists.ts'
import { NONE } from '../memory/slot-pool.ts'
import { accountSlotOf } from '../orders/account-orders.ts'
import { executeOrder } from '../orders/execution.ts'
import { EXTRA } from '../orders/order-extras.ts'
import {
  closeOrder,
  instrumentOf,
  leavesOf,
  loadClOrdID,
  orderIDOf,
  pullOrder,
} from '../orders/resting.ts'
import { Admission } from '../risk/pre-trade.ts'
import { idToText, traceToText } from '../words.ts'
import { admitElected } from './elected-admission.ts'
import { isRising } from './stop-price.ts'
import type { TriggerHeap } from './trigger-heap.ts'
import type { TrailingList, Triggers } from './triggers.ts'
import { heapOf, isBuyOf, stopOf, triggersOf, typeOf } from './waiting.ts'

const admission = new Admission()
const id = new Int32Array(ID_WORDS)

/** One trade: it elects, and trailing stops follow it. */
export function observeTrade(s: EngineState, instrument: InstrumentState, price: number): void {
  const triggers = triggersOf(s, instrument)
  if (instrument.tradingState === STATE_OPEN) electBy(s, triggers, price)
  follow(s, triggers, triggers.trailingSells, price, false)
  follow(s, triggers, triggers.trailingBuys, price, true)
}

/** Elects all whose condition holds at the last price: for an instrument that has become Open. */
export function electByLast(s: EngineState, instrument: InstrumentState): void {
  const { triggers, lastPrice, tradingState } = instrument
  if (triggers === undefined || lastPrice === 0 || tradingState !== STATE_OPEN) return
  electBy(s, triggers, lastPrice)
}

function electBy(s: EngineState, triggers: Triggers, price: number): void {
  const { rising, falling } = triggers
  while (price >= rising.nearest) elect(s, rising, price)
  while (price <= falling.nearest) elect(s, falling, price)
}

function elect(s: EngineState, heap: TriggerHeap, price: number): void {
  const extra = heap.first
  heap.remove(extra)
  enqueue(s, extra, price)
}

function enqueue(s: EngineState, extra: number, price: number): void {
  s.extras.f64[extra * EXTRA.doubles + EXTRA.electedPx] = price
  s.extras.i32[extra * EXTRA.words + EXTRA.triggerPlace] = -s.elected.push(extra)
}

/** Puts an armed order where prices elect it; one whose condition holds already is elected. */
export function watch(s: EngineState, instrument: InstrumentState, extra: number): void {
  const order = s.extras.i32[extra * EXTRA.words + EXTRA.order] as number
  const stopPx = s.extras.f64[extra * EXTRA.doubles + EXTRA.stopPx] as number
  if (stopPx === 0) return
  const { lastPrice, tradingState } = instrument
  const rises = isRising(typeOf(s, order), isBuyOf(s, order))
  const holds = rises ? lastPrice >= stopPx : lastPrice <= stopPx
  if (holds && lastPrice !== 0 && tradingState === STATE_OPEN) enqueue(s, extra, lastPrice)
  else heapOf(triggersOf(s, instrument), s, order).insert(extra)
}

/** Moves the trailing stops for which a price is the best that they have seen. */
function follow(
  s: EngineState,
  triggers: Triggers,
  list: TrailingList,
  price: number,
  isBuy: boolean,
): void {
  const { f64, i32 } = s.extras
  for (let extra = list.last; extra !== NONE; ) {
    const at = extra * EXTRA.doubles
    const best = f64[at + EXTRA.best] as number
    if (best !== 0 && (isBuy ? price >= best : price <= best)) return
    const stood = f64[at + EXTRA.stopPx] as number
    f64[at + EXTRA.best] = price
    const stopPx = stopOf(s, extra, isBuy)
    f64[at + EXTRA.stopPx] = stopPx
    const place = i32[extra * EXTRA.words + EXTRA.triggerPlace] as number
    const order = i32[extra * EXTRA.words + EXTRA.order] as number
    if (stood !== stopPx && place >= 0) {
      const heap = heapOf(triggers, s, order)
      if (stopPx === 0) heap.remove(extra)
      else if (place > 0) heap.moved(extra)
      else heap.insert(extra)
    }
    extra = i32[extra * EXTRA.words + EXTRA.triggerPrevious] as number
  }
}

/** Lets the next elected order enter; false when none is left. */
export function enterNextElected(s: EngineState): boolean {
  const extra = s.elected.shift()
  if (extra === NONE) return false
  const { i32, f64 } = s.extras
  const order = i32[extra * EXTRA.words + EXTRA.order] as number
  const instrument = instrumentOf(s, order)
  i32[extra * EXTRA.words + EXTRA.triggerPlace] = 0
  if (instrument.tradingState !== STATE_OPEN) {
    // The market has closed meanwhile: the order waits on.
    f64[extra * EXTRA.doubles + EXTRA.electedPx] = 0
    heapOf(triggersOf(s, instrument), s, order).insert(extra)
    return true
  }
  const leaves = leavesOf(s, order)
  pullOrder(s, instrument, order)
  announce(s, instrument, order, extra)
  s.reports.step(order, EXEC_TRIGGERED, STATUS_NEW, leaves, 0)
  noteStep(s, order, 0)
  settleLists(s)
  const reason = admitElected(s, instrument, order, admission)
  if (reason === 0) executeOrder(s, order, admission)
  else {
    s.reports.expired(order, leaves, reason)
    closeOrder(s, order)
  }
  return true
}

function announce(s: EngineState, instrument: InstrumentState, order: number, extra: number): void {
  const { f64 } = s.extras
  loadClOrdID(s, order, id)
  s.sink.rare({
    type: 'StopElected',
    cmdIndex: s.cmdIndex,
    account: s.accounts.numberOf(accountSlotOf(s, order)),
    traceId: traceToText(s.traceId),
    instrumentId: instrument.id,
    orderID: orderIDOf(s, order),
    clOrdID: idToText(id),
    stopPx: f64[extra * EXTRA.doubles + EXTRA.stopPx] as number,
    lastPx: f64[extra * EXTRA.doubles + EXTRA.electedPx] as number,
  })
}
