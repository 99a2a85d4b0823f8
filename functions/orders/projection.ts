// Event batches -> orders (one row each, its newest state) and executions (every step). A bulk is
// folded first: an order that came and was filled within it is one insert.

import { defineInsert, type ProjectionBulk, type Tx } from '#adapters/postgres/index.ts'
import type { ExecutionReport } from '#domain/event.ts'
import {
  EXEC_TYPES,
  isOpen,
  ORD_STATUSES,
  ORD_TYPES,
  SIDES,
  TIMES_IN_FORCE,
} from '#domain/order.ts'
import { REJECT_REASONS } from '#domain/reject-reason.ts'

const REJECTED = ORD_STATUSES.indexOf('Rejected')

/** D3: an older event never overwrites a newer state, and a reject never moves what exists. */
const upsertOrders = defineInsert({
  name: 'orders.upsert',
  into: 'orders',
  columns: {
    order_id: 'bigint',
    first_exec_id: 'bigint',
    account_id: 'bigint',
    instrument_id: 'integer',
    side: 'smallint',
    ord_type: 'smallint',
    time_in_force: 'smallint',
    ord_status: 'smallint',
    reject_reason: 'smallint',
    post_only: 'boolean',
    reduce_only: 'boolean',
    is_open: 'boolean',
    price: 'bigint',
    stop_px: 'bigint',
    order_qty: 'bigint',
    display_qty: 'bigint',
    cum_qty: 'bigint',
    leaves_qty: 'bigint',
    cum_notional: 'numeric',
    fees: 'numeric',
    created_ms: 'bigint',
    updated_ms: 'bigint',
    seq: 'bigint',
    part: 'integer',
    cl_ord_id: 'text',
  },
  onConflict: `ON CONFLICT (order_id) DO UPDATE SET
    ord_status = excluded.ord_status, is_open = excluded.is_open, price = excluded.price,
    stop_px = excluded.stop_px, display_qty = excluded.display_qty,
    order_qty = excluded.order_qty, cum_qty = excluded.cum_qty, leaves_qty = excluded.leaves_qty,
    cum_notional = excluded.cum_notional, fees = orders.fees + excluded.fees,
    updated_ms = excluded.updated_ms, seq = excluded.seq, part = excluded.part,
    cl_ord_id = excluded.cl_ord_id
    WHERE (orders.seq, orders.part) < (excluded.seq, excluded.part) AND excluded.ord_status <> ${REJECTED}`,
})

const insertExecutions = defineInsert({
  name: 'orders.executions',
  into: 'executions',
  columns: {
    exec_id: 'bigint',
    order_id: 'bigint',
    account_id: 'bigint',
    instrument_id: 'integer',
    side: 'smallint',
    exec_type: 'smallint',
    ord_status: 'smallint',
    reject_reason: 'smallint',
    is_aggressor: 'boolean',
    trade_id: 'bigint',
    last_px: 'bigint',
    last_qty: 'bigint',
    last_notional: 'numeric',
    fee: 'numeric',
    time_ms: 'bigint',
    seq: 'bigint',
    trace_id: 'uuid',
    cl_ord_id: 'text',
  },
  onConflict: 'ON CONFLICT (exec_id) DO NOTHING',
})

/** A report and where it stands in the log. */
interface Step {
  readonly report: ExecutionReport
  readonly seq: number
  /** Of the batch `seq`. */
  readonly part: number
  readonly timeMs: number
}

/** What a bulk says about one order. */
export interface OrderFold {
  readonly orderID: number
  readonly first: Step
  last: Step
  /** The order's own id: a cancel's report carries the request's. */
  clOrdID: string
  /** Of the fills in this bulk. */
  fees: bigint
}

/** What a bulk comes to. */
export interface OrdersFold {
  readonly orders: ReadonlyMap<number, OrderFold>
  readonly executions: readonly Step[]
}

