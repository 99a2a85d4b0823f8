// Secrets that we make ourselves: 256 random bits each, so a fast keyed or plain hash is enough to
// store them. Only hashes are stored; the secret is shown once.

import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const SECRET_BYTES = 32
const KEY_ID_BYTES = 8
/** 32 bytes in base64url. */
const SECRET_TEXT = '[A-Za-z0-9_-]{43}'
const API_KEY = new RegExp(`^te_([0-9a-f]{16})_(${SECRET_TEXT})$`)
const REFRESH_TOKEN = new RegExp(`^${SECRET_TEXT}$`)
/** A pepper shorter than this is refused: it is a key of HMAC-SHA256. */
const PEPPER_LENGTH_MIN = 32

/** A new refresh token and the hash to store. */
export function makeRefreshToken(): { readonly token: string; readonly hash: Buffer } {
  const token = randomBytes(SECRET_BYTES).toString('base64url')
  return { token, hash: hashRefreshToken(token) }
}

/** SHA-256 of a refresh token. */
export function hashRefreshToken(token: string): Buffer {
  return createHash('sha256').update(token, 'latin1').digest()
}

/** Whether a text has the form of a refresh token. */
export function isRefreshToken(text: string): boolean {
  return REFRESH_TOKEN.test(text)
}

/** Makes and checks API keys `te_<keyId>_<secret>`. */
export interface ApiKeys {
  readonly make: () => { readonly keyId: string; readonly apiKey: string; readonly mac: Buffer }
  /** The two parts of a key, undefined when it has not the form of one. */
  readonly parse: (apiKey: string) => { readonly keyId: string; readonly mac: Buffer } | undefined
  /** Constant-time; `stored` undefined (no such key) takes the same way and is never equal. */
  readonly isEqual: (mac: Buffer, stored: Uint8Array | undefined) => boolean
}

/** Throws when the pepper is too short: without one nothing starts. */
export function createApiKeys(pepper: string): ApiKeys {
  if (pepper.length < PEPPER_LENGTH_MIN) {
    throw new Error(`api-key-pepper must have at least ${PEPPER_LENGTH_MIN} characters`)
  }
  const macOf = (keyId: string, secret: string) =>
    createHmac('sha256', pepper).update(`${keyId}.${secret}`, 'latin1').digest()
  const nobody = randomBytes(SECRET_BYTES)
  return {
    make: () => {
      const keyId = randomBytes(KEY_ID_BYTES).toString('hex')
      const secret = randomBytes(SECRET_BYTES).toString('base64url')
      return { keyId, apiKey: `te_${keyId}_${secret}`, mac: macOf(keyId, secret) }
    },
    parse: (apiKey) => {
      const [, keyId, secret] = API_KEY.exec(apiKey) ?? []
      if (keyId === undefined || secret === undefined) return undefined
      return { keyId, mac: macOf(keyId, secret) }
    },
    isEqual: (mac, stored) => timingSafeEqual(mac, stored ?? nobody) && stored !== undefined,
  }
}
