// The equity curve: for each account one sample a minute in which its balances changed, valued at
// the prices of the moment of the last change in that minute. A function of the log alone: however
// it is cut into bulks, the same samples come out. `seq` is the number of an event message here: a batch
// may come in several.

import type { ProjectionBulk } from '#adapters/postgres/index.ts'
import { FIRST_CLIENT_ACCOUNT } from '#domain/accounts.ts'
import { equityOf, type LastPrices, type Rates, ratesIn } from '#domain/equity.ts'
import type { Instrument } from '#domain/instrument.ts'

/** Width of a bucket. */
export const BUCKET_MS = 60_000

/** One point of a curve, in minor units of the currency. */
export interface EquitySample {
  readonly account: number
  readonly bucketMs: number
  readonly equity: bigint
  readonly seq: number
}

/** A balance that the bulk has changed. */
export interface BalanceNow {
  readonly account: number
  readonly assetId: number
  readonly balance: bigint
  readonly seq: number
}

/** A last trade price that the bulk has changed. */
export interface PriceNow {
  readonly instrumentId: number
  readonly lastPx: number
  readonly seq: number
}

/** What a bulk comes to. */
export interface PortfolioFold {
  readonly balances: readonly BalanceNow[]
  readonly prices: readonly PriceNow[]
  readonly samples: readonly EquitySample[]
}

/** What stood before the bulk: asset amounts of the accounts that it touches, and all prices. */
export interface PortfolioBefore {
  readonly holdings: ReadonlyMap<number, ReadonlyMap<number, bigint>>
  readonly prices: LastPrices
}

/** Client accounts whose balances change in the batches: what has to be loaded for the fold. */
export function touchedAccounts(batches: ProjectionBulk['batches']): number[] {
  const accounts = new Set<number>()
  for (const { events } of batches) {
    for (const event of events) {
      if (event.type === 'BalanceChanged' && event.account >= FIRST_CLIENT_ACCOUNT) {
        accounts.add(event.account)
      }
    }
  }
  return [...accounts].sort((a, b) => a - b)
}

/** An account's last change in the bucket that is still open for it. */
interface OpenSample {
  bucketMs: number
  seq: number
  prices: LastPrices
}

/**
 * Folds the batches. `currencyId` is undefined until the currency is listed: then no samples.
 * Each client's equity is worked out once a bucket, when the bucket is left or the bulk ends.
 */
export function foldPortfolio(
  batches: ProjectionBulk['batches'],
  before: PortfolioBefore,
  instruments: readonly Instrument[],
  currencyId: number | undefined,
): PortfolioFold {
  const holdings = new Map([...before.holdings].map(([account, held]) => [account, new Map(held)]))
  const changed = new Map<string, BalanceNow>()
  const prices = new Map<number, PriceNow>()
  const open = new Map<number, OpenSample>()
  const samples: EquitySample[] = []
  const rates = memoRates(instruments, currencyId)
  let current = before.prices

  const close = (account: number, sample: OpenSample) => {
    const { bucketMs, seq } = sample
    const equity = equityOf(holdings.get(account) ?? [], rates(sample.prices))
    samples.push({ account, bucketMs, equity, seq })
  }
  for (const { message: seq, timestampNs, events } of batches) {
    const bucketMs = Math.floor(Number(timestampNs / 1_000_000n) / BUCKET_MS) * BUCKET_MS
    current = pricesAfter(events, seq, current, prices)
    for (const event of events) {
      if (event.type !== 'BalanceChanged' || event.account < FIRST_CLIENT_ACCOUNT) continue
      if (event.delta === 0n) continue
      const { account, assetId, balance } = event
      const sample = open.get(account)
      if (sample !== undefined && sample.bucketMs !== bucketMs) close(account, sample)
      open.set(account, { bucketMs, seq, prices: current })
      const held = holdings.get(account) ?? new Map<number, bigint>()
      holdings.set(account, held.set(assetId, balance))
      changed.set(`${account}:${assetId}`, { account, assetId, balance, seq })
    }
  }
  if (currencyId !== undefined) for (const [account, sample] of open) close(account, sample)
  return {
    balances: [...changed.values()],
    prices: [...prices.values()],
    samples: currencyId === undefined ? [] : samples,
  }
}

/** The prices after a batch: the same map when nothing traded, else a new one. */
function pricesAfter(
  events: ProjectionBulk['batches'][number]['events'],
  seq: number,
  before: LastPrices,
  changed: Map<number, PriceNow>,
): LastPrices {
  let after: Map<number, number> | undefined
  for (const event of events) {
    if (event.type !== 'ExecutionReport' || event.execType !== 'Trade') continue
    const { instrumentId, lastPx } = event
    after ??= new Map(before)
    after.set(instrumentId, lastPx)
    changed.set(instrumentId, { instrumentId, lastPx, seq })
  }
  return after ?? before
}

/** Rates of a set of prices, worked out once: many accounts share the same moment. */
function memoRates(instruments: readonly Instrument[], currencyId: number | undefined) {
  const memo = new Map<LastPrices, Rates>()
  return (prices: LastPrices): Rates => {
    const known = memo.get(prices)
    if (known !== undefined) return known
    const rates: Rates =
      currencyId === undefined ? new Map() : ratesIn(currencyId, instruments, prices)
    memo.set(prices, rates)
    return rates
  }
}