/** Folds the batches: the newest state of each order, and every step but New and Triggered. */
export function foldOrders(batches: ProjectionBulk['batches']): OrdersFold {
  const orders = new Map<number, OrderFold>()
  const executions: Step[] = []
  for (const { seq, part, timestampNs, events } of batches) {
    const timeMs = Number(timestampNs / 1_000_000n)
    for (const report of events) {
      if (report.type !== 'ExecutionReport') continue
      const step = { report, seq, part, timeMs }
      if (report.execType !== 'New' && report.execType !== 'Triggered') executions.push(step)
      foldStep(orders, step)
    }
  }
  return { orders, executions }
}

function foldStep(orders: Map<number, OrderFold>, step: Step): void {
  const { report } = step
  const orderID = orderIDOf(report)
  if (orderID === undefined) return
  const clOrdID = ownClOrdID(report)
  const known = orders.get(orderID)
  if (known === undefined) {
    orders.set(orderID, { orderID, first: step, last: step, clOrdID, fees: report.fee })
  } else {
    known.last = step
    known.clOrdID = clOrdID
    known.fees += report.fee
  }
}

/**
 * The row that a report speaks of. An order that did not enter has no orderID: it gets the negative
 * execID of its reject. A refused cancel or replace (it has no instrument), and a repeated clOrdID
 * (it names the first order), are no state of any order.
 */
function orderIDOf(report: ExecutionReport): number | undefined {
  if (report.execType !== 'Rejected') return report.orderID
  if (report.instrumentId === 0 || report.rejectReason === 'DuplicateClOrdID') return undefined
  return report.orderID === 0 ? -report.execID : report.orderID
}

function ownClOrdID(report: ExecutionReport): string {
  const isRequests = report.execType === 'Canceled' && report.origClOrdID !== ''
  return isRequests ? report.origClOrdID : report.clOrdID
}

/** Writes the fold of a bulk. */
export async function applyOrders(tx: Tx, bulk: ProjectionBulk): Promise<void> {
  const { orders, executions } = foldOrders(bulk.batches)
  await upsertOrders.run(tx, [...orders.values()].map(orderRow))
  await insertExecutions.run(tx, executions.map(executionRow))
}

function orderRow({ orderID, first, last, clOrdID, fees }: OrderFold) {
  const { report, seq, part, timeMs } = last
  return {
    order_id: orderID,
    first_exec_id: first.report.execID,
    account_id: report.account,
    instrument_id: report.instrumentId,
    side: SIDES.indexOf(report.side),
    ord_type: ORD_TYPES.indexOf(report.ordType),
    time_in_force: TIMES_IN_FORCE.indexOf(report.timeInForce),
    ord_status: ORD_STATUSES.indexOf(report.ordStatus),
    reject_reason: REJECT_REASONS.indexOf(report.rejectReason),
    post_only: report.postOnly,
    reduce_only: report.reduceOnly,
    is_open: isOpen(report.ordStatus) && report.leavesQty > 0,
    price: report.price,
    stop_px: report.stopPx,
    order_qty: report.orderQty,
    display_qty: report.displayQty,
    cum_qty: report.cumQty,
    leaves_qty: report.leavesQty,
    cum_notional: report.cumNotional,
    fees,
    created_ms: first.timeMs,
    updated_ms: timeMs,
    seq,
    part,
    cl_ord_id: clOrdID,
  }
}

function executionRow({ report, seq, timeMs }: Step) {
  return {
    exec_id: report.execID,
    order_id: report.orderID,
    account_id: report.account,
    instrument_id: report.instrumentId,
    side: SIDES.indexOf(report.side),
    exec_type: EXEC_TYPES.indexOf(report.execType),
    ord_status: ORD_STATUSES.indexOf(report.ordStatus),
    reject_reason: REJECT_REASONS.indexOf(report.rejectReason),
    is_aggressor: report.aggressor,
    trade_id: report.tradeID,
    last_px: report.lastPx,
    last_qty: report.lastQty,
    last_notional: report.lastNotional,
    fee: report.fee,
    time_ms: timeMs,
    seq,
    trace_id: report.traceId,
    cl_ord_id: report.clOrdID,
  }
}
