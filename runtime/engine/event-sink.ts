// Where the engine's events go. Matching takes them as they stand in the buffer (EventOutput). Whoever
// wants fields (the driver, tests) gives an EventSink: its records are filled anew for the next event,
// so it copies what it wants to keep before it returns.

import type { RareEvent } from '#domain/event.ts'
import type { EventBuffer } from './event-buffer.ts'
import { ID_WORDS, TRACE_WORDS } from './hot-command.ts'

/** Takes every event, in order: the hot ones stand in the buffer. Must not call the engine. */
export interface EventOutput {
  readonly buffer: EventBuffer
  rare(event: RareEvent): void
  /** A command is over. */
  done(): void
}

/** Takes every event, in order, as records. Must not call the engine. */
export interface EventSink {
  executionReport(report: ExecutionReportRecord): void
  balanceChanged(change: BalanceChangedRecord): void
  rare(event: RareEvent): void
}

/** ExecutionReport of domain/event.ts as codes, numbers and words; fields mean the same. */
export class ExecutionReportRecord {
  cmdIndex = 0
  account = 0
  instrumentId = 0
  execType = 0
  ordStatus = 0
  side = 0
  ordType = 0
  timeInForce = 0
  stpMode = 0
  rejectReason = 0
  feeAssetId = 0
  aggressor = false
  postOnly = false
  reduceOnly = false
  orderID = Number.NaN
  execID = Number.NaN
  tradeID = Number.NaN
  price = Number.NaN
  stopPx = Number.NaN
  orderQty = Number.NaN
  displayQty = Number.NaN
  lastQty = Number.NaN
  lastPx = Number.NaN
  leavesQty = Number.NaN
  cumQty = Number.NaN
  preventedQty = Number.NaN
  /** lastNotional, cumNotional, fee. */
  readonly amounts: BigInt64Array = new BigInt64Array(3)
  /** The same memory as words: [low, high] each. */
  readonly amountWords: Int32Array = new Int32Array(this.amounts.buffer)
  readonly traceId: Int32Array = new Int32Array(TRACE_WORDS)
  readonly clOrdID: Int32Array = new Int32Array(ID_WORDS)
  readonly origClOrdID: Int32Array = new Int32Array(ID_WORDS)
}

/** Places in BalanceChangedRecord.amounts. */
export const BALANCE_AMOUNT = { delta: 0, balance: 1, hold: 2 } as const

/** BalanceChanged of domain/event.ts as codes, numbers and words. */
export class BalanceChangedRecord {
  cmdIndex = 0
  account = 0
  assetId = 0
  /** Index in BALANCE_REASONS. */
  reason = 0
  duplicate = false
  /** delta, balance, hold. */
  readonly amounts: BigInt64Array = new BigInt64Array(3)
  /** The same memory as words: [low, high] each. */
  readonly amountWords: Int32Array = new Int32Array(this.amounts.buffer)
  readonly traceId: Int32Array = new Int32Array(TRACE_WORDS)
  readonly transferId: Int32Array = new Int32Array(ID_WORDS)
}
