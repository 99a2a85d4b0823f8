// The alerts function over its real handler and a real database.

import test from 'ava'
import { createInstrumentTable, type ProjectedBatch, type Tx } from '#adapters/postgres/index.ts'
import type { EventBatch } from '#contracts/event-codec.ts'
import { fireAlerts } from '../../functions/alerts/fire.ts'
import * as handler from '../../functions/alerts/handler.ts'
import { createTestDatabase, type TestDatabase, whyNoDatabase } from '../helpers/database.ts'
import { batch, listed, report, trade } from '../helpers/events.ts'
import { type OpenFunction, openFunction, type Reply } from '../helpers/function-process.ts'
import { until } from '../helpers/until.ts'

const missing = whyNoDatabase()
const run = missing === undefined ? test.serial : test.serial.skip
if (missing !== undefined) test.skip(`SKIPPED, needs PostgreSQL: ${missing}`, () => undefined)

let db: TestDatabase
let alerts: OpenFunction
let head = 0
let account = 5_000
test.before(async () => {
  if (missing !== undefined) return
  db = await createTestDatabase()
  alerts = await openFunction('alerts', handler, { 'pg-url': db.url })
  await alerts.events([batch(1, [listed()])])
  head = 1
})
test.after.always(async () => {
  await alerts?.close()
  await db?.[Symbol.asyncDispose]()
})
test.beforeEach(async () => {
  account += 10
  if (missing === undefined) await db.pool.query('DELETE FROM alert')
})

let tradeID = 0
/** A trade of two strangers, or of whom the test names. */
function traded(price: number, who: Partial<Parameters<typeof trade>[0]> = {}) {
  tradeID += 1
  const ids = { buyOrderID: tradeID * 2, sellOrderID: tradeID * 2 + 1 }
  return trade({ tradeID, price, qty: 5, buyer: 1000, seller: 1001, ...ids, ...who })
}

interface Push {
  readonly subject: string
  readonly data: { readonly type: string; readonly alert: Record<string, unknown> }
}

/** Sends the next batches of the log; each argument is one batch's events. */
async function play(...eventsOfBatches: EventBatch['events'][]): Promise<Push[]> {
  const batches = eventsOfBatches.map((events) => {
    head += 1
    return batch(head, events)
  })
  return send(batches)
}
async function send(batches: readonly EventBatch[]): Promise<Push[]> {
  const { status, body } = await alerts.events(batches)
  if (status !== 200) throw new Error(`status ${status}: ${JSON.stringify(body)}`)
  return (body as { emit?: Push[] }).emit ?? []
}
const create = (fields: object) => alerts.rpc('create', { accountId: account, ...fields })
const above = (price: string) => create({ kind: 'PriceAbove', symbol: 'BTC-USD', price })
const below = (price: string) => create({ kind: 'PriceBelow', symbol: 'BTC-USD', price })
const list = async () => (await alerts.rpc('list', { accountId: account })).result.alerts
const code = (reply: Reply) => reply.error?.code ?? 'ok'

run('a price alert fires once, at the first trade at or through its price', async (t) => {
  const armed = (await above('1.05')).result
  t.like(armed, { kind: 'PriceAbove', symbol: 'BTC-USD', price: '1.05', status: 'Armed' })
  t.deepEqual(await play(traded(104)), [])
  const seq = head + 2
  const pushes = await play(traded(100), [...traded(105), ...traded(110)], traded(120))
  t.is(pushes.length, 1)
  t.is(pushes[0]?.subject, `push.${account}`)
  t.like(pushes[0]?.data, { type: 'alert' })
  t.like(pushes[0]?.data.alert, {
    alertId: armed.alertId,
    status: 'Fired',
    firedSeq: seq,
    firedPrice: '1.05',
    firedAtMs: seq * 1_000,
  })
  t.deepEqual(await play(traded(130)), [])
  t.like((await list())[0], { alertId: armed.alertId, status: 'Fired', firedSeq: seq })
})

run('a price below fires at or through, and a gap through the price counts', async (t) => {
  await below('0.95')
  await below('0.5')
  t.deepEqual(await play(traded(96)), [])
  const pushes = await play(traded(90))
  t.deepEqual(
    pushes.map((push) => [push.data.alert['price'], push.data.alert['firedPrice']]),
    [['0.95', '0.9']],
  )
})

run('trades before the alert was armed do not count', async (t) => {
  await play(traded(200))
  await above('1.5')
  t.deepEqual(await play([]), [])
  t.is((await play(traded(150))).length, 1)
})

