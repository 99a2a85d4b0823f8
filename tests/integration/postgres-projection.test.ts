// Projections against a real server: exactly once in effect, whatever is repeated, lost or killed.

import test from 'ava'
import {
  createInstrumentTable,
  createProjection,
  defineInsert,
  type Postgres,
  type ProjectionBulk,
  readOffset,
  type Tx,
} from '#adapters/postgres/index.ts'
import { createTestDatabase, type TestDatabase, whyNoDatabase } from '../helpers/database.ts'
import { BTC_USD, balance, batch, eventsCall, listed, parts } from '../helpers/events.ts'
import { until } from '../helpers/until.ts'

const missing = whyNoDatabase()
const run = missing === undefined ? test.serial : test.serial.skip
if (missing !== undefined) test.skip(`SKIPPED, needs PostgreSQL: ${missing}`, () => undefined)

let db: TestDatabase
test.before(async () => {
  if (missing !== undefined) return
  db = await createTestDatabase({ isPrivate: true })
  await db.pool.query('CREATE TABLE posting (seq bigint, i int, amount numeric(38,0))')
  await db.pool.query('CREATE TABLE total (account bigint PRIMARY KEY, amount numeric(38,0))')
})
test.after.always(() => db?.[Symbol.asyncDispose]())
test.beforeEach(async () => {
  if (missing !== undefined) return
  await db.pool.query('TRUNCATE posting, total, projection_offset, instrument, asset CASCADE')
})

const insertPostings = defineInsert({
  name: 'test.posting',
  into: 'posting',
  columns: { seq: 'bigint', i: 'integer', amount: 'numeric' },
})

/** Two tables per bulk, so that a torn commit would show. */
async function applyPostings(tx: Tx, { batches }: ProjectionBulk): Promise<void> {
  const rows = batches.flatMap(({ seq, events }) =>
    events.flatMap((event, i) =>
      event.type === 'BalanceChanged' ? [{ seq, i, amount: event.delta }] : [],
    ),
  )
  await insertPostings.run(tx, rows)
  const sum = rows.reduce((a, row) => a + row.amount, 0n)
  await tx.query(
    `INSERT INTO total VALUES (1, $1) ON CONFLICT (account)
     DO UPDATE SET amount = total.amount + excluded.amount`,
    [sum],
  )
}

const makeProjection = (apply = applyPostings, pool: Postgres = db.pool) =>
  createProjection({ pool, name: 'test', apply })

const log = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) =>
    batch(from + i, [balance({ delta: 1n }), balance({ delta: 10n })]),
  )

async function state() {
  const { rows } = await db.pool.query<{ n: number; sum: bigint; total: bigint }>(
    `SELECT count(*) AS n, coalesce(sum(amount), 0) AS sum,
       coalesce((SELECT amount FROM total), 0) AS total FROM posting`,
  )
  return { ...rows[0], offset: await readOffset(db.pool, 'test', 0) }
}

run('C5: a log that is replayed three times leaves the rows of one', async (t) => {
  const projection = makeProjection()
  for (let round = 0; round < 3; round++) {
    for (let from = 1; from <= 90; from += 30) {
      const outcome = await projection.take(eventsCall(log(from, from + 29)))
      t.deepEqual(outcome, { ok: true, seq: round === 0 ? from + 29 : 90 })
    }
  }
  t.deepEqual(await state(), { n: 180, sum: 990n, total: 990n, offset: 90 })
})

run('C5: a bulk that overlaps what is known writes only the rest', async (t) => {
  const projection = makeProjection()
  await projection.take(eventsCall(log(1, 5)))
  t.deepEqual(await projection.take(eventsCall(log(3, 8))), { ok: true, seq: 8 })
  t.deepEqual(await state(), { n: 16, sum: 88n, total: 88n, offset: 8 })
})

run('C1: a gap is refused with the sequence that is missing', async (t) => {
  const projection = makeProjection()
  t.deepEqual(await projection.take(eventsCall(log(2, 3))), { ok: false, expectedSeq: 1 })
  await projection.take(eventsCall(log(1, 3)))
  t.deepEqual(await projection.take(eventsCall(log(5, 6))), { ok: false, expectedSeq: 4 })
  t.deepEqual(await state(), { n: 6, sum: 33n, total: 33n, offset: 3 })
})

