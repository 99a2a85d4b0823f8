// After the replay: does every trade stand in both execution histories, in the ledger and in InfluxDB,
// and do the books agree? Read through the public API; InfluxDB is asked directly, as an operator would.

import { createInflux } from '#adapters/influx/index.ts'
import type { RestClient } from '../client/rest.ts'
import type { Venue } from '../venue-home.ts'
import type { ReplaySession } from './session.ts'

export interface AuditRow {
  readonly what: string
  readonly expected: string
  readonly found: string
  readonly ok: boolean
}

interface Page {
  readonly nextCursor: string | null
}
interface Executions extends Page {
  readonly executions: readonly { tradeID: number; aggressor: boolean; execType: string }[]
}
interface Entries extends Page {
  readonly entries: readonly { kind: string; traceId: string; ref: { tradeID: number | null } }[]
}

const PAGE = 1000

/** Runs all checks; waits for the projections by `minSeq`. */
export async function audit(session: ReplaySession, venue: Venue): Promise<AuditRow[]> {
  const tradeIDs = new Set<number>()
  // The ledger names a trade by its command's trace id and its number in the instrument.
  const traces = new Set<string>()
  for (const { execType, tradeID, traceId } of session.reports) {
    if (execType !== 'Trade') continue
    tradeIDs.add(tradeID)
    traces.add(`${traceId}/${tradeID}`)
  }
  const rows = [await auditExecutions(session, tradeIDs), await auditLedger(session, traces)]
  rows.push(await auditInflux(session, venue, tradeIDs.size))
  return [...rows, ...(await auditBooks(session))]
}

async function auditExecutions(session: ReplaySession, tradeIDs: Set<number>): Promise<AuditRow> {
  const sides = new Map<number, number>()
  for (const { rest } of session.traders) {
    const query = `/v1/executions?symbol=${session.symbol}&limit=${PAGE}&minSeq=${session.lastSeq}`
    for await (const page of pages<Executions>(rest, query)) {
      for (const e of page.executions) {
        if (e.execType !== 'Trade') continue
        sides.set(e.tradeID, (sides.get(e.tradeID) ?? 0) | (e.aggressor ? 1 : 2))
      }
    }
  }
  const both = [...tradeIDs].filter((id) => sides.get(id) === 3).length
  return row('trades in the execution history of both sides', tradeIDs.size, both)
}

async function auditLedger(session: ReplaySession, traces: Set<string>): Promise<AuditRow> {
  const legs = new Map<string, number>()
  for (const { rest } of session.traders) {
    const query = `/v1/ledger/entries?limit=${PAGE}&minSeq=${session.lastSeq}`
    for await (const page of pages<Entries>(rest, query)) {
      for (const { kind, ref, traceId } of page.entries) {
        const key = `${traceId}/${ref.tradeID}`
        if (kind === 'Trade') legs.set(key, (legs.get(key) ?? 0) + 1)
      }
    }
  }
  // Two legs of the base asset and two of the quote asset.
  const whole = [...traces].filter((trade) => legs.get(trade) === 4).length
  return row('trades with all four legs in the ledger', traces.size, whole)
}

async function auditInflux(
  session: ReplaySession,
  venue: Venue,
  trades: number,
): Promise<AuditRow> {
  await using influx = createInflux({ url: venue.influxUrl, db: venue.influxDb })
  const query = `SELECT COUNT("tradeID") FROM "trades" WHERE "symbol" = '${session.symbol}'`
  let found = 0
  // The feed writes in batches: give it a few seconds to hand over the last one.
  for (let tries = 0; tries < 50 && found < trades; tries++) {
    const [series] = await influx.query(query)
    found = Number(series?.values[0]?.[1] ?? 0)
    if (found < trades) await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return row('trades in InfluxDB', trades, found)
}

async function auditBooks(session: ReplaySession): Promise<AuditRow[]> {
  const balance = await session.admin.get<{ assets: { asset: string; sum: string }[] }>(
    '/v1/admin/ledger/trial-balance',
  )
  const reconciliation = await session.admin.get<{
    matched: boolean
    differences: unknown[]
    accountsChecked: number
  }>('/v1/admin/ledger/reconciliation')
  return [
    ...balance.assets.map((a) => row(`ledger sum of ${a.asset}`, '0', a.sum)),
    row(
      `ledger = engine balances (${reconciliation.accountsChecked} accounts), differences`,
      0,
      reconciliation.differences.length,
    ),
  ]
}

async function* pages<T extends Page>(rest: RestClient, query: string): AsyncGenerator<T> {
  let cursor: string | null = null
  do {
    const page: T = await rest.get<T>(cursor === null ? query : `${query}&cursor=${cursor}`)
    yield page
    cursor = page.nextCursor
  } while (cursor !== null)
}

function row(what: string, expected: number | string, found: number | string): AuditRow {
  return {
    what,
    expected: String(expected),
    found: String(found),
    ok: String(expected) === String(found),
  }
}
