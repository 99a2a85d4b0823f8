// API keys are the auth function's: it is asked, once for all who wait (H2), and a yes holds for at
// most 5 s, so that a revoked key is dead everywhere 5 s later. A no is remembered for a moment
// only, to keep a stranger's guesses from becoming calls.

import { createHash } from 'node:crypto'
import { API_KEY_PATTERN, SCOPES, type Scope } from '#contracts/api/auth.ts'
import { createBoundedMap } from '../events/bounded-map.ts'
import { Refusal } from '../refusal.ts'
import type { Rpc } from '../rpc.ts'
import type { Identity } from './identity.ts'

/** Errors: TE_AUTH_INVALID_API_KEY, TE_RPC_*. */
export type VerifyApiKey = (apiKey: string, traceId: string) => Promise<Identity>

interface Known {
  readonly verdict: Promise<Identity>
  validUntil: number
}

const YES_MS = 4500
const NO_MS = 1000
const CACHE_MAX = 20_000
const API_KEY = new RegExp(API_KEY_PATTERN)

/** Makes the cache of this gateway. */
export function createVerifyApiKey(rpc: Pick<Rpc, 'call'>): VerifyApiKey {
  const cache = createBoundedMap<string, Known>(CACHE_MAX)
  return (apiKey, traceId) => {
    if (!API_KEY.test(apiKey)) return Promise.reject(invalid())
    const digest = createHash('sha256').update(apiKey).digest('base64')
    const known = cache.get(digest)
    if (known !== undefined && known.validUntil > performance.now()) return known.verdict
    const fresh: Known = {
      verdict: ask(rpc, apiKey, traceId),
      validUntil: Number.POSITIVE_INFINITY,
    }
    cache.delete(digest)
    cache.set(digest, fresh)
    fresh.verdict.then(
      () => {
        fresh.validUntil = performance.now() + YES_MS
      },
      (error: unknown) => {
        const isNo = error instanceof Refusal && error.status === 401
        fresh.validUntil = isNo ? performance.now() + NO_MS : 0
      },
    )
    return fresh.verdict
  }
}

async function ask(rpc: Pick<Rpc, 'call'>, apiKey: string, traceId: string): Promise<Identity> {
  const { result } = await rpc.call('auth', 'verifyApiKey', { apiKey }, { traceId })
  const { accountId, scopes, keyId } = result as {
    accountId: number
    scopes: string[]
    keyId: string
  }
  const granted = new Set<Scope>(SCOPES.filter((scope) => scopes.includes(scope)))
  return { accountId, scopes: granted, keyId, expiresAtMs: Number.POSITIVE_INFINITY }
}

const invalid = () => new Refusal('TE_AUTH_INVALID_API_KEY', 'the API key is not valid')
