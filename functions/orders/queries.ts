// One order, lists of orders, executions. Every filter is a value ($n), every statement a constant;
// pages go on by key, newest first, so a page costs the same wherever it is.

import type { InstrumentTable, Postgres, Projection, Sql } from '#adapters/postgres/index.ts'
import { decodeCursor, encodeCursor } from '#contracts/cursor.ts'
import type { RpcMethod, RpcOutcome } from '#contracts/function-handler.ts'
import { type Params, readParams } from '#contracts/params.ts'
import { CLIENT_ID_PATTERN } from '#domain/client-id.ts'
import { createShapes, type ExecutionRow, type OrderRow } from './shapes.ts'

const LIMIT_MAX = 1_000
const LIMIT_DEFAULT = 100
const CLIENT_ID = { max: 36, pattern: new RegExp(CLIENT_ID_PATTERN) }
const ID = { min: 1, max: Number.MAX_SAFE_INTEGER }
const CURSOR = { max: 128 }

/** What an order list may be asked for. */
const STATUSES = ['open', 'closed', 'all'] as const

const ORDER_COLUMNS = `order_id, first_exec_id, instrument_id, side, ord_type, time_in_force, ord_status,
  reject_reason, post_only, reduce_only, price, stop_px, order_qty, display_qty, cum_qty, leaves_qty,
  cum_notional, fees, created_ms, updated_ms, seq, cl_ord_id`
const EXECUTION_COLUMNS = `exec_id, order_id, instrument_id, side, exec_type, ord_status,
  reject_reason, is_aggressor, trade_id, last_px, last_qty, last_notional, fee, time_ms, seq,
  trace_id, cl_ord_id`

const listOf = (isOpen: boolean): string => `SELECT ${ORDER_COLUMNS} FROM orders
  WHERE account_id = $1 AND is_open = ${isOpen} AND first_exec_id < $2
    AND ($3::integer IS NULL OR instrument_id = $3)
  ORDER BY first_exec_id DESC LIMIT $4`
const EXECUTIONS_TAIL = `AND exec_id < $2 AND ($3::integer IS NULL OR instrument_id = $3)
  ORDER BY exec_id DESC LIMIT $4`

/** The statements, for the queries and for the test that looks at their plans (E8). */
export const ORDER_STATEMENTS = {
  byId: {
    name: 'orders.by_id',
    text: `SELECT ${ORDER_COLUMNS} FROM orders WHERE order_id = $1 AND account_id = $2`,
  },
  byClOrdID: {
    name: 'orders.by_cl_ord_id',
    text: `SELECT ${ORDER_COLUMNS} FROM orders WHERE cl_ord_id = $1 AND account_id = $2
      ORDER BY first_exec_id DESC LIMIT 1`,
  },
  open: { name: 'orders.list_open', text: listOf(true) },
  closed: { name: 'orders.list_closed', text: listOf(false) },
  all: {
    name: 'orders.list_all',
    text: `(${listOf(true)}) UNION ALL (${listOf(false)}) ORDER BY first_exec_id DESC LIMIT $4`,
  },
  executions: {
    name: 'orders.executions_account',
    text: `SELECT ${EXECUTION_COLUMNS} FROM executions WHERE account_id = $1 ${EXECUTIONS_TAIL}`,
  },
  executionsOfOrder: {
    name: 'orders.executions_order',
    text: `SELECT ${EXECUTION_COLUMNS} FROM executions
      WHERE account_id = $1 AND order_id = $5 ${EXECUTIONS_TAIL}`,
  },
} as const satisfies Record<string, Sql>

