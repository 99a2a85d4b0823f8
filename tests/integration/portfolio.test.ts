// Portfolios over the real handlers of portfolio and positions, on one real database.

import test from 'ava'
import { createInstrumentTable, type Postgres } from '#adapters/postgres/index.ts'
import type { EventBatch } from '#contracts/event-codec.ts'
import type { FunctionContext, RpcCall } from '#contracts/function-handler.ts'
import * as handler from '../../functions/portfolio/handler.ts'
import { createPortfolioQueries, PORTFOLIO_STATEMENTS } from '../../functions/portfolio/queries.ts'
import * as positionsHandler from '../../functions/positions/handler.ts'
import { createTestDatabase, type TestDatabase, whyNoDatabase } from '../helpers/database.ts'
import { engineBatches, piecesOf } from '../helpers/engine-events.ts'
import { BTC_USD, balance, batch, listed, trade } from '../helpers/events.ts'
import { type OpenFunction, openFunction } from '../helpers/function-process.ts'
import { seqScansOf } from '../helpers/query-plan.ts'
import { tableDigests } from '../helpers/table-digest.ts'

const missing = whyNoDatabase()
const run = missing === undefined ? test.serial : test.serial.skip
if (missing !== undefined) test.skip(`SKIPPED, needs PostgreSQL: ${missing}`, () => undefined)

const TABLES = ['portfolio_balance', 'portfolio_price', 'portfolio_equity']
let db: TestDatabase
let portfolio: OpenFunction
let positions: OpenFunction
let batches: EventBatch[]
let head = 200

/** Both functions take the same bulk, as the connector would give it. */
async function play(bulk: EventBatch[]): Promise<void> {
  for (const one of [portfolio, positions]) {
    const { status, body } = await one.events(bulk)
    if (status !== 200) throw new Error(JSON.stringify(body))
  }
}

test.before(async () => {
  if (missing !== undefined) return
  db = await createTestDatabase()
  portfolio = await openFunction('portfolio', handler, { 'pg-url': db.url })
  positions = await openFunction('positions', positionsHandler, { 'pg-url': db.url })
  batches = engineBatches(31, head)
  for (const bulk of piecesOf(batches, 70)) await play(bulk)
})
test.after.always(async () => {
  await portfolio?.close()
  await positions?.close()
  await db?.[Symbol.asyncDispose]()
})

run('equity is the sum of the values of its assets', async (t) => {
  const { result, seq } = await portfolio.rpc('get', { accountId: 1_003, minSeq: head })
  t.is(seq, head)
  t.is(result.currency, 'USD')
  t.deepEqual(
    result.assets.map((a: { asset: string }) => a.asset),
    ['BTC', 'USD'],
  )
  const minor = (text: string) => {
    const [whole = '0', rest = ''] = text.split('.')
    return BigInt(whole + rest.padEnd(10, '0'))
  }
  const sum = result.assets.reduce((s: bigint, a: { value: string }) => s + minor(a.value), 0n)
  t.is(minor(result.equity), sum)
  t.true(result.equityCurve.length >= 3)
  const times = result.equityCurve.map((p: { timeMs: number }) => p.timeMs)
  t.deepEqual(times, times.toSorted())
})

run('H1: P&L is fresh after each partial fill, and exact', async (t) => {
  const buy = (tradeID: number, price: number, qty: number) =>
    trade({
      tradeID,
      price,
      qty,
      buyer: 6_000,
      seller: 6_001,
      buyOrderID: 700_000,
      sellOrderID: 700_000 + tradeID,
    })
  const cash = (n: bigint) => balance({ account: 6_000, assetId: 1, delta: 1n, balance: n })
  const coins = (n: bigint) =>
    balance({ account: 6_000, assetId: 2, delta: 1n, balance: n, reason: 'Trade' })
  const usd = 10n ** 10n
  const ids = await db.pool.query<{ asset_id: number; name: string }>('SELECT * FROM asset')
  t.deepEqual(new Set(ids.rows.map((r) => r.name)), new Set(['BTC', 'USD']))
  const idOf = (name: string) => ids.rows.find((r) => r.name === name)?.asset_id ?? 0
  const asListed = (events: ReturnType<typeof cash>[]) =>
    events.map((e) => ({ ...e, assetId: idOf(e.assetId === 1 ? 'USD' : 'BTC') }))

  await play([batch(++head, asListed([cash(100n * usd)]))])
  await play([
    batch(++head, [
      ...buy(1_000_001, 20_000, 10_000_000),
      ...asListed([cash(80n * usd), coins(10_000_000n)]),
    ]),
  ])
  const first = await portfolio.rpc('get', { accountId: 6_000, minSeq: head })
  t.like(first.result, { equity: '100', unrealizedPnl: '0', realizedPnl: '0' })
  await play([
    batch(++head, [
      ...buy(1_000_002, 30_000, 10_000_000),
      ...asListed([cash(50n * usd), coins(20_000_000n)]),
    ]),
  ])
  const second = await portfolio.rpc('get', { accountId: 6_000, minSeq: head })
  t.like(second.result, { equity: '110', unrealizedPnl: '10', realizedPnl: '0' })
  t.deepEqual(second.result.assets, [
    { asset: 'BTC', total: '0.2', price: '300', value: '60' },
    { asset: 'USD', total: '50', price: '1', value: '50' },
  ])
})

