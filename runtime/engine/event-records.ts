// From the buffer to records: for those who want the fields of the events instead of their bytes.

import type { RareEvent } from '#domain/event.ts'
import { CHANGE, EventBuffer, REPORT, TYPE_REPORT } from './event-buffer.ts'
import {
  BalanceChangedRecord,
  type EventOutput,
  type EventSink,
  ExecutionReportRecord,
} from './event-sink.ts'
import { ID_WORDS, TRACE_WORDS } from './hot-command.ts'

const AMOUNT_WORDS = 6

/** Hands the events of each command to a sink, one by one. */
export class RecordOutput implements EventOutput {
  readonly buffer = new EventBuffer(4096)
  readonly #sink: EventSink
  readonly #report = new ExecutionReportRecord()
  readonly #change = new BalanceChangedRecord()

  constructor(sink: EventSink) {
    this.#sink = sink
  }

  rare(event: RareEvent): void {
    this.done()
    this.#sink.rare(event)
  }

  done(): void {
    const { i32, length } = this.buffer
    for (let at = 0; at < length >> 2; ) {
      if (((i32[at] as number) & 255) === TYPE_REPORT) {
        this.#readReport(at)
        this.#sink.executionReport(this.#report)
        at += REPORT.words
      } else {
        this.#readChange(at)
        this.#sink.balanceChanged(this.#change)
        at += CHANGE.words
      }
    }
    this.buffer.clear(0)
  }

  #readReport(at: number): void {
    const { bytes, i32, f64 } = this.buffer
    const r = this.#report
    const codes = (at + REPORT.codes) * 4
    const flags = bytes[at * 4 + 1] as number
    r.account = (i32[at + REPORT.account] as number) >>> 0
    r.instrumentId = (i32[at + REPORT.instrumentId] as number) >>> 0
    r.cmdIndex = i32[at + REPORT.cmdIndex] as number
    r.execType = bytes[codes] as number
    r.ordStatus = bytes[codes + 1] as number
    r.side = bytes[codes + 2] as number
    r.ordType = bytes[codes + 3] as number
    r.timeInForce = bytes[codes + 4] as number
    r.rejectReason = bytes[codes + 5] as number
    r.stpMode = bytes[codes + 6] as number
    r.postOnly = (flags & 1) !== 0
    r.reduceOnly = (flags & 2) !== 0
    r.aggressor = (flags & 4) !== 0
    r.orderID = f64[at / 2 + REPORT.orderID] as number
    r.execID = f64[at / 2 + REPORT.execID] as number
    r.tradeID = f64[at / 2 + REPORT.tradeID] as number
    r.price = f64[at / 2 + REPORT.price] as number
    r.stopPx = f64[at / 2 + REPORT.stopPx] as number
    r.orderQty = f64[at / 2 + REPORT.orderQty] as number
    r.displayQty = f64[at / 2 + REPORT.displayQty] as number
    r.lastQty = f64[at / 2 + REPORT.lastQty] as number
    r.lastPx = f64[at / 2 + REPORT.lastPx] as number
    r.leavesQty = f64[at / 2 + REPORT.leavesQty] as number
    r.cumQty = f64[at / 2 + REPORT.cumQty] as number
    r.preventedQty = f64[at / 2 + REPORT.preventedQty] as number
    r.feeAssetId = i32[at + REPORT.feeAssetId] as number
    copyWords(i32, at + REPORT.lastNotional, r.amountWords, AMOUNT_WORDS)
    copyWords(i32, at + REPORT.traceId, r.traceId, TRACE_WORDS)
    copyWords(i32, at + REPORT.clOrdID, r.clOrdID, ID_WORDS)
    copyWords(i32, at + REPORT.origClOrdID, r.origClOrdID, ID_WORDS)
  }

  #readChange(at: number): void {
    const { bytes, i32 } = this.buffer
    const c = this.#change
    c.account = (i32[at + CHANGE.account] as number) >>> 0
    c.assetId = i32[at + CHANGE.assetId] as number
    c.cmdIndex = i32[at + CHANGE.cmdIndex] as number
    c.reason = bytes[(at + CHANGE.codes) * 4] as number
    c.duplicate = bytes[(at + CHANGE.codes) * 4 + 1] !== 0
    copyWords(i32, at + CHANGE.delta, c.amountWords, AMOUNT_WORDS)
    copyWords(i32, at + CHANGE.traceId, c.traceId, TRACE_WORDS)
    copyWords(i32, at + CHANGE.transferId, c.transferId, ID_WORDS)
  }
}

function copyWords(from: Int32Array, at: number, to: Int32Array, count: number): void {
  for (let word = 0; word < count; word++) to[word] = from[at + word] as number
}
