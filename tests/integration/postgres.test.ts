// The pool and its transactions against a real server.

import test from 'ava'
import {
  createPostgres,
  defineBulk,
  defineInsert,
  isUniqueViolation,
  type Tx,
} from '#adapters/postgres/index.ts'
import { createTestDatabase, type TestDatabase, whyNoDatabase } from '../helpers/database.ts'

const missing = whyNoDatabase()
const run = missing === undefined ? test.serial : test.serial.skip
if (missing !== undefined) test.skip(`SKIPPED, needs PostgreSQL: ${missing}`, () => undefined)

let db: TestDatabase
test.before(async () => {
  if (missing !== undefined) return
  db = await createTestDatabase()
  await db.pool.query('CREATE TABLE item (id bigint PRIMARY KEY, name text, amount numeric(38,0))')
  await db.pool.query('CREATE TABLE doctor (id int PRIMARY KEY, is_on_call boolean NOT NULL)')
})
test.after.always(() => db?.[Symbol.asyncDispose]())
test.beforeEach(async () => {
  if (missing === undefined) await db.pool.query('TRUNCATE item, doctor')
})

const countItems = async () =>
  (await db.pool.query<{ n: number }>('SELECT count(*) AS n FROM item')).rows[0]?.n

run('int8 becomes a safe-integer number, numeric a bigint', async (t) => {
  const { rows } = await db.pool.query(
    `SELECT 9007199254740991::bigint AS a, 9007199254740993::numeric AS b, sum(x) AS c
     FROM (VALUES (9007199254740991::bigint), (2)) v(x)`,
  )
  t.deepEqual(rows, [{ a: 9007199254740991, b: 9007199254740993n, c: 9007199254740993n }])
})

run('F1: an int8 beyond the safe integers throws instead of rounding', async (t) => {
  await t.throwsAsync(db.pool.query('SELECT 9007199254740993::bigint'), {
    instanceOf: RangeError,
  })
  t.is((await db.pool.query<{ a: number }>('SELECT 1 AS a')).rows[0]?.a, 1)
})

run('arrays carry quotes, backslashes, commas, braces, NULL and the word null', async (t) => {
  const texts = ['a,b', '{}', '"q"', 'back\\slash', 'null', 'NULL', '', ' x ', 'ü€', null, "o'r"]
  const { rows } = await db.pool.query<{ back: (string | null)[] }>('SELECT $1::text[] AS back', [
    texts,
  ])
  t.deepEqual(rows[0]?.back, texts)
  const money = [0n, -1n, 2n ** 100n]
  const sums = await db.pool.query<{ x: bigint }>('SELECT unnest($1::numeric[]) AS x', [money])
  t.deepEqual(
    sums.rows.map((row) => row.x),
    money,
  )
})

run('a bulk statement writes and changes thousands of rows in pieces', async (t) => {
  const insert = defineInsert({
    name: 'test.insert',
    into: 'item',
    columns: { id: 'bigint', name: 'text', amount: 'numeric' },
    onConflict: 'ON CONFLICT (id) DO NOTHING',
  })
  const raise = defineBulk({
    name: 'test.raise',
    columns: { id: 'bigint', by: 'numeric' },
    sql: (source) =>
      `UPDATE item i SET amount = i.amount + r.by FROM ${source} WHERE i.id = r.id RETURNING i.id`,
  })
  const rows = Array.from({ length: 2_500 }, (_, id) => ({ id, name: `n${id}`, amount: 1n }))
  t.is(await insert.run(db.pool, rows), 2_500)
  t.is(await insert.run(db.pool, rows), 0)
  const raised = await raise.fetch(
    db.pool,
    rows.slice(0, 1_500).map(({ id }) => ({ id, by: 2n })),
  )
  t.is(raised.length, 1_500)
  const { rows: sums } = await db.pool.query<{ s: bigint }>('SELECT sum(amount) AS s FROM item')
  t.is(sums[0]?.s, 2_500n + 3_000n)
})

