// Rows of orders and executions as the public API shows them: decimal strings, closed sets as words.

import type { InstrumentTable } from '#adapters/postgres/index.ts'
import { createInstrumentFormat, type InstrumentFormat } from '#contracts/api/instrument-format.ts'
import { assert } from '#domain/assert.ts'
import type { Instrument } from '#domain/instrument.ts'
import { EXEC_TYPES, ORD_STATUSES, ORD_TYPES, SIDES, TIMES_IN_FORCE } from '#domain/order.ts'
import { REJECT_REASONS } from '#domain/reject-reason.ts'

/** A row of `orders`. */
export interface OrderRow {
  /** Negative: the order was rejected and got no id. */
  readonly order_id: number
  readonly first_exec_id: number
  readonly instrument_id: number
  readonly side: number
  readonly ord_type: number
  readonly time_in_force: number
  readonly ord_status: number
  readonly reject_reason: number
  readonly post_only: boolean
  readonly reduce_only: boolean
  readonly price: number
  readonly stop_px: number
  readonly order_qty: number
  readonly display_qty: number
  readonly cum_qty: number
  readonly leaves_qty: number
  readonly cum_notional: bigint
  readonly fees: bigint
  readonly created_ms: number
  readonly updated_ms: number
  readonly seq: number
  readonly cl_ord_id: string
}

/** A row of `executions`. */
export interface ExecutionRow {
  readonly exec_id: number
  readonly order_id: number
  readonly instrument_id: number
  readonly side: number
  readonly exec_type: number
  readonly ord_status: number
  readonly reject_reason: number
  readonly is_aggressor: boolean
  readonly trade_id: number
  readonly last_px: number
  readonly last_qty: number
  readonly last_notional: bigint
  readonly fee: bigint
  readonly time_ms: number
  readonly seq: number
  readonly trace_id: string
  readonly cl_ord_id: string
}

/** Turns rows into answers. */
export interface Shapes {
  readonly order: (row: OrderRow) => Promise<object>
  readonly execution: (row: ExecutionRow) => Promise<object>
}

interface Known {
  readonly instrument: Instrument
  readonly format: InstrumentFormat
}

/** Makes the shapes; a formatter is made once an instrument (tick and lot never change). */
export function createShapes(instruments: InstrumentTable): Shapes {
  const cache = new Map<number, Known>()
  const find = async (instrumentId: number): Promise<Known | undefined> => {
    const cached = cache.get(instrumentId)
    if (cached !== undefined || instrumentId === 0) return cached
    const instrument = await instruments.byId(instrumentId)
    if (instrument === undefined) return undefined
    const known = { instrument, format: createInstrumentFormat(instrument) }
    cache.set(instrumentId, known)
    return known
  }
  return {
    order: async (row) => orderShape(row, await find(row.instrument_id)),
    execution: async (row) => executionShape(row, await find(row.instrument_id)),
  }
}

/** An order of an instrument that was never listed has been rejected: its numbers have no unit. */
function orderShape(row: OrderRow, known: Known | undefined): object {
  const format = known?.format
  const rejectReason = word(REJECT_REASONS, row.reject_reason)
  return {
    orderID: Math.max(0, row.order_id),
    clOrdID: row.cl_ord_id,
    symbol: known?.instrument.symbol ?? '',
    side: word(SIDES, row.side),
    ordType: word(ORD_TYPES, row.ord_type),
    timeInForce: word(TIMES_IN_FORCE, row.time_in_force),
    price: row.price === 0 ? null : (format?.price(row.price) ?? null),
    stopPx: row.stop_px === 0 ? null : (format?.price(row.stop_px) ?? null),
    orderQty: format?.qty(row.order_qty) ?? '0',
    displayQty: row.display_qty === 0 ? null : (format?.qty(row.display_qty) ?? null),
    ordStatus: word(ORD_STATUSES, row.ord_status),
    cumQty: format?.qty(row.cum_qty) ?? '0',
    leavesQty: format?.qty(row.leaves_qty) ?? '0',
    avgPx: format?.avgPx(row.cum_notional, row.cum_qty) ?? null,
    cumNotional: format?.quote(row.cum_notional) ?? '0',
    fees: format?.quote(row.fees) ?? '0',
    postOnly: row.post_only,
    reduceOnly: row.reduce_only,
    rejectReason: rejectReason === 'None' ? null : rejectReason,
    createdAtMs: row.created_ms,
    updatedAtMs: row.updated_ms,
    seq: row.seq,
  }
}

function executionShape(row: ExecutionRow, known: Known | undefined): object {
  const isTrade = row.trade_id !== 0
  const format = isTrade ? known?.format : undefined
  const rejectReason = word(REJECT_REASONS, row.reject_reason)
  return {
    execID: row.exec_id,
    tradeID: isTrade ? row.trade_id : null,
    orderID: row.order_id,
    clOrdID: row.cl_ord_id,
    symbol: known?.instrument.symbol ?? '',
    side: word(SIDES, row.side),
    execType: word(EXEC_TYPES, row.exec_type),
    lastPx: format?.price(row.last_px) ?? null,
    lastQty: format?.qty(row.last_qty) ?? null,
    lastNotional: format?.quote(row.last_notional) ?? null,
    fee: format?.quote(row.fee) ?? null,
    feeAsset: isTrade ? (known?.instrument.quote.name ?? null) : null,
    aggressor: isTrade ? row.is_aggressor : null,
    ordStatus: word(ORD_STATUSES, row.ord_status),
    rejectReason: rejectReason === 'None' ? null : rejectReason,
    seq: row.seq,
    transactTimeMs: row.time_ms,
    traceId: row.trace_id.replaceAll('-', ''),
  }
}

function word<T extends string>(set: readonly T[], code: number): T {
  const value = set[code]
  assert(value !== undefined, 'a stored code is a member of its set')
  return value
}
