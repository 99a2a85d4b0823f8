// The ledger over its real handler, a real database, and event streams of the real engine.

import test from 'ava'
import { createInstrumentTable, createProjection, type Tx } from '#adapters/postgres/index.ts'
import type { EventBatch } from '#contracts/event-codec.ts'
import * as handler from '../../functions/ledger/handler.ts'
import { createLedgerWriter } from '../../functions/ledger/projection.ts'
import { LEDGER_STATEMENTS } from '../../functions/ledger/queries.ts'
import { createTestDatabase, type TestDatabase, whyNoDatabase } from '../helpers/database.ts'
import { engineBatches, eventsOf, piecesOf } from '../helpers/engine-events.ts'
import { eventsCall } from '../helpers/events.ts'
import { type OpenFunction, openFunction } from '../helpers/function-process.ts'
import { seqScansOf } from '../helpers/query-plan.ts'
import { tableDigests } from '../helpers/table-digest.ts'

const missing = whyNoDatabase()
const run = missing === undefined ? test.serial : test.serial.skip
if (missing !== undefined) test.skip(`SKIPPED, needs PostgreSQL: ${missing}`, () => undefined)

let db: TestDatabase
let ledger: OpenFunction
let batches: EventBatch[]
const rows = async (sql: string, values: number[] = []) => (await db.pool.query(sql, values)).rows
const tables = () => tableDigests(db.pool, ['ledger_entry', 'ledger_balance', 'engine_balance'])

test.before(async () => {
  if (missing !== undefined) return
  db = await createTestDatabase()
  ledger = await openFunction('ledger', handler, { 'pg-url': db.url })
  batches = engineBatches(7, 400)
  for (const bulk of piecesOf(batches, 90)) {
    const { status, body } = await ledger.events(bulk)
    if (status !== 200) throw new Error(JSON.stringify(body))
  }
})
test.after.always(async () => {
  await ledger?.close()
  await db?.[Symbol.asyncDispose]()
})

run('C2: every transfer sums to zero per asset, and so does the whole journal', async (t) => {
  const wrong = await rows(`SELECT seq, transfer, asset_id FROM ledger_entry
    GROUP BY shard, seq, transfer, asset_id HAVING sum(amount) <> 0`)
  t.deepEqual(wrong, [])
  const { result } = await ledger.rpc('trialBalance', {})
  t.deepEqual(
    result.assets.map((a: { asset: string; sum: string }) => [a.asset, a.sum]),
    [
      ['BTC', '0'],
      ['USD', '0'],
    ],
  )
  t.true(result.assets.every((a: { debit: string; credit: string }) => a.debit === a.credit))
  t.not(result.assets[0].debit, '0')
})

run('V1: the journal equals the balances of the engine, account by account', async (t) => {
  const { result, seq } = await ledger.rpc('reconcile', {})
  t.is(seq, 400)
  t.deepEqual(result.differences, [])
  t.true(result.matched)
  // EXTERNAL, FEES and the eight clients.
  t.is(result.accountsChecked, 10)
})

run('V3: every trade stands in the journal once, with both sides and both fees', async (t) => {
  const trades = eventsOf(batches, 'ExecutionReport').filter((e) => e.execType === 'Trade')
  t.true(trades.length > 500)
  const counted = await rows(
    `SELECT trade_id, count(*) AS legs FROM ledger_entry WHERE trade_id > 0
     GROUP BY trade_id ORDER BY trade_id`,
  )
  const legs = new Map<number, number>()
  for (const { tradeID, fee } of trades) {
    legs.set(tradeID, (legs.get(tradeID) ?? 0) + 2 + (fee === 0n ? 0 : 2))
  }
  t.deepEqual(new Map(counted.map((r) => [r['trade_id'], r['legs']])), legs)
})

run('each entry carries the trace id of its command', async (t) => {
  const last = eventsOf(batches, 'ExecutionReport')
    .filter((e) => e.execType === 'Trade')
    .at(-1)
  const found = await rows(
    `SELECT DISTINCT replace(trace_id::text, '-', '') AS trace FROM ledger_entry WHERE trade_id = $1`,
    [last?.tradeID ?? 0],
  )
  t.deepEqual(found, [{ trace: last?.traceId }])
})

run('balanceAfter is the running sum of the entries', async (t) => {
  const wrong = await rows(`SELECT * FROM (
      SELECT balance_after, sum(amount) OVER (
        PARTITION BY account_id, asset_id ORDER BY seq, leg) AS running
      FROM ledger_entry) e WHERE balance_after <> running`)
  t.deepEqual(wrong, [])
})

