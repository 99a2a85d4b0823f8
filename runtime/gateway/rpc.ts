// Requests to functions and to the feed over NATS: deadline and trace travel in headers, a late
// reply is dropped, a business no comes back as a Refusal with the function's own code.

import type { NatsLink, NatsMessage } from '#adapters/nats/index.ts'
import { fromJson } from '#contracts/binary-fields.ts'
import { OperationalError } from '#contracts/errors.ts'
import { RPC_DEADLINE_HEADER } from '#contracts/function-call.ts'
import { feedRequestSubject, matchingRequestSubject, rpcSubject } from '#contracts/subjects.ts'
import { Refusal } from './refusal.ts'
import { traceparentOf } from './trace.ts'

/** In which trace, and who stops waiting. */
export interface RpcContext {
  readonly traceId: string
  readonly signal?: AbortSignal
}

/** A good reply; `seq` is the offset of the projection that it shows. */
export interface RpcReply {
  readonly result: unknown
  readonly seq?: number
}

export interface Rpc {
  /** Errors: Refusal (a no of the function), TE_RPC_UNAVAILABLE, TE_RPC_TIMEOUT, TE_UNAVAILABLE_NATS. */
  readonly call: (
    functionName: string,
    method: string,
    params: object,
    context: RpcContext,
  ) => Promise<RpcReply>
  /** The same to the feed. Errors: TE_UNAVAILABLE_FEED when it does not answer. */
  readonly feed: (method: string, params: object, context: RpcContext) => Promise<RpcReply>
  readonly matching: (method: string, context: RpcContext) => Promise<RpcReply>
}

/** Below the handler timeout, so that the caller hears which service was late. */
const RPC_TIMEOUT_MS = 4500
const FEED_TIMEOUT_MS = 3000

/** Makes the client. */
export function createRpc(link: NatsLink, shard: number): Rpc {
  const request = async (
    subject: string,
    params: object,
    context: RpcContext,
    timeoutMs: number,
  ): Promise<RpcReply> => {
    const message = await link.request(subject, JSON.stringify(params), {
      timeoutMs,
      headers: {
        traceparent: traceparentOf(context.traceId),
        [RPC_DEADLINE_HEADER]: String(timeoutMs),
      },
      ...(context.signal === undefined ? {} : { signal: context.signal }),
    })
    return replyOf(subject, message)
  }
  return {
    call: (functionName, method, params, context) =>
      request(rpcSubject(functionName, method), params, context, RPC_TIMEOUT_MS),
    feed: (method, params, context) =>
      mapSilence('TE_UNAVAILABLE_FEED', () =>
        request(feedRequestSubject(method), params, context, FEED_TIMEOUT_MS),
      ),
    matching: (method, context) =>
      mapSilence('TE_UNAVAILABLE_MATCHING', () =>
        request(matchingRequestSubject(shard, method), {}, context, RPC_TIMEOUT_MS),
      ),
  }
}

interface ReplyBody {
  readonly ok?: unknown
  readonly result?: unknown
  readonly seq?: unknown
  readonly error?: { readonly code?: string; readonly message?: string; readonly field?: string }
}

function replyOf(subject: string, message: NatsMessage): RpcReply {
  const text = Buffer.from(message.data).toString('utf8')
  // Only instruments carry bigints; looking for them costs more than all the rest.
  const body = (text.includes('"$n"') ? fromJson(text) : JSON.parse(text)) as ReplyBody
  const seq = typeof body.seq === 'number' ? { seq: body.seq } : {}
  if (body.ok === true) return { result: body.result, ...seq }
  const { code = 'TE_INTERNAL', message: reason = `${subject} said no`, field } = body.error ?? {}
  throw new Refusal(code, reason, { field, ...seq })
}

async function mapSilence<T>(
  code: 'TE_UNAVAILABLE_FEED' | 'TE_UNAVAILABLE_MATCHING',
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof OperationalError) || error.code === 'TE_UNAVAILABLE_NATS') throw error
    throw new OperationalError(code, error.message, { cause: error })
  }
}