run('an order alert fires when the order is filled whole, not before', async (t) => {
  await create({ kind: 'OrderFilled', orderID: 900_001 })
  const part = report({
    account,
    orderID: 900_001,
    execType: 'Trade',
    ordStatus: 'PartiallyFilled',
    lastPx: 100,
    lastQty: 4,
    cumQty: 4,
    tradeID: 1,
  })
  const stranger = traded(100, { buyer: account + 1, buyOrderID: 900_001 })
  t.deepEqual(await play([part], stranger), [])
  const pushes = await play(traded(101, { buyer: account, buyOrderID: 900_001 }))
  t.like(pushes[0]?.data.alert, { orderID: 900_001, symbol: 'BTC-USD', firedPrice: '1.01' })
})

run('an alert for any order fires once, for the first one filled, and names it', async (t) => {
  await create({ kind: 'OrderFilled' })
  const mine = (orderID: number) => traded(100, { seller: account, sellOrderID: orderID })
  const pushes = await play(mine(910_007), mine(910_008))
  t.is(pushes.length, 1)
  t.like(pushes[0]?.data.alert, { orderID: 910_007, status: 'Fired' })
  t.deepEqual(await play(mine(910_009)), [])
})

run(
  'C5: a bulk that comes again fires nothing again, and repeats the push that is owed',
  async (t) => {
    await above('1.05')
    head += 1
    const bulk = [batch(head, traded(105))]
    const first = await send(bulk)
    t.is(first.length, 1)
    const again = await send(bulk)
    t.deepEqual(again, first)
    const fired = async () =>
      (await list()).filter((alert: { status: string }) => alert.status === 'Fired').length
    t.is(await fired(), 1)
    t.deepEqual(await play([]), [])
    t.deepEqual(await send(bulk), [], 'the next bulk meant: delivered')
    t.is(await fired(), 1)
  },
)

run('E4: a bulk that fails after firing leaves the alert armed', async (t) => {
  await above('1.05')
  await db.pool.query(
    `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
     $$ BEGIN RAISE EXCEPTION 'failpoint'; END $$`,
  )
  await db.pool.query(
    'CREATE TRIGGER refuse BEFORE UPDATE ON projection_offset FOR EACH ROW EXECUTE FUNCTION refuse()',
  )
  const bulk = [batch(head + 1, traded(105))]
  await t.throwsAsync(alerts.events(bulk), { message: /failpoint/ })
  t.like((await list())[0], { status: 'Armed' })
  await db.pool.query('DROP TRIGGER refuse ON projection_offset')
  head += 1
  t.is((await send(bulk)).length, 1)
})

run('A1: alerts armed, removed and fired at once: each fires once or is gone', async (t) => {
  const ids: number[] = []
  for (let i = 0; i < 60; i++) ids.push((await above(`1.${10 + (i % 30)}`)).result.alertId)
  const removing = ids
    .filter((_, i) => i % 2 === 0)
    .map((alertId) => alerts.rpc('remove', { accountId: account, alertId }))
  const arming = Array.from({ length: 20 }, () => above('1.3'))
  const pushes = [...(await play(traded(200))), ...(await play(traded(200)))]
  const removed = (await Promise.all(removing)).filter((reply) => reply.ok).length
  const armed = (await Promise.all(arming)).filter((reply) => reply.ok).length
  pushes.push(...(await play(traded(200))))
  const pushedIds = pushes.map((push) => push.data.alert['alertId'])
  // A push may be repeated while it is owed, so count alerts, not pushes.
  const fired = new Set(pushedIds)
  const left: { alertId: number; status: string }[] = await list()
  t.is(armed, 20)
  t.is(removed, 30)
  t.true(left.every((alert) => alert.status === 'Fired' && fired.has(alert.alertId)))
  t.is(left.length, 60 + 20 - 30)
})