run('C5: the same log three times changes nothing, even when the offset was lost', async (t) => {
  const before = await tables()
  for (let again = 0; again < 3; again++) {
    for (const bulk of piecesOf(batches, 150)) t.is((await ledger.events(bulk)).status, 200)
  }
  t.deepEqual(await tables(), before)
  await db.pool.query(`UPDATE projection_offset SET seq = 0 WHERE function = 'ledger'`)
  for (const bulk of piecesOf(batches, 70)) t.is((await ledger.events(bulk)).status, 200)
  t.deepEqual(await tables(), before)
})

run('balances: total, hold and available of one account', async (t) => {
  const { result, seq } = await ledger.rpc('balances', { accountId: 1_000, minSeq: 400 })
  t.is(seq, 400)
  const last = new Map(
    eventsOf(batches, 'BalanceChanged')
      .filter((e) => e.account === 1_000)
      .map((e) => [e.assetId, e]),
  )
  t.is(result.balances.length, last.size)
  for (const { total, hold, available } of result.balances) {
    t.is(Math.round((Number(total) - Number(hold)) * 1e6), Math.round(Number(available) * 1e6))
  }
  const nobody = await ledger.rpc('balances', { accountId: 77 })
  t.deepEqual(nobody.result.balances, [])
})

run('entries: pages go on by cursor and miss nothing', async (t) => {
  const all: string[] = []
  let cursor: string | null = null
  do {
    const params = { accountId: 1_001, limit: 97, ...(cursor === null ? {} : { cursor }) }
    const { result } = await ledger.rpc('entries', params)
    all.push(...result.entries.map((e: { entryId: string }) => e.entryId))
    cursor = result.nextCursor
  } while (cursor !== null)
  const stored = await rows(
    `SELECT shard || '-' || seq || '-' || leg AS id FROM ledger_entry WHERE account_id = 1001
     ORDER BY seq DESC, leg DESC`,
  )
  t.deepEqual(
    all,
    stored.map((r) => r['id'] as string),
  )
  const usd = await ledger.rpc('entries', { accountId: 1_001, asset: 'USD', limit: 5 })
  t.true(usd.result.entries.every((e: { asset: string }) => e.asset === 'USD'))
})

run('bad parameters are a no with a code', async (t) => {
  const code = async (method: string, params: unknown) =>
    (await ledger.rpc(method, params)).error?.code
  t.is(await code('balances', {}), 'TE_INPUT_FIELD')
  t.is(await code('balances', []), 'TE_INPUT_BODY')
  t.is(await code('balances', { accountId: '1000' }), 'TE_INPUT_FIELD')
  t.is(await code('balances', { accountId: 1_000, extra: 1 }), 'TE_INPUT_FIELD')
  t.is(await code('entries', { accountId: 1_000, limit: 0 }), 'TE_INPUT_FIELD')
  t.is(await code('entries', { accountId: 1_000, limit: 1_001 }), 'TE_INPUT_FIELD')
  t.is(await code('entries', { accountId: 1_000, asset: 'NONE' }), 'TE_NOT_FOUND')
  for (const cursor of ['x', "1' OR 1=1", 'MS4yLjMuNA', 'LTE', '....']) {
    t.is(await code('entries', { accountId: 1_000, cursor }), 'TE_INPUT_FIELD', cursor)
  }
  t.is(await code('trialBalance', { x: 1 }), 'TE_INPUT_FIELD')
  t.is(await code('balances', { accountId: 1_000, minSeq: 10_000 }), 'TE_BEHIND')
})

run('E3: cursors at the ends of their range are answered, not refused by PostgreSQL', async (t) => {
  for (const key of [`${2 ** 53 - 1}.${2 ** 53 - 1}.${2 ** 53 - 1}`, '0.0.0']) {
    const cursor = Buffer.from(key).toString('base64url')
    t.true((await ledger.rpc('entries', { accountId: 1_000, cursor })).ok)
  }
})

const BAD_POSTING = `INSERT INTO ledger_entry
  (shard, seq, leg, transfer, kind, account_id, asset_id, amount, balance_after, time_ms, trade_id,
   trace_id)
  VALUES (9, 1, $1, 0, 0, 1000, 1, $2, 0, 0, 0, '${'0'.repeat(32)}')`

run('C2: the database refuses a transfer that does not sum to zero', async (t) => {
  const before = await tables()
  await t.throwsAsync(db.pool.query(BAD_POSTING, [0, 5]), { code: '23514' })
  await t.throwsAsync(db.pool.query(BAD_POSTING, [0, 0]), { code: '23514' })
  // Two assets do not make up for one another.
  await t.throwsAsync(
    db.pool.query(
      `${BAD_POSTING}, (9, 1, 1, 0, 0, 1001, 2, -5, 0, 0, 0, '${'0'.repeat(32)}')`,
      [0, 5],
    ),
    { code: '23514' },
  )
  t.deepEqual(await tables(), before)
})

