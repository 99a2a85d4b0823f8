// Who asks, and what they may do.

import { SCOPES, type Scope } from '#contracts/api/auth.ts'
import { Refusal } from '../refusal.ts'

/** A caller that has proved who they are. */
export interface Identity {
  readonly accountId: number
  readonly scopes: ReadonlySet<Scope>
  /** End of the access token; infinite for an API key, which is asked about again instead. */
  readonly expiresAtMs: number
  /** The API key's id; undefined for a token. */
  readonly keyId: string | undefined
}

/** A user's own token may do everything that a key can be allowed. */
export const ALL_SCOPES: ReadonlySet<Scope> = new Set(SCOPES)

/** What a route asks of its caller. `user`: a token, no key (keys cannot make keys). */
export type Access = 'public' | 'user' | 'admin' | Scope

/** Errors: TE_AUTH_FORBIDDEN when the identity lacks what is asked. */
export function assertAccess(identity: Identity, access: Access): void {
  if (access === 'public') return
  if (access === 'user') {
    if (identity.keyId === undefined) return
    throw forbidden('an API key cannot do this; log in')
  }
  if (access === 'admin') throw forbidden('this needs the admin token')
  if (!identity.scopes.has(access)) throw forbidden(`this needs the scope ${access}`)
}

/** TE_AUTH_FORBIDDEN. */
export const forbidden = (message: string): Refusal => new Refusal('TE_AUTH_FORBIDDEN', message)
