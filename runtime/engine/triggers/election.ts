// Elections. Each trade price is compared with the nearest stop on either side; whoever it reaches
// joins the queue of the elected. How they enter the market is entry.ts.

import type { EngineState } from '../engine-state.ts'
import { type InstrumentState, STATE_OPEN } from '../instruments/instrument-state.ts'
import { NONE } from '../memory/slot-pool.ts'
import { isBuyOf } from '../orders/open-orders.ts'
import { EXTRA } from '../orders/order-extras.ts'
import { isRising } from './stop-price.ts'
import type { TriggerHeap } from './trigger-heap.ts'
import type { TrailingList, Triggers } from './triggers.ts'
import { heapOf, stopOf, triggersOf, typeOf } from './waiting.ts'

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
