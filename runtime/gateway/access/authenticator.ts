// (1) From a request's headers to an identity.

import { createHash, timingSafeEqual } from 'node:crypto'
import { Refusal } from '../refusal.ts'
import type { VerifyApiKey } from './api-key-cache.ts'
import { forbidden, type Identity } from './identity.ts'
import type { VerifyToken } from './token-verifier.ts'

/** The headers that carry credentials. */
export interface CredentialHeaders {
  readonly authorization?: string | undefined
  readonly 'x-api-key'?: string | string[] | undefined
}

export interface Authenticator {
  /** Errors: TE_AUTH_REQUIRED, TE_AUTH_INVALID_*, TE_AUTH_EXPIRED_TOKEN, TE_RPC_*. */
  readonly identify: (headers: CredentialHeaders, traceId: string) => Promise<Identity>
  readonly verifyToken: VerifyToken
  readonly verifyApiKey: VerifyApiKey
  /** Errors: TE_AUTH_REQUIRED without a token, TE_AUTH_FORBIDDEN with another than the admin's. */
  readonly assertAdmin: (headers: CredentialHeaders) => void
}

/** Makes the authenticator. */
export function createAuthenticator(parts: {
  readonly verifyToken: VerifyToken
  readonly verifyApiKey: VerifyApiKey
  readonly adminToken: string
}): Authenticator {
  const { verifyToken, verifyApiKey } = parts
  const adminDigest = digestOf(parts.adminToken)
  return {
    verifyToken,
    verifyApiKey,
    identify: async (headers, traceId) => {
      const apiKey = headers['x-api-key']
      const bearer = bearerOf(headers)
      if (apiKey !== undefined && bearer !== undefined) {
        throw new Refusal('TE_AUTH_INVALID_TOKEN', 'either a token or an API key, not both')
      }
      if (typeof apiKey === 'string') return verifyApiKey(apiKey, traceId)
      if (bearer !== undefined) return verifyToken(bearer, traceId)
      throw required()
    },
    assertAdmin: (headers) => {
      const bearer = bearerOf(headers)
      if (bearer === undefined) throw required()
      if (timingSafeEqual(digestOf(bearer), adminDigest)) return
      throw forbidden('this needs the admin token')
    },
  }
}

function bearerOf({ authorization }: CredentialHeaders): string | undefined {
  if (authorization === undefined) return undefined
  const token = /^Bearer ([\x21-\x7e]{1,4096})$/i.exec(authorization)?.[1]
  if (token === undefined) throw new Refusal('TE_AUTH_INVALID_TOKEN', 'not a Bearer token')
  return token
}

const digestOf = (text: string) => createHash('sha256').update(text).digest()

const required = () => new Refusal('TE_AUTH_REQUIRED', 'a token or an API key is needed')
