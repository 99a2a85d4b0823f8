// (6) The engine's events -> one binary event batch, written in place. The buffer is reused and
// grows; views are made anew whenever it does.

import {
  BALANCE_CHANGED as BAL,
  EXECUTION_REPORT as ER,
  FLAG_AGGRESSOR,
  FLAG_POST_ONLY,
  FLAG_REDUCE_ONLY,
  HEADER,
  KIND_EVENTS,
  LAYOUT_VERSION,
  MAGIC,
  RECORD,
  TYPE_BALANCE_CHANGED,
  TYPE_EXECUTION_REPORT,
} from '#contracts/batch-layout.ts'
import { toJson } from '#contracts/binary-fields.ts'
import { jsonSize, writeJsonRecord } from '#contracts/command-codec.ts'
import type { RareEvent } from '#domain/event.ts'
import { EXEC_TYPES } from '#domain/order.ts'
import type { BalanceChangedRecord, EventSink, ExecutionReportRecord } from '#engine/event-sink.ts'
import { ID_WORDS, TRACE_WORDS } from '#engine/hot-command.ts'

/** What the batch header says beside the count. */
export interface EventBatchHead {
  readonly source: number
  readonly sourceSeq: number
  readonly seq: number
  readonly timestampNs: bigint
}

/** An EventSink that fills one batch at a time. */
export interface EventWriter extends EventSink {
  /** Events in the open batch. */
  count: number
  /** Trades in the open batch: two reports each, counted once. */
  trades: number
  /** Forgets the open batch. */
  begin(): void
  /** Writes the header and answers a copy of the batch. */
  finish(head: EventBatchHead): Uint8Array
}

interface Views {
  bytes: Uint8Array
  words: Int32Array
  floats: Float64Array
  view: DataView
  offset: number
}

const EXEC_TRADE = EXEC_TYPES.indexOf('Trade')

/** Makes a writer. `capacity` is where it starts, in bytes. */
export function createEventWriter(capacity = 262_144): EventWriter {
  const views: Views = { ...viewsOver(capacity), offset: HEADER.size }
  const writer: EventWriter = {
    count: 0,
    trades: 0,
    begin: () => {
      writer.count = 0
      writer.trades = 0
      views.offset = HEADER.size
    },
    executionReport: (report) => {
      reserve(views, ER.size)
      writeReport(views, report)
      views.offset += ER.size
      writer.count++
      if (report.execType === EXEC_TRADE && report.aggressor) writer.trades++
    },
    balanceChanged: (change) => {
      reserve(views, BAL.size)
      writeBalance(views, change)
      views.offset += BAL.size
      writer.count++
    },
    rare: (event) => {
      writeRare(views, event)
      writer.count++
    },
    finish: (head) => finish(views, writer.count, head),
  }
  return writer
}

function viewsOver(capacity: number): Omit<Views, 'offset'> {
  const buffer = new ArrayBuffer(Math.max(64, Math.ceil(capacity / 8) * 8))
  return {
    bytes: new Uint8Array(buffer),
    words: new Int32Array(buffer),
    floats: new Float64Array(buffer),
    view: new DataView(buffer),
  }
}

function reserve(views: Views, size: number): void {
  const needed = views.offset + size
  if (needed <= views.bytes.length) return
  const old = views.bytes
  Object.assign(views, viewsOver(Math.max(needed, old.length * 2)))
  views.bytes.set(old.subarray(0, views.offset))
}

