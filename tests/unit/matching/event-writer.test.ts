import test from 'ava'
import { decodeEventBatch, encodeEventBatch } from '#contracts/event-codec.ts'
import type { BalanceChanged, ExecutionReport, RareEvent } from '#domain/event.ts'
import {
  EXEC_TYPES,
  ORD_STATUSES,
  ORD_TYPES,
  SIDES,
  STP_MODES,
  TIMES_IN_FORCE,
} from '#domain/order.ts'
import { REJECT_REASONS } from '#domain/reject-reason.ts'
import { BalanceChangedRecord, ExecutionReportRecord } from '#engine/event-sink.ts'
import { createEventWriter } from '../../../runtime/matching/journal/event-writer.ts'

const traceId = '00112233445566778899aabbccddeeff'
const head = { source: 4_000_000_000, sourceSeq: 9, seq: 2 ** 40, timestampNs: 2n ** 62n }

const report: ExecutionReport = {
  type: 'ExecutionReport',
  cmdIndex: 511,
  account: 4_294_967_295,
  traceId,
  instrumentId: 3,
  execType: 'Trade',
  ordStatus: 'PartiallyFilled',
  side: 'Sell',
  ordType: 'Limit',
  timeInForce: 'GTC',
  stpMode: 'ExpireBoth',
  rejectReason: 'None',
  aggressor: true,
  postOnly: false,
  reduceOnly: true,
  orderID: 2 ** 50,
  execID: 2 ** 51,
  tradeID: 2 ** 52,
  price: 1,
  stopPx: 2,
  orderQty: 3,
  displayQty: 4,
  lastQty: 5,
  lastPx: 6,
  leavesQty: 7,
  cumQty: 8,
  preventedQty: 9,
  lastNotional: 10n,
  cumNotional: 2n ** 62n,
  fee: -11n,
  feeAssetId: 12,
  clOrdID: 'abcdefghijklmnopqrstuvwxyz0123456789',
  origClOrdID: 'o',
}
const change: BalanceChanged = {
  type: 'BalanceChanged',
  cmdIndex: 1,
  account: 1000,
  traceId,
  assetId: 2,
  reason: 'Credit',
  delta: -3n,
  balance: 4n,
  hold: 5n,
  transferId: 'transfer-1',
  duplicate: true,
}
const rare: RareEvent = {
  type: 'MassCanceled',
  cmdIndex: 2,
  account: 1000,
  traceId,
  instrumentId: 1,
  side: null,
  clOrdID: 'm',
  canceledCount: 5,
}

function fillId(words: Int32Array, text: string): void {
  new Uint8Array(words.buffer).set(new TextEncoder().encode(text))
}

function reportRecord(): ExecutionReportRecord {
  const record = new ExecutionReportRecord()
  Object.assign(record, {
    ...report,
    type: undefined,
    execType: EXEC_TYPES.indexOf(report.execType),
    ordStatus: ORD_STATUSES.indexOf(report.ordStatus),
    side: SIDES.indexOf(report.side),
    ordType: ORD_TYPES.indexOf(report.ordType),
    timeInForce: TIMES_IN_FORCE.indexOf(report.timeInForce),
    stpMode: STP_MODES.indexOf(report.stpMode),
    rejectReason: REJECT_REASONS.indexOf(report.rejectReason),
    clOrdID: record.clOrdID,
    origClOrdID: record.origClOrdID,
    traceId: record.traceId,
  })
  record.amounts.set([report.lastNotional, report.cumNotional, report.fee])
  fillId(record.clOrdID, report.clOrdID)
  fillId(record.origClOrdID, report.origClOrdID)
  new Uint8Array(record.traceId.buffer).set(Buffer.from(traceId, 'hex'))
  return record
}

function changeRecord(): BalanceChangedRecord {
  const record = new BalanceChangedRecord()
  const { cmdIndex, account, assetId, duplicate } = change
  Object.assign(record, { cmdIndex, account, assetId, duplicate, reason: 1 })
  record.amounts.set([change.delta, change.balance, change.hold])
  fillId(record.transferId, change.transferId)
  new Uint8Array(record.traceId.buffer).set(Buffer.from(traceId, 'hex'))
  return record
}

test('what is written in place is what the codec of everyone else writes', (t) => {
  const writer = createEventWriter()
  writer.begin()
  writer.executionReport(reportRecord())
  writer.balanceChanged(changeRecord())
  writer.rare(rare)
  const bytes = writer.finish(head)
  const events = [report, change, rare]
  t.deepEqual(Buffer.from(bytes), Buffer.from(encodeEventBatch({ ...head, events })))
  t.deepEqual(decodeEventBatch(bytes).events, events)
  t.is(writer.count, 3)
  t.is(writer.trades, 1)
})

test('B7: a batch comes out the same whether the buffer had to grow or not', (t) => {
  const write = (capacity: number): Buffer => {
    const writer = createEventWriter(capacity)
    writer.begin()
    for (let i = 0; i < 200; i++) {
      writer.executionReport(reportRecord())
      writer.rare(rare)
      writer.balanceChanged(changeRecord())
    }
    return Buffer.from(writer.finish(head))
  }
  t.deepEqual(write(1), write(10_000_000))
})

test('B3: nothing of one batch is left in the next', (t) => {
  const writer = createEventWriter()
  writer.begin()
  for (let i = 0; i < 5; i++) writer.executionReport(reportRecord())
  const first = writer.finish(head)
  const copy = first.slice()
  writer.begin()
  writer.rare(rare)
  const second = writer.finish({ ...head, seq: 1 })
  t.deepEqual(decodeEventBatch(second).events, [rare])
  t.deepEqual(first, copy, 'a finished batch is a copy of its own')
})
