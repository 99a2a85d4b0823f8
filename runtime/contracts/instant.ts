// Points in time at the edge: ISO 8601 in UTC with up to nine decimals, nanoseconds of the epoch
// inside. Date carries the milliseconds, the rest is added by hand.

import { InputError } from './errors.ts'

/** What a request may say: no offset but Z, no time but a real one. */
export const INSTANT_PATTERN =
  '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,9})?Z$'
const INSTANT = new RegExp(INSTANT_PATTERN)
const NS_PER_SECOND = 1_000_000_000n

/** ISO 8601 -> nanoseconds of the epoch. Errors: TE_INPUT_FIELD. */
export function parseInstant(text: string, field: string): bigint {
  const whole = text.slice(0, 19)
  const seconds = INSTANT.test(text) ? Date.parse(`${whole}Z`) / 1_000 : Number.NaN
  // Date.parse takes the 30th of February for the 2nd of March.
  if (
    !Number.isInteger(seconds) ||
    new Date(seconds * 1_000).toISOString().slice(0, 19) !== whole
  ) {
    const message = `${field} must be a time in UTC such as 2026-01-31T12:00:00Z`
    throw new InputError('TE_INPUT_FIELD', message, field)
  }
  const decimals = text.slice(20, -1).padEnd(9, '0')
  return BigInt(seconds) * NS_PER_SECOND + BigInt(decimals)
}

/** Nanoseconds of the epoch -> ISO 8601, with as many decimals as it needs, at least three. */
export function formatInstant(timestampNs: bigint): string {
  const seconds = timestampNs / NS_PER_SECOND
  const decimals = (timestampNs % NS_PER_SECOND).toString().padStart(9, '0')
  const kept = decimals.slice(0, 3) + decimals.slice(3).replace(/0+$/, '')
  return `${new Date(Number(seconds) * 1_000).toISOString().slice(0, 19)}.${kept}Z`
}
