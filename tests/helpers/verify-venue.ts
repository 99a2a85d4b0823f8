// The invariants that hold after every fault (V1, V2, V3, V4, V7 of the fault plan): the event log is
// what the command log gives, and histories, ledger and engine all say the same.

import pg from 'pg'
import { type NatsLink, streamState } from '#adapters/nats/index.ts'
import { decodeEventBatch } from '#contracts/event-codec.ts'
import { eventStream, matchingRequestSubject } from '#contracts/subjects.ts'
import type { ExecutionReport } from '#domain/event.ts'
import type { Outcome } from './order-journal.ts'
import { compareWithReplay, readWholeLog } from './replay-log.ts'
import { until } from './until.ts'

/** What a check found; all lists empty = the venue agrees with itself. */
export interface VenueProblems {
  /** Event batches that are not what the command log gives. */
  readonly differentBatches: readonly number[]
  /** Orders acknowledged to a client and not exactly once in the log. */
  readonly lostOrRepeated: readonly string[]
  /** Orders of the log that the history lacks or tells differently. */
  readonly historyDiffers: readonly string[]
  /** Trades that are not in the log, the execution history and the ledger alike. */
  readonly tradesDiffer: readonly string[]
  /** Assets whose ledger does not sum to zero. */
  readonly ledgerSums: readonly string[]
  /** Accounts and assets whose ledger balance is not the engine's. */
  readonly balancesDiffer: readonly string[]
}

/** Waits until all projections have caught up with the log, then checks everything. */
export async function verifyVenue(
  link: NatsLink,
  pgUrl: string,
  outcomes: ReadonlyMap<string, Outcome>,
): Promise<VenueProblems & { readonly trades: number; readonly batches: number }> {
  const pool = new pg.Pool({ connectionString: pgUrl, max: 2 })
  try {
    const { lastSeq } = await streamState(link, eventStream(0))
    await until(`projections reach ${lastSeq}`, () => haveReached(pool, lastSeq), 90_000)
    const replay = await compareWithReplay(link)
    const reports = await readReports(link)
    return {
      batches: replay.batches,
      trades: replay.trades,
      differentBatches: replay.different,
      lostOrRepeated: findLost(reports, outcomes),
      historyDiffers: await compareHistory(pool, reports),
      tradesDiffer: await compareTrades(pool, reports),
      ledgerSums: await sumLedger(pool),
      balancesDiffer: await compareBalances(pool, link),
    }
  } finally {
    await pool.end()
  }
}

async function haveReached(pool: pg.Pool, seq: number): Promise<boolean> {
  const { rows } = await pool.query<{ seq: string; function: string }>(
    'SELECT function, seq FROM projection_offset WHERE shard = 0',
  )
  const needed = ['orders', 'ledger', 'positions']
  return needed.every((name) => rows.some((row) => row.function === name && Number(row.seq) >= seq))
}

async function readReports(link: NatsLink): Promise<readonly ExecutionReport[]> {
  const log = await readWholeLog(link, eventStream(0))
  return log.flatMap(({ data }) =>
    decodeEventBatch(data).events.filter((event) => event.type === 'ExecutionReport'),
  )
}

/** Every order that a client was told of stands in the log once; none stands there twice. */
function findLost(
  reports: readonly ExecutionReport[],
  outcomes: ReadonlyMap<string, Outcome>,
): readonly string[] {
  const accepted = new Map<string, Set<number>>()
  for (const { execType, account, clOrdID, orderID } of reports) {
    if (execType === 'Rejected') continue
    const key = `${account}:${clOrdID}`
    accepted.set(key, (accepted.get(key) ?? new Set()).add(orderID))
  }
  const wrong: string[] = []
  for (const [key, outcome] of outcomes) {
    const times = accepted.get(key)?.size ?? 0
    const isRight =
      outcome === 'accepted' ? times === 1 : outcome === 'refused' ? times === 0 : times <= 1
    if (!isRight) wrong.push(`${key} ${outcome}, ${times} times in the log`)
  }
  return wrong
}

