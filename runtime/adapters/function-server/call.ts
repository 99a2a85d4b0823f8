// One call of a function: body, signature, deadline, handler, answer. Every way out is one JSON
// answer with a status that tells the connector what to do next (architecture.md, section 6).

import type { IncomingMessage } from 'node:http'
import { InputError } from '#contracts/errors.ts'
import { CALL_HEADERS, traceIdOf } from '#contracts/function-call.ts'
import type {
  FunctionContext,
  FunctionEvent,
  FunctionHandler,
  FunctionResult,
} from '#contracts/function-handler.ts'
import { verifyCall } from '../signature/index.ts'
import type { FunctionServerConfig } from './config.ts'

/** What a call needs besides the request. */
export interface CallParts {
  readonly handler: FunctionHandler
  readonly context: FunctionContext
  readonly token: string
  readonly config: FunctionServerConfig
}

/** The answer to a refused or failed call. */
export function failed(status: number, code: string, message: string): FunctionResult {
  return { status, body: { ok: false, error: { code, message } } }
}

/** Takes one request to its answer; never throws. */
export async function takeCall(
  request: IncomingMessage,
  parts: CallParts,
  gone: AbortSignal,
): Promise<FunctionResult> {
  const { config, context, token } = parts
  let body: Buffer | undefined
  try {
    body = await readBody(request, config.bodyBytesMax)
  } catch {
    return failed(400, 'TE_INPUT_BODY', 'the body was cut short')
  }
  if (body === undefined) {
    const limit = `the body is larger than ${config.bodyBytesMax} bytes`
    return failed(413, 'TE_INPUT_TOO_LARGE', limit)
  }
  const topic = header(request, CALL_HEADERS.topic)
  const signature = header(request, CALL_HEADERS.signature)
  if (body.length === 0 && signature === '') return describe(context.functionName)
  const problem = verifyCall(token, topic, body, signature, Math.floor(Date.now() / 1000))
  if (problem !== undefined) {
    context.log.warn({ problem, topic }, 'call refused')
    return failed(401, 'TE_FUNCTION_SIGNATURE', `the signature is ${problem}`)
  }
  return runHandler(request, body, topic, parts, gone)
}

/** The body, undefined when it passes the limit. Throws when the connection ends before the body. */
async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) return undefined
  const chunks: Buffer[] = []
  let total = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    total += chunk.length
    if (total > bytesMax) return undefined
    chunks.push(chunk)
  }
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, total)
}

function describe(functionName: string): FunctionResult {
  const about = 'TradeEngine function: its calls come from the connector, and are signed'
  return { status: 200, body: { ok: true, function: functionName, about } }
}

async function runHandler(
  request: IncomingMessage,
  body: Buffer,
  topic: string,
  parts: CallParts,
  gone: AbortSignal,
): Promise<FunctionResult> {
  const { config, context, handler } = parts
  const asked = Number(header(request, CALL_HEADERS.deadlineMs)) || config.execTimeoutMs
  const deadlineMs = Math.max(1, Math.min(asked, config.execTimeoutMs))
  const traceId = traceIdOf(header(request, CALL_HEADERS.traceparent))
  const deadline = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<FunctionResult>((resolve) => {
    timer = setTimeout(() => {
      context.log.warn({ topic, traceId, deadlineMs }, 'call cut at its deadline')
      resolve(failed(504, 'TE_RPC_TIMEOUT', `no answer within ${deadlineMs} ms`))
      deadline.abort()
    }, deadlineMs)
  })
  const event: FunctionEvent = {
    topic,
    headers: request.headers as Readonly<Record<string, string | undefined>>,
    body,
    json: () => parseJson(body),
    traceId,
    deadlineMs,
    signal: AbortSignal.any([deadline.signal, gone]),
  }
  const answer = handler(event, context).catch((error: unknown) => {
    if (!event.signal.aborted) context.log.error({ err: error, topic, traceId }, 'call failed')
    return failed(500, 'TE_INTERNAL', 'the function failed; its log says why')
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new InputError('TE_INPUT_JSON', 'the body is not JSON')
  }
}

function header(request: IncomingMessage, name: string): string {
  const value = request.headers[name]
  return typeof value === 'string' ? value : ''
}
