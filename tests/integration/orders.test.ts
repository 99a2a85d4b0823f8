// The order history over its real handler, a real database, and event streams of the real engine.

import test from 'ava'
import type { EventBatch } from '#contracts/event-codec.ts'
import { isOpen } from '#domain/order.ts'
import * as handler from '../../functions/orders/handler.ts'
import { ORDER_STATEMENTS } from '../../functions/orders/queries.ts'
import { createTestDatabase, type TestDatabase, whyNoDatabase } from '../helpers/database.ts'
import { engineBatches, eventsOf, piecesOf } from '../helpers/engine-events.ts'
import { batch, report, trade } from '../helpers/events.ts'
import { type OpenFunction, openFunction } from '../helpers/function-process.ts'
import { seqScansOf } from '../helpers/query-plan.ts'
import { tableDigests } from '../helpers/table-digest.ts'

const missing = whyNoDatabase()
const run = missing === undefined ? test.serial : test.serial.skip
if (missing !== undefined) test.skip(`SKIPPED, needs PostgreSQL: ${missing}`, () => undefined)

let db: TestDatabase
let orders: OpenFunction
let batches: EventBatch[]
let head = 400
const rows = async (sql: string) => (await db.pool.query(sql)).rows
const play = async (...events: EventBatch['events'][]) => {
  const made = events.map((list) => batch(++head, list))
  const { status, body } = await orders.events(made)
  if (status !== 200) throw new Error(JSON.stringify(body))
}

test.before(async () => {
  if (missing !== undefined) return
  db = await createTestDatabase()
  orders = await openFunction('orders', handler, { 'pg-url': db.url })
  batches = engineBatches(11, head)
  for (const bulk of piecesOf(batches, 90)) {
    const { status, body } = await orders.events(bulk)
    if (status !== 200) throw new Error(JSON.stringify(body))
  }
})
test.after.always(async () => {
  await orders?.close()
  await db?.[Symbol.asyncDispose]()
})

run('V2: every order stands as its last report left it, and its quantities add up', async (t) => {
  const last = new Map<number, ReturnType<typeof reports>[number]>()
  for (const r of reports()) if (r.execType !== 'Rejected') last.set(r.orderID, r)
  const stored = await rows(`SELECT order_id, cum_qty, leaves_qty, order_qty, price, is_open, seq,
    cum_notional FROM orders WHERE order_id > 0 ORDER BY order_id`)
  const expected = [...last.values()]
    .sort((a, b) => a.orderID - b.orderID)
    .map((r) => ({
      order_id: r.orderID,
      cum_qty: r.cumQty,
      leaves_qty: r.leavesQty,
      order_qty: r.orderQty,
      price: r.price,
      is_open: isOpen(r.ordStatus),
      seq: r.seq,
      cum_notional: r.cumNotional,
    }))
  t.true(expected.length > 1_000)
  t.deepEqual(stored, expected)
})

const reports = () => eventsOf(batches, 'ExecutionReport')

run('fees of an order are the sum of its fills, over all bulks', async (t) => {
  const wrong = await rows(`SELECT o.order_id FROM orders o
    LEFT JOIN (SELECT order_id, sum(fee) AS fees, sum(last_notional) AS notional
      FROM executions WHERE trade_id > 0 GROUP BY order_id) e USING (order_id)
    WHERE o.fees <> coalesce(e.fees, 0) OR o.cum_notional <> coalesce(e.notional, 0)`)
  t.deepEqual(wrong, [])
})

run('V3: both sides of every trade stand in the execution history', async (t) => {
  const trades = new Set(
    reports()
      .filter((r) => r.execType === 'Trade')
      .map((r) => r.tradeID),
  )
  const stored = await rows(`SELECT trade_id, count(*) AS sides FROM executions WHERE trade_id > 0
    GROUP BY trade_id ORDER BY trade_id`)
  t.deepEqual(
    stored.map((r) => [r['trade_id'], r['sides']]),
    [...trades].sort((a, b) => a - b).map((id): unknown[] => [id, 2]),
  )
})

