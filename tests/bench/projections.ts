// How fast event batches become rows: every event function's own projection over the same log of the
// real engine, on a real PostgreSQL server. In the same run, interleaved: bulks as the connector
// sends them, and the naive way, one order a transaction.

import { readFileSync } from 'node:fs'
import process from 'node:process'
import {
  createInstrumentTable,
  createPostgres,
  createProjection,
  type InstrumentTable,
  type Postgres,
  type ProjectionBulk,
  type Tx,
} from '#adapters/postgres/index.ts'
import { encodeCommandBatch } from '#contracts/command-codec.ts'
import { decodeEventBatch } from '#contracts/event-codec.ts'
import type { EventsCall } from '#contracts/function-handler.ts'
import type { Command, NewOrder } from '#domain/command.ts'
import { fireAlerts } from '../../functions/alerts/fire.ts'
import { createLedgerWriter } from '../../functions/ledger/projection.ts'
import { applyOrders } from '../../functions/orders/projection.ts'
import { createPortfolioWriter } from '../../functions/portfolio/projection.ts'
import { createPositionsWriter } from '../../functions/positions/projection.ts'
import { applyRisk } from '../../functions/risk/projection.ts'
import { createBatchApplier } from '../../runtime/matching/journal/batch-applier.ts'
import { createTestDatabase } from '../helpers/database.ts'
import { PLAIN } from '../helpers/plain-order.ts'
import type { BenchRow } from './bench-row.ts'
import { median } from './statistics.ts'

/** Commands in one batch of the log, as a gateway makes them at a few hundred in flight. */
const BATCH_COMMANDS = 32
/** Batches in one call: what the connector finds waiting at 5,000 orders/s and 10 calls/s. */
const BULK_BATCHES = 16
const ACCOUNTS = 32
const TRACE_ID = 'b'.repeat(32)

type Apply = (tx: Tx, bulk: ProjectionBulk) => Promise<unknown>
const PROJECTIONS: Record<string, (instruments: InstrumentTable) => Apply> = {
  orders: () => applyOrders,
  ledger: (instruments) => createLedgerWriter(instruments),
  positions: (instruments) => createPositionsWriter(instruments),
  portfolio: (instruments) => createPortfolioWriter(instruments),
  risk: () => applyRisk,
  alerts: (instruments) => (tx, bulk) => fireAlerts(tx, bulk, instruments),
}

/** Messages of TE_EVT as the real engine makes them. */
interface Log {
  readonly messages: readonly Uint8Array[]
  readonly orders: number
  readonly events: number
}

/** Orders per second of each projection, bulk against one order a transaction. */
export async function runProjectionsBench(options: {
  readonly rounds: number
  readonly orders?: number
}): Promise<BenchRow[]> {
  const bulkLog = makeLog(options.orders ?? 20_000, BATCH_COMMANDS)
  const naiveLog = makeLog(300, 1)
  const rows: BenchRow[] = [decodeRow(bulkLog)]
  await using db = await createTestDatabase({ settings: { shared_buffers: '256MB' } })
  const bulk = new Map<string, Sample[]>()
  const naive = new Map<string, Sample[]>()
  for (let round = 0; round < options.rounds; round++) {
    for (const name of Object.keys(PROJECTIONS)) {
      push(bulk, name, await measure(db.url, name, bulkLog, BULK_BATCHES))
      push(naive, name, await measure(db.url, name, naiveLog, 1))
    }
  }
  let secondsPerOrder = 0
  let cpuPerOrder = 0
  const add = (name: string, value: number, unit: string, goal?: string) => {
    const row = { bench: 'projections', name, value: Math.round(value * 10) / 10, unit }
    rows.push(goal === undefined ? row : { ...row, goal })
  }
  for (const name of Object.keys(PROJECTIONS)) {
    const inBulk = summary(bulk.get(name))
    const single = summary(naive.get(name))
    secondsPerOrder += 1 / inBulk.ordersPerSecond
    cpuPerOrder += inBulk.ownCpu + inBulk.serverCpu
    add(`${name}: bulk`, inBulk.ordersPerSecond, 'orders/s')
    add(`${name}: one order a transaction`, single.ordersPerSecond, 'orders/s')
    add(`${name}: ratio`, inBulk.ordersPerSecond / single.ordersPerSecond, 'x')
    add(`${name}: CPU of the function`, inBulk.ownCpu, 'us/order')
    add(`${name}: CPU of its server process`, inBulk.serverCpu, 'us/order')
  }
  add('all six, one after the other', 1 / secondsPerOrder, 'orders/s', '>= 5000')
  add('all six: CPU', cpuPerOrder, 'us/order')
  return rows
}

