// The naive engine's execution reports.

import type { CancelOrder, NewOrder, ReplaceOrder } from '#domain/command.ts'
import type { ExecutionReport } from '#domain/event.ts'
import type { ExecType, OrdStatus } from '#domain/order.ts'
import type { RejectReason } from '#domain/reject-reason.ts'
import type { NaiveOrder } from './naive-book.ts'
import type { NaiveEngine } from './naive-engine.ts'

export function report(
  n: NaiveEngine,
  order: NaiveOrder,
  execType: ExecType,
  ordStatus: OrdStatus,
  leavesQty: number,
  more: Partial<ExecutionReport> = {},
): void {
  const { command } = order
  n.events.push({
    type: 'ExecutionReport',
    cmdIndex: 0,
    account: order.account,
    traceId: n.traceId,
    instrumentId: order.instrument.definition.instrumentId,
    execType,
    ordStatus,
    side: order.side,
    ordType: command.ordType,
    timeInForce: command.timeInForce,
    stpMode: order.stpMode,
    rejectReason: 'None',
    aggressor: false,
    postOnly: command.postOnly,
    reduceOnly: command.reduceOnly,
    orderID: order.orderID,
    execID: ++n.lastExecID,
    tradeID: 0,
    price: order.price,
    stopPx: order.stopPx,
    orderQty: order.orderQty,
    displayQty: command.displayQty,
    lastQty: 0,
    lastPx: 0,
    leavesQty,
    cumQty: order.cumQty,
    preventedQty: order.prevented,
    lastNotional: 0n,
    cumNotional: order.cumNotional,
    fee: 0n,
    feeAssetId: order.instrument.definition.quote.assetId,
    clOrdID: order.clOrdID,
    origClOrdID: '',
    ...more,
  })
  n.noteStep(order, execType)
}

export function rejectNew(
  n: NaiveEngine,
  c: NewOrder,
  rejectReason: RejectReason,
  orderID: number,
): void {
  const known = n.instruments[c.instrumentId - 1]
  const reached = !['VenueHalted', 'UnknownAccount', 'AccountBlocked'].includes(rejectReason)
  pushReject(n, {
    account: c.account,
    instrumentId: c.instrumentId,
    side: c.side,
    ordType: c.ordType,
    timeInForce: c.timeInForce,
    stpMode: c.stpMode ?? 'None',
    rejectReason,
    postOnly: c.postOnly,
    reduceOnly: c.reduceOnly,
    orderID,
    price: whole(c.price),
    stopPx: whole(c.stopPx),
    orderQty: whole(c.orderQty),
    displayQty: whole(c.displayQty),
    feeAssetId: reached ? (known?.definition.quote.assetId ?? 0) : 0,
    clOrdID: c.clOrdID,
  })
}

export function rejectRequest(
  n: NaiveEngine,
  c: CancelOrder | ReplaceOrder,
  rejectReason: RejectReason,
  orderID: number,
): void {
  const sizes =
    c.type === 'ReplaceOrder' ? { price: whole(c.price), orderQty: whole(c.orderQty) } : {}
  const { account, clOrdID, origClOrdID } = c
  pushReject(n, { account, rejectReason, orderID, clOrdID, origClOrdID, ...sizes })
}

export function pushReject(n: NaiveEngine, more: Partial<ExecutionReport>): void {
  n.events.push({
    type: 'ExecutionReport',
    cmdIndex: 0,
    account: 0,
    traceId: n.traceId,
    instrumentId: 0,
    execType: 'Rejected',
    ordStatus: 'Rejected',
    side: 'Buy',
    ordType: 'Limit',
    timeInForce: 'GTC',
    stpMode: 'None',
    rejectReason: 'None',
    aggressor: false,
    postOnly: false,
    reduceOnly: false,
    orderID: 0,
    execID: ++n.lastExecID,
    tradeID: 0,
    price: 0,
    stopPx: 0,
    orderQty: 0,
    displayQty: 0,
    lastQty: 0,
    lastPx: 0,
    leavesQty: 0,
    cumQty: 0,
    preventedQty: 0,
    lastNotional: 0n,
    cumNotional: 0n,
    fee: 0n,
    feeAssetId: 0,
    clOrdID: '',
    origClOrdID: '',
    ...more,
  })
}

function whole(value: number): number {
  return Number.isSafeInteger(value) ? value : 0
}

export function openStatus(order: NaiveOrder): OrdStatus {
  return order.cumQty > 0 ? 'PartiallyFilled' : 'New'
}
