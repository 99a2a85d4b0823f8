// Redis: what is hot and may vanish.

export { createRedis, type RedisLink } from './connection.ts'
export {
  createMarketCache,
  type LatestMarket,
  type MarketCache,
} from './market-cache.ts'
export { createRateLimits, type Rate, type RateLimits, type RateVerdict } from './rate-limits.ts'