run('the journal is append-only: no row changes, goes or is emptied away', async (t) => {
  for (const sql of [
    'UPDATE ledger_entry SET amount = amount + 1',
    'DELETE FROM ledger_entry WHERE seq = 1',
    'TRUNCATE ledger_entry',
  ]) {
    await t.throwsAsync(db.pool.query(sql), { code: '42501' }, sql)
  }
})

run('the functions may insert and read the journal: no other right is granted', async (t) => {
  const granted = await rows(`SELECT DISTINCT privilege_type AS right FROM pg_class,
      aclexplode(relacl) WHERE relname = 'ledger_entry' AND grantee = 'tradeengine'::regrole`)
  const rights = granted.map((r) => r['right'])
  t.true(rights.includes('INSERT') && rights.includes('SELECT'))
  for (const right of ['UPDATE', 'DELETE', 'TRUNCATE']) t.false(rights.includes(right), right)
})

run('E4: a bulk that breaks at any statement leaves nothing behind', async (t) => {
  await using own = await createTestDatabase()
  const instruments = createInstrumentTable(own.pool)
  const write = createLedgerWriter(instruments)
  let failAt = 0
  let statements = 0
  const apply = (tx: Tx, bulk: Parameters<typeof write>[1]) => {
    statements = 0
    const failing: Tx = {
      isTransaction: true,
      query: (sql, params) => {
        statements += 1
        if (statements === failAt) throw new Error('broken here')
        return tx.query(sql, params)
      },
    }
    return write(failing, bulk)
  }
  const projection = createProjection({ pool: own.pool, name: 'ledger', instruments, apply })
  const call = eventsCall(batches.slice(0, 60))
  const count = async () =>
    (
      await own.pool.query(`SELECT (SELECT count(*) FROM ledger_entry) + (SELECT count(*) FROM
      ledger_balance) + (SELECT count(*) FROM engine_balance) + (SELECT count(*) FROM
      projection_offset) AS n`)
    ).rows[0]?.['n']
  let broken = 0
  for (failAt = 1; ; failAt++) {
    const outcome = await projection.take(call).then(
      () => 'taken',
      (error: Error) => error.message,
    )
    if (outcome === 'taken') break
    t.is(outcome, 'broken here')
    t.is(await count(), 0, `statement ${failAt}`)
    broken += 1
  }
  t.true(broken >= 4, `${broken} statements`)
  t.true(Number(await count()) > 100)
})

run(
  'E4: PostgreSQL killed between two statements of a bulk: nothing, then all of it',
  async (t) => {
    await using own = await createTestDatabase({ isPrivate: true })
    const { server } = own
    if (server === undefined) return t.fail('a private server was asked for')
    const instruments = createInstrumentTable(own.pool)
    const write = createLedgerWriter(instruments)
    let statements = 0
    let killAt = 3
    const apply = (tx: Tx, bulk: Parameters<typeof write>[1]) => {
      const dying: Tx = {
        isTransaction: true,
        query: async (sql, params) => {
          if (++statements === killAt) await server.crash()
          return tx.query(sql, params)
        },
      }
      return write(dying, bulk)
    }
    const projection = createProjection({ pool: own.pool, name: 'ledger', instruments, apply })
    const call = eventsCall(batches.slice(0, 60))
    const names = ['ledger_entry', 'ledger_balance', 'engine_balance']
    await t.throwsAsync(projection.take(call), { code: 'TE_UNAVAILABLE_POSTGRES' })
    await server.start()
    const left = await tableDigests(own.pool, names)
    t.deepEqual(Object.values(left), ['0 ', '0 ', '0 '])
    killAt = 0
    t.like(await projection.take(call), { ok: true, seq: 60 })
    await using clean = await createTestDatabase()
    const fresh = createInstrumentTable(clean.pool)
    await createProjection({
      pool: clean.pool,
      name: 'ledger',
      instruments: fresh,
      apply: createLedgerWriter(fresh),
    }).take(call)
    t.deepEqual(await tableDigests(own.pool, names), await tableDigests(clean.pool, names))
  },
)

run('E8: the queries of an account use an index', async (t) => {
  await db.pool.query('ANALYZE')
  const { balances, entries } = LEDGER_STATEMENTS
  t.deepEqual(await seqScansOf(db.pool, balances.text, [1_000]), [])
  t.deepEqual(await seqScansOf(db.pool, entries.text, [1_000, 300, 0, 0, null, 10]), [])
})