/** One run over a log. */
interface Sample {
  readonly ordersPerSecond: number
  /** CPU microseconds per order of this process, and of the server's processes (0: unknown). */
  readonly ownCpu: number
  readonly serverCpu: number
}

function push(map: Map<string, Sample[]>, name: string, sample: Sample): void {
  map.set(name, [...(map.get(name) ?? []), sample])
}

function summary(samples: readonly Sample[] = []): Sample {
  return {
    ordersPerSecond: median(samples.map((sample) => sample.ordersPerSecond)),
    ownCpu: median(samples.map((sample) => sample.ownCpu)),
    serverCpu: median(samples.map((sample) => sample.serverCpu)),
  }
}

function decodeRow(log: Log): BenchRow {
  const startedAt = performance.now()
  for (const message of log.messages) decodeEventBatch(message)
  const seconds = (performance.now() - startedAt) / 1_000
  const value = Math.round(log.events / seconds)
  return { bench: 'projections', name: 'decode only', value, unit: 'events/s' }
}

/** Feeds the whole log to one projection from an empty start. */
async function measure(url: string, name: string, log: Log, perCall: number): Promise<Sample> {
  await using pool = createPostgres({ url, max: 2 })
  await emptyTables(pool)
  const instruments = createInstrumentTable(pool)
  const make = PROJECTIONS[name]
  if (make === undefined) throw new Error(`no projection ${name}`)
  const apply = make(instruments)
  const projection = createProjection({
    pool,
    name,
    instruments,
    apply: async (tx, bulk) => void (await apply(tx, bulk)),
  })
  const calls: EventsCall[] = []
  for (let from = 0; from < log.messages.length; from += perCall) {
    calls.push(callOf(from, log.messages.slice(from, from + perCall)))
  }
  const serverCpuBefore = await serverCpu(pool)
  const ownCpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  for (const call of calls) {
    const outcome = await projection.take(call)
    if (!outcome.ok) throw new Error(`${name} found a gap at ${outcome.expectedSeq}`)
  }
  const seconds = (performance.now() - startedAt) / 1_000
  const { user, system } = process.cpuUsage(ownCpuBefore)
  return {
    ordersPerSecond: log.orders / seconds,
    ownCpu: (user + system) / log.orders,
    serverCpu: ((await serverCpu(pool)) - serverCpuBefore) / log.orders,
  }
}

/** CPU microseconds of the server's processes for this database so far. Source: proc(5), stat. */
async function serverCpu(pool: Postgres): Promise<number> {
  const { rows } = await pool.query<{ pid: number }>(
    'SELECT pid FROM pg_stat_activity WHERE datname = current_database()',
  )
  let ticks = 0
  for (const { pid } of rows) {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')
      ticks += Number(fields[13]) + Number(fields[14])
    } catch {
      // Another machine, or a system without /proc: the figure stays 0.
    }
  }
  // A tick is 10 ms.
  return ticks * 10_000
}

async function emptyTables(pool: Postgres): Promise<void> {
  const { rows } = await pool.query<{ tables: string }>(
    `SELECT string_agg(quote_ident(relname), ', ') AS tables FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
       AND relname <> 'pgmigrations'`,
  )
  await pool.withTx(async (tx) => {
    // The ledger refuses TRUNCATE by trigger; this is its owner, who may say otherwise.
    await tx.query('SET LOCAL session_replication_role = replica')
    await tx.query(`TRUNCATE ${rows[0]?.tables ?? ''} CASCADE`)
  })
}

