// The venue's books and trades against the recorded ones.
//
// A recorded level counts when the log determines it: the first recorded snapshot shows 20 levels a
// side of orders older than the log, so levels beyond those may hold orders that the log never names.

import type { FlowEvent, Level, Side } from './flow.ts'
import type { Report } from './session.ts'
import { type ShadowBook, toPrice, toQty } from './shadow-book.ts'

type BookEvent = Extract<FlowEvent, { kind: 'book' }>
type TradeEvent = Extract<FlowEvent, { kind: 'trade' }>

/** What the books' comparison found. */
export interface BookFigures {
  snapshots: number
  snapshotsEqual: number
  levels: number
  levelsEqual: number
  levelsUndetermined: number
  /** The first few differences, for the reader. */
  readonly examples: string[]
}

const EXAMPLES_MAX = 5

/** Compares one recorded snapshot; `worst` = the outermost price of each side that is determined. */
export function compareBook(
  shadow: ShadowBook,
  event: BookEvent,
  worst: Readonly<Record<Side, bigint>>,
  figures: BookFigures,
): void {
  figures.snapshots += 1
  let equal = true
  for (const side of ['Buy', 'Sell'] as const) {
    for (const [priceText, qtyText] of side === 'Buy' ? event.bids : event.asks) {
      const price = toPrice(priceText)
      if (side === 'Buy' ? price < worst.Buy : price > worst.Sell) {
        figures.levelsUndetermined += 1
        continue
      }
      figures.levels += 1
      const here = shadow.level(side, price)
      if (here === toQty(qtyText)) figures.levelsEqual += 1
      else {
        equal = false
        if (figures.examples.length < EXAMPLES_MAX) {
          figures.examples.push(
            `line ${event.line}: ${side} ${priceText} recorded ${qtyText}, here ${Number(here) / 1e8}`,
          )
        }
      }
    }
  }
  if (equal) figures.snapshotsEqual += 1
}

/** The outermost determined price of each side: that of the first recorded snapshot. */
export function determinedRange(event: BookEvent): Record<Side, bigint> {
  const last = (levels: readonly Level[], none: bigint): bigint => {
    const level = levels[levels.length - 1]
    return level === undefined ? none : toPrice(level[0])
  }
  return { Buy: last(event.bids, 0n), Sell: last(event.asks, 2n ** 62n) }
}

/** What the trades' comparison found. */
export interface TradeFigures {
  readonly recorded: number
  readonly here: number
  readonly matched: number
  /** Recorded but not made here, by reason. */
  readonly missing: Readonly<Record<string, number>>
  /** Made here but not recorded. */
  readonly extra: number
}

/** A recorded trade and whether an order near it is older than the recording. */
export interface RecordedTrade {
  readonly event: TradeEvent
  readonly nearUnknownOrder: boolean
}

/** Matches trades one to one by price and quantity. */
export function compareTrades(
  recorded: readonly RecordedTrade[],
  reports: readonly Report[],
): TradeFigures {
  const open = new Map<string, number>()
  let here = 0
  for (const report of reports) {
    if (report.execType !== 'Trade' || !report.aggressor) continue
    here += 1
    const key = `${toPrice(report.lastPx)}/${toQty(report.lastQty)}`
    open.set(key, (open.get(key) ?? 0) + 1)
  }
  let matched = 0
  const missing: Record<string, number> = {}
  for (const { event, nearUnknownOrder } of recorded) {
    const key = `${toPrice(event.price)}/${toQty(event.qty)}`
    const left = open.get(key) ?? 0
    if (left > 0) {
      open.set(key, left - 1)
      matched += 1
      continue
    }
    const reason = nearUnknownOrder
      ? 'an order of it is older than the recording'
      : 'the recorded exchange matched in another order'
    missing[reason] = (missing[reason] ?? 0) + 1
  }
  return { recorded: recorded.length, here, matched, missing, extra: here - matched }
}