run('an account has at most 100 armed alerts, also under parallel requests', async (t) => {
  for (let i = 0; i < 99; i++) await above('9000')
  // Somebody holds the offset, so that all four have begun before one can end.
  const { asked } = await db.pool.withTx(async (tx) => {
    await tx.query("SELECT 1 FROM projection_offset WHERE function = 'alerts' FOR UPDATE")
    const parallel = Array.from({ length: 4 }, () => above('9000'))
    await until('four wait', async () => {
      const { rows } = await db.pool.query<{ n: number }>(
        `SELECT count(*) AS n FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      )
      return rows[0]?.n === 4
    })
    return { asked: parallel }
  })
  const codes = (await Promise.all(asked)).map(code).toSorted()
  t.deepEqual(codes, ['TE_ALERT_LIMIT', 'TE_ALERT_LIMIT', 'TE_ALERT_LIMIT', 'ok'])
  const [newest] = await list()
  await alerts.rpc('remove', { accountId: account, alertId: newest.alertId })
  t.is(code(await above('9000')), 'ok')
})

run('an alert is seen and removed by its owner only', async (t) => {
  const { alertId } = (await above('9000')).result
  const stranger = account + 5
  t.deepEqual((await alerts.rpc('list', { accountId: stranger })).result.alerts, [])
  t.is(code(await alerts.rpc('remove', { accountId: stranger, alertId })), 'TE_NOT_FOUND')
  t.is(code(await alerts.rpc('remove', { accountId: account, alertId })), 'ok')
  t.is(code(await alerts.rpc('remove', { accountId: account, alertId })), 'TE_NOT_FOUND')
  t.deepEqual(await play(traded(2_000_000)), [])
})

run('bad wishes are refused by field', async (t) => {
  const price = { kind: 'PriceAbove', symbol: 'BTC-USD' }
  const cases: [object, string][] = [
    [{}, 'TE_INPUT_FIELD'],
    [{ kind: 'PriceSideways', symbol: 'BTC-USD', price: '1' }, 'TE_INPUT_FIELD'],
    [{ ...price }, 'TE_INPUT_FIELD'],
    [{ ...price, price: 1 }, 'TE_INPUT_FIELD'],
    [{ ...price, price: '1e3' }, 'TE_INPUT_DECIMAL'],
    [{ ...price, price: '-1' }, 'TE_INPUT_DECIMAL'],
    [{ ...price, price: '0' }, 'TE_INPUT_DECIMAL'],
    [{ ...price, price: '1.005' }, 'TE_INPUT_DECIMAL'],
    [{ ...price, price: '99999999999999999999' }, 'TE_INPUT_DECIMAL'],
    [{ ...price, price: '1', symbol: 'ETH-USD' }, 'TE_NOT_FOUND_INSTRUMENT'],
    [{ ...price, price: '1', symbol: 'btc' }, 'TE_INPUT_FIELD'],
    [{ ...price, price: '1', orderID: 5 }, 'TE_INPUT_FIELD'],
    [{ kind: 'OrderFilled', orderID: 0 }, 'TE_INPUT_FIELD'],
    [{ kind: 'OrderFilled', price: '1' }, 'TE_INPUT_FIELD'],
  ]
  for (const [fields, expected] of cases) {
    t.is(code(await create(fields)), expected, JSON.stringify(fields))
  }
  t.deepEqual(await list(), [])
})

run('E7: the statements of a bulk are as many for one alert as for a hundred', async (t) => {
  const instruments = createInstrumentTable(db.pool)
  const statementsOf = async (batches: ProjectedBatch[]) => {
    let statements = 0
    const pushes = await db.pool.withTx((tx) => {
      const counting: Tx = {
        isTransaction: true,
        query: (sql, params) => {
          statements += 1
          return tx.query(sql, params)
        },
      }
      const bulk = { shard: 0, batches }
      return fireAlerts(counting, bulk, instruments)
    })
    return { statements, pushes: pushes.length }
  }
  await above('30000')
  t.deepEqual(await statementsOf([batch(head + 1, traded(3_000_000))]), {
    statements: 3,
    pushes: 1,
  })
  for (let i = 0; i < 99; i++) await above('30000')
  await create({ kind: 'OrderFilled' })
  const many = Array.from({ length: 200 }, (_, i) => batch(head + 1 + i, traded(3_000_000)))
  t.deepEqual(await statementsOf(many), { statements: 3, pushes: 99 })
})

run('E8: what a bulk asks for is read from the indexes of armed alerts', async (t) => {
  const plan = async (where: string) => {
    const rows = await db.pool.withTx(async (tx) => {
      await tx.query('SET LOCAL enable_seqscan = off')
      return (await tx.query<Record<string, string>>(`EXPLAIN SELECT * FROM alert WHERE ${where}`))
        .rows
    })
    return rows.map((row) => row['QUERY PLAN']).join('\n')
  }
  const armed = "status = 'Armed'"
  t.regex(
    await plan(`${armed} AND kind = 'PriceAbove' AND instrument_id = 1 AND price <= 5`),
    /alert_above/,
  )
  t.regex(
    await plan(`${armed} AND kind = 'PriceBelow' AND instrument_id = 1 AND price >= 5`),
    /alert_below/,
  )
  t.regex(await plan(`${armed} AND kind = 'OrderFilled' AND account_id = 5`), /alert_order/)
})