function callOf(from: number, messages: readonly Uint8Array[]): EventsCall {
  const frames = messages.map((data, i) => ({
    seq: from + i + 1,
    data,
    skipped: false,
    traceparent: '',
  }))
  return {
    shard: 0,
    stream: 'TE_EVT_0',
    firstSeq: from + 1,
    lastSeq: from + messages.length,
    frames,
    traceId: TRACE_ID,
    deadlineMs: 60_000,
    signal: new AbortController().signal,
  }
}

/** Runs random orders of many accounts through the engine: about half rest, a third trades. */
function makeLog(orders: number, perBatch: number): Log {
  const applier = createBatchApplier()
  const messages: Uint8Array[] = []
  let events = 0
  const append = (commands: readonly Command[]) => {
    const seq = messages.length + 1
    const source = { source: 1, sourceSeq: seq }
    const time = BigInt(seq) * 1_000_000n + 1_700_000_000_000_000_000n
    const applied = applier.apply(seq, time, encodeCommandBatch(source, commands))
    messages.push(applied.parts[0].bytes)
    events += applied.events
  }
  append(opening())
  const random = xorshift(0x9e3779b9)
  let n = 0
  while (n < orders) {
    const commands: Command[] = []
    for (let i = 0; i < perBatch && n < orders; i++) commands.push(randomOrder(++n, random))
    append(commands)
  }
  return { messages, orders, events }
}

function opening(): Command[] {
  const common = { account: 1, traceId: TRACE_ID }
  const commands: Command[] = [
    {
      ...common,
      type: 'ListInstrument',
      symbol: 'BTC-USD',
      kind: 'Spot',
      baseAsset: 'BTC',
      quoteAsset: 'USD',
      baseScale: 8,
      quoteScale: 10,
      tickSize: '0.01',
      lotSize: '0.00000001',
      minQty: 1,
      maxQty: 1_000_000_000,
      minNotional: 0n,
      maxNotional: 10n ** 18n,
      priceBandPpm: 0,
      makerFeePpm: 0,
      takerFeePpm: 1_000,
      initialMarginPpm: 0,
      maintenanceMarginPpm: 0,
      maxPosition: 0,
      maxOpenOrders: 100_000,
      allowedStpModes: ['None', 'ExpireTaker'],
      defaultStpMode: 'None',
      tradingState: 'Open',
    },
  ]
  for (let i = 0; i < ACCOUNTS; i++) {
    const account = 1_000 + i
    const credit = { account, traceId: TRACE_ID, type: 'Credit', transferId: `open-${i}` } as const
    commands.push({ account, traceId: TRACE_ID, type: 'OpenAccount' })
    commands.push({ ...credit, asset: 'USD', amount: 10n ** 18n })
    commands.push({ ...credit, asset: 'BTC', amount: 10n ** 13n, transferId: `btc-${i}` })
  }
  return commands
}

function randomOrder(n: number, random: () => number): NewOrder {
  const side = random() % 2 === 0 ? 'Buy' : 'Sell'
  // Around a mid of 100.00: up to 60 ticks on the own side, now and then through the other.
  const away = (random() % 60) - 15
  return {
    type: 'NewOrder',
    ...PLAIN,
    account: 1_000 + (random() % ACCOUNTS),
    traceId: n.toString(16).padStart(32, '0'),
    instrumentId: 1,
    clOrdID: `c-${n}`,
    side,
    ordType: 'Limit',
    timeInForce: random() % 4 === 0 ? 'IOC' : 'GTC',
    price: side === 'Buy' ? 10_000 - away : 10_000 + away,
    orderQty: 1 + (random() % 100_000),
  }
}

function xorshift(seed: number): () => number {
  let x = seed
  return () => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return x >>> 0
  }
}