run('C5: the same log three times changes nothing, even when the offset was lost', async (t) => {
  const tables = () => tableDigests(db.pool, ['orders', 'executions'])
  const before = await tables()
  for (let again = 0; again < 3; again++) {
    for (const bulk of piecesOf(batches, 150)) t.is((await orders.events(bulk)).status, 200)
  }
  t.deepEqual(await tables(), before)
  await db.pool.query(`UPDATE projection_offset SET seq = 0 WHERE function = 'orders'`)
  for (const bulk of piecesOf(batches, 90)) t.is((await orders.events(bulk)).status, 200)
  t.deepEqual(await tables(), before)
})

run('lists: open, closed and all, in pages that miss nothing', async (t) => {
  const listed = async (status: string) => {
    const found: { orderID: number; clOrdID: string; ordStatus: string }[] = []
    let cursor: string | null = null
    do {
      const params = { accountId: 1_002, status, limit: 13, minSeq: head }
      const { result } = await orders.rpc('list', cursor === null ? params : { ...params, cursor })
      found.push(...result.orders)
      cursor = result.nextCursor
    } while (cursor !== null)
    return found
  }
  const open = await listed('open')
  const closed = await listed('closed')
  const all = await listed('all')
  t.true(open.length > 5 && closed.length > 50)
  t.is(all.length, open.length + closed.length)
  t.is(new Set(all.map((o) => `${o.orderID} ${o.clOrdID}`)).size, all.length)
  t.true(open.every((o) => o.ordStatus === 'New' || o.ordStatus === 'PartiallyFilled'))
  const count = await rows('SELECT count(*) AS n FROM orders WHERE account_id = 1002')
  t.deepEqual(count, [{ n: all.length }])
})

run('an order reads as decimal strings, and belongs to its account alone', async (t) => {
  await play(
    [report({ account: 3_000, orderID: 900_001, execID: 900_001, clOrdID: 'mine', price: 25_000 })],
    trade({
      tradeID: 900_010,
      price: 25_000,
      qty: 10,
      buyer: 3_000,
      seller: 3_001,
      buyOrderID: 900_001,
      sellOrderID: 900_002,
    }).map((e) => ({ ...e, fee: 3n, clOrdID: e.account === 3_000 ? 'mine' : 'other' })),
  )
  const { result } = await orders.rpc('get', { accountId: 3_000, orderID: 900_001, minSeq: head })
  t.like(result, {
    orderID: 900_001,
    clOrdID: 'mine',
    symbol: 'BTC-USD',
    side: 'Buy',
    ordType: 'Limit',
    price: '250',
    orderQty: '0.0000001',
    ordStatus: 'Filled',
    leavesQty: '0',
    avgPx: '250',
    cumNotional: '0.000025',
    fees: '0.0000000003',
    rejectReason: null,
    createdAtMs: (head - 1) * 1_000,
    updatedAtMs: head * 1_000,
    seq: head,
  })
  const byId = await orders.rpc('get', { accountId: 3_000, clOrdID: 'mine' })
  t.is(byId.result.orderID, 900_001)
  const stranger = await orders.rpc('get', { accountId: 3_001, orderID: 900_001 })
  t.is(stranger.error?.code, 'TE_NOT_FOUND_ORDER')
  const fills = await orders.rpc('executions', { accountId: 3_000, orderID: 900_001 })
  t.like(fills.result.executions[0], {
    execType: 'Trade',
    tradeID: 900_010,
    lastPx: '250',
    lastQty: '0.0000001',
    fee: '0.0000000003',
    feeAsset: 'USD',
    aggressor: true,
    traceId: 'a'.repeat(32),
  })
  const strangers = await orders.rpc('executions', { accountId: 3_001, orderID: 900_001 })
  t.deepEqual(strangers.result.executions, [])
})

run('D3: an older event never overwrites a newer state', async (t) => {
  const open = { account: 3_010, orderID: 910_001, clOrdID: 'd3', price: 100 }
  await play([report({ ...open, execID: 910_001 })])
  await play([
    report({
      ...open,
      execID: 910_002,
      execType: 'Canceled',
      ordStatus: 'Canceled',
      leavesQty: 0,
      clOrdID: 'cancel-id',
      origClOrdID: 'd3',
    }),
  ])
  // The same first event again, as a projection that lost its offset would take it.
  await db.pool.query(`UPDATE projection_offset SET seq = ${head - 2} WHERE function = 'orders'`)
  t.is((await orders.events([batch(head - 1, [report({ ...open, execID: 910_001 })])])).status, 200)
  const { result } = await orders.rpc('get', { accountId: 3_010, orderID: 910_001 })
  t.like(result, { ordStatus: 'Canceled', leavesQty: '0', clOrdID: 'd3' })
  await db.pool.query(`UPDATE projection_offset SET seq = ${head} WHERE function = 'orders'`)
})

