// The invariants that hold after every fault (V1, V2, V3, V4, V7 of the fault plan): the event log is
// what the command log gives, and histories, ledger and engine all say the same.

import pg from 'pg'
import { type NatsLink, streamState } from '#adapters/nats/index.ts'
import { decodeEventBatch } from '#contracts/event-codec.ts'
import { eventStream, matchingRequestSubject } from '#contracts/subjects.ts'
import type { ExecutionReport } from '#domain/event.ts'
import { readEventTail } from '../../runtime/matching/event-publisher.ts'
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
    const { lastSeq, lastMsgId } = await streamState(link, eventStream(0))
    const seq = readEventTail(0, lastSeq, lastMsgId)?.seq ?? Number.NaN
    await until(`projections reach ${seq}`, () => haveReached(pool, seq), 90_000)
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

type TradeReport = ExecutionReport & { readonly seq: number }

async function readReports(link: NatsLink): Promise<readonly TradeReport[]> {
  const log = await readWholeLog(link, eventStream(0))
  return log.flatMap(({ data }) => {
    const { seq, events } = decodeEventBatch(data)
    return events.flatMap((event) => (event.type === 'ExecutionReport' ? [{ ...event, seq }] : []))
  })
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
    // A refused request names the order that it was about, if there is one: that did not change.
    if (report.execType === 'Rejected' && (report.orderID === 0 || expected.has(report.orderID))) {
      continue
    }
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

/** A tradeID counts per instrument, which the ledger does not know: with its sequence it is enough. */
async function compareTrades(
  pool: pg.Pool,
  reports: readonly TradeReport[],
): Promise<readonly string[]> {
  interface Row {
    trade: string
    sides: string
  }
  const executions = await pool.query<Row>(
    `SELECT seq || ':' || trade_id AS trade, count(*) AS sides
       FROM executions WHERE trade_id <> 0 GROUP BY 1`,
  )
  const ledger = await pool.query<Row>(
    `SELECT DISTINCT seq || ':' || trade_id AS trade, 0 AS sides
       FROM ledger_entry WHERE trade_id <> 0`,
  )
  const inLog = new Map<string, number>()
  for (const { execType, seq, tradeID } of reports) {
    if (execType !== 'Trade') continue
    const trade = `${seq}:${tradeID}`
    inLog.set(trade, (inLog.get(trade) ?? 0) + 1)
  }
  const inHistory = new Map(executions.rows.map((row) => [row.trade, Number(row.sides)]))
  const inLedger = new Set(ledger.rows.map((row) => row.trade))
  const all = new Set([...inLog.keys(), ...inHistory.keys(), ...inLedger])
  return [...all]
    .filter((trade) => inLog.get(trade) !== inHistory.get(trade) || !inLedger.has(trade))
    .map((trade) => {
      const sides = `log ${inLog.get(trade)}, history ${inHistory.get(trade)}`
      return `trade ${trade}: ${sides} sides, in the ledger: ${inLedger.has(trade)}`
    })
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
