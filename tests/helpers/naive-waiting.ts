// The naive engine's waiting orders: what they hold, where their stops stand, whom a price elects.
// Every question is answered by looking at all of them.

import type { NewOrder } from '#domain/command.ts'
import type { NaiveInstrument, NaiveOrder } from './naive-book.ts'
import type { NaiveEngine } from './naive-engine.ts'

const MILLION = 1_000_000n

/** What an order has while it waits. */
export interface NaiveTrigger {
  /** A held-back leg of a bracket is not armed: nothing elects it, it holds nothing. */
  armed: boolean
  /** Best last price since it was armed, of a trailing stop; 0 before there was one. */
  best: number
  /** What a lot is held at. */
  holdPrice: number
  /** The leg of its list that holds for both; null: it holds for itself. */
  heldBy: NaiveOrder | null
  /** What it holds now. */
  held: bigint
  /** The trade price that elected it; 0 while nothing has. */
  electedPx: number
}

export function isTriggerType(ordType: string): boolean {
  return ordType !== 'Limit' && ordType !== 'Market'
}

/** Whether it has a limit price once it is in the market. */
export function isLimitType(ordType: string): boolean {
  return ordType.endsWith('Limit')
}

/** Buy stops and sell take-profits wait for a rise, the others for a fall. */
function rises(o: NaiveOrder): boolean {
  return o.command.ordType.startsWith('TakeProfit') !== (o.side === 'Buy')
}

/** Where a trailing stop stands; 0: nowhere. */
function trailingStop(c: NewOrder, best: number): number {
  if (best === 0) return 0
  const share = Number((BigInt(best) * BigInt(c.trailingOffset)) / MILLION)
  const offset = c.trailingOffsetUnit === 'Ticks' ? c.trailingOffset : Math.max(1, share)
  const stop = c.side === 'Sell' ? best - offset : best + offset
  return stop >= 1 && stop <= Number.MAX_SAFE_INTEGER ? stop : 0
}

export function makeTrigger(i: NaiveInstrument, c: NewOrder, armed: boolean): NaiveTrigger {
  const best = armed ? i.lastPrice : 0
  const stopPx = c.ordType === 'TrailingStop' ? trailingStop(c, best) || 1 : c.stopPx
  const ppm = BigInt(i.definition.priceBandPpm)
  const width = c.side === 'Buy' ? Number((BigInt(stopPx) * ppm) / MILLION) : 0
  const worst = Math.min(stopPx + width, Number.MAX_SAFE_INTEGER)
  const holdPrice = isLimitType(c.ordType) ? c.price : worst
  return { armed, best, holdPrice, heldBy: null, held: 0n, electedPx: 0 }
}

/** What an order needs to hold: a waiting one as a Limit order at its hold price. */
function wholeNeedOf(n: NaiveEngine, order: NaiveOrder): bigint {
  const price = order.waiting?.holdPrice ?? order.price
  return n.holdOf({ ...order, waiting: null, price })
}

/** The same, less what its partner in a list holds for both. */
export function needOf(n: NaiveEngine, order: NaiveOrder): bigint {
  const { kind } = order.instrument.definition
  if (kind === 'LinearPerpetual' && order.waiting !== null) return 0n
  const partner = order.waiting?.heldBy ?? null
  const rest = wholeNeedOf(n, order) - (partner === null ? 0n : wholeNeedOf(n, partner))
  return rest > 0n ? rest : 0n
}

// ---- waiting ----

/** The order takes its place among those that wait. */
export function startWaiting(n: NaiveEngine, order: NaiveOrder, held = false): void {
  const i = order.instrument
  order.waiting = makeTrigger(i, order.command, !held)
  order.time = ++n.lastTime
  i.waiting.push(order)
  order.stopPx = stopOf(order)
}

/** What follows when it may be elected: its hold, and its election when the condition holds. */
export function startElectable(n: NaiveEngine, order: NaiveOrder): void {
  hold(n, order)
  electBy(n, order.instrument, order.instrument.lastPrice, [order])
}

/** Takes what a waiting order needs. */
export function hold(n: NaiveEngine, order: NaiveOrder): void {
  const trigger = order.waiting as NaiveTrigger
  trigger.held = needOf(n, order)
  n.changeHold(order, trigger.held)
}

/** Gives back what an order holds, waiting or not. */
export function release(n: NaiveEngine, order: NaiveOrder): void {
  n.changeHold(order, -n.holdOf(order))
  if (order.waiting !== null) order.waiting.held = 0n
}

function stopOf(order: NaiveOrder): number {
  if (order.command.ordType !== 'TrailingStop') return order.command.stopPx
  return trailingStop(order.command, order.waiting?.best ?? 0)
}

/** A held-back leg becomes electable from now on. */
export function arm(order: NaiveOrder): void {
  order.waiting = { ...makeTrigger(order.instrument, order.command, true) }
  order.stopPx = stopOf(order)
}

/** An account's waiting buys that count as open: the legs that hold for themselves. */
export function countedWaiting(i: NaiveInstrument, account: number): NaiveOrder[] {
  return i.waiting.filter(
    (o) =>
      o.account === account && o.side === 'Buy' && o.waiting?.armed && o.waiting.heldBy === null,
  )
}

/** Waiting orders as a mass cancel ends them: buys before sells, stopPx ascending, then time. */
export function waitingInCancelOrder(i: NaiveInstrument): NaiveOrder[] {
  const rank = (o: NaiveOrder) => (o.side === 'Buy' ? 0 : 1)
  return i.waiting.toSorted((a, b) => rank(a) - rank(b) || a.stopPx - b.stopPx || a.time - b.time)
}

/** One trade: it elects, and trailing stops follow it. */
export function observe(n: NaiveEngine, i: NaiveInstrument, price: number): void {
  electBy(n, i, price, i.waiting)
  for (const order of i.waiting) {
    const trigger = order.waiting as NaiveTrigger
    if (!trigger.armed || order.command.ordType !== 'TrailingStop') continue
    const isBetter = order.side === 'Sell' ? price > trigger.best : price < trigger.best
    if (trigger.best !== 0 && !isBetter) continue
    trigger.best = price
    order.stopPx = stopOf(order)
  }
}

/** Queues all whose condition holds at a price: rising ones first, nearest first, then oldest. */
export function electBy(
  n: NaiveEngine,
  i: NaiveInstrument,
  price: number,
  waiting: readonly NaiveOrder[] = i.waiting,
): void {
  if (i.definition.tradingState !== 'Open' || price === 0) return
  const ready = waiting
    .filter((o) => o.waiting?.armed && o.waiting.electedPx === 0 && o.stopPx !== 0)
    .filter((o) => (rises(o) ? price >= o.stopPx : price <= o.stopPx))
    .sort((a, b) => {
      if (rises(a) !== rises(b)) return rises(a) ? -1 : 1
      return (rises(a) ? a.stopPx - b.stopPx : b.stopPx - a.stopPx) || a.time - b.time
    })
  for (const order of ready) {
    const trigger = order.waiting as NaiveTrigger
    trigger.electedPx = price
    n.elected.push(order)
  }
}
