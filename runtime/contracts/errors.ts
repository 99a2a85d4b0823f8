// The kinds of no that cross a process boundary. Codes are stable and never reused;
// docs/reference/errors.md documents each (a test holds both tables equal).

import type { RejectReason } from '#domain/reject-reason.ts'

/** Code -> HTTP status. Rejects of the engine are derived: see rejectCode. */
export const ERROR_STATUS = {
  TE_INPUT_BODY: 400,
  TE_INPUT_FIELD: 400,
  TE_INPUT_DECIMAL: 400,
  TE_INPUT_SYMBOL: 400,
  TE_INPUT_SUBJECT: 400,
  TE_INPUT_JSON: 400,
  TE_INPUT_TOO_LARGE: 413,
  TE_INPUT_MEDIA_TYPE: 415,
  TE_INPUT_BINARY_FRAME: 400,
  TE_INPUT_UNKNOWN_OP: 400,
  TE_INPUT_CHANNEL: 400,
  TE_AUTH_REQUIRED: 401,
  TE_AUTH_INVALID_TOKEN: 401,
  TE_AUTH_EXPIRED_TOKEN: 401,
  TE_AUTH_INVALID_CREDENTIALS: 401,
  TE_AUTH_INVALID_API_KEY: 401,
  TE_AUTH_INVALID_REFRESH: 401,
  TE_AUTH_REFRESH_REUSED: 401,
  TE_AUTH_FORBIDDEN: 403,
  TE_AUTH_EMAIL_TAKEN: 409,
  TE_AUTH_WEAK_PASSWORD: 400,
  TE_AUTH_INVALID_EMAIL: 400,
  TE_AUTH_BUSY: 503,
  TE_AUTH_ALREADY_LOGGED_ON: 409,
  TE_NOT_FOUND: 404,
  TE_NOT_FOUND_ROUTE: 404,
  TE_NOT_FOUND_INSTRUMENT: 404,
  TE_NOT_FOUND_ORDER: 404,
  TE_METHOD_NOT_ALLOWED: 405,
  TE_RATE_LIMITED: 429,
  TE_CONFLICT: 409,
  TE_BEHIND: 409,
  TE_ALERT_LIMIT: 409,
  TE_UNAVAILABLE_NATS: 503,
  TE_UNAVAILABLE_POSTGRES: 503,
  TE_UNAVAILABLE_REDIS: 503,
  TE_UNAVAILABLE_INFLUX: 503,
  TE_UNAVAILABLE_ETCD: 503,
  TE_UNAVAILABLE_MATCHING: 503,
  TE_UNAVAILABLE_FEED: 503,
  TE_UNAVAILABLE_STARTING: 503,
  TE_OVERLOADED: 503,
  TE_RPC_UNAVAILABLE: 503,
  TE_RPC_OVERLOADED: 503,
  TE_RPC_TIMEOUT: 504,
  TE_TIMEOUT_UNKNOWN_STATE: 504,
  TE_FUNCTION_SIGNATURE: 401,
  TE_FUNCTION_TOPIC: 400,
  TE_FUNCTION_GAP: 409,
  TE_INTERNAL: 500,
} as const
export type ErrorCode = keyof typeof ERROR_STATUS

/** The JSON form of every error that leaves the venue. */
export interface ErrorBody {
  readonly error: {
    readonly code: string
    readonly message: string
    readonly field?: string
    readonly requestId?: string
  }
}

/** Malformed input: thrown only in contracts, answered with a 4xx. */
export class InputError extends Error {
  readonly code: ErrorCode
  readonly field: string | undefined
  constructor(code: ErrorCode, message: string, field?: string) {
    super(message)
    this.name = 'InputError'
    this.code = code
    this.field = field
  }
}

/** An operation that could not be done now: thrown by adapters, `retryable` says whether to try again. */
export class OperationalError extends Error {
  readonly code: ErrorCode
  readonly retryable: boolean
  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; retryable?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'OperationalError'
    this.code = code
    this.retryable = options.retryable ?? ERROR_STATUS[code] === 503
  }
}

/** Engine reject -> public code, e.g. InsufficientFunds -> TE_REJECT_INSUFFICIENT_FUNDS. */
export function rejectCode(reason: RejectReason): string {
  return `TE_REJECT_${reason.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase()}`
}

/** HTTP status of an engine reject: 404 for what is not there, 409 for a repeat, else 422. */
export function rejectStatus(reason: RejectReason): number {
  switch (reason) {
    case 'UnknownInstrument':
    case 'UnknownOrder':
    case 'UnknownAsset':
      return 404
    case 'DuplicateClOrdID':
    case 'DuplicateTransferId':
    case 'DuplicateInstrument':
      return 409
    default:
      return 422
  }
}

/** HTTP status of any public code. */
export function statusOf(code: string): number {
  return ERROR_STATUS[code as ErrorCode] ?? 500
}
