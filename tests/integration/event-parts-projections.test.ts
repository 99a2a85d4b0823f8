// The functions that write rows, fed with the same commands twice: in whole batches, and in parts of
// a few events each. The parts come one by one, often to a process that knows nothing of the one
// before, and some come again. The rows must be the same.

import test from 'ava'
import {
  createInstrumentTable,
  createProjection,
  type Postgres,
  type ProjectedBatch,
  type Projection,
  type ProjectionBulk,
  type Tx,
} from '#adapters/postgres/index.ts'
import { encodeCommandBatch } from '#contracts/command-codec.ts'
import type { OperationalError } from '#contracts/errors.ts'
import { decodeEventBatch } from '#contracts/event-codec.ts'
import type { Command } from '#domain/command.ts'
import { LEDGER_KINDS } from '#domain/ledger-entry.ts'
import { createAudit } from '../../functions/ledger/audit.ts'
import { createLedgerWriter } from '../../functions/ledger/projection.ts'
import { applyOrders } from '../../functions/orders/projection.ts'
import { createPortfolioWriter } from '../../functions/portfolio/projection.ts'
import { createPositionsWriter } from '../../functions/positions/projection.ts'
import { applyRisk } from '../../functions/risk/projection.ts'
import { createBatchApplier } from '../../runtime/matching/journal/batch-applier.ts'
import { createTestDatabase, whyNoDatabase } from '../helpers/database.ts'
import { piecesOf } from '../helpers/engine-events.ts'
import { eventsCall } from '../helpers/events.ts'
import { RandomCommands } from '../helpers/workload-random.ts'

const missing = whyNoDatabase()
const run = missing === undefined ? test.serial : test.serial.skip
if (missing !== undefined) test.skip(`SKIPPED, needs PostgreSQL: ${missing}`, () => undefined)

/** A seed whose market has a perpetual; 700 bytes are two or three events. */
const SEED = 7
const BATCHES = 250
const PART_BYTES_MAX = 700

function eventLogs(): { readonly whole: ProjectedBatch[]; readonly parts: ProjectedBatch[] } {
  const commands = new RandomCommands(SEED)
  const appliers = [
    createBatchApplier(),
    createBatchApplier(undefined, { partBytesMax: PART_BYTES_MAX }),
  ]
  const logs: ProjectedBatch[][] = [[], []]
  const take = (group: readonly Command[]): void => {
    appliers.forEach((applier, i) => {
      const seq = applier.seq() + 1
      const time = 1_700_000_000_000_000_000n + BigInt(seq) * 1_000_000n
      const data = encodeCommandBatch({ source: 1, sourceSeq: seq }, group)
      for (const { bytes } of applier.apply(seq, time, data).parts) {
        const part = { ...decodeEventBatch(bytes), message: (logs[i]?.length ?? 0) + 1 }
        logs[i]?.push(part)
        if (i === 0) commands.observe(part.events)
      }
    })
  }
  for (const command of commands.opening()) take([command])
  for (let i = 0; i < BATCHES; i++) take([commands.next(), commands.next(), commands.next()])
  return { whole: logs[0] ?? [], parts: logs[1] ?? [] }
}

/** The five projections as a process that has just started has them. */
async function startFunctions(pool: Postgres): Promise<Projection[]> {
  const instruments = createInstrumentTable(pool)
  await instruments.load()
  const writers: Record<string, (tx: Tx, bulk: ProjectionBulk) => Promise<void>> = {
    orders: applyOrders,
    ledger: createLedgerWriter(instruments),
    positions: createPositionsWriter(instruments),
    portfolio: createPortfolioWriter(instruments),
    risk: applyRisk,
  }
  return Object.entries(writers).map(([name, apply]) =>
    createProjection({ pool, name, instruments, apply }),
  )
}