run('C7: a skipped message writes nothing and moves the offset', async (t) => {
  const projection = makeProjection()
  const outcome = await projection.take(eventsCall([...log(1, 1), 2, ...log(3, 3), 4]))
  t.deepEqual(outcome, { ok: true, seq: 4 })
  t.deepEqual(await state(), { n: 4, sum: 22n, total: 22n, offset: 4 })
})

run('a message that holds the events of another sequence is refused for good', async (t) => {
  const call = eventsCall(log(1, 1))
  const [frame] = eventsCall(log(7, 7)).frames
  const wrong = { ...call, frames: [{ ...call.frames[0], data: frame?.data } as never] }
  await t.throwsAsync(makeProjection().take(wrong), { code: 'TE_INPUT_BODY' })
  t.is((await state()).offset, 0)
})

run('C1: two replicas that get the same bulk at once write it once', async (t) => {
  const replicas = [makeProjection(), makeProjection(), makeProjection()]
  for (let from = 1; from <= 200; from += 10) {
    const call = eventsCall(log(from, from + 9))
    const outcomes = await Promise.all(replicas.map((replica) => replica.take(call)))
    for (const outcome of outcomes) t.deepEqual(outcome, { ok: true, seq: from + 9 })
  }
  t.deepEqual(await state(), { n: 400, sum: 2200n, total: 2200n, offset: 200 })
})

run('E4: a failure after any statement of a bulk leaves nothing of it', async (t) => {
  await makeProjection().take(eventsCall(log(1, 2)))
  const before = await state()
  let statements = 0
  for (let failAt = 1; ; failAt++) {
    let count = 0
    const failing = makeProjection(async (tx, bulk) => {
      const counted: Tx = {
        isTransaction: true,
        query: async (sql, params) => {
          const result = await tx.query<never>(sql, params)
          count += 1
          if (count === failAt) throw new Error('failpoint')
          return result
        },
      }
      await applyPostings(counted, bulk)
    })
    const call = failing.take(eventsCall(log(3, 4)))
    const message = await call.then(
      () => 'done',
      (error: Error) => error.message,
    )
    if (message === 'done') break
    t.is(message, 'failpoint')
    t.deepEqual(await state(), before)
    statements = failAt
  }
  t.is(statements, 2)
  t.deepEqual(await state(), { n: 8, sum: 44n, total: 44n, offset: 4 })
})

run('E4: a server that dies inside a bulk leaves nothing of it, and takes it again', async (t) => {
  await makeProjection(applyPostings).take(eventsCall(log(1, 2)))
  // What came before must survive the crash: synchronous_commit is off for projections.
  await db.pool.query('CHECKPOINT')
  const before = await state()
  const dying = makeProjection(async (tx, bulk) => {
    await applyPostings(tx, bulk)
    await db.server?.crash()
  })
  const call = eventsCall(log(3, 4))
  await t.throwsAsync(dying.take(call), { code: 'TE_UNAVAILABLE_POSTGRES' })
  await db.server?.start()
  t.deepEqual(await state(), before)
  t.deepEqual(await makeProjection().take(call), { ok: true, seq: 4 })
  t.deepEqual(await state(), { n: 8, sum: 44n, total: 44n, offset: 4 })
})

/** Batches 1, 2 in three parts, 3 in two parts, 4: messages 1 to 7 of the log, one credit each. */
const partedLog = () => {
  const one = (i: number) => [balance({ delta: 10n ** BigInt(i) })]
  return [
    ...parts(1, 1, one(0)),
    ...parts(2, 2, one(1), one(2), one(3)),
    ...parts(3, 5, one(4), one(5)),
    ...parts(4, 7, one(6)),
  ]
}
const messages = async (): Promise<[number, number]> => {
  const { rows } = await db.pool.query<{ seq: number; message: number }>(
    `SELECT seq, seq + extra_messages AS message FROM projection_offset WHERE function = 'test'`,
  )
  return [rows[0]?.seq ?? 0, rows[0]?.message ?? 0]
}

