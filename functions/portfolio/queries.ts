// What an account is worth now, and how it came to that. Two statements, however many positions
// (E7): the first sees balances, positions, prices and how new they are in one snapshot.
// It reads positions and marks, which the positions function writes, and answers with the older of
// both seqs. Balances are worth their last price; perpetuals add what they would realise now.

import { setTimeout as sleep } from 'node:timers/promises'
import type { InstrumentTable, Postgres } from '#adapters/postgres/index.ts'
import { formatAmount } from '#contracts/decimal.ts'
import { OperationalError } from '#contracts/errors.ts'
import type { RpcMethod } from '#contracts/function-handler.ts'
import { readParams } from '#contracts/params.ts'
import { type Rates, ratesIn, valueOf } from '#domain/equity.ts'
import type { Asset, Instrument } from '#domain/instrument.ts'
import { CURRENCY } from './projection.ts'

const POINTS_MAX = 1_000
const POINTS_DEFAULT = 200
/** How long a reader waits for its own write, and how often it looks. */
const WAIT_MS = 500
const POLL_MS = 10

/** The statements, for the query and for the test that looks at their plans (E8). */
export const PORTFOLIO_STATEMENTS = {
  state: {
    name: 'portfolio.state',
    text: `SELECT 'balance' AS kind, asset_id AS id, sum(balance) AS a,
        0::numeric AS b, 0::numeric AS c, 0::numeric AS d
      FROM portfolio_balance WHERE account_id = $1 GROUP BY asset_id
    UNION ALL
    SELECT 'position', instrument_id, net_qty, cost, realized_pnl, fees
      FROM positions WHERE account_id = $1
    UNION ALL
    SELECT 'price', instrument_id, last_px, 0, 0, 0 FROM portfolio_price
    UNION ALL
    SELECT 'mark', instrument_id, mark_px, 0, 0, 0 FROM position_price WHERE mark_px IS NOT NULL
    UNION ALL
    SELECT 'offset', 0, seq, 0, 0, 0
      FROM projection_offset WHERE shard = 0 AND function IN ('portfolio', 'positions')`,
  },
  curve: {
    name: 'portfolio.curve',
    text: `SELECT bucket_ms, equity FROM portfolio_equity WHERE account_id = $1
      ORDER BY bucket_ms DESC LIMIT $2`,
  },
} as const

interface StateRow {
  readonly kind: 'balance' | 'position' | 'price' | 'mark' | 'offset'
  readonly id: number
  readonly a: bigint
  readonly b: bigint
  readonly c: bigint
  readonly d: bigint
}

/** Makes the requests of the function. */
export function createPortfolioQueries(
  pool: Postgres,
  instruments: InstrumentTable,
): Readonly<Record<'get', RpcMethod>> {
  return {
    get: async (params) => {
      const p = readParams(params)
      const accountId = p.accountId()
      const minSeq = p.minSeq() ?? 0
      const points = p.optionalInteger('points', { min: 1, max: POINTS_MAX }) ?? POINTS_DEFAULT
      p.end()
      const { rows, seq } = await readState(pool, accountId, minSeq)
      const currency = await instruments.assetByName(CURRENCY)
      const curve = await pool.query<{ bucket_ms: number; equity: bigint }>(
        PORTFOLIO_STATEMENTS.curve,
        [accountId, points],
      )
      // The cache may be older than the rows: a miss reads the table again.
      for (const row of rows) if (row.kind === 'price') await instruments.byId(row.id)
      const scale = currency?.scale ?? 0
      const result = {
        ...valuation(rows, instruments, currency),
        equityCurve: curve.rows
          .map((point) => ({
            timeMs: point.bucket_ms,
            equity: formatAmount(point.equity, scale),
          }))
          .reverse(),
        seq,
      }
      return { ok: true, result, seq }
    },
  }
}

/** One snapshot that is at least as new as `minSeq`. Errors: TE_BEHIND. */
async function readState(
  pool: Postgres,
  accountId: number,
  minSeq: number,
): Promise<{ readonly rows: readonly StateRow[]; readonly seq: number }> {
  const until = performance.now() + WAIT_MS
  for (;;) {
    const { rows } = await pool.query<StateRow>(PORTFOLIO_STATEMENTS.state, [accountId])
    const offsets = rows.filter((row) => row.kind === 'offset').map((row) => Number(row.a))
    // A projection that has taken nothing yet has no row.
    const seq = offsets.length < 2 ? 0 : Math.min(...offsets)
    if (seq >= minSeq) return { rows, seq }
    if (performance.now() >= until) {
      const message = `the portfolio projection is at ${seq}, not yet at ${minSeq}`
      throw new OperationalError('TE_BEHIND', message, { retryable: true })
    }
    await sleep(POLL_MS)
  }
}

function valuation(
  rows: readonly StateRow[],
  instruments: InstrumentTable,
  currency: Asset | undefined,
): object {
  const known = instruments.known()
  const prices = new Map(rows.filter((r) => r.kind === 'price').map((r) => [r.id, Number(r.a)]))
  const rates: Rates =
    currency === undefined ? new Map() : ratesIn(currency.assetId, known.values(), prices)
  const format = (minor: bigint) => formatAmount(minor, currency?.scale ?? 0)
  const formatOrNull = (minor: bigint | null) => (minor === null ? null : format(minor))

  let equity = 0n
  const assets = []
  for (const { id, a: total } of rows.filter((row) => row.kind === 'balance')) {
    const asset = instruments.knownAssets().get(id)
    if (asset === undefined) continue
    const rate = rates.get(id)
    const value = valueOf(total, rate)
    equity += value ?? 0n
    assets.push({
      asset: asset.name,
      total: formatAmount(total, asset.scale),
      price: formatOrNull(valueOf(10n ** BigInt(asset.scale), rate)),
      value: formatOrNull(value),
    })
  }
  const marks = new Map(rows.filter((r) => r.kind === 'mark').map((r) => [r.id, Number(r.a)]))
  let unrealized = 0n
  let realized = 0n
  for (const row of rows) {
    const instrument = row.kind === 'position' ? known.get(row.id) : undefined
    if (instrument === undefined) continue
    const rate = rates.get(instrument.quote.assetId)
    const pricePx = marks.get(row.id) ?? prices.get(row.id)
    const open = valueOf(unrealizedOf(row, instrument, pricePx), rate) ?? 0n
    unrealized += open
    if (instrument.kind === 'LinearPerpetual') equity += open
    realized += valueOf(row.c - row.d, rate) ?? 0n
  }
  return {
    equity: format(equity),
    currency: CURRENCY,
    unrealizedPnl: format(unrealized),
    /** After fees. */
    realizedPnl: format(realized),
    assets: assets.sort((x, y) => (x.asset < y.asset ? -1 : 1)),
  }
}

/** Value minus cost; 0 while there is no price. */
function unrealizedOf(row: StateRow, instrument: Instrument, pricePx: number | undefined): bigint {
  return pricePx === undefined ? 0n : row.a * BigInt(pricePx) * instrument.notionalFactor - row.b
}
