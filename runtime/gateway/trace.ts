// W3C trace context at the edge: the caller's trace goes on, or one begins here. The trace id is the
// request id too: one string finds a request in answers, logs, the command log and the ledger.

import { randomBytes } from 'node:crypto'
import { traceIdOf } from '#contracts/function-call.ts'

const POOL_BYTES = 4096
let pool = Buffer.alloc(0)
let used = 0

/** Hex of so many random bytes, drawn from a pool: one call of the system for 256 ids. */
function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    pool = randomBytes(POOL_BYTES)
    used = 0
  }
  used += bytes
  return pool.toString('hex', used - bytes, used)
}

/** A new trace id: 32 hex digits, never all zero in practice (2^-128). */
export const newTraceId = (): string => randomHex(16)

/** The trace id of a request's `traceparent`, or a new one. */
export function traceIdFrom(traceparent: string | undefined): string {
  const traceId = traceparent === undefined ? '' : traceIdOf(traceparent)
  return traceId === '' || /^0+$/.test(traceId) ? newTraceId() : traceId
}

/** A `traceparent` for the next hop: same trace, a span of its own. */
export const traceparentOf = (traceId: string): string => `00-${traceId}-${randomHex(8)}-01`
