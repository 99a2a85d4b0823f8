// Event batches: one for each command batch, in one message or in several parts. Matching writes the
// bytes in place; this codec gives everyone else plain objects and is the layout's reference.

import type { BalanceChanged, EngineEvent, ExecutionReport, RareEvent } from '#domain/event.ts'
import {
  EXEC_TYPES,
  ORD_STATUSES,
  ORD_TYPES,
  SIDES,
  STP_MODES,
  TIMES_IN_FORCE,
} from '#domain/order.ts'
import { REJECT_REASONS } from '#domain/reject-reason.ts'
import {
  BALANCE_CHANGED as BAL,
  BALANCE_REASONS,
  EXECUTION_REPORT as ER,
  EVENT_PARTS_MAX,
  FLAG_AGGRESSOR,
  FLAG_POST_ONLY,
  FLAG_REDUCE_ONLY,
  HEADER,
  KIND_EVENTS,
  KIND_EVENTS_MORE,
  RECORD,
  TYPE_BALANCE_CHANGED,
  TYPE_EXECUTION_REPORT,
  TYPE_JSON,
} from './batch-layout.ts'
import {
  type Cursor,
  cursorOver,
  fromCode,
  readId,
  readTraceId,
  toJson,
  writeId,
  writeTraceId,
} from './binary-fields.ts'
import {
  type BatchSource,
  checkHeader,
  jsonSize,
  readJsonRecord,
  sizeAt,
  writeHeader,
  writeJsonRecord,
} from './command-codec.ts'
import { InputError } from './errors.ts'

/** Which part of its batch a message is: counted from 0, and whether it is the last (or only) one. */
export interface BatchPart {
  readonly part: number
  readonly isLast: boolean
}

/** The only part of a batch that was not cut. */
export const WHOLE_BATCH: BatchPart = { part: 0, isLast: true }

/** The events of one command batch; seq and time are those of the command message in its stream. */
export interface EventBatch extends BatchSource {
  readonly seq: number
  readonly timestampNs: bigint
  readonly events: readonly EngineEvent[]
}

/** All that the header of an event message says. */
export type EventHeader = Omit<EventBatch, 'events'> & BatchPart

/**
 * One number that orders event messages: of a header, and of the message that must come behind it.
 * 2^53 / 65,536 = 137 billion batches.
 */
export const eventPlace = ({ seq, part }: Pick<EventHeader, 'seq' | 'part'>): number =>
  seq * EVENT_PARTS_MAX + part

/** The place behind a message: its batch's next part, or the next batch. */
export const placeAfter = ({
  seq,
  part,
  isLast,
}: Pick<EventHeader, 'seq' | 'part' | 'isLast'>): number =>
  isLast ? eventPlace({ seq: seq + 1, part: 0 }) : eventPlace({ seq, part: part + 1 })

/** Encodes one batch, or a part of one. */
export function encodeEventBatch(batch: EventBatch, place: BatchPart = WHOLE_BATCH): Uint8Array {
  const jsons = batch.events.map((e) => (isHot(e) ? null : Buffer.from(toJson(e))))
  const sizes = batch.events.map((e, i) => sizeOf(e, jsons[i]?.length ?? 0))
  const bytes = new Uint8Array(sizes.reduce((a, b) => a + b, HEADER.size))
  const at = cursorOver(bytes)
  writeHeader(at, place.isLast ? KIND_EVENTS : KIND_EVENTS_MORE, batch.events.length, batch)
  at.view.setUint16(HEADER.part, place.part, true)
  at.view.setFloat64(HEADER.seq, batch.seq, true)
  at.view.setBigInt64(HEADER.timestampNs, batch.timestampNs, true)
  let offset: number = HEADER.size
  batch.events.forEach((event, i) => {
    if (event.type === 'ExecutionReport') writeReport(at, offset, event)
    else if (event.type === 'BalanceChanged') writeBalance(at, offset, event)
    else writeJsonRecord(at, offset, event.account, jsons[i] ?? new Uint8Array())
    offset += sizes[i] ?? 0
  })
  return bytes
}

/** Decodes one message. Errors: TE_INPUT_BODY when the bytes are no event batch of this version. */
export function decodeEventBatch(bytes: Uint8Array): EventBatch & BatchPart {
  const at = cursorOver(bytes)
  const count = eventCount(at)
  const events: EngineEvent[] = []
  let offset: number = HEADER.size
  for (let i = 0; i < count; i++) {
    const size = sizeAt(at, offset)
    events.push(readEvent(at, offset))
    offset += size
  }
  return { ...readEventHeader(bytes), events }
}

