// Keeps the newest tickers in the cache: one write at a time, the newest wins, what does not change
// is written again before it expires. A cache that is down costs nothing but a count.

import type { LatestMarket, MarketCache } from '#adapters/redis/index.ts'

export interface LatestWriter {
  /** Remembers the newest; does not wait. */
  readonly put: (latest: LatestMarket) => void
  /** Writes what is due, unless a write is under way. */
  readonly tick: (nowMs: number) => void
}

/** A third of the time to live: two refreshes may fail before a key expires. */
const REFRESH_MS = 10_000

/** The writer over a cache. */
export function createLatestWriter(
  cache: Pick<MarketCache, 'write'>,
  onFailure: () => void,
): LatestWriter {
  const known = new Map<string, LatestMarket>()
  const due = new Set<string>()
  let refreshedAtMs = 0
  let isWriting = false
  const write = async (): Promise<void> => {
    const symbols = [...due]
    due.clear()
    try {
      await cache.write(symbols.flatMap((symbol) => known.get(symbol) ?? []))
    } catch {
      for (const symbol of symbols) due.add(symbol)
      onFailure()
    } finally {
      isWriting = false
    }
  }
  return {
    put: (latest) => {
      known.set(latest.symbol, latest)
      due.add(latest.symbol)
    },
    tick: (nowMs) => {
      if (nowMs - refreshedAtMs >= REFRESH_MS) {
        refreshedAtMs = nowMs
        for (const symbol of known.keys()) due.add(symbol)
      }
      if (isWriting || due.size === 0) return
      isWriting = true
      void write()
    },
  }
}
