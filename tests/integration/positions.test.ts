// Positions over the real handler, a real database, and event streams of the real engine.

import test from 'ava'
import type { EventBatch } from '#contracts/event-codec.ts'
import * as handler from '../../functions/positions/handler.ts'
import { POSITIONS_OF_ACCOUNT } from '../../functions/positions/queries.ts'
import { createTestDatabase, type TestDatabase, whyNoDatabase } from '../helpers/database.ts'
import { engineBatches, eventsOf, piecesOf } from '../helpers/engine-events.ts'
import { batch, trade } from '../helpers/events.ts'
import { type OpenFunction, openFunction } from '../helpers/function-process.ts'
import { seqScansOf } from '../helpers/query-plan.ts'
import { tableDigests } from '../helpers/table-digest.ts'

const missing = whyNoDatabase()
const run = missing === undefined ? test.serial : test.serial.skip
if (missing !== undefined) test.skip(`SKIPPED, needs PostgreSQL: ${missing}`, () => undefined)

const HEAD = 300
let db: TestDatabase
let positions: OpenFunction
let batches: EventBatch[]
const rows = async (sql: string) => (await db.pool.query(sql)).rows

test.before(async () => {
  if (missing !== undefined) return
  db = await createTestDatabase()
  positions = await openFunction('positions', handler, { 'pg-url': db.url })
  batches = engineBatches(23, HEAD)
  for (const bulk of piecesOf(batches, 90)) {
    const { status, body } = await positions.events(bulk)
    if (status !== 200) throw new Error(JSON.stringify(body))
  }
})
test.after.always(async () => {
  await positions?.close()
  await db?.[Symbol.asyncDispose]()
})

run('V9: quantity, cash identity and fees of every position are those of its fills', async (t) => {
  const expected = new Map<number, { qty: bigint; cash: bigint; fees: bigint }>()
  for (const fill of eventsOf(batches, 'ExecutionReport')) {
    if (fill.execType !== 'Trade') continue
    const known = expected.get(fill.account) ?? { qty: 0n, cash: 0n, fees: 0n }
    const sign = fill.side === 'Buy' ? 1n : -1n
    known.qty += sign * BigInt(fill.lastQty)
    known.cash -= sign * fill.lastNotional
    known.fees += fill.fee
    expected.set(fill.account, known)
  }
  const stored = await rows(`SELECT account_id, net_qty AS qty, realized_pnl - cost AS cash, fees
    FROM positions ORDER BY account_id`)
  t.is(stored.length, expected.size)
  for (const { account_id: account, ...rest } of stored) {
    t.deepEqual(rest, { ...expected.get(account as number) })
  }
})

run('C5: the same log three times changes nothing, even when the offset was lost', async (t) => {
  const before = await tableDigests(db.pool, ['positions', 'position_price'])
  for (const size of [90, 150, 31]) {
    await db.pool.query(`UPDATE projection_offset SET seq = 0 WHERE function = 'positions'`)
    for (const bulk of piecesOf(batches, size)) t.is((await positions.events(bulk)).status, 200)
    t.deepEqual(await tableDigests(db.pool, ['positions', 'position_price']), before)
  }
})

run('a position reads as decimal strings; a closed one has no average', async (t) => {
  const deal = (tradeID: number, price: number, qty: number, buyer: number, seller: number) =>
    trade({
      tradeID,
      price,
      qty,
      buyer,
      seller,
      buyOrderID: tradeID * 2,
      sellOrderID: tradeID * 2 + 1,
    }).map((e) => ({ ...e, fee: 2n }))
  const listed = async (accountId: number, minSeq: number) =>
    (await positions.rpc('list', { accountId, minSeq })).result.positions
  await positions.events([batch(HEAD + 1, deal(90_001, 20_000, 30_000_000, 5_000, 5_001))])
  await positions.events([batch(HEAD + 2, deal(90_002, 30_000, 10_000_000, 5_001, 5_000))])
  t.deepEqual(await listed(5_000, HEAD + 2), [
    {
      symbol: 'BTC-USD',
      netQty: '0.2',
      cost: '40',
      avgCost: '200',
      realizedPnl: '10',
      fees: '0.0000000004',
      lastPx: '300',
      markPx: null,
      unrealizedPnl: '20',
    },
  ])
  // Sold what it had deposited: the mirror image.
  t.like((await listed(5_001, HEAD + 2))[0], {
    netQty: '-0.2',
    cost: '-40',
    avgCost: '200',
    realizedPnl: '-10',
    unrealizedPnl: '-20',
  })
  await positions.events([batch(HEAD + 3, deal(90_003, 25_000, 20_000_000, 5_001, 5_000))])
  t.like((await listed(5_000, HEAD + 3))[0], {
    netQty: '0',
    cost: '0',
    avgCost: null,
    realizedPnl: '20',
    unrealizedPnl: '0',
  })
  t.deepEqual(await listed(77, HEAD + 3), [])
})

run('bad parameters are a no with a code', async (t) => {
  const code = async (params: unknown) => (await positions.rpc('list', params)).error?.code
  t.is(await code({}), 'TE_INPUT_FIELD')
  t.is(await code({ accountId: -1 }), 'TE_INPUT_FIELD')
  t.is(await code({ accountId: 1_000, symbol: 'BTC-USD' }), 'TE_INPUT_FIELD')
  t.is(await code({ accountId: 1_000, minSeq: 1e9 }), 'TE_BEHIND')
})

run('E8: the query uses an index', async (t) => {
  t.deepEqual(await seqScansOf(db.pool, POSITIONS_OF_ACCOUNT.text, [1_000], ['position_price']), [])
})
