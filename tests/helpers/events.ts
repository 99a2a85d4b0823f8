// Events and calls for tests of projections: one line each, with everything else plausible.

import type { ProjectedBatch } from '#adapters/postgres/index.ts'
import { type EventBatch, encodeEventBatch, WHOLE_BATCH } from '#contracts/event-codec.ts'
import type { EventFrame } from '#contracts/function-call.ts'
import type { EventsCall } from '#contracts/function-handler.ts'
import type { BalanceChanged, EngineEvent, ExecutionReport } from '#domain/event.ts'
import type { Instrument } from '#domain/instrument.ts'

/** The demo market: BTC-USD with a tick of 0.01 USD and a lot of 10^-8 BTC. */
export const BTC_USD: Instrument = {
  instrumentId: 1,
  symbol: 'BTC-USD',
  kind: 'Spot',
  base: { assetId: 2, name: 'BTC', scale: 8 },
  quote: { assetId: 1, name: 'USD', scale: 10 },
  tickSize: '0.01',
  lotSize: '0.00000001',
  notionalFactor: 1n,
  lotBaseMinor: 1n,
  minQty: 1,
  maxQty: 10_000_000_000,
  minNotional: 0n,
  maxNotional: 10n ** 18n,
  priceBandPpm: 0,
  makerFeePpm: 0,
  takerFeePpm: 1_000,
  initialMarginPpm: 0,
  maintenanceMarginPpm: 0,
  maxPosition: 0,
  maxOpenOrders: 200,
  defaultStpMode: 'ExpireTaker',
  allowedStpModes: ['None', 'ExpireTaker', 'ExpireMaker', 'ExpireBoth', 'Decrement'],
  tradingState: 'Open',
}

const TRACE_ID = 'a'.repeat(32)

/** An execution report of one order; by default a resting limit buy of 10 lots at 100 ticks. */
export function report(fields: Partial<ExecutionReport> = {}): ExecutionReport {
  const orderQty = fields.orderQty ?? 10
  const cumQty = fields.cumQty ?? 0
  return {
    type: 'ExecutionReport',
    cmdIndex: 0,
    account: 1_000,
    traceId: TRACE_ID,
    instrumentId: 1,
    execType: 'New',
    ordStatus: 'New',
    side: 'Buy',
    ordType: 'Limit',
    timeInForce: 'GTC',
    stpMode: 'ExpireTaker',
    rejectReason: 'None',
    aggressor: false,
    postOnly: false,
    reduceOnly: false,
    orderID: 1,
    execID: 1,
    tradeID: 0,
    price: 100,
    stopPx: 0,
    orderQty,
    displayQty: 0,
    lastQty: 0,
    lastPx: 0,
    leavesQty: orderQty - cumQty,
    cumQty,
    preventedQty: 0,
    lastNotional: 0n,
    cumNotional: 0n,
    fee: 0n,
    feeAssetId: 1,
    clOrdID: `c-${fields.orderID ?? 1}`,
    origClOrdID: '',
    ...fields,
  }
}

/** Both reports of one trade: the aggressor's (buyer) and the maker's, orders filled whole. */
export function trade(fields: {
  readonly tradeID: number
  readonly price: number
  readonly qty: number
  readonly buyer: number
  readonly seller: number
  readonly buyOrderID: number
  readonly sellOrderID: number
}): ExecutionReport[] {
  const { tradeID, price, qty, buyer, seller, buyOrderID, sellOrderID } = fields
  const notional = BigInt(price) * BigInt(qty)
  const common = {
    execType: 'Trade',
    ordStatus: 'Filled',
    tradeID,
    price,
    orderQty: qty,
    lastQty: qty,
    lastPx: price,
    cumQty: qty,
    leavesQty: 0,
    lastNotional: notional,
    cumNotional: notional,
  } as const
  return [
    report({
      ...common,
      account: buyer,
      side: 'Buy',
      aggressor: true,
      orderID: buyOrderID,
      execID: tradeID * 2,
    }),
    report({
      ...common,
      account: seller,
      side: 'Sell',
      orderID: sellOrderID,
      execID: tradeID * 2 + 1,
    }),
  ]
}

/** A balance change; by default a credit of 100 to account 1000. */
export function balance(fields: Partial<BalanceChanged> = {}): BalanceChanged {
  return {
    type: 'BalanceChanged',
    cmdIndex: 0,
    account: 1_000,
    traceId: TRACE_ID,
    assetId: 1,
    reason: 'Credit',
    delta: 100n,
    balance: 100n,
    hold: 0n,
    transferId: '',
    duplicate: false,
    ...fields,
  }
}

/** The listing of an instrument. */
export function listed(instrument: Instrument = BTC_USD): EngineEvent {
  return { type: 'InstrumentChanged', cmdIndex: 0, account: 0, traceId: TRACE_ID, instrument }
}

/** A batch of events at a sequence; one second of log time per sequence. */
export function batch(seq: number, events: readonly EngineEvent[]): ProjectedBatch {
  const timestampNs = BigInt(seq) * 1_000_000_000n
  return { source: 1, sourceSeq: seq, seq, timestampNs, events, ...WHOLE_BATCH, message: seq }
}

/** A batch that came in parts, the first of them as message `message` of the log. */
export function parts(
  seq: number,
  message: number,
  ...events: readonly (readonly EngineEvent[])[]
): ProjectedBatch[] {
  return events.map((some, part) => ({
    ...batch(seq, some),
    message: message + part,
    part,
    isLast: part === events.length - 1,
  }))
}

/** The connector's call with these batches; a number stands for a skipped frame. */
export function eventsCall(batches: readonly (EventBatch | ProjectedBatch | number)[]): EventsCall {
  const frames: EventFrame[] = batches.map((item) => {
    if (typeof item === 'number') {
      return { seq: item, data: new Uint8Array(), skipped: true, traceparent: '' }
    }
    const { message, ...place } = { message: item.seq, ...WHOLE_BATCH, ...item }
    return { seq: message, data: encodeEventBatch(item, place), skipped: false, traceparent: '' }
  })
  return {
    shard: 0,
    stream: 'TE_EVT_0',
    firstSeq: frames[0]?.seq ?? 0,
    lastSeq: frames.at(-1)?.seq ?? 0,
    frames,
    traceId: TRACE_ID,
    deadlineMs: 5_000,
    signal: new AbortController().signal,
  }
}
