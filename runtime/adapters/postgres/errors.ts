// What PostgreSQL's many ways to fail mean for a caller: repeat the transaction, come back later,
// or a bug of ours (then the error goes through as it is).

import { OperationalError } from '#contracts/errors.ts'

/** serialization_failure, deadlock_detected: nothing happened, the same transaction may succeed. */
const RETRY = new Set(['40001', '40P01'])

/** lock_not_available, query_canceled (statement_timeout), idle_in_transaction_session_timeout. */
const LATE = new Set(['55P03', '57014', '25P03'])

const SOCKET = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
])

/** pg and pg-pool give these no code. */
const LOST =
  /^(?:Connection terminated|timeout e(?:xceeded when|xpired)|Query read timeout|Client (?:was closed|has encountered|is closed|is not queryable)|Cannot use a pool after calling end|Connection ended)/i

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

/** Whether the same transaction may be run again at once. */
export function isRetryable(error: unknown): boolean {
  return RETRY.has(codeOf(error))
}

/** Whether the connection is of no more use: it must leave the pool. */
export function isConnectionLost(error: unknown): boolean {
  const code = codeOf(error)
  // 08 connection exception, 57P admin or crash shutdown, 25P03 the server closed our session.
  if (/^(?:08|57P)/.test(code) || code === '25P03' || SOCKET.has(code)) return true
  return error instanceof Error && LOST.test(error.message)
}

/** Whether a unique constraint said no; `constraint` narrows it to one. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (codeOf(error) !== '23505') return false
  return constraint === undefined || (error as { constraint?: string }).constraint === constraint
}

/** An OperationalError for what time or the server can cure; everything else unchanged. */
export function mapPostgresError(error: unknown): unknown {
  const code = codeOf(error)
  // 53: insufficient resources, among them too_many_connections.
  if (isConnectionLost(error) || code.startsWith('53')) {
    return unavailable('PostgreSQL is not available', error)
  }
  if (LATE.has(code)) return unavailable('PostgreSQL did not answer in time', error)
  if (RETRY.has(code)) return unavailable('PostgreSQL is too contended', error)
  return error
}

function unavailable(message: string, cause: unknown): OperationalError {
  return new OperationalError('TE_UNAVAILABLE_POSTGRES', message, { cause, retryable: true })
}