run('C6: it waits for both projections, and says how far it is', async (t) => {
  const next = batch(++head, [])
  await portfolio.events([next])
  const behind = await portfolio.rpc('get', { accountId: 1_000, minSeq: head })
  t.is(behind.error?.code, 'TE_BEHIND')
  const asked = portfolio.rpc('get', { accountId: 1_000, minSeq: head })
  await positions.events([next])
  t.is((await asked).seq, head)
})

run('C5: a repeated log changes nothing, even when the offset was lost', async (t) => {
  const before = await tableDigests(db.pool, TABLES)
  for (const size of [70, 45]) {
    await db.pool.query(`UPDATE projection_offset SET seq = 0 WHERE function = 'portfolio'`)
    for (const bulk of piecesOf(batches, size)) t.is((await portfolio.events(bulk)).status, 200)
    t.deepEqual(await tableDigests(db.pool, TABLES), before)
  }
  await db.pool.query(`UPDATE projection_offset SET seq = ${head} WHERE function = 'portfolio'`)
})

run('E7: as many queries for a hundred positions as for one', async (t) => {
  const many = Array.from({ length: 100 }, (_, i) => ({
    ...BTC_USD,
    instrumentId: 1_000 + i,
    symbol: `C${i}XX-USD`,
    base: { assetId: 2_000 + i, name: `C${i}XX`, scale: 8 },
    quote: { ...BTC_USD.quote, assetId: 0 },
  }))
  const usd = await db.pool.query<{ asset_id: number }>(
    `SELECT asset_id FROM asset WHERE name = 'USD'`,
  )
  const usdId = usd.rows[0]?.asset_id ?? 0
  const events = many.flatMap((instrument, i) => [
    listed({ ...instrument, quote: { ...instrument.quote, assetId: usdId } }),
    ...trade({
      tradeID: 1,
      price: 100,
      qty: 5,
      buyer: 7_000,
      seller: 7_001,
      buyOrderID: 800_000 + i,
      sellOrderID: 810_000 + i,
    }).map((e) => ({ ...e, instrumentId: instrument.instrumentId })),
    balance({ account: 7_000, assetId: 2_000 + i, delta: 5n, balance: 5n }),
  ])
  await play([batch(++head, events)])
  let queries = 0
  const counting: Postgres = {
    ...db.pool,
    query: (sql, values) => {
      queries += 1
      return db.pool.query(sql, values)
    },
  }
  const instruments = createInstrumentTable(counting)
  await instruments.load()
  const { get } = createPortfolioQueries(counting, instruments)
  const asked = async (accountId: number) => {
    queries = 0
    await get({ accountId }, {} as RpcCall, {} as FunctionContext)
    return queries
  }
  t.is(await asked(7_000), 2)
  t.is(await asked(6_000), 2)
  const { result } = await portfolio.rpc('get', { accountId: 7_000, minSeq: head })
  t.is(result.assets.length, 100)
  t.is(result.equity, '0.000005')
})

run('bad parameters are a no with a code', async (t) => {
  const code = async (params: unknown) => (await portfolio.rpc('get', params)).error?.code
  t.is(await code({}), 'TE_INPUT_FIELD')
  t.is(await code({ accountId: 1_000, points: 0 }), 'TE_INPUT_FIELD')
  t.is(await code({ accountId: 1_000, currency: 'EUR' }), 'TE_INPUT_FIELD')
  const nobody = await portfolio.rpc('get', { accountId: 77 })
  t.like(nobody.result, { equity: '0', assets: [], equityCurve: [] })
})

run('E8: no query walks the accounts', async (t) => {
  const { state, curve } = PORTFOLIO_STATEMENTS
  const small = ['portfolio_price', 'position_price', 'projection_offset']
  t.deepEqual(await seqScansOf(db.pool, state.text, [1_000], small), [])
  t.deepEqual(await seqScansOf(db.pool, curve.text, [1_000, 10], small), [])
})
