// Rate limits as one atomic script a check (GCRA): a single time per key says when the bucket will
// be full again. The script takes Redis's own time, so gateways with different clocks agree, and
// sets value and expiry together, so no crash can leave a key that bans for ever (H4).
// Source: the generic cell rate algorithm, ITU-T I.371, as a virtual scheduling algorithm.

import { type RedisLink, redisCall } from './connection.ts'

/** A limit: `perSecond` on average, `burst` at once. */
export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

/** Whether the tokens were given; if not, when to ask again. */
export interface RateVerdict {
  readonly isAllowed: boolean
  readonly retryAfterMs: number
}

export interface RateLimits {
  /** Takes `count` tokens of a key, all or none. Errors: TE_UNAVAILABLE_REDIS. */
  readonly take: (key: string, rate: Rate, count?: number) => Promise<RateVerdict>
}

const SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local cost = ARGV[1] * ARGV[3]
local full = tonumber(redis.call('GET', KEYS[1]) or '0')
if full < now then full = now end
local after = full + cost
local wait = after - now - ARGV[1] * ARGV[2]
if wait > 0 then return math.ceil(wait / 1000) end
redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000) + 1)
return 0
`

type Scripted = RedisLink['client'] & {
  teRateTake(key: string, interval: number, burst: number, count: number): Promise<number>
}

/** Key names outside this alphabet are a bug of ours: account ids, addresses, route classes. */
const KEY = /^[a-zA-Z0-9:._-]{1,100}$/

/** The limits over a connection. */
export function createRateLimits({ client }: RedisLink): RateLimits {
  client.defineCommand('teRateTake', { numberOfKeys: 1, lua: SCRIPT })
  return {
    take: async (key, rate, count = 1) => {
      if (!KEY.test(key)) throw new Error('not a rate limit key')
      const intervalUs = 1_000_000 / rate.perSecond
      const waitMs = await redisCall(() =>
        (client as Scripted).teRateTake(`te:rate:${key}`, intervalUs, rate.burst, count),
      )
      return { isAllowed: waitMs === 0, retryAfterMs: waitMs }
    },
  }
}