run('C6: the offset tells each part, and readers the last batch that is whole', async (t) => {
  const projection = makeProjection()
  const found: [number, number][] = []
  for (const [i, part] of partedLog().entries()) {
    t.deepEqual(await projection.take(eventsCall([part])), { ok: true, seq: i + 1 })
    found.push(await messages())
  }
  t.deepEqual(found, [
    [1, 1],
    [1, 2],
    [1, 3],
    [2, 4],
    [2, 5],
    [3, 6],
    [4, 7],
  ])
  t.deepEqual(await state(), { n: 7, sum: 1_111_111n, total: 1_111_111n, offset: 4 })
})

run('C6: a reader of a batch waits until its last part is there', async (t) => {
  const projection = makeProjection()
  const log = partedLog()
  await projection.take(eventsCall(log.slice(0, 3)))
  await t.throwsAsync(projection.waitForSeq(2), {
    code: 'TE_BEHIND',
    message: /at 1, not yet at 2/,
  })
  const waiting = projection.waitForSeq(2)
  await projection.take(eventsCall(log.slice(3, 4)))
  t.is(await waiting, 2)
})

run('C5: parts that are repeated, in whatever bulks, leave the rows of one', async (t) => {
  const log = partedLog()
  for (let size = 1; size <= log.length; size++) {
    for (let from = 0; from < log.length; from += size) {
      const outcome = await makeProjection().take(eventsCall(log.slice(from, from + size)))
      t.deepEqual(outcome, { ok: true, seq: size === 1 ? from + 1 : 7 })
    }
  }
  t.deepEqual(await state(), { n: 7, sum: 1_111_111n, total: 1_111_111n, offset: 4 })
})

run('C1: a part that is missing is a gap, and asked for by its number in the log', async (t) => {
  const projection = makeProjection()
  const log = partedLog()
  await projection.take(eventsCall(log.slice(0, 2)))
  const later = await projection.take(eventsCall(log.slice(3)))
  t.deepEqual(later, { ok: false, expectedSeq: 3 })
  t.deepEqual(await messages(), [1, 2])
})

run(
  'C7: a part that is a dead letter is passed over, and the batches behind it count',
  async (t) => {
    const projection = makeProjection()
    const [first = 1, second = 2, , ...rest] = partedLog()
    t.deepEqual(await projection.take(eventsCall([first, second, 3])), { ok: true, seq: 3 })
    t.deepEqual(await projection.take(eventsCall(rest)), { ok: true, seq: 7 })
    t.deepEqual(await messages(), [4, 7])
    t.is((await state()).n, 6)
  },
)

run('E4: a server that dies between two parts, or in one, takes each of them once', async (t) => {
  const log = partedLog()
  const dying = makeProjection(async (tx, bulk) => {
    await applyPostings(tx, bulk)
    await db.server?.crash()
  })
  for (const [i, part] of log.entries()) {
    const call = eventsCall([part])
    if (i === 2 || i === 3) {
      await t.throwsAsync(dying.take(call), { code: 'TE_UNAVAILABLE_POSTGRES' })
      await db.server?.start()
      t.deepEqual(await messages(), [1, i], 'nothing of the part')
    }
    t.deepEqual(await makeProjection().take(call), { ok: true, seq: i + 1 })
    // What came before must survive the crash: synchronous_commit is off for projections.
    await db.pool.query('CHECKPOINT')
  }
  t.deepEqual(await state(), { n: 7, sum: 1_111_111n, total: 1_111_111n, offset: 4 })
})

run('D10: an offset that somebody moved meanwhile ends the transaction', async (t) => {
  const rude = makeProjection(async (tx, bulk) => {
    await applyPostings(tx, bulk)
    await tx.query("UPDATE projection_offset SET seq = 99 WHERE function = 'test'")
  })
  await t.throwsAsync(rude.take(eventsCall(log(1, 1))), { message: /moves its offset/ })
  t.deepEqual(await state(), { n: 0, sum: 0n, total: 0n, offset: 0 })
})