async function compareHistory(
  pool: pg.Pool,
  reports: readonly ExecutionReport[],
): Promise<readonly string[]> {
  const expected = new Map<number, string>()
  for (const report of reports) {
    if (report.execType === 'Rejected' && report.orderID === 0) continue
    expected.set(report.orderID, `${report.cumQty}/${report.leavesQty}`)
  }
  const { rows } = await pool.query<Record<'order_id' | 'cum_qty' | 'leaves_qty', string>>(
    'SELECT order_id, cum_qty, leaves_qty FROM orders',
  )
  const found = new Map(rows.map((r) => [Number(r.order_id), `${r.cum_qty}/${r.leaves_qty}`]))
  return [...expected]
    .filter(([orderID, state]) => found.get(orderID) !== state)
    .map(([orderID, state]) => `order ${orderID}: log ${state}, history ${found.get(orderID)}`)
}

async function compareTrades(
  pool: pg.Pool,
  reports: readonly ExecutionReport[],
): Promise<readonly string[]> {
  const count = (ids: readonly number[]): Map<number, number> => {
    const counts = new Map<number, number>()
    for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1)
    return counts
  }
  const inLog = count(reports.filter((r) => r.execType === 'Trade').map((r) => r.tradeID))
  const executions = await pool.query<{ trade_id: string }>(
    'SELECT trade_id FROM executions WHERE trade_id <> 0',
  )
  const ledger = await pool.query<{ trade_id: string }>(
    'SELECT DISTINCT trade_id FROM ledger_entry WHERE trade_id <> 0',
  )
  const inHistory = count(executions.rows.map((row) => Number(row.trade_id)))
  const inLedger = new Set(ledger.rows.map((row) => Number(row.trade_id)))
  const wrong: string[] = []
  for (const id of new Set([...inLog.keys(), ...inHistory.keys(), ...inLedger])) {
    const sides = [inLog.get(id), inHistory.get(id)]
    if (sides.some((n) => n !== 2) || !inLedger.has(id)) {
      wrong.push(`trade ${id}: ${sides.join(' and ')} sides, in the ledger: ${inLedger.has(id)}`)
    }
  }
  return wrong
}

async function sumLedger(pool: pg.Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ asset_id: number; sum: string }>(
    'SELECT asset_id, sum(amount::numeric) FROM ledger_entry GROUP BY asset_id HAVING sum(amount::numeric) <> 0',
  )
  return rows.map((row) => `asset ${row.asset_id}: ${row.sum}`)
}

/** Account 1 is the outside world: the ledger's counterpart of deposits, not the engine's. */
const WORLD = 1

async function compareBalances(pool: pg.Pool, link: NatsLink): Promise<readonly string[]> {
  interface Answer {
    ok: boolean
    result: { balances: { account: number; assetId: number; balance: string }[] }
  }
  const answer = await link.request(matchingRequestSubject(0, 'balances'), '{}', {
    timeoutMs: 5_000,
  })
  const { result } = JSON.parse(Buffer.from(answer.data).toString()) as Answer
  const engine = new Map(
    result.balances
      .filter((row) => row.account !== WORLD && row.balance !== '0')
      .map((row) => [`${row.account}:${row.assetId}`, row.balance]),
  )
  const { rows } = await pool.query<Record<'account_id' | 'asset_id' | 'sum', string>>(
    `SELECT account_id, asset_id, sum(amount::numeric) FROM ledger_entry
      WHERE account_id <> $1 GROUP BY account_id, asset_id HAVING sum(amount::numeric) <> 0`,
    [WORLD],
  )
  const ledger = new Map(rows.map((row) => [`${row.account_id}:${row.asset_id}`, row.sum]))
  return [...new Set([...engine.keys(), ...ledger.keys()])]
    .filter((key) => engine.get(key) !== ledger.get(key))
    .map((key) => `${key}: engine ${engine.get(key)}, ledger ${ledger.get(key)}`)
}
