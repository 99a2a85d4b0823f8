// The risk function over its real handler and a real database.

import test from 'ava'
import type { EventBatch } from '#contracts/event-codec.ts'
import type { EngineEvent } from '#domain/event.ts'
import * as handler from '../../functions/risk/handler.ts'
import { createTestDatabase, type TestDatabase, whyNoDatabase } from '../helpers/database.ts'
import { BTC_USD, batch, listed, report } from '../helpers/events.ts'
import { type OpenFunction, openFunction, type Reply } from '../helpers/function-process.ts'

const missing = whyNoDatabase()
const run = missing === undefined ? test.serial : test.serial.skip
if (missing !== undefined) test.skip(`SKIPPED, needs PostgreSQL: ${missing}`, () => undefined)

let db: TestDatabase
let risk: OpenFunction
let head = 0
let account = 5_000
test.before(async () => {
  if (missing !== undefined) return
  db = await createTestDatabase()
  risk = await openFunction('risk', handler, { 'pg-url': db.url })
  await risk.events([batch(1, [listed({ ...BTC_USD, maxPosition: 500_000_000 })])])
  head = 1
})
test.after.always(async () => {
  await risk?.close()
  await db?.[Symbol.asyncDispose]()
})
test.beforeEach(() => {
  account += 10
})

async function play(...eventsOfBatches: EventBatch['events'][]): Promise<void> {
  const batches = eventsOfBatches.map((events) => {
    head += 1
    return batch(head, events)
  })
  const { status, body } = await risk.events(batches)
  if (status !== 200) throw new Error(`status ${status}: ${JSON.stringify(body)}`)
}
const mine = (fields: Parameters<typeof report>[0]) => report({ account, ...fields })
const exposure = async () =>
  (await risk.rpc('exposure', { accountId: account, minSeq: head })).result.exposure
const code = (reply: Reply) => reply.error?.code ?? 'ok'
const changed = (fields: object): EngineEvent => ({
  type: 'AccountChanged',
  cmdIndex: 0,
  account,
  traceId: 'a'.repeat(32),
  killSwitch: false,
  maxOpenOrders: 200,
  makerFeePpm: null,
  takerFeePpm: null,
  ...fields,
})

run('exposure is what open orders could still do, by side', async (t) => {
  t.deepEqual(await exposure(), [])
  await play(
    [mine({ orderID: 1, price: 100, orderQty: 10 }), mine({ orderID: 2, price: 90, orderQty: 5 })],
    [mine({ orderID: 3, side: 'Sell', price: 200, orderQty: 7 })],
  )
  t.deepEqual(await exposure(), [
    {
      symbol: 'BTC-USD',
      openBuyOrders: 2,
      openSellOrders: 1,
      openBuyQty: '0.00000015',
      openSellQty: '0.00000007',
      openBuyNotional: '0.000000145',
      openSellNotional: '0.00000014',
    },
  ])
})

run('fills, replaces and cancels change it; a refused replace or cancel does not', async (t) => {
  await play([mine({ orderID: 11, price: 100, orderQty: 10 })])
  const filled = { orderID: 11, price: 100, orderQty: 10, cumQty: 4, lastQty: 4, lastPx: 100 }
  await play([mine({ ...filled, execType: 'Trade', ordStatus: 'PartiallyFilled' })])
  t.like((await exposure())[0], { openBuyQty: '0.00000006', openBuyNotional: '0.00000006' })
  const refused = {
    orderID: 11,
    execType: 'Rejected',
    ordStatus: 'Rejected',
    leavesQty: 0,
  } as const
  await play([mine({ ...refused, rejectReason: 'InsufficientFunds' })])
  t.like((await exposure())[0], { openBuyQty: '0.00000006' })
  await play([
    mine({
      ...filled,
      execType: 'Replaced',
      ordStatus: 'PartiallyFilled',
      price: 50,
      orderQty: 6,
      leavesQty: 2,
    }),
  ])
  t.like((await exposure())[0], { openBuyQty: '0.00000002', openBuyNotional: '0.00000001' })
  await play([mine({ ...filled, execType: 'Canceled', ordStatus: 'Canceled', leavesQty: 0 })])
  t.deepEqual(await exposure(), [])
})

run('an order that comes and goes inside one bulk leaves no row', async (t) => {
  await play(
    [mine({ orderID: 21 })],
    [mine({ orderID: 21, execType: 'Expired', ordStatus: 'Expired', leavesQty: 0 })],
    [mine({ orderID: 22, execType: 'Rejected', ordStatus: 'Rejected', leavesQty: 0 })],
  )
  const { rows } = await db.pool.query('SELECT 1 FROM risk_open_order WHERE account_id = $1', [
    account,
  ])
  t.deepEqual(rows, [])
})

run('C5: replayed bulks change nothing', async (t) => {
  head += 2
  const bulk = [
    batch(head - 1, [mine({ orderID: 31, orderQty: 3 }), mine({ orderID: 32, orderQty: 4 })]),
    batch(head, [mine({ orderID: 31, execType: 'Canceled', ordStatus: 'Canceled', leavesQty: 0 })]),
  ]
  for (let round = 0; round < 3; round++) {
    t.deepEqual((await risk.events(bulk)).body, { ok: true, seq: head })
    t.like((await exposure())[0], { openBuyOrders: 1, openBuyQty: '0.00000004' })
  }
})

run('limits are what the engine said last', async (t) => {
  t.like((await risk.rpc('limits', { accountId: account })).result, {
    maxOpenOrders: null,
    killSwitch: false,
    maxPosition: [{ symbol: 'BTC-USD', maxPosition: '5' }],
    exposure: [],
  })
  await play([changed({})], [changed({ maxOpenOrders: 7, killSwitch: true, makerFeePpm: -5 })])
  const reply = await risk.rpc('limits', { accountId: account, minSeq: head })
  t.like(reply.result, {
    maxOpenOrders: 7,
    killSwitch: true,
    makerFeePpm: -5,
    takerFeePpm: null,
  })
  t.true((reply.seq ?? 0) >= head)
})

run('the venue shows its kill switch, killed accounts and open orders', async (t) => {
  const venue = (killSwitch: boolean): EngineEvent => ({
    type: 'VenueChanged',
    cmdIndex: 0,
    account: 0,
    traceId: 'a'.repeat(32),
    killSwitch,
  })
  const before = (await risk.rpc('venue', {})).result
  t.false(before.killSwitch)
  await play([venue(true), changed({ killSwitch: true })], [mine({ orderID: 41 })])
  t.deepEqual((await risk.rpc('venue', {})).result, {
    killSwitch: true,
    killedAccounts: before.killedAccounts + 1,
    openOrders: before.openOrders + 1,
  })
  await play([venue(true), venue(false)])
  t.false((await risk.rpc('venue', {})).result.killSwitch)
})

run('C6: a reader that is ahead of the projection is told so', async (t) => {
  const reply = await risk.rpc('exposure', { accountId: account, minSeq: head + 1 })
  t.is(code(reply), 'TE_BEHIND')
})

run('bad parameters are refused by field', async (t) => {
  const bad = [
    {},
    { accountId: 0 },
    { accountId: 1e300 },
    { accountId: 5, minSeq: -1 },
    { accountId: 5, x: 1 },
  ]
  for (const params of bad) {
    for (const method of ['limits', 'exposure']) {
      t.is(code(await risk.rpc(method, params)), 'TE_INPUT_FIELD', JSON.stringify(params))
    }
  }
  t.is(code(await risk.rpc('venue', { a: 1 })), 'TE_INPUT_FIELD')
})
