// Access tokens: EdDSA JWTs by jose. What is accepted is pinned here, next to what is issued.
// Source: RFC 8725 (JWT best practice), RFC 9068 (at+jwt), RFC 7638 (thumbprint as kid).

import { randomUUID } from 'node:crypto'
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  errors,
  exportJWK,
  importPKCS8,
  type JSONWebKeySet,
  type JWK,
  jwtVerify,
  SignJWT,
} from 'jose'
import { FIRST_CLIENT_ACCOUNT } from '#domain/accounts.ts'

/** Issuer and audience of every access token. */
export const TOKEN_PARTY = 'tradeengine'
/** Seconds that an access token lives. */
export const ACCESS_TOKEN_SECONDS = 600
const ALGORITHM = 'EdDSA'
const TOKEN_TYPE = 'at+jwt'
const CLOCK_TOLERANCE_SECONDS = 5
/** A token of ours has about 400 characters. */
const TOKEN_LENGTH_MAX = 2_048
const KID = /^[A-Za-z0-9_-]{1,64}$/
const HEADER_NAMES = new Set(['alg', 'typ', 'kid'])

/** Issues access tokens with one private key. */
export interface TokenIssuer {
  readonly issue: (accountId: number) => Promise<string>
  /** The public keys that verify them. */
  readonly jwks: () => JSONWebKeySet
}

/** Makes the issuer. Throws when the PEM is no Ed25519 private key: without one nothing starts. */
export async function createTokenIssuer(privateKeyPem: string): Promise<TokenIssuer> {
  const key = await importPKCS8(privateKeyPem, ALGORITHM, { extractable: true })
  const { kty, crv, x } = await exportJWK(key)
  if (kty !== 'OKP' || crv !== 'Ed25519' || x === undefined) {
    throw new Error('jwt-private-key must be an Ed25519 key')
  }
  const publicKey: JWK = { kty, crv, x }
  const kid = await calculateJwkThumbprint(publicKey)
  const published = { keys: [{ ...publicKey, kid, alg: ALGORITHM, use: 'sig' }] }
  return {
    jwks: () => published,
    issue: (accountId) =>
      new SignJWT()
        .setProtectedHeader({ alg: ALGORITHM, typ: TOKEN_TYPE, kid })
        .setIssuer(TOKEN_PARTY)
        .setAudience(TOKEN_PARTY)
        .setSubject(String(accountId))
        .setJti(randomUUID())
        .setIssuedAt()
        .setExpirationTime(`${ACCESS_TOKEN_SECONDS}s`)
        .sign(key),
  }
}

/** What a good token says, or the public code of why it is refused. */
export type TokenVerdict =
  | {
      readonly ok: true
      readonly accountId: number
      readonly tokenId: string
      readonly expiresAtMs: number
    }
  | {
      readonly ok: false
      readonly code: 'TE_AUTH_INVALID_TOKEN' | 'TE_AUTH_EXPIRED_TOKEN'
      /** For the log only; the caller is told the code. */
      readonly why: string
    }

/** Checks access tokens against a fixed set of public keys; asks nobody. */
export type TokenVerifier = (token: string) => Promise<TokenVerdict>

/** Makes a verifier; make a new one when the published keys change. */
export function createTokenVerifier(jwks: JSONWebKeySet): TokenVerifier {
  const keys = createLocalJWKSet(jwks)
  return async (token) => {
    if (token.length > TOKEN_LENGTH_MAX) return refused('longer than any token of ours')
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keys, {
        algorithms: [ALGORITHM],
        issuer: TOKEN_PARTY,
        audience: TOKEN_PARTY,
        typ: TOKEN_TYPE,
        requiredClaims: ['sub', 'jti', 'iat', 'exp'],
        maxTokenAge: ACCESS_TOKEN_SECONDS,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      })
      const { kid } = protectedHeader
      if (kid === undefined || !KID.test(kid)) return refused('its kid is missing or malformed')
      // jku, x5u, jwk, crit: nothing in a token may say how it is to be checked.
      const stranger = Object.keys(protectedHeader).find((name) => !HEADER_NAMES.has(name))
      if (stranger !== undefined) return refused(`its header has ${stranger.slice(0, 20)}`)
      const accountId = /^[1-9][0-9]{0,15}$/.test(payload.sub ?? '') ? Number(payload.sub) : 0
      if (accountId < FIRST_CLIENT_ACCOUNT) return refused('its subject is no client account')
      const { jti = '', exp = 0 } = payload
      return { ok: true, accountId, tokenId: jti, expiresAtMs: exp * 1_000 }
    } catch (error) {
      return verdictOf(error)
    }
  }
}

function refused(why: string): TokenVerdict {
  return { ok: false, code: 'TE_AUTH_INVALID_TOKEN', why }
}

function verdictOf(error: unknown): TokenVerdict {
  if (error instanceof errors.JWTExpired) {
    return { ok: false, code: 'TE_AUTH_EXPIRED_TOKEN', why: error.message }
  }
  if (error instanceof errors.JOSEError) return refused(error.message)
  // jose throws TypeErrors for tokens that are not even three parts of base64url.
  if (error instanceof TypeError || error instanceof SyntaxError) return refused(error.message)
  throw error
}