/** Everything but what numbers messages, parts and legs, and times of writing. */
const TABLES = {
  orders: `SELECT order_id, ord_status, is_open, price, order_qty, cum_qty, leaves_qty, cum_notional,
    fees, seq, cl_ord_id FROM orders ORDER BY order_id`,
  executions: `SELECT exec_id, order_id, exec_type, trade_id, last_qty, last_notional, fee, seq
    FROM executions ORDER BY exec_id`,
  ledger: `SELECT seq, kind, account_id, asset_id, amount, balance_after, trade_id, transfer_ref
    FROM ledger_entry ORDER BY seq, leg`,
  ledgerBalances: `SELECT account_id, asset_id, balance FROM ledger_balance
    ORDER BY account_id, asset_id`,
  engineBalances: `SELECT account_id, asset_id, balance, hold FROM engine_balance
    ORDER BY account_id, asset_id`,
  positions: `SELECT account_id, instrument_id, net_qty, cost, realized_pnl, fees FROM positions
    ORDER BY account_id, instrument_id`,
  prices: 'SELECT instrument_id, last_px, mark_px FROM position_price ORDER BY instrument_id',
  portfolio: `SELECT account_id, asset_id, balance FROM portfolio_balance
    ORDER BY account_id, asset_id`,
  openOrders: 'SELECT * FROM risk_open_order ORDER BY order_id',
  openCommands: 'SELECT * FROM ledger_open_command',
} as const

async function rowsOf(pool: Postgres): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {}
  for (const [name, sql] of Object.entries(TABLES)) found[name] = (await pool.query(sql)).rows
  return found
}

const give = async (functions: readonly Projection[], bulk: readonly ProjectedBatch[]) => {
  for (const one of functions) {
    const outcome = await one.take(eventsCall(bulk))
    if (!outcome.ok) throw new Error(`a gap at ${outcome.expectedSeq}`)
  }
}

run('V1: the ledger is not reconciled between two parts of a batch', async (t) => {
  const { parts } = eventLogs()
  await using db = await createTestDatabase()
  const functions = await startFunctions(db.pool)
  const { reconcile } = createAudit(db.pool)
  const call = { method: '', traceId: '', deadlineMs: 0, signal: new AbortController().signal }
  const ask = async () => {
    const outcome = await reconcile({}, call, undefined as never)
    return outcome.ok ? (outcome.result as { matched: boolean }).matched : outcome.error.code
  }
  let halves = 0
  for (const part of parts.slice(0, 120)) {
    await give(functions, [part])
    const found = await ask().catch((error: OperationalError) => error.code)
    t.is(found, part.isLast ? true : 'TE_BEHIND')
    if (!part.isLast) halves++
  }
  t.true(halves > 20)
})

run('V9 C5: rows are the same, however the events of a batch are cut', async (t) => {
  t.timeout(120_000)
  const { whole, parts } = eventLogs()
  t.true(parts.length > whole.length * 2, `${parts.length} parts of ${whole.length} batches`)
  await using db = await createTestDatabase()
  await using other = await createTestDatabase()
  const steady = await startFunctions(other.pool)
  for (const bulk of piecesOf(whole, 50)) await give(steady, bulk)
  let functions = await startFunctions(db.pool)
  for (const [i, part] of parts.entries()) {
    if (i % 7 === 0) functions = await startFunctions(db.pool)
    await give(functions, [part])
    if (i % 5 === 0) await give(functions, parts.slice(Math.max(0, i - 3), i + 1))
  }
  const expected = await rowsOf(other.pool)
  const found = await rowsOf(db.pool)
  for (const name of Object.keys(TABLES)) t.deepEqual(found[name], expected[name], name)
  const settled = await db.pool.query('SELECT 1 FROM ledger_entry WHERE kind = $1', [
    LEDGER_KINDS.indexOf('Settlement'),
  ])
  t.true(settled.rows.length > 10, `${settled.rows.length} legs of settlements`)
  await db.pool.query('UPDATE projection_offset SET seq = 0, extra_messages = 0')
  for (const bulk of piecesOf(parts, 37)) await give(functions, bulk)
  const again = await rowsOf(db.pool)
  for (const name of Object.keys(TABLES)) t.deepEqual(again[name], expected[name], name)
})