run('E2: a transaction is one connection, and a rollback leaves no row', async (t) => {
  const pid = async (tx: Tx) =>
    (await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid
  await t.throwsAsync(
    db.pool.withTx(async (tx) => {
      const before = await pid(tx)
      await tx.query("INSERT INTO item VALUES (1, 'a', 1)")
      t.is(await pid(tx), before)
      throw new Error('business says no')
    }),
    { message: 'business says no' },
  )
  t.is(await countItems(), 0)
})

run('E2: BEGIN by the pool is refused', async (t) => {
  for (const text of ['BEGIN', '  begin; SELECT 1', 'COMMIT', 'ROLLBACK', 'START TRANSACTION']) {
    await t.throwsAsync(db.pool.query(text), { message: /go through withTx/ }, text)
  }
})

run('a transaction is of no use after its end', async (t) => {
  const leaked = await db.pool.withTx(async (tx) => tx)
  await t.throwsAsync(async () => leaked.query('SELECT 1'), { message: /not used after its end/ })
})

run('A9: a connection comes back from every way that a transaction can end', async (t) => {
  const pool = db.open(1)
  await pool.query(
    'CREATE TABLE IF NOT EXISTS late (id int, CONSTRAINT late_one UNIQUE (id) DEFERRABLE INITIALLY DEFERRED)',
  )
  const endings: [string, (tx: Tx) => Promise<unknown>][] = [
    ['throws before its first statement', () => Promise.reject(new Error('x'))],
    ['a statement fails', (tx) => tx.query('SELECT 1/0')],
    ['goes on after a failed statement', (tx) => tx.query('nonsense').catch(() => undefined)],
    ['the commit fails', (tx) => tx.query('INSERT INTO late VALUES (1), (1)')],
    ['the session is killed', (tx) => tx.query('SELECT pg_terminate_backend(pg_backend_pid())')],
  ]
  for (const [title, fn] of endings) {
    await pool.withTx(fn).catch(() => undefined)
    const { waiting, total, idle } = pool.stats()
    t.is(waiting, 0, title)
    t.is(idle, total, title)
    t.deepEqual((await pool.query('SELECT 1 AS a')).rows, [{ a: 1 }], title)
  }
})

run('E5: a thousand failing queries leave no connection checked out', async (t) => {
  const pool = db.open(2)
  const codes = new Set<string | undefined>()
  const fail = async (i: number) => {
    try {
      await (i % 2 === 0 ? pool.query('SELECT 1/0') : pool.withTx((tx) => tx.query('SELECT 1/0')))
    } catch (error) {
      codes.add((error as { code?: string }).code)
    }
  }
  // In waves, so that none waits for a connection longer than it may.
  for (let wave = 0; wave < 100; wave++) {
    await Promise.all(Array.from({ length: 10 }, (_, i) => fail(i)))
    const { waiting, total, idle } = pool.stats()
    t.deepEqual({ waiting, out: total - idle }, { waiting: 0, out: 0 })
  }
  t.deepEqual([...codes], ['22012'])
})

run('E1: a full pool says 503 after its acquire timeout, and recovers', async (t) => {
  const pool = db.open(2)
  let letGo: () => void = () => undefined
  const hold = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const held = [1, 2].map(() => pool.withTx(() => hold))
  const storm = await Promise.allSettled(Array.from({ length: 50 }, () => pool.query('SELECT 1')))
  t.deepEqual(
    [...new Set(storm.map((s) => (s.status === 'rejected' ? s.reason.code : 'fulfilled')))],
    ['TE_UNAVAILABLE_POSTGRES'],
  )
  t.is(pool.stats().waiting, 0)
  letGo()
  await Promise.all(held)
  t.deepEqual((await pool.query('SELECT 1 AS a')).rows, [{ a: 1 }])
  t.true(pool.stats().total <= 2)
})

run('a statement that takes too long ends on the server and is retryable', async (t) => {
  const error = await t.throwsAsync(
    db.pool.withTx(async (tx) => {
      await tx.query("SET LOCAL statement_timeout = '50ms'")
      await tx.query('SELECT pg_sleep(10)')
    }),
    { code: 'TE_UNAVAILABLE_POSTGRES' },
  )
  t.true((error as unknown as { retryable: boolean }).retryable)
})

run('every connection carries its timeouts', async (t) => {
  const names = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']
  const { rows } = await db.pool.query<{ setting: string }>(
    'SELECT setting FROM pg_settings WHERE name = ANY($1::text[]) ORDER BY name DESC',
    [names],
  )
  t.deepEqual(
    rows.map((row) => row.setting),
    ['5000', '2000', '10000'],
  )
})

run('A1: a deadlock is undone and tried again, so both transactions happen', async (t) => {
  await db.pool.query("INSERT INTO item VALUES (1, 'a', 0), (2, 'b', 0)")
  let waiting = 2
  let bothHaveOne: () => void = () => undefined
  const meet = new Promise<void>((resolve) => {
    bothHaveOne = resolve
  })
  let runs = 0
  const crossed = (first: number, second: number) =>
    db.pool.withTx(async (tx) => {
      runs += 1
      await tx.query('UPDATE item SET amount = amount + 1 WHERE id = $1', [first])
      waiting -= 1
      if (waiting === 0) bothHaveOne()
      await meet
      await tx.query('UPDATE item SET amount = amount + 1 WHERE id = $1', [second])
    })
  await Promise.all([crossed(1, 2), crossed(2, 1)])
  t.is(runs, 3)
  const { rows } = await db.pool.query('SELECT amount FROM item ORDER BY id')
  t.deepEqual(rows, [{ amount: 2n }, { amount: 2n }])
})

run('D9: serializable transactions are repeated until no skew is left', async (t) => {
  for (let trial = 0; trial < 100; trial++) {
    await db.pool.query('TRUNCATE doctor')
    await db.pool.query('INSERT INTO doctor VALUES (1, true), (2, true)')
    const goHome = (id: number) =>
      db.pool.withTx(
        async (tx) => {
          const { rows } = await tx.query<{ n: number }>(
            'SELECT count(*) AS n FROM doctor WHERE is_on_call',
          )
          if ((rows[0]?.n ?? 0) < 2) return
          await tx.query('UPDATE doctor SET is_on_call = false WHERE id = $1', [id])
        },
        { isolation: 'serializable' },
      )
    await Promise.all([goHome(1), goHome(2)])
    const { rows } = await db.pool.query('SELECT id FROM doctor WHERE is_on_call')
    t.is(rows.length, 1)
  }
})

run('a unique violation is a value for the caller, not an outage', async (t) => {
  await db.pool.query("INSERT INTO item VALUES (1, 'a', 1)")
  const error = await t.throwsAsync(db.pool.query("INSERT INTO item VALUES (1, 'b', 1)"))
  t.true(isUniqueViolation(error))
  t.true(isUniqueViolation(error, 'item_pkey'))
  t.false(isUniqueViolation(error, 'another'))
})

run('E6: prepared statements are as many as the code names, however many calls', async (t) => {
  const pool = db.open(1)
  const get = { name: 'test.get', text: 'SELECT name FROM item WHERE id = $1' }
  for (let id = 0; id < 500; id++) await pool.query(get, [id])
  const { rows } = await pool.query('SELECT name FROM pg_prepared_statements')
  t.deepEqual(rows, [{ name: 'test.get' }])
})

run('migrations go down to nothing and up again', async (t) => {
  const other = await createTestDatabase({ isMigrated: false })
  try {
    const up = await other.migrate('up')
    t.true(up.length >= 4)
    t.deepEqual(await other.migrate('down'), up.toReversed())
    const { rows } = await other.pool.query(
      `SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = 'public' AND relkind IN ('r', 'v', 'S', 'm') AND relname NOT LIKE 'pgmigrations%'`,
    )
    t.deepEqual(rows, [])
    t.deepEqual(await other.migrate('up'), up)
  } finally {
    await other[Symbol.asyncDispose]()
  }
})

// The ledger's rows are many: its amounts are int8 and read as amount::numeric, by its own words.
run('F5: every money column of the schema is numeric, so its reader gets a bigint', async (t) => {
  const { rows } = await db.pool.query(
    `SELECT table_name, column_name, data_type FROM information_schema.columns
     WHERE table_schema = 'public'
       AND column_name ~ '(amount|balance|hold|notional|fee|cost|equity|pnl)s?$'
       AND table_name NOT IN ('item', 'ledger_entry') AND data_type <> 'numeric'`,
  )
  t.deepEqual(rows, [])
})

run('a server that is down is a 503 by name, and serves again without a new pool', async (t) => {
  const own = await createTestDatabase({ isPrivate: true, isMigrated: false })
  try {
    const pool = own.open(2)
    await pool.probe()
    const inFlight = pool.withTx((tx) => tx.query('SELECT pg_sleep(30)'))
    const cut = t.throwsAsync(inFlight, { code: 'TE_UNAVAILABLE_POSTGRES' })
    await own.server?.crash()
    await cut
    await t.throwsAsync(pool.query('SELECT 1'), { code: 'TE_UNAVAILABLE_POSTGRES' })
    await t.throwsAsync(pool.probe(), { code: 'TE_UNAVAILABLE_POSTGRES' })
    await own.server?.start()
    t.true((await pool.probe()).latencyMs >= 0)
  } finally {
    await own[Symbol.asyncDispose]()
  }
})

run('L8: a server that accepts and says nothing is given up', async (t) => {
  const { createServer } = await import('node:net')
  const silent = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => silent.once('listening', resolve))
  const { port } = silent.address() as { port: number }
  const pool = createPostgres({ url: `postgres://u@127.0.0.1:${port}/x`, max: 1 })
  await t.throwsAsync(pool.query('SELECT 1'), { code: 'TE_UNAVAILABLE_POSTGRES' })
  t.is(pool.stats().total, 0)
  await pool.end()
  silent.close()
})

run('a pool closes once, waits for what is out, and refuses afterwards', async (t) => {
  const pool = createPostgres({ url: db.url, max: 1 })
  const last = pool.query('SELECT 1 AS a')
  t.deepEqual((await last).rows, [{ a: 1 }])
  await Promise.all([pool.end(), pool.end(), pool[Symbol.asyncDispose]()])
  await t.throwsAsync(pool.query('SELECT 1'), { code: 'TE_UNAVAILABLE_POSTGRES' })
})
