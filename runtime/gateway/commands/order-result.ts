// (7) From the events of one command to its answer.

import type { OrderResult } from '#contracts/api/orders.ts'
import type { CancelOrder, NewOrder, ReplaceOrder } from '#domain/command.ts'
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
  const reports = events.filter(
    (event): event is ExecutionReport =>
      event.type === 'ExecutionReport' && event.orderID === first.orderID,
  )
  return resultOf(reports, listed, { seq, timestampNs, traceId: command.traceId })
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
    orderQty: format.qty(last.orderQty),
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