/** Checks the header of an event message; answers its count of events. Errors: TE_INPUT_BODY. */
export function eventCount(at: Cursor): number {
  checkHeader(at, at.bytes[HEADER.kind] === KIND_EVENTS_MORE ? KIND_EVENTS_MORE : KIND_EVENTS)
  return at.view.getUint16(HEADER.count, true)
}

/** Only the header: for whoever routes batches without reading them. */
export function readEventHeader(bytes: Uint8Array): EventHeader {
  const at = cursorOver(bytes)
  eventCount(at)
  return {
    part: at.view.getUint16(HEADER.part, true),
    isLast: at.view.getUint8(HEADER.kind) === KIND_EVENTS,
    source: at.view.getUint32(HEADER.source, true),
    sourceSeq: at.view.getUint32(HEADER.sourceSeq, true),
    seq: at.view.getFloat64(HEADER.seq, true),
    timestampNs: at.view.getBigInt64(HEADER.timestampNs, true),
  }
}

function isHot(event: EngineEvent): event is ExecutionReport | BalanceChanged {
  return event.type === 'ExecutionReport' || event.type === 'BalanceChanged'
}

function sizeOf(event: EngineEvent, textBytes: number): number {
  if (event.type === 'ExecutionReport') return ER.size
  return event.type === 'BalanceChanged' ? BAL.size : jsonSize(textBytes)
}

function writeReport({ view, bytes }: Cursor, o: number, e: ExecutionReport): void {
  view.setUint8(o + RECORD.type, TYPE_EXECUTION_REPORT)
  const flags =
    (e.postOnly ? FLAG_POST_ONLY : 0) |
    (e.reduceOnly ? FLAG_REDUCE_ONLY : 0) |
    (e.aggressor ? FLAG_AGGRESSOR : 0)
  view.setUint8(o + RECORD.flags, flags)
  view.setUint16(o + RECORD.size, ER.size, true)
  view.setUint32(o + RECORD.account, e.account, true)
  view.setUint32(o + ER.instrumentId, e.instrumentId, true)
  view.setUint32(o + ER.cmdIndex, e.cmdIndex, true)
  view.setUint8(o + ER.execType, EXEC_TYPES.indexOf(e.execType))
  view.setUint8(o + ER.ordStatus, ORD_STATUSES.indexOf(e.ordStatus))
  view.setUint8(o + ER.side, SIDES.indexOf(e.side))
  view.setUint8(o + ER.ordType, ORD_TYPES.indexOf(e.ordType))
  view.setUint8(o + ER.timeInForce, TIMES_IN_FORCE.indexOf(e.timeInForce))
  view.setUint8(o + ER.rejectReason, REJECT_REASONS.indexOf(e.rejectReason))
  view.setUint8(o + ER.stpMode, STP_MODES.indexOf(e.stpMode))
  for (const name of REPORT_NUMBERS) view.setFloat64(o + ER[name], e[name], true)
  view.setBigInt64(o + ER.lastNotional, e.lastNotional, true)
  view.setBigInt64(o + ER.cumNotional, e.cumNotional, true)
  view.setBigInt64(o + ER.fee, e.fee, true)
  view.setUint32(o + ER.feeAssetId, e.feeAssetId, true)
  writeTraceId(bytes, o + ER.traceId, e.traceId)
  writeId(bytes, o + ER.clOrdID, e.clOrdID)
  writeId(bytes, o + ER.origClOrdID, e.origClOrdID)
}

const REPORT_NUMBERS = [
  'orderID',
  'execID',
  'tradeID',
  'price',
  'stopPx',
  'orderQty',
  'displayQty',
  'lastQty',
  'lastPx',
  'leavesQty',
  'cumQty',
  'preventedQty',
] as const

function writeBalance({ view, bytes }: Cursor, o: number, e: BalanceChanged): void {
  view.setUint8(o + RECORD.type, TYPE_BALANCE_CHANGED)
  view.setUint16(o + RECORD.size, BAL.size, true)
  view.setUint32(o + RECORD.account, e.account, true)
  view.setUint32(o + BAL.assetId, e.assetId, true)
  view.setUint32(o + BAL.cmdIndex, e.cmdIndex, true)
  view.setBigInt64(o + BAL.delta, e.delta, true)
  view.setBigInt64(o + BAL.balance, e.balance, true)
  view.setBigInt64(o + BAL.hold, e.hold, true)
  view.setUint8(o + BAL.reason, BALANCE_REASONS.indexOf(e.reason))
  view.setUint8(o + BAL.duplicate, e.duplicate ? 1 : 0)
  writeTraceId(bytes, o + BAL.traceId, e.traceId)
  writeId(bytes, o + BAL.transferId, e.transferId)
}

