// What a bulk of events can fire, in one pass: how far prices went, and which orders were filled.

import type { ProjectionBulk } from '#adapters/postgres/index.ts'

/** Where in the log something happened, by batch and by message; price in ticks. */
export interface Moment {
  readonly seq: number
  readonly message: number
  readonly timeMs: number
  readonly price: number
}

/** An order that a trade filled whole. */
export interface OrderFill extends Moment {
  readonly account: number
  readonly instrumentId: number
  readonly orderID: number
}

/** Trades of one instrument that went higher, or lower, than all before them in the bulk. */
interface Extremes {
  readonly highs: Moment[]
  readonly lows: Moment[]
}

export interface Crossings {
  readonly prices: ReadonlyMap<number, Extremes>
  /** In the order of the log. */
  readonly fills: readonly OrderFill[]
}

/** Reads trades and fills out of the batches. */
export function findCrossings(batches: ProjectionBulk['batches']): Crossings {
  const prices = new Map<number, Extremes>()
  const fills: OrderFill[] = []
  for (const { seq, message, timestampNs, events } of batches) {
    const timeMs = Number(timestampNs / 1_000_000n)
    for (const event of events) {
      if (event.type !== 'ExecutionReport' || event.execType !== 'Trade') continue
      const { instrumentId, orderID, account, lastPx } = event
      const moment = { seq, message, timeMs, price: lastPx }
      let extremes = prices.get(instrumentId)
      if (extremes === undefined) {
        extremes = { highs: [moment], lows: [moment] }
        prices.set(instrumentId, extremes)
      }
      if (lastPx > (extremes.highs.at(-1)?.price ?? lastPx)) extremes.highs.push(moment)
      if (lastPx < (extremes.lows.at(-1)?.price ?? lastPx)) extremes.lows.push(moment)
      if (event.ordStatus === 'Filled') fills.push({ ...moment, account, instrumentId, orderID })
    }
  }
  return { prices, fills }
}

/** The first trade at or above a price. */
export function firstAtOrAbove(crossings: Crossings, instrumentId: number, price: number) {
  return crossings.prices.get(instrumentId)?.highs.find((moment) => moment.price >= price)
}

/** The first trade at or below a price. */
export function firstAtOrBelow(crossings: Crossings, instrumentId: number, price: number) {
  return crossings.prices.get(instrumentId)?.lows.find((moment) => moment.price <= price)
}
