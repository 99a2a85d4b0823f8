// Access tokens, verified here with the auth function's public keys: a request costs no call. Keys
// are fetched once and again when a token names one that is not known, at most every few seconds:
// nothing that a stranger sends makes more work than that.

import { createHash } from 'node:crypto'
import { createTokenVerifier, type TokenVerifier } from '#adapters/auth/index.ts'
import { createBoundedMap } from '../events/bounded-map.ts'
import { Refusal } from '../refusal.ts'
import type { Rpc } from '../rpc.ts'
import { ALL_SCOPES, type Identity } from './identity.ts'

/** Errors: TE_AUTH_INVALID_TOKEN, TE_AUTH_EXPIRED_TOKEN, TE_RPC_* while no keys are known. */
export type VerifyToken = (token: string, traceId: string) => Promise<Identity>

type Jwks = Parameters<typeof createTokenVerifier>[0]

interface Keys {
  readonly verify: TokenVerifier
  readonly kids: ReadonlySet<string>
  readonly fetchedAt: number
}

const REFETCH_MIN_MS = 5000
const CACHE_MAX = 20_000

/** Makes the verifier of this gateway. */
export function createVerifyToken(rpc: Pick<Rpc, 'call'>): VerifyToken {
  const verified = createBoundedMap<string, Identity>(CACHE_MAX)
  let keys: Keys | undefined
  let fetching: Promise<Keys> | undefined
  const fetchKeys = (traceId: string): Promise<Keys> => {
    fetching ??= rpc
      .call('auth', 'jwks', {}, { traceId })
      .then(({ result }) => {
        const jwks = result as Jwks
        const kids = new Set(jwks.keys.map(({ kid }) => String(kid)))
        keys = { verify: createTokenVerifier(jwks), kids, fetchedAt: performance.now() }
        return keys
      })
      .finally(() => {
        fetching = undefined
      })
    return fetching
  }
  return async (token, traceId) => {
    const digest = createHash('sha256').update(token).digest('base64')
    const known = verified.get(digest)
    if (known !== undefined) return stillValid(known)
    let current = keys ?? (await fetchKeys(traceId))
    const isNewKey = !current.kids.has(kidOf(token))
    if (isNewKey && performance.now() - current.fetchedAt > REFETCH_MIN_MS) {
      current = await fetchKeys(traceId)
    }
    const verdict = await current.verify(token)
    if (!verdict.ok) throw new Refusal(verdict.code, 'the access token is not valid')
    const { accountId, expiresAtMs } = verdict
    const identity = { accountId, expiresAtMs, scopes: ALL_SCOPES, keyId: undefined }
    verified.set(digest, identity)
    return identity
  }
}

function stillValid(identity: Identity): Identity {
  if (identity.expiresAtMs > Date.now()) return identity
  throw new Refusal('TE_AUTH_EXPIRED_TOKEN', 'the access token has expired')
}

/** The key that a token names; '' when it names none. Only compared with the known ones. */
function kidOf(token: string): string {
  try {
    const header = Buffer.from(token.slice(0, 1024).split('.', 1)[0] ?? '', 'base64url')
    const { kid } = JSON.parse(header.toString('utf8')) as { kid?: unknown }
    return typeof kid === 'string' ? kid : ''
  } catch {
    return ''
  }
}
