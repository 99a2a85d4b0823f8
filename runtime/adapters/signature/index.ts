// Who may call a function: OpenFaaS CE leaves /function/* open to everyone who reaches it, so each
// call carries an HMAC over its time, topic and body. Replays inside the window are harmless:
// effects are exactly once by sequence, and requests repeat only what they said before.

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** A signature older or newer than this is refused. */
export const SIGNATURE_WINDOW_SECONDS = 300

/** Why a signature was refused, undefined when it is good. */
export type SignatureProblem = 'missing' | 'malformed' | 'stale' | 'wrong'

/** The value of `X-TE-Signature`. Units: seconds since 1970. */
export function signCall(
  token: string,
  topic: string,
  body: Uint8Array,
  nowSeconds: number,
): string {
  return `t=${nowSeconds},v1=${digest(token, nowSeconds, topic, body).toString('hex')}`
}

/** Checks the value of `X-TE-Signature`; takes the same time for any wrong digest. */
export function verifyCall(
  token: string,
  topic: string,
  body: Uint8Array,
  signature: string | undefined,
  nowSeconds: number,
): SignatureProblem | undefined {
  if (signature === undefined || signature === '') return 'missing'
  const match = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(signature)
  if (match === null) return 'malformed'
  const signedAt = Number(match[1])
  if (Math.abs(nowSeconds - signedAt) > SIGNATURE_WINDOW_SECONDS) return 'stale'
  const given = Buffer.from(match[2] ?? '', 'hex')
  return timingSafeEqual(given, digest(token, signedAt, topic, body)) ? undefined : 'wrong'
}

function digest(token: string, seconds: number, topic: string, body: Uint8Array): Buffer {
  const bodyHash = createHash('sha256').update(body).digest('hex')
  return createHmac('sha256', token).update(`${seconds}.${topic}.${bodyHash}`).digest()
}
