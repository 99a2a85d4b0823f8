// One instrument's order flow as a recording that `npm run replay` reads: the lines of Bitstamp's
// live-order feed, written from the venue's own events. An order that never rests is told as a limit
// order at the last price that it paid, for what it traded.

import { formatSteps } from '#contracts/decimal.ts'
import { BookView } from '#domain/book-view.ts'
import type { EngineEvent, ExecutionReport } from '#domain/event.ts'
import type { Instrument } from '#domain/instrument.ts'

const BOOK_LEVELS = 20

/** Turns event batches into lines. */
export interface Recorder {
  /** Lines of one batch, in order. */
  take(timestampNs: bigint, events: readonly EngineEvent[]): string[]
  readonly orders: number
}

/** `bookEvery`: a book snapshot after so many order lines. */
export function createRecorder(symbol: string, bookEvery: number): Recorder {
  const book = new BookView()
  let instrument: Instrument | null = null
  let orders = 0
  let sinceBook = 0
  function lines(timeMs: number, reports: readonly ExecutionReport[], spec: Instrument): string[] {
    for (const report of reports) book.apply(report)
    const told = linesOfCommand(timeMs, reports, spec)
    orders += told.filter((line) => line.includes(' order_created ')).length
    sinceBook += told.length
    if (sinceBook < bookEvery) return told
    sinceBook = 0
    return [...told, bookLine(timeMs, book, spec)]
  }
  return {
    get orders() {
      return orders
    },
    take(timestampNs, events) {
      const timeMs = Number(timestampNs / 1_000_000n)
      const told: string[] = []
      for (const group of byCommand(events)) {
        for (const event of group) {
          if (event.type === 'InstrumentChanged' && event.instrument.symbol === symbol) {
            instrument = event.instrument
          }
        }
        const spec = instrument
        if (spec === null) continue
        const reports = group.filter(
          (e): e is ExecutionReport =>
            e.type === 'ExecutionReport' && e.instrumentId === spec.instrumentId,
        )
        if (reports.length > 0) told.push(...lines(timeMs, reports, spec))
      }
      return told
    },
  }
}

function* byCommand(events: readonly EngineEvent[]): Generator<EngineEvent[]> {
  let group: EngineEvent[] = []
  for (const event of events) {
    if (group[0] !== undefined && group[0].cmdIndex !== event.cmdIndex) {
      yield group
      group = []
    }
    group.push(event)
  }
  if (group.length > 0) yield group
}

function linesOfCommand(
  timeMs: number,
  reports: readonly ExecutionReport[],
  spec: Instrument,
): string[] {
  const told: string[] = []
  const tell = (kind: string, order: ExecutionReport, price: number, amount: number): void => {
    const body = {
      price: formatSteps(price, spec.tickSize),
      amount: formatSteps(amount, spec.lotSize),
      datetime: String(Math.floor(timeMs / 1000)),
      id: order.orderID,
      order_type: order.side === 'Buy' ? 0 : 1,
    }
    told.push(`${timeMs} ${kind} ${JSON.stringify(body)}`)
  }
  // What an order that never rests is told to have wanted: all that it got.
  const wanted = new Map<number, { price: number; qty: number }>()
  for (const r of reports) {
    if (r.execType === 'Trade' && r.aggressor)
      wanted.set(r.orderID, { price: r.lastPx, qty: r.cumQty })
  }
  for (const r of reports) {
    const whole = mayRest(r) ? { price: r.price, qty: r.orderQty } : wanted.get(r.orderID)
    if (whole === undefined) continue
    const left = whole.qty - r.cumQty
    if (r.execType === 'New') tell('order_created', r, whole.price, whole.qty)
    else if (r.execType === 'Trade') {
      tell(left === 0 ? 'order_deleted' : 'order_changed', r, whole.price, left)
      if (r.aggressor) told.push(tradeLine(timeMs, r, spec))
    } else if (mayRest(r) && (r.execType === 'Canceled' || r.execType === 'Expired')) {
      tell('order_deleted', r, r.price, left)
    }
  }
  return told
}

function mayRest(report: ExecutionReport): boolean {
  return report.ordType === 'Limit' && report.timeInForce === 'GTC'
}

function tradeLine(timeMs: number, report: ExecutionReport, spec: Instrument): string {
  const body = {
    price: Number(formatSteps(report.lastPx, spec.tickSize)),
    amount: Number(formatSteps(report.lastQty, spec.lotSize)),
    id: report.tradeID,
  }
  return `${timeMs} trade ${JSON.stringify(body)}`
}

function bookLine(timeMs: number, book: BookView, spec: Instrument): string {
  const side = (name: 'Buy' | 'Sell') =>
    book
      .levels(name, BOOK_LEVELS)
      .map(([price, qty]) => [formatSteps(price, spec.tickSize), formatSteps(qty, spec.lotSize)])
  return `${timeMs} order_book ${JSON.stringify({ bids: side('Buy'), asks: side('Sell') })}`
}
