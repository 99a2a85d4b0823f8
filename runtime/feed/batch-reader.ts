// Reads event batches where they lie: of the execution reports only the fields that market data
// needs, of the rest only instruments and auctions. One report object is filled again and again, so that the
// tick path allocates nothing for what it skips.

import {
  EXECUTION_REPORT as ER,
  FLAG_AGGRESSOR,
  HEADER,
  RECORD,
  TYPE_EXECUTION_REPORT,
  TYPE_JSON,
} from '#contracts/batch-layout.ts'
import { cursorOver, fromCode } from '#contracts/binary-fields.ts'
import { readJsonRecord, sizeAt } from '#contracts/command-codec.ts'
import { eventCount } from '#contracts/event-codec.ts'
import type { BookReport } from '#domain/book-view.ts'
import type { AuctionIndication, RareEvent } from '#domain/event.ts'
import type { Instrument } from '#domain/instrument.ts'
import { EXEC_TYPES, ORD_STATUSES, ORD_TYPES, SIDES, TIMES_IN_FORCE } from '#domain/order.ts'

/** The fields of an execution report that the feed reads. */
export interface FeedReport extends BookReport {
  readonly instrumentId: number
  readonly cmdIndex: number
  readonly tradeID: number
  readonly lastQty: number
  readonly lastPx: number
  /** Quote minor units; only read for the aggressor's side of a trade, else 0. */
  readonly lastNotional: bigint
}

/** Takes what a batch holds, in order. A report is only valid during the call. */
export interface BatchVisitor {
  readonly onReport: (report: FeedReport) => void
  readonly onInstrument: (instrument: Instrument) => void
  readonly onAuction: (indication: AuctionIndication) => void
}

type Draft = { -readonly [K in keyof FeedReport]: FeedReport[K] }

/** Makes a reader with a report of its own. Errors: TE_INPUT_BODY when the bytes are no batch. */
export function createBatchReader(visitor: BatchVisitor): (bytes: Uint8Array) => void {
  const report: Draft = {
    instrumentId: 0,
    cmdIndex: 0,
    aggressor: false,
    tradeID: 0,
    lastQty: 0,
    lastPx: 0,
    lastNotional: 0n,
    execType: 'New',
    ordStatus: 'New',
    ordType: 'Limit',
    timeInForce: 'GTC',
    side: 'Buy',
    orderID: 0,
    price: 0,
    orderQty: 0,
    displayQty: 0,
    leavesQty: 0,
  }
  return (bytes) => {
    const at = cursorOver(bytes)
    const count = eventCount(at)
    let offset: number = HEADER.size
    for (let i = 0; i < count; i++) {
      const size = sizeAt(at, offset)
      const type = at.view.getUint8(offset + RECORD.type)
      if (type === TYPE_EXECUTION_REPORT) {
        readReport(at.view, offset, report)
        visitor.onReport(report)
      } else if (type === TYPE_JSON) {
        const event = readJsonRecord(at, offset) as RareEvent
        if (event.type === 'InstrumentChanged') visitor.onInstrument(event.instrument)
        else if (event.type === 'AuctionIndication') visitor.onAuction(event)
      }
      offset += size
    }
  }
}

function readReport(view: DataView, o: number, report: Draft): void {
  report.instrumentId = view.getUint32(o + ER.instrumentId, true)
  report.cmdIndex = view.getUint32(o + ER.cmdIndex, true)
  report.execType = fromCode(EXEC_TYPES, view.getUint8(o + ER.execType), 'execType')
  report.ordStatus = fromCode(ORD_STATUSES, view.getUint8(o + ER.ordStatus), 'ordStatus')
  report.ordType = fromCode(ORD_TYPES, view.getUint8(o + ER.ordType), 'ordType')
  report.timeInForce = fromCode(TIMES_IN_FORCE, view.getUint8(o + ER.timeInForce), 'timeInForce')
  report.side = fromCode(SIDES, view.getUint8(o + ER.side), 'side')
  report.aggressor = (view.getUint8(o + RECORD.flags) & FLAG_AGGRESSOR) !== 0
  report.orderID = view.getFloat64(o + ER.orderID, true)
  report.price = view.getFloat64(o + ER.price, true)
  report.orderQty = view.getFloat64(o + ER.orderQty, true)
  report.displayQty = view.getFloat64(o + ER.displayQty, true)
  report.leavesQty = view.getFloat64(o + ER.leavesQty, true)
  report.lastNotional = 0n
  if (report.execType !== 'Trade') return
  report.tradeID = view.getFloat64(o + ER.tradeID, true)
  report.lastQty = view.getFloat64(o + ER.lastQty, true)
  report.lastPx = view.getFloat64(o + ER.lastPx, true)
  if (report.aggressor) report.lastNotional = view.getBigInt64(o + ER.lastNotional, true)
}
