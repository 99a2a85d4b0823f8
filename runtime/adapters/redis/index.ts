// Redis: what is hot and may vanish.

export { createRedis, type RedisLink, type RedisOptions, redisCall } from './connection.ts'
export {
  createMarketCache,
  type LatestMarket,
  MARKET_TTL_MS,
  type MarketCache,
} from './market-cache.ts'
export { createRateLimits, type Rate, type RateLimits, type RateVerdict } from './rate-limits.ts'
