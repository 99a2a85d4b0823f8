// (7) From the events of one command to its answer.

import type { CancelReplaceResult, OrderListResult } from '#contracts/api/order-groups.ts'
import type { OrderResult } from '#contracts/api/orders.ts'
import type {
  CancelOrder,
  CancelReplace,
  NewOrder,
  NewOrderList,
  ReplaceOrder,
  SetDeadMan,
} from '#domain/command.ts'
import type { EngineEvent, ExecutionReport } from '#domain/event.ts'
import type { Catalogue, Listed } from '../catalogue.ts'
import { internalRefusal, Refusal, refusalOfReject } from '../refusal.ts'
import type { CommandOutcome } from './pipeline.ts'

type Done = Extract<CommandOutcome, { ok: true }>
export type OrderCommand = NewOrder | ReplaceOrder | CancelOrder

/** The result of an order command, or the engine's refusal of it. */
export function orderResult(
  command: OrderCommand,
  outcome: Done,
  catalogue: Catalogue,
): OrderResult | Refusal {
  const { events, seq, timestampNs } = outcome
  const first = events.find((event) => isOf(event, command)) as ExecutionReport | undefined
  if (first === undefined) return refusalIn(events, seq) ?? internalRefusal()
  if (first.execType === 'Rejected') return refusalOfReject(first.rejectReason, seq)
  const listed = catalogue.byId(first.instrumentId)
  if (listed === undefined) return internalRefusal()
  const at = { seq, timestampNs, traceId: command.traceId }
  const { orderID } = first
  const reports = events.filter(
    (event): event is ExecutionReport =>
      event.type === 'ExecutionReport' && event.orderID === orderID,
  )
  return resultOf(reports, listed, at)
}

/**
 * What the two halves of a cancel and replace did. A refusal only when neither did anything: then
 * the new order's reason, which says CancelFailed when the cancel's was the cause.
 */
export function cancelReplaceResult(
  command: CancelReplace,
  outcome: Done,
  catalogue: Catalogue,
): CancelReplaceResult | Refusal {
  const { account, traceId, order, orderID, origClOrdID } = command
  const origin = { account, traceId }
  const isNew = (event: EngineEvent): boolean =>
    event.type === 'ExecutionReport' && event.clOrdID === order.clOrdID
  // The cancel's own report comes first: later ones of that order would be of its end, too.
  const others = { ...outcome, events: outcome.events.filter((event) => !isNew(event)) }
  const cancel = { type: 'CancelOrder', ...origin, orderID, origClOrdID, clOrdID: '' } as const
  const placed = orderResult({ type: 'NewOrder', ...origin, ...order }, outcome, catalogue)
  const canceled = orderResult(cancel, others, catalogue)
  if (placed instanceof Refusal && canceled instanceof Refusal) return placed
  return {
    canceled: canceled instanceof Refusal ? null : canceled,
    cancelReject: canceled instanceof Refusal ? canceled.code : null,
    order: placed instanceof Refusal ? null : placed,
    orderReject: placed instanceof Refusal ? placed.code : null,
    seq: outcome.seq,
  }
}

/** All orders of a list, or the refusal of all of them. */
export function orderListResult(
  command: NewOrderList,
  outcome: Done,
  catalogue: Catalogue,
): OrderListResult | Refusal {
  const { account, traceId, contingencyType } = command
  const orders: OrderResult[] = []
  for (const terms of command.orders) {
    const leg = orderResult({ type: 'NewOrder', account, traceId, ...terms }, outcome, catalogue)
    if (leg instanceof Refusal) return leg
    orders.push(leg)
  }
  return { contingencyType, orders, seq: outcome.seq }
}

/** What the dead-man switch is set to. */
export function deadManResult(command: SetDeadMan, { events, seq }: Done): object | Refusal {
  return refusalIn(events, seq) ?? { timeoutMs: command.timeoutMs, seq }
}

/** The engine's refusal of a command that is no order. */
export function refusalIn(events: readonly EngineEvent[], seq: number): Refusal | undefined {
  const rejected = events.find((event) => event.type === 'CommandRejected')
  return rejected === undefined ? undefined : refusalOfReject(rejected.rejectReason, seq)
}

/** Reports of one's own resting orders that this command hit stand among its events too. */
function isOf(event: EngineEvent, command: OrderCommand): boolean {
  if (event.type !== 'ExecutionReport') return false
  if (command.type === 'NewOrder') return event.clOrdID === command.clOrdID
  if (command.orderID > 0) return event.orderID === command.orderID || event.orderID === 0
  return (
    event.origClOrdID === command.origClOrdID ||
    event.clOrdID === command.origClOrdID ||
    (command.clOrdID !== '' && event.clOrdID === command.clOrdID)
  )
}

function resultOf(
  reports: readonly ExecutionReport[],
  { instrument, format }: Listed,
  at: { readonly seq: number; readonly timestampNs: bigint; readonly traceId: string },
): OrderResult {
  const last = reports.at(-1) as ExecutionReport
  const trades = reports.filter(({ execType }) => execType === 'Trade')
  return {
    orderID: last.orderID,
    clOrdID: last.clOrdID,
    symbol: instrument.symbol,
    side: last.side,
    ordType: last.ordType,
    timeInForce: last.timeInForce,
    price: last.price === 0 ? null : format.price(last.price),
    stopPx: last.stopPx === 0 ? null : format.price(last.stopPx),
    orderQty: format.qty(last.orderQty),
    displayQty: last.displayQty === 0 ? null : format.qty(last.displayQty),
    ordStatus: last.ordStatus,
    cumQty: format.qty(last.cumQty),
    leavesQty: format.qty(last.leavesQty),
    avgPx: format.avgPx(last.cumNotional, last.cumQty),
    cumNotional: format.quote(last.cumNotional),
    fee: format.quote(trades.reduce((sum, { fee }) => sum + fee, 0n)),
    fills: trades.map((trade) => ({
      tradeID: trade.tradeID,
      execID: trade.execID,
      lastPx: format.price(trade.lastPx),
      lastQty: format.qty(trade.lastQty),
      fee: format.quote(trade.fee),
      feeAsset: instrument.quote.name,
      aggressor: trade.aggressor,
    })),
    seq: at.seq,
    transactTimeNs: at.timestampNs.toString(),
    traceId: at.traceId,
  }
}

/** What a mass cancel did. */
export function massCancelResult(outcome: Done): object | Refusal {
  const refused = refusalIn(outcome.events, outcome.seq)
  if (refused !== undefined) return refused
  const orderIDs = outcome.events.flatMap((event) =>
    event.type === 'ExecutionReport' && event.execType === 'Canceled' ? [event.orderID] : [],
  )
  return { canceledCount: orderIDs.length, orderIDs, seq: outcome.seq }
}