/** The event of one record: for whoever walks a batch and needs few of its events. */
export function readEvent(at: Cursor, o: number): EngineEvent {
  switch (at.view.getUint8(o + RECORD.type)) {
    case TYPE_EXECUTION_REPORT:
      return readReport(at, o)
    case TYPE_BALANCE_CHANGED:
      return readBalance(at, o)
    case TYPE_JSON:
      return readJsonRecord(at, o) as RareEvent
    default:
      throw new InputError('TE_INPUT_BODY', 'unknown event record')
  }
}

function readReport({ view, bytes }: Cursor, o: number): ExecutionReport {
  const flags = view.getUint8(o + RECORD.flags)
  return {
    type: 'ExecutionReport',
    account: view.getUint32(o + RECORD.account, true),
    instrumentId: view.getUint32(o + ER.instrumentId, true),
    cmdIndex: view.getUint32(o + ER.cmdIndex, true),
    execType: fromCode(EXEC_TYPES, view.getUint8(o + ER.execType), 'execType'),
    ordStatus: fromCode(ORD_STATUSES, view.getUint8(o + ER.ordStatus), 'ordStatus'),
    side: fromCode(SIDES, view.getUint8(o + ER.side), 'side'),
    ordType: fromCode(ORD_TYPES, view.getUint8(o + ER.ordType), 'ordType'),
    timeInForce: fromCode(TIMES_IN_FORCE, view.getUint8(o + ER.timeInForce), 'timeInForce'),
    rejectReason: fromCode(REJECT_REASONS, view.getUint8(o + ER.rejectReason), 'rejectReason'),
    stpMode: fromCode(STP_MODES, view.getUint8(o + ER.stpMode), 'stpMode'),
    postOnly: (flags & FLAG_POST_ONLY) !== 0,
    reduceOnly: (flags & FLAG_REDUCE_ONLY) !== 0,
    aggressor: (flags & FLAG_AGGRESSOR) !== 0,
    orderID: view.getFloat64(o + ER.orderID, true),
    execID: view.getFloat64(o + ER.execID, true),
    tradeID: view.getFloat64(o + ER.tradeID, true),
    price: view.getFloat64(o + ER.price, true),
    stopPx: view.getFloat64(o + ER.stopPx, true),
    orderQty: view.getFloat64(o + ER.orderQty, true),
    displayQty: view.getFloat64(o + ER.displayQty, true),
    lastQty: view.getFloat64(o + ER.lastQty, true),
    lastPx: view.getFloat64(o + ER.lastPx, true),
    leavesQty: view.getFloat64(o + ER.leavesQty, true),
    cumQty: view.getFloat64(o + ER.cumQty, true),
    preventedQty: view.getFloat64(o + ER.preventedQty, true),
    lastNotional: view.getBigInt64(o + ER.lastNotional, true),
    cumNotional: view.getBigInt64(o + ER.cumNotional, true),
    fee: view.getBigInt64(o + ER.fee, true),
    feeAssetId: view.getUint32(o + ER.feeAssetId, true),
    traceId: readTraceId(bytes, o + ER.traceId),
    clOrdID: readId(bytes, o + ER.clOrdID),
    origClOrdID: readId(bytes, o + ER.origClOrdID),
  }
}

function readBalance({ view, bytes }: Cursor, o: number): BalanceChanged {
  return {
    type: 'BalanceChanged',
    account: view.getUint32(o + RECORD.account, true),
    assetId: view.getUint32(o + BAL.assetId, true),
    cmdIndex: view.getUint32(o + BAL.cmdIndex, true),
    delta: view.getBigInt64(o + BAL.delta, true),
    balance: view.getBigInt64(o + BAL.balance, true),
    hold: view.getBigInt64(o + BAL.hold, true),
    reason: fromCode(BALANCE_REASONS, view.getUint8(o + BAL.reason), 'reason'),
    duplicate: view.getUint8(o + BAL.duplicate) === 1,
    traceId: readTraceId(bytes, o + BAL.traceId),
    transferId: readId(bytes, o + BAL.transferId),
  }
}