run(
  'a rejected order stands in the history; a repeated clOrdID leaves the first alone',
  async (t) => {
    const rejected = { account: 3_020, execType: 'Rejected', ordStatus: 'Rejected' } as const
    await play(
      [
        report({
          ...rejected,
          orderID: 0,
          execID: 920_001,
          rejectReason: 'InsufficientFunds',
          clOrdID: 'no-money',
        }),
        report({ account: 3_020, orderID: 920_010, execID: 920_002, clOrdID: 'first' }),
      ],
      [
        report({
          ...rejected,
          orderID: 920_010,
          execID: 920_003,
          rejectReason: 'DuplicateClOrdID',
          clOrdID: 'first',
          leavesQty: 0,
        }),
        report({
          ...rejected,
          orderID: 920_010,
          execID: 920_004,
          instrumentId: 0,
          rejectReason: 'UnknownOrder',
          clOrdID: 'request',
          leavesQty: 0,
        }),
      ],
    )
    const { result } = await orders.rpc('list', { accountId: 3_020, status: 'all', minSeq: head })
    t.deepEqual(
      result.orders.map((o: Record<string, unknown>): unknown[] => [
        o['clOrdID'],
        o['ordStatus'],
        o['orderID'],
      ]),
      [
        ['first', 'New', 920_010],
        ['no-money', 'Rejected', 0],
      ],
    )
    t.is(result.orders[1].rejectReason, 'InsufficientFunds')
    const steps = await orders.rpc('executions', { accountId: 3_020 })
    t.is(steps.result.executions.length, 3)
  },
)

run('C6: a read waits for its minSeq, or says how far it is', async (t) => {
  const asked = orders.rpc('list', { accountId: 3_030, minSeq: head + 1 })
  await play([report({ account: 3_030, orderID: 930_001, execID: 930_001 })])
  const { result, seq } = await asked
  t.is(result.orders.length, 1)
  t.is(seq, head)
  const behind = await orders.rpc('list', { accountId: 3_030, minSeq: head + 5 })
  t.is(behind.error?.code, 'TE_BEHIND')
  t.regex(behind.error?.message ?? '', new RegExp(String(head)))
})

run('E3: parameters are values, never SQL', async (t) => {
  const before = await rows('SELECT count(*) AS n FROM orders')
  const payloads = ["'", "' OR '1'='1", '1; DROP TABLE orders', '--', '\\', '$1', '%', '\u0000']
  for (const text of payloads) {
    for (const field of ['status', 'symbol', 'cursor', 'clOrdID', 'limit', 'sort', '__proto__']) {
      for (const method of ['list', 'get', 'executions']) {
        const params = Object.fromEntries([
          ['accountId', 1_000],
          [field, text],
        ])
        const { ok, error } = await orders.rpc(method, params)
        t.false(ok)
        t.true(['TE_INPUT_FIELD', 'TE_NOT_FOUND_ORDER'].includes(error?.code ?? ''), error?.code)
      }
    }
  }
  t.deepEqual(await rows('SELECT count(*) AS n FROM orders'), before)
  const unlisted = await orders.rpc('list', { accountId: 1_000, symbol: 'XX-YY' })
  t.is(unlisted.error?.code, 'TE_NOT_FOUND_INSTRUMENT')
})

run('E8: every query uses an index', async (t) => {
  await db.pool.query('ANALYZE')
  const page = [1_002, 500, null, 10]
  const { byId, byClOrdID, executionsOfOrder, ...lists } = ORDER_STATEMENTS
  for (const { text } of Object.values(lists)) {
    t.deepEqual(await seqScansOf(db.pool, text, page), [], text)
  }
  t.deepEqual(await seqScansOf(db.pool, byId.text, [5, 1_002]), [])
  t.deepEqual(await seqScansOf(db.pool, byClOrdID.text, ['c', 1_002]), [])
  t.deepEqual(await seqScansOf(db.pool, executionsOfOrder.text, [...page, 5]), [])
})
