// What an account has, and every movement that made it so.

import type { InstrumentTable, Postgres, Projection } from '#adapters/postgres/index.ts'
import { decodeCursor, encodeCursor } from '#contracts/cursor.ts'
import { formatAmount } from '#contracts/decimal.ts'
import type { RpcMethod } from '#contracts/function-handler.ts'
import { readParams } from '#contracts/params.ts'
import { assert } from '#domain/assert.ts'
import { ASSET_PATTERN } from '#domain/instrument.ts'
import { LEDGER_KINDS } from '#domain/ledger-entry.ts'

const LIMIT_MAX = 1_000
const LIMIT_DEFAULT = 100
const ASSET = { max: 12, pattern: new RegExp(ASSET_PATTERN) }
const NEWEST = [Number.MAX_SAFE_INTEGER, 2 ** 31 - 1, 2 ** 15 - 1] as const

/** The statements, for the queries and for the test that looks at their plans (E8). */
export const LEDGER_STATEMENTS = {
  balances: {
    name: 'ledger.query_balances',
    text: `SELECT a.name, a.scale, sum(b.balance) AS total, sum(b.hold) AS hold
      FROM engine_balance b JOIN asset a USING (asset_id)
      WHERE b.account_id = $1 GROUP BY a.asset_id ORDER BY a.name`,
  },
  entries: {
    name: 'ledger.query_entries',
    text: `SELECT e.shard, e.seq, e.leg, e.transfer, e.kind, a.name, a.scale,
        e.amount::numeric AS amount, e.balance_after::numeric AS balance_after,
        e.time_ms, e.trade_id, e.trace_id, e.transfer_ref
      FROM ledger_entry e JOIN asset a USING (asset_id)
      WHERE e.account_id = $1 AND (e.seq, e.leg, e.shard) < ($2, $3, $4)
        AND ($5::integer IS NULL OR e.asset_id = $5)
      ORDER BY e.seq DESC, e.leg DESC, e.shard DESC LIMIT $6`,
  },
} as const

interface EntryRow {
  readonly shard: number
  readonly seq: number
  readonly leg: number
  readonly transfer: number
  readonly kind: number
  readonly name: string
  readonly scale: number
  readonly amount: bigint
  readonly balance_after: bigint
  readonly time_ms: number
  readonly trade_id: number
  readonly trace_id: string
  readonly transfer_ref: string | null
}

/** Makes the requests of one account. */
export function createLedgerQueries(
  pool: Postgres,
  instruments: InstrumentTable,
  projection: Projection,
): Readonly<Record<'balances' | 'entries', RpcMethod>> {
  const balances: RpcMethod = async (params) => {
    const p = readParams(params)
    const accountId = p.accountId()
    const minSeq = p.minSeq()
    p.end()
    const seq = await projection.waitForSeq(minSeq)
    const { rows } = await pool.query<{ name: string; scale: number; total: bigint; hold: bigint }>(
      LEDGER_STATEMENTS.balances,
      [accountId],
    )
    const result = rows.map(({ name, scale, total, hold }) => ({
      asset: name,
      total: formatAmount(total, scale),
      hold: formatAmount(hold, scale),
      available: formatAmount(total - hold, scale),
    }))
    return { ok: true, result: { balances: result, seq }, seq }
  }

  const entries: RpcMethod = async (params) => {
    const p = readParams(params)
    const accountId = p.accountId()
    const asset = p.optionalText('asset', ASSET)
    const limit = p.optionalInteger('limit', { min: 1, max: LIMIT_MAX }) ?? LIMIT_DEFAULT
    const cursor = p.optionalText('cursor', { max: 128 })
    const minSeq = p.minSeq()
    p.end()
    const before = cursor === undefined ? NEWEST : decodeCursor(cursor, NEWEST.length)
    const seq = await projection.waitForSeq(minSeq)
    const assetId = asset === undefined ? null : (await instruments.assetByName(asset))?.assetId
    if (assetId === undefined) {
      return {
        ok: false,
        error: { code: 'TE_NOT_FOUND', message: 'no such asset', field: 'asset' },
      }
    }
    const values = [accountId, ...clamp(before), assetId, limit + 1]
    const { rows } = await pool.query<EntryRow>(LEDGER_STATEMENTS.entries, values)
    const shown = rows.slice(0, limit)
    const last = rows.length > limit ? shown.at(-1) : undefined
    const nextCursor = last === undefined ? null : encodeCursor([last.seq, last.leg, last.shard])
    return { ok: true, result: { entries: shown.map(entryShape), nextCursor, seq }, seq }
  }

  return { balances, entries }
}

/** A made-up cursor stays within the columns' types. */
function clamp(key: readonly number[]): number[] {
  return NEWEST.map((max, i) => Math.min(key[i] ?? 0, max))
}

function entryShape(row: EntryRow): object {
  const kind = LEDGER_KINDS[row.kind]
  assert(kind !== undefined, 'a stored code is a member of its set')
  return {
    entryId: `${row.shard}-${row.seq}-${row.leg}`,
    transferId: `${row.shard}-${row.seq}-${row.transfer}`,
    kind,
    asset: row.name,
    amount: formatAmount(row.amount, row.scale),
    balanceAfter: formatAmount(row.balance_after, row.scale),
    seq: row.seq,
    timeMs: row.time_ms,
    ref: {
      tradeID: row.trade_id === 0 ? null : row.trade_id,
      transferId: row.transfer_ref,
    },
    traceId: row.trace_id.replaceAll('-', ''),
  }
}
