// Event batches -> balances, last prices and equity samples: one read of what the bulk touches, one
// fold, three bulk writes.

import {
  defineBulk,
  defineInsert,
  type InstrumentTable,
  type ProjectionBulk,
  type Tx,
} from '#adapters/postgres/index.ts'
import { foldPortfolio, type PortfolioBefore, touchedAccounts } from './samples.ts'

/** What equity is told in. */
export const CURRENCY = 'USD'
/** How long samples are kept, in log time: 10,080 rows an account at most. */
const KEEP_MS = 7 * 24 * 3_600_000

const LOAD_BALANCES = {
  name: 'portfolio.load_balances',
  text: `SELECT account_id, asset_id, sum(balance) AS balance FROM portfolio_balance
    WHERE account_id = ANY($1::bigint[]) GROUP BY account_id, asset_id`,
}
const LOAD_PRICES = {
  name: 'portfolio.load_prices',
  text: 'SELECT instrument_id, last_px FROM portfolio_price',
}

const upsertBalances = defineInsert({
  name: 'portfolio.balances',
  into: 'portfolio_balance',
  columns: {
    shard: 'smallint',
    account_id: 'bigint',
    asset_id: 'integer',
    balance: 'numeric',
    seq: 'bigint',
  },
  onConflict: `ON CONFLICT (account_id, asset_id, shard) DO UPDATE
    SET balance = excluded.balance, seq = excluded.seq
    WHERE portfolio_balance.seq < excluded.seq`,
})

const upsertPrices = defineInsert({
  name: 'portfolio.prices',
  into: 'portfolio_price',
  columns: { instrument_id: 'integer', last_px: 'bigint', seq: 'bigint' },
  onConflict: `ON CONFLICT (instrument_id) DO UPDATE
    SET last_px = excluded.last_px, seq = excluded.seq
    WHERE portfolio_price.seq < excluded.seq`,
})

const upsertSamples = defineInsert({
  name: 'portfolio.samples',
  into: 'portfolio_equity',
  columns: { account_id: 'bigint', bucket_ms: 'bigint', equity: 'numeric', seq: 'bigint' },
  onConflict: `ON CONFLICT (account_id, bucket_ms) DO UPDATE
    SET equity = excluded.equity, seq = excluded.seq
    WHERE portfolio_equity.seq < excluded.seq`,
})

const dropOldSamples = defineBulk({
  name: 'portfolio.drop_samples',
  columns: { account_id: 'bigint', before_ms: 'bigint' },
  sql: (source) => `DELETE FROM portfolio_equity e USING ${source}
    WHERE e.account_id = r.account_id AND e.bucket_ms < r.before_ms`,
})

/** Makes the projection's writer; `instruments` is kept up to date before each bulk. */
export function createPortfolioWriter(instruments: InstrumentTable) {
  return async (tx: Tx, bulk: ProjectionBulk): Promise<void> => {
    const currency = [...instruments.knownAssets().values()].find((a) => a.name === CURRENCY)
    const accounts = touchedAccounts(bulk.batches)
    const { balances, prices, samples } = foldPortfolio(
      bulk.batches,
      await loadBefore(tx, accounts),
      [...instruments.known().values()],
      currency?.assetId,
    )
    const balanceRows = balances
      .map(({ account, assetId, balance, seq }) => ({
        shard: bulk.shard,
        account_id: account,
        asset_id: assetId,
        balance,
        seq,
      }))
      .sort((a, b) => a.account_id - b.account_id || a.asset_id - b.asset_id)
    await upsertBalances.run(tx, balanceRows)
    const priceRows = prices
      .map(({ instrumentId, lastPx, seq }) => ({
        instrument_id: instrumentId,
        last_px: lastPx,
        seq,
      }))
      .sort((a, b) => a.instrument_id - b.instrument_id)
    await upsertPrices.run(tx, priceRows)
    const sampleRows = samples.map(({ account, bucketMs, equity, seq }) => ({
      account_id: account,
      bucket_ms: bucketMs,
      equity,
      seq,
    }))
    await upsertSamples.run(tx, sampleRows)
    const newest = new Map(samples.map((s) => [s.account, s.bucketMs]))
    const oldRows = [...newest].map(([account, bucketMs]) => ({
      account_id: account,
      before_ms: bucketMs - KEEP_MS,
    }))
    await dropOldSamples.run(tx, oldRows)
  }
}

async function loadBefore(tx: Tx, accounts: readonly number[]): Promise<PortfolioBefore> {
  const holdings = new Map<number, Map<number, bigint>>()
  if (accounts.length > 0) {
    const { rows } = await tx.query<{ account_id: number; asset_id: number; balance: bigint }>(
      LOAD_BALANCES,
      [accounts],
    )
    for (const { account_id: account, asset_id: assetId, balance } of rows) {
      const held = holdings.get(account) ?? new Map<number, bigint>()
      holdings.set(account, held.set(assetId, balance))
    }
  }
  const { rows } = await tx.query<{ instrument_id: number; last_px: number }>(LOAD_PRICES)
  return { holdings, prices: new Map(rows.map((r) => [r.instrument_id, r.last_px])) }
}