run('C6: a reader waits for its own write, also of another replica', async (t) => {
  const writer = makeProjection()
  const reader = makeProjection()
  await writer.take(eventsCall(log(1, 3)))
  const waiting = [4, 5, 5].map((seq) => reader.waitForSeq(seq))
  await writer.take(eventsCall(log(4, 5)))
  for (const seq of await Promise.all(waiting)) t.true(seq >= 4)
  t.is(await writer.waitForSeq(5), 5)
  t.is(await reader.waitForSeq(undefined), 5)
})

run('C6: a reader that waited in vain is told how far the projection is', async (t) => {
  const projection = makeProjection()
  await projection.take(eventsCall(log(1, 3)))
  await t.throwsAsync(projection.waitForSeq(4), {
    code: 'TE_BEHIND',
    message: /at 3, not yet at 4/,
  })
})

run(
  'the newest definition of an instrument stays, whoever writes and in whatever order',
  async (t) => {
    const closed = { ...BTC_USD, tradingState: 'Closed' } as const
    const eth = {
      ...BTC_USD,
      instrumentId: 2,
      symbol: 'ETH-USD',
      base: { assetId: 3, name: 'ETH', scale: 8 },
    }
    const batches = [
      batch(1, [listed(BTC_USD), listed(eth)]),
      batch(2, []),
      batch(3, [listed(closed)]),
    ]
    const projections = ['a', 'b', 'c'].map((name) => {
      const instruments = createInstrumentTable(db.pool)
      const apply = async () => undefined
      return { instruments, ...createProjection({ pool: db.pool, name, instruments, apply }) }
    })
    await projections[0]?.take(eventsCall(batches))
    await projections[1]?.take(eventsCall(batches.slice(0, 1)))
    await Promise.all(projections.map((projection) => projection.take(eventsCall(batches))))
    const fresh = createInstrumentTable(db.pool)
    for (const table of [fresh, ...projections.map((projection) => projection.instruments)]) {
      t.deepEqual(await table.byId(1), closed)
      t.deepEqual(await table.bySymbol('ETH-USD'), eth)
      t.deepEqual(await table.assetByName('BTC'), BTC_USD.base)
      t.is(await table.byId(77), undefined)
    }
  },
)

run('A1: projections that learn many instruments at once do not deadlock', async (t) => {
  const all = Array.from({ length: 40 }, (_, i) => ({
    ...BTC_USD,
    instrumentId: i + 1,
    symbol: `B${i}-USD`,
    base: { assetId: 100 + i, name: `B${i}X`, scale: 8 },
  }))
  const pool = db.open(8)
  let runs = 0
  const counting: Postgres = {
    ...pool,
    withTx: (fn, options) =>
      pool.withTx((tx) => {
        runs += 1
        return fn(tx)
      }, options),
  }
  const takeAll = () =>
    Array.from({ length: 6 }, (_, n) => {
      const order = n % 2 === 0 ? all : all.toReversed()
      const instruments = createInstrumentTable(counting)
      const apply = async () => undefined
      const name = `many-${n}`
      const projection = createProjection({ pool: counting, name, instruments, apply })
      return projection.take(eventsCall([batch(1, order.map(listed))]))
    })
  // All of them meet at an asset that somebody else is writing, and go on from there together.
  const outcomes = await db.pool.withTx(async (tx) => {
    await tx.query("INSERT INTO asset VALUES (1, 'USD', 10)")
    const taking = takeAll()
    await until('six wait', async () => (await waitingForLocks()) === 6)
    return { taking }
  })
  for (const outcome of await Promise.all(outcomes.taking))
    t.deepEqual(outcome, { ok: true, seq: 1 })
  t.is(runs, 6, 'no transaction had to be repeated')
})

async function waitingForLocks(): Promise<number> {
  const { rows } = await db.pool.query<{ n: number }>(
    `SELECT count(*) AS n FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  )
  return rows[0]?.n ?? 0
}
