// The contract that the seven functions are written against, and the small dispatcher that turns a
// call into one of its use cases. The server around it (health, limits, signature) is the
// template's; the handler never sees HTTP.

import { InputError, OperationalError, statusOf } from './errors.ts'
import { CALL_HEADERS, decodeFrames, type EventFrame } from './function-call.ts'

/** One call as the template hands it to a handler. */
export interface FunctionEvent {
  /** `evt.<shard>` or `rpc.<function>.<method>`. */
  readonly topic: string
  /** Header names are lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
  /** The body as JSON. Errors: InputError TE_INPUT_JSON. */
  readonly json: () => unknown
  /** 32 hex digits, '' when the caller sent none. */
  readonly traceId: string
  /** Milliseconds that were left when the call arrived. */
  readonly deadlineMs: number
  /** Aborts at the deadline, or when the caller is gone. */
  readonly signal: AbortSignal
}

/** The part of a pino logger that a function uses. */
export interface FunctionLog {
  readonly debug: (fields: object, message: string) => void
  readonly info: (fields: object, message: string) => void
  readonly warn: (fields: object, message: string) => void
  readonly error: (fields: object, message: string) => void
}

/** What a process gives its function, the same object for every call. */
export interface FunctionContext {
  readonly functionName: string
  readonly log: FunctionLog
  /** The text of a mounted secret without its final newline. Throws when it is not mounted. */
  readonly secrets: (name: string) => string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** What a handler answers; the body is sent as JSON. */
export interface FunctionResult {
  readonly status: number
  readonly body: unknown
}

/** `export default` of a handler.ts. */
export type FunctionHandler = (
  event: FunctionEvent,
  context: FunctionContext,
) => Promise<FunctionResult>

/**
 * `export const init` of a handler.ts, awaited before the function is ready. What it returns is
 * awaited after the last call has been answered (close the pool there).
 */
export type FunctionInit = (
  context: FunctionContext,
) => Promise<void | (() => Promise<void>)> | void | (() => Promise<void>)

/** A bulk of event messages; their numbers in the stream have no gap. */
export interface EventsCall {
  readonly shard: number
  readonly stream: string
  readonly firstSeq: number
  readonly lastSeq: number
  /** A skipped frame writes nothing, but the offset moves past it like past any other. */
  readonly frames: readonly EventFrame[]
  readonly traceId: string
  readonly deadlineMs: number
  readonly signal: AbortSignal
}

/** A message for core NATS, published by the connector; only subjects of `push.*`. */
export interface Emit {
  readonly subject: string
  readonly data: unknown
}

/** Message numbers: `seq` is the last one that is projected now, `expectedSeq` the first that is not. */
export type EventsOutcome =
  | { readonly ok: true; readonly seq: number; readonly emit?: readonly Emit[] }
  | { readonly ok: false; readonly expectedSeq: number }

/** What a request may know besides its parameters. */
export interface RpcCall {
  readonly method: string
  readonly traceId: string
  readonly deadlineMs: number
  readonly signal: AbortSignal
}

/** A business no, as the gateway shows it. */
export interface RpcError {
  readonly code: string
  readonly message: string
  readonly field?: string
}

/** The answer to a request: `seq` is the projection's offset that the result shows. */
export type RpcOutcome =
  | { readonly ok: true; readonly result: unknown; readonly seq?: number }
  | { readonly ok: false; readonly error: RpcError }

/** One use case behind `rpc.<function>.<method>`; `params` are not validated yet. */
export type RpcMethod = (
  params: unknown,
  call: RpcCall,
  context: FunctionContext,
) => Promise<RpcOutcome>

/** The use cases of a function. */
export interface HandlerParts {
  readonly events?: (call: EventsCall, context: FunctionContext) => Promise<EventsOutcome>
  readonly rpc?: Readonly<Record<string, RpcMethod>>
}

/**
 * Makes the handler of a function from its use cases.
 * A thrown InputError is a business no for a request (200) and a poison message for a bulk (400);
 * an OperationalError is retried (503, or its own 5xx); anything else is a bug and goes through.
 */
export function createHandler(parts: HandlerParts): FunctionHandler {
  return async (event, context) => {
    try {
      if (event.topic.startsWith('rpc.')) return await callMethod(parts, event, context)
      return await takeEvents(parts, event, context)
    } catch (error) {
      return refusal(event.topic, error)
    }
  }
}

async function callMethod(
  parts: HandlerParts,
  event: FunctionEvent,
  context: FunctionContext,
): Promise<FunctionResult> {
  const method = event.topic.slice(event.topic.indexOf('.', 'rpc.'.length) + 1)
  const rpc = parts.rpc ?? {}
  const run = Object.hasOwn(rpc, method) ? rpc[method] : undefined
  if (run === undefined) throw new InputError('TE_FUNCTION_TOPIC', `no method ${method}`)
  const { traceId, deadlineMs, signal } = event
  const outcome = await run(event.json(), { method, traceId, deadlineMs, signal }, context)
  return { status: 200, body: outcome }
}

async function takeEvents(
  parts: HandlerParts,
  event: FunctionEvent,
  context: FunctionContext,
): Promise<FunctionResult> {
  // 501, not 4xx: a wrong deployment must not send the stream to the dead-letter stream.
  if (parts.events === undefined || !event.topic.startsWith('evt.')) {
    return failure(501, 'TE_FUNCTION_TOPIC', `no use case for the topic ${event.topic}`)
  }
  const frames = decodeFrames(event.body)
  const firstSeq = frames[0]?.seq
  const lastSeq = frames.at(-1)?.seq
  if (firstSeq === undefined || lastSeq === undefined) {
    throw new InputError('TE_INPUT_BODY', 'a bulk holds at least one frame')
  }
  const call = {
    shard: Number(event.headers[CALL_HEADERS.shard] ?? event.topic.slice('evt.'.length)),
    stream: event.headers[CALL_HEADERS.stream] ?? '',
    firstSeq,
    lastSeq,
    frames,
    traceId: event.traceId,
    deadlineMs: event.deadlineMs,
    signal: event.signal,
  }
  const outcome = await parts.events(call, context)
  if (outcome.ok) return { status: 200, body: outcome }
  return { status: statusOf('TE_FUNCTION_GAP'), body: outcome }
}

function refusal(topic: string, error: unknown): FunctionResult {
  const isRequest = topic.startsWith('rpc.')
  if (error instanceof InputError) {
    const { code, message, field } = error
    const body = {
      ok: false,
      error: field === undefined ? { code, message } : { code, message, field },
    }
    return { status: isRequest ? 200 : 400, body }
  }
  if (error instanceof OperationalError) {
    const status = statusOf(error.code)
    if (status >= 500) return failure(status, error.code, error.message)
    return failure(isRequest ? 200 : 503, error.code, error.message)
  }
  throw error
}

function failure(status: number, code: string, message: string): FunctionResult {
  return { status, body: { ok: false, error: { code, message } } }
}
