// (1) Rate limits. REST: one check a request in Redis, exact over all gateways. Orders on a socket:
// tokens leased from Redis in bulk and spent here, so that an order pays no round trip; a gateway
// can hold at most one lease per account more than the limit. When Redis is down each gateway
// counts alone and orders keep flowing.

import type { Rate, RateLimits, RateVerdict } from '#adapters/redis/index.ts'
import { OperationalError } from '#contracts/errors.ts'
import { type BoundedMap, createBoundedMap } from '../events/bounded-map.ts'
import { Refusal } from '../refusal.ts'

/** The classes of requests that are counted apart. */
export type RateClass = 'account' | 'ip' | 'auth'

export interface RateGuard {
  /** Counts one request. Errors: TE_RATE_LIMITED with the seconds to wait. */
  readonly pass: (rateClass: RateClass, who: string) => Promise<void>
  /** Counts one order command without waiting. Errors: TE_RATE_LIMITED. */
  readonly passOrder: (accountId: number) => void
}

export interface RateGuardOptions {
  readonly limits: RateLimits
  readonly perAccount: number
  readonly perIp: number
  readonly authPerMinute: number
  readonly ordersPerAccount: number
}

/** 429 with the time to wait. */
export class RateLimited extends Refusal {
  readonly retryAfterS: number
  constructor(retryAfterMs: number) {
    super('TE_RATE_LIMITED', 'too many requests')
    this.retryAfterS = Math.max(1, Math.ceil(retryAfterMs / 1000))
  }
}

const LOCAL_MAX = 50_000
/** A lease is a quarter of a second of the rate: what a client may send in one turn of ours. */
const LEASES_PER_S = 4

/** Makes the guard of this gateway. */
export function createRateGuard(options: RateGuardOptions): RateGuard {
  const rates: Record<RateClass, Rate | undefined> = {
    account: rateOf(options.perAccount),
    ip: rateOf(options.perIp),
    auth: options.authPerMinute === 0 ? undefined : perMinute(options.authPerMinute),
  }
  const local = createLocalLimits()
  const take = async (key: string, rate: Rate, count: number): Promise<RateVerdict> => {
    try {
      return await options.limits.take(key, rate, count)
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error
      return local(key, rate, count)
    }
  }
  const orders = createLeases(rateOf(options.ordersPerAccount), take)
  return {
    pass: async (rateClass, who) => {
      const rate = rates[rateClass]
      if (rate === undefined) return
      const verdict = await take(`${rateClass}:${who}`, rate, 1)
      if (!verdict.isAllowed) throw new RateLimited(verdict.retryAfterMs)
    },
    passOrder: orders,
  }
}

const rateOf = (perSecond: number): Rate | undefined =>
  perSecond === 0 ? undefined : { perSecond, burst: perSecond }

const perMinute = (count: number): Rate => ({ perSecond: count / 60, burst: count })

/** The same algorithm as in Redis, for this process alone. */
function createLocalLimits(): (key: string, rate: Rate, count: number) => RateVerdict {
  const fullAt = createBoundedMap<string, number>(LOCAL_MAX)
  return (key, rate, count) => {
    const now = performance.now()
    const after = Math.max(fullAt.get(key) ?? 0, now) + (count * 1000) / rate.perSecond
    const waitMs = after - now - (rate.burst * 1000) / rate.perSecond
    if (waitMs > 0) return { isAllowed: false, retryAfterMs: waitMs }
    fullAt.set(key, after)
    return { isAllowed: true, retryAfterMs: 0 }
  }
}

interface Lease {
  tokens: number
  isAsking: boolean
  refusedUntil: number
}

function createLeases(
  rate: Rate | undefined,
  take: (key: string, rate: Rate, count: number) => Promise<RateVerdict>,
): (accountId: number) => void {
  if (rate === undefined) return () => undefined
  const size = Math.max(1, Math.ceil(rate.perSecond / LEASES_PER_S))
  const leases: BoundedMap<number, Lease> = createBoundedMap(LOCAL_MAX)
  const ask = async (accountId: number, lease: Lease): Promise<void> => {
    lease.isAsking = true
    try {
      const verdict = await take(`orders:${accountId}`, rate, size)
      if (verdict.isAllowed) lease.tokens += size
      else lease.refusedUntil = performance.now() + verdict.retryAfterMs
    } finally {
      lease.isAsking = false
    }
  }
  return (accountId) => {
    let lease = leases.get(accountId)
    if (lease === undefined) {
      lease = { tokens: 2 * size, isAsking: false, refusedUntil: 0 }
      leases.set(accountId, lease)
    }
    const now = performance.now()
    if (lease.tokens <= size && !lease.isAsking && lease.refusedUntil <= now) {
      void ask(accountId, lease)
    }
    if (lease.tokens < 1) throw new RateLimited(Math.max(0, lease.refusedUntil - now))
    lease.tokens--
  }
}