function writeReport({ bytes, words, floats, offset: o }: Views, e: ExecutionReportRecord): void {
  const w = o >> 2
  const d = o >> 3
  bytes.fill(0, o, o + ER.size)
  bytes[o + RECORD.type] = TYPE_EXECUTION_REPORT
  bytes[o + RECORD.flags] =
    (e.postOnly ? FLAG_POST_ONLY : 0) |
    (e.reduceOnly ? FLAG_REDUCE_ONLY : 0) |
    (e.aggressor ? FLAG_AGGRESSOR : 0)
  bytes[o + RECORD.size] = ER.size
  words[w + RECORD.account / 4] = e.account
  words[w + ER.instrumentId / 4] = e.instrumentId
  words[w + ER.cmdIndex / 4] = e.cmdIndex
  bytes[o + ER.execType] = e.execType
  bytes[o + ER.ordStatus] = e.ordStatus
  bytes[o + ER.side] = e.side
  bytes[o + ER.ordType] = e.ordType
  bytes[o + ER.timeInForce] = e.timeInForce
  bytes[o + ER.rejectReason] = e.rejectReason
  bytes[o + ER.stpMode] = e.stpMode
  floats[d + ER.orderID / 8] = e.orderID
  floats[d + ER.execID / 8] = e.execID
  floats[d + ER.tradeID / 8] = e.tradeID
  floats[d + ER.price / 8] = e.price
  floats[d + ER.stopPx / 8] = e.stopPx
  floats[d + ER.orderQty / 8] = e.orderQty
  floats[d + ER.displayQty / 8] = e.displayQty
  floats[d + ER.lastQty / 8] = e.lastQty
  floats[d + ER.lastPx / 8] = e.lastPx
  floats[d + ER.leavesQty / 8] = e.leavesQty
  floats[d + ER.cumQty / 8] = e.cumQty
  floats[d + ER.preventedQty / 8] = e.preventedQty
  copyWords(e.amountWords, words, w + ER.lastNotional / 4, 6)
  words[w + ER.feeAssetId / 4] = e.feeAssetId
  copyWords(e.traceId, words, w + ER.traceId / 4, TRACE_WORDS)
  copyWords(e.clOrdID, words, w + ER.clOrdID / 4, ID_WORDS)
  copyWords(e.origClOrdID, words, w + ER.origClOrdID / 4, ID_WORDS)
}

function writeBalance({ bytes, words, offset: o }: Views, e: BalanceChangedRecord): void {
  const w = o >> 2
  bytes.fill(0, o, o + BAL.size)
  bytes[o + RECORD.type] = TYPE_BALANCE_CHANGED
  bytes[o + RECORD.size] = BAL.size
  words[w + RECORD.account / 4] = e.account
  words[w + BAL.assetId / 4] = e.assetId
  words[w + BAL.cmdIndex / 4] = e.cmdIndex
  copyWords(e.amountWords, words, w + BAL.delta / 4, 6)
  bytes[o + BAL.reason] = e.reason
  bytes[o + BAL.duplicate] = e.duplicate ? 1 : 0
  copyWords(e.traceId, words, w + BAL.traceId / 4, TRACE_WORDS)
  copyWords(e.transferId, words, w + BAL.transferId / 4, ID_WORDS)
}

function writeRare(views: Views, event: RareEvent): void {
  const text = Buffer.from(toJson(event))
  const size = jsonSize(text.length)
  reserve(views, size)
  views.bytes.fill(0, views.offset, views.offset + size)
  writeJsonRecord(views, views.offset, event.account, text)
  views.offset += size
}

function copyWords(from: Int32Array, to: Int32Array, at: number, count: number): void {
  for (let i = 0; i < count; i++) to[at + i] = from[i] ?? 0
}

function finish(views: Views, count: number, head: EventBatchHead): Uint8Array {
  const { view, bytes, offset } = views
  bytes.fill(0, 0, HEADER.size)
  view.setUint16(HEADER.magic, MAGIC, true)
  view.setUint8(HEADER.version, LAYOUT_VERSION)
  view.setUint8(HEADER.kind, KIND_EVENTS)
  view.setUint32(HEADER.count, count, true)
  view.setUint32(HEADER.source, head.source, true)
  view.setUint32(HEADER.sourceSeq, head.sourceSeq, true)
  view.setFloat64(HEADER.seq, head.seq, true)
  view.setBigInt64(HEADER.timestampNs, head.timestampNs, true)
  return bytes.slice(0, offset)
}