/** Makes the requests of the function. */
export function createOrderQueries(
  pool: Postgres,
  instruments: InstrumentTable,
  projection: Projection,
): Readonly<Record<'get' | 'list' | 'executions', RpcMethod>> {
  const shapes = createShapes(instruments)

  const get: RpcMethod = async (params) => {
    const p = readParams(params)
    const accountId = p.accountId()
    const orderID = p.optionalInteger('orderID', ID)
    const clOrdID = p.optionalText('clOrdID', CLIENT_ID)
    const minSeq = p.minSeq()
    p.end()
    if ((orderID === undefined) === (clOrdID === undefined)) {
      return no('TE_INPUT_FIELD', 'give orderID or clOrdID', 'orderID')
    }
    const seq = await projection.waitForSeq(minSeq)
    const { rows } = await (orderID === undefined
      ? pool.query<OrderRow>(ORDER_STATEMENTS.byClOrdID, [clOrdID ?? '', accountId])
      : pool.query<OrderRow>(ORDER_STATEMENTS.byId, [orderID, accountId]))
    const row = rows[0]
    if (row === undefined) return no('TE_NOT_FOUND_ORDER', 'no such order of this account')
    return { ok: true, result: await shapes.order(row), seq }
  }

  const list: RpcMethod = async (params) => {
    const p = readParams(params)
    const status = p.optionalOneOf('status', STATUSES) ?? 'open'
    const page = readPage(p)
    p.end()
    const seq = await projection.waitForSeq(page.minSeq)
    const instrumentId = await instrumentIdOf(instruments, page.symbol)
    if (instrumentId === undefined) return noInstrument()
    const { rows } = await pool.query<OrderRow>(ORDER_STATEMENTS[status], [
      page.accountId,
      page.before,
      instrumentId,
      page.limit + 1,
    ])
    const shown = rows.slice(0, page.limit)
    const orders = await Promise.all(shown.map(shapes.order))
    const nextCursor = cursorAfter(rows.length > page.limit, shown.at(-1)?.first_exec_id)
    return { ok: true, result: { orders, nextCursor, seq }, seq }
  }

  const executions: RpcMethod = async (params) => {
    const p = readParams(params)
    const orderID = p.optionalInteger('orderID', ID)
    const page = readPage(p)
    p.end()
    const seq = await projection.waitForSeq(page.minSeq)
    const instrumentId = await instrumentIdOf(instruments, page.symbol)
    if (instrumentId === undefined) return noInstrument()
    const values = [page.accountId, page.before, instrumentId, page.limit + 1]
    const { rows } = await (orderID === undefined
      ? pool.query<ExecutionRow>(ORDER_STATEMENTS.executions, values)
      : pool.query<ExecutionRow>(ORDER_STATEMENTS.executionsOfOrder, [...values, orderID]))
    const shown = rows.slice(0, page.limit)
    const result = {
      executions: await Promise.all(shown.map(shapes.execution)),
      nextCursor: cursorAfter(rows.length > page.limit, shown.at(-1)?.exec_id),
      seq,
    }
    return { ok: true, result, seq }
  }

  return { get, list, executions }
}

/** The fields of every list; `before` is the key that the page starts below. */
function readPage(p: Params) {
  const cursor = p.optionalText('cursor', CURSOR)
  return {
    accountId: p.accountId(),
    symbol: p.optionalSymbol(),
    limit: p.optionalInteger('limit', { min: 1, max: LIMIT_MAX }) ?? LIMIT_DEFAULT,
    before: cursor === undefined ? Number.MAX_SAFE_INTEGER : (decodeCursor(cursor, 1)[0] ?? 0),
    minSeq: p.minSeq(),
  }
}

function cursorAfter(hasMore: boolean, lastKey: number | undefined): string | null {
  return hasMore && lastKey !== undefined ? encodeCursor([lastKey]) : null
}

/** Null = all instruments, undefined = no such symbol. */
async function instrumentIdOf(
  instruments: InstrumentTable,
  symbol: string | undefined,
): Promise<number | null | undefined> {
  return symbol === undefined ? null : (await instruments.bySymbol(symbol))?.instrumentId
}

function noInstrument(): RpcOutcome {
  return no('TE_NOT_FOUND_INSTRUMENT', 'no such instrument', 'symbol')
}

function no(code: string, message: string, field?: string): RpcOutcome {
  const error = field === undefined ? { code, message } : { code, message, field }
  return { ok: false, error }
}
