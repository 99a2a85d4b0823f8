// Every no that leaves the gateway, in one form: a status and `{ error: { code, message, ... } }`.
// Nothing of an unexpected error leaves but its request id; the log has the rest.

import {
  type ErrorBody,
  InputError,
  OperationalError,
  rejectCode,
  rejectStatus,
  statusOf,
} from '#contracts/errors.ts'
import type { RejectReason } from '#domain/reject-reason.ts'

/** A no with everything that a client may see of it. */
export class Refusal extends Error {
  readonly code: string
  readonly status: number
  readonly field: string | undefined
  /** Where in the command log it was said, when the engine said it. */
  readonly seq: number | undefined
  constructor(
    code: string,
    message: string,
    options: {
      readonly status?: number
      readonly field?: string | undefined
      readonly seq?: number | undefined
    } = {},
  ) {
    super(message)
    this.name = 'Refusal'
    this.code = code
    this.status = options.status ?? statusOf(code)
    this.field = options.field
    this.seq = options.seq
  }
}

/** The engine's no. */
export function refusalOfReject(reason: RejectReason, seq: number): Refusal {
  const words = reason.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  return new Refusal(rejectCode(reason), `the venue rejects this: ${words}`, {
    status: rejectStatus(reason),
    seq,
  })
}

/** Any error as a Refusal; undefined for a bug, which is logged and answered as TE_INTERNAL. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error
  if (error instanceof InputError) {
    return new Refusal(error.code, error.message, { field: error.field })
  }
  if (error instanceof OperationalError) return new Refusal(error.code, error.message)
  return refusalOfFramework(error)
}

/** The answer to a bug. */
export const internalRefusal = (): Refusal => new Refusal('TE_INTERNAL', 'internal error')

/** The body of an answer. */
export function errorBody(refusal: Refusal, requestId: string): ErrorBody & { seq?: number } {
  const { code, message, field, seq } = refusal
  return {
    error: { code, message, ...(field === undefined ? {} : { field }), requestId },
    ...(seq === undefined ? {} : { seq }),
  }
}

const FRAMEWORK_CODES: Readonly<Record<string, readonly [string, string]>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: ['TE_INPUT_JSON', 'the body is not valid JSON'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['TE_INPUT_BODY', 'the body is empty'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['TE_INPUT_TOO_LARGE', 'the body is too large'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['TE_INPUT_BODY', 'the body has another length than said'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['TE_INPUT_MEDIA_TYPE', 'the body must be application/json'],
  FST_ERR_BAD_URL: ['TE_NOT_FOUND_ROUTE', 'no such route'],
  FST_ERR_MAX_PARAM_LENGTH: ['TE_NOT_FOUND_ROUTE', 'no such route'],
  FST_ERR_HANDLER_TIMEOUT: ['TE_RPC_TIMEOUT', 'no answer in time'],
}

function refusalOfFramework(error: unknown): Refusal | undefined {
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown }
  const known = FRAMEWORK_CODES[String(code)]
  if (known !== undefined) return new Refusal(known[0], known[1])
  if (error instanceof SyntaxError) return new Refusal('TE_INPUT_JSON', 'not valid JSON')
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return new Refusal('TE_INPUT_BODY', 'malformed request', { status: statusCode })
  }
  return undefined
}
