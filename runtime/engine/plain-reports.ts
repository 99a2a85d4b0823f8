// The two events of a plain order's step: its report, and the balance that holds for it. Written side by
// side into the buffer from which they leave, as reports.ts writes them one by one.

import { ACCOUNT } from './accounts/accounts.ts'
import { BALANCE, REASON_HOLD as HOLD, REASON_RELEASE as RELEASE } from './accounts/balances.ts'
import { ORDER } from './book/order-pool.ts'
import { EXEC_CANCELED, EXEC_NEW, STATUS_CANCELED, STATUS_NEW } from './codes.ts'
import { CANCEL_RECORD, NEW_RECORD } from './command-record.ts'
import { clearId, copyId, copyTrace } from './copy-words.ts'
import type { EngineState } from './engine-state.ts'
import {
  CHANGE,
  CHANGE_HEAD,
  REPORT_POST_ONLY as POST_ONLY_IN_REPORT,
  REPORT,
  REPORT_HEAD,
  FLAGS_SHIFT as SHIFT_OF_FLAGS,
} from './event-buffer.ts'
import type { InstrumentState } from './instruments/instrument-state.ts'
import { ATTRIBUTE_POST_ONLY, DETAIL, stpModeOf, timeInForceOf } from './orders/order-details.ts'

// Constants of this module are folded into the code; imported ones are read from memory each time.
const R = REPORT
const C = CHANGE
const A = ACCOUNT
const B = BALANCE
const D = DETAIL
const O = ORDER
const HEAD_OF_REPORT = REPORT_HEAD
const HEAD_OF_CHANGE = CHANGE_HEAD
const REASON_HOLD = HOLD
const POST_ONLY = ATTRIBUTE_POST_ONLY
const REPORT_POST_ONLY = POST_ONLY_IN_REPORT
const FLAGS_SHIFT = SHIFT_OF_FLAGS
const REASON_RELEASE = RELEASE
const CODES_NEW = EXEC_NEW | (STATUS_NEW << 8)
const CODES_CANCELED = EXEC_CANCELED | (STATUS_CANCELED << 8)

/** Words of both records. */
const BOTH = REPORT.words + CHANGE.words
const SIDE_SHIFT = 16
const NEW_TRACE = NEW_RECORD.traceId
const NEW_ID = NEW_RECORD.clOrdID
const CANCEL_TRACE = CANCEL_RECORD.traceId
const CANCEL_ID = CANCEL_RECORD.clOrdID

/** A new order that rests as it came, and what its balance holds now. */
export function reportPlainNew(
  s: EngineState,
  instrument: InstrumentState,
  order: number,
  balance: number,
  words: Int32Array,
  at: number,
): void {
  const to = writeReport(s, instrument, order, CODES_NEW, true)
  const { i32 } = s.sink.buffer
  copyTrace(words, at + NEW_TRACE, i32, to + R.traceId)
  copyId(words, at + NEW_ID, i32, to + R.clOrdID)
  clearId(i32, to + R.origClOrdID)
  writeChange(s, to, balance, REASON_HOLD)
}

/** A canceled order; its request has a clOrdID of its own. */
export function reportPlainCancel(
  s: EngineState,
  instrument: InstrumentState,
  order: number,
  balance: number,
  words: Int32Array,
  at: number,
): void {
  const to = writeReport(s, instrument, order, CODES_CANCELED, false)
  const { i32 } = s.sink.buffer
  copyTrace(words, at + CANCEL_TRACE, i32, to + R.traceId)
  copyId(words, at + CANCEL_ID, i32, to + R.clOrdID)
  copyId(s.details.i32, order * D.words + D.clOrdID, i32, to + R.origClOrdID)
  writeChange(s, to, balance, REASON_RELEASE)
}

/** All of a report but trace and ids, and room for both records; answers the word where it begins. */
function writeReport(
  s: EngineState,
  instrument: InstrumentState,
  order: number,
  codes: number,
  isOpen: boolean,
): number {
  const { buffer } = s.sink
  const at = buffer.add(BOTH)
  buffer.count += 1
  s.lastExecID += 1
  const { i32: to, f64: toF64 } = buffer
  const double = at >> 1
  const { i32, f64 } = s.details
  const { i32: ordersI32, f64: ordersF64 } = s.memory.orders
  const from = order * D.words
  const fromDouble = order * D.doubles
  const key = ordersF64[order * O.doubles + O.key] as number
  const open = ordersF64[order * O.doubles + O.leaves] as number
  const owner = ordersI32[order * O.words + O.owner] as number
  const attributes = i32[from + D.attributes] as number
  const orderQty = f64[fromDouble + D.orderQty] as number
  const cumQty = f64[fromDouble + D.cumQty] as number
  const isBuy = key > 0
  const flags = (attributes & POST_ONLY) === 0 ? 0 : REPORT_POST_ONLY << FLAGS_SHIFT
  to[at] = HEAD_OF_REPORT | flags
  to[at + R.account] = s.accounts.pool.i32[owner * A.words + A.number] as number
  to[at + R.instrumentId] = instrument.id
  to[at + R.cmdIndex] = s.cmdIndex
  to[at + R.codes] = codes | (isBuy ? 0 : 1 << SIDE_SHIFT)
  to[at + R.moreCodes] = timeInForceOf(attributes) | (stpModeOf(attributes) << 16)
  toF64[double + R.orderID] = f64[fromDouble + D.orderID] as number
  toF64[double + R.execID] = s.lastExecID
  toF64[double + R.tradeID] = 0
  toF64[double + R.price] = isBuy ? key : -key
  toF64[double + R.stopPx] = 0
  toF64[double + R.orderQty] = orderQty
  toF64[double + R.displayQty] = 0
  toF64[double + R.lastQty] = 0
  toF64[double + R.lastPx] = 0
  toF64[double + R.leavesQty] = isOpen ? open : 0
  toF64[double + R.cumQty] = cumQty
  toF64[double + R.preventedQty] = orderQty - cumQty - open
  toF64[double + (R.lastNotional >> 1)] = 0
  to[at + R.cumNotional] = i32[from + D.cumNotional] as number
  to[at + R.cumNotional + 1] = i32[from + D.cumNotional + 1] as number
  toF64[double + (R.fee >> 1)] = 0
  to[at + R.feeAssetId] = instrument.quoteAssetId
  to[at + R.rest] = 0
  return at
}

/** Behind a report, of its account and trace: a hold that has changed and a balance that has not. */
function writeChange(s: EngineState, report: number, balance: number, reason: number): void {
  const { i32: to, f64 } = s.sink.buffer
  const at = report + R.words
  const { i32 } = s.balances.pool
  const from = balance * B.words
  to[at] = HEAD_OF_CHANGE
  to[at + C.account] = to[report + R.account] as number
  to[at + C.assetId] = i32[from + B.assetId] as number
  to[at + C.cmdIndex] = s.cmdIndex
  f64[(at + C.delta) >> 1] = 0
  to[at + C.balance] = i32[from + B.balance] as number
  to[at + C.balance + 1] = i32[from + B.balance + 1] as number
  to[at + C.hold] = i32[from + B.hold] as number
  to[at + C.hold + 1] = i32[from + B.hold + 1] as number
  to[at + C.codes] = reason
  copyTrace(to, report + R.traceId, to, at + C.traceId)
  clearId(to, at + C.transferId)
}
