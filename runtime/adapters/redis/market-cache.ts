// The newest ticker and top of the book of each symbol, for readers that do not follow the stream.
// Every key expires: what the feed does not refresh is not true any more. A flush loses nothing,
// the feed writes again within its refresh time.

import { type RedisLink, redisCall } from './connection.ts'

/** The newest market data of one symbol, as the feed's JSON text. */
export interface LatestMarket {
  readonly symbol: string
  readonly ticker: string
  readonly top: string
}

export interface MarketCache {
  /** Writes some symbols in one round trip. Errors: TE_UNAVAILABLE_REDIS. */
  readonly write: (latest: readonly LatestMarket[]) => Promise<void>
  /** Null when nothing fresh is there. Errors: TE_UNAVAILABLE_REDIS. */
  readonly read: (symbol: string) => Promise<LatestMarket | null>
}

/** A reader may trust a key that long after the feed stopped. */
const MARKET_TTL_MS = 30_000
/** Keys of one write do not expire in the same instant. */
const TTL_JITTER_MS = 5_000

const tickerKey = (symbol: string): string => `te:md:ticker:${symbol}`
const topKey = (symbol: string): string => `te:md:top:${symbol}`

/** The cache over a connection. */
export function createMarketCache({ client }: RedisLink): MarketCache {
  return {
    write: async (latest) => {
      if (latest.length === 0) return
      const pipeline = client.pipeline()
      for (const { symbol, ticker, top } of latest) {
        const ttlMs = MARKET_TTL_MS + Math.floor(Math.random() * TTL_JITTER_MS)
        pipeline.set(tickerKey(symbol), ticker, 'PX', ttlMs)
        pipeline.set(topKey(symbol), top, 'PX', ttlMs)
      }
      const results = await redisCall(() => pipeline.exec())
      const failure = results?.find(([error]) => error !== null)?.[0]
      if (failure) await redisCall(() => Promise.reject(failure))
    },
    read: async (symbol) => {
      const [ticker, top] = await redisCall(() => client.mget(tickerKey(symbol), topKey(symbol)))
      return ticker && top ? { symbol, ticker, top } : null
    },
  }
}
