// Requests of one function: NATS request -> signed call -> reply. At most as many at once as the
// bound says; what is too much is told so at once, and a caller that has stopped waiting gets
// nothing any more.

import { randomUUID } from 'node:crypto'
import type { NatsLink, NatsMessage } from '#adapters/nats/index.ts'
import type { Logger } from '#adapters/service/index.ts'
import { OperationalError } from '#contracts/errors.ts'
import { CALL_HEADERS, RPC_DEADLINE_HEADER } from '#contracts/function-call.ts'
import type { CallAnswer, FunctionClient } from './function-client.ts'
import type { ConnectorMetrics } from './metrics.ts'

/** A running subscription. */
export interface RpcLane {
  readonly name: string
  readonly subject: string
  readonly inflight: () => number
  /** Takes nothing new and answers what is open, at most `waitMs`. */
  readonly close: (waitMs: number) => Promise<void>
}

/** What a lane stands on. */
export interface RpcParts {
  readonly link: NatsLink
  readonly client: FunctionClient
  readonly metrics: ConnectorMetrics
  readonly inflightMax: number
  readonly log: Logger
}

const DEADLINE_DEFAULT_MS = 5000
const DEADLINE_MAX_MS = 30_000
const PASSED_HEADERS = ['traceparent', 'tracestate']

/** Starts answering `subject`; several connectors share the work. */
export function startRpcLane(name: string, subject: string, parts: RpcParts): RpcLane {
  const open = new Set<Promise<void>>()
  const subscription = parts.link.subscribe(
    subject,
    (data, message) => {
      if (open.size >= parts.inflightMax) {
        parts.metrics.calls.inc({ function: name, kind: 'rpc', outcome: 'TE_RPC_OVERLOADED' })
        const what = `more than ${parts.inflightMax} requests at once`
        return refuse(message, name, 'TE_RPC_OVERLOADED', what)
      }
      // The buffer is the connection's: what outlives this callback is copied.
      const one = answer(name, Buffer.from(data), message, parts).finally(() => open.delete(one))
      open.add(one)
    },
    { queue: `te-connector-${name}` },
  )
  return {
    name,
    subject,
    inflight: () => open.size,
    close: async (waitMs) => {
      subscription.unsubscribe()
      let timer: NodeJS.Timeout | undefined
      const late = new Promise((resolve) => {
        timer = setTimeout(resolve, waitMs)
      })
      await Promise.race([Promise.all(open), late])
      clearTimeout(timer)
    },
  }
}

async function answer(
  name: string,
  body: Buffer,
  message: NatsMessage,
  parts: RpcParts,
): Promise<void> {
  const { subject } = message
  const labels = { function: name, kind: 'rpc' }
  const stopTimer = parts.metrics.callSeconds.startTimer(labels)
  let outcome = ''
  try {
    const headers: Record<string, string> = { [CALL_HEADERS.callId]: randomUUID() }
    for (const header of PASSED_HEADERS) {
      const value = message.header(header)
      if (value !== undefined) headers[header] = value
    }
    const result = await parts.client.call({
      functionName: name,
      topic: subject,
      contentType: 'application/json',
      headers,
      body,
      deadlineMs: readDeadline(message),
    })
    outcome = String(result.status)
    reply(message, name, result)
  } catch (error) {
    if (!(error instanceof OperationalError)) {
      parts.log.error({ err: error, subject }, 'request failed')
    }
    const code = error instanceof OperationalError ? error.code : 'TE_RPC_UNAVAILABLE'
    outcome = code
    refuse(message, name, code, error instanceof Error ? error.message : 'the call failed')
  } finally {
    stopTimer()
    parts.metrics.calls.inc({ ...labels, outcome })
  }
}

function readDeadline(message: NatsMessage): number {
  const asked = Number(message.header(RPC_DEADLINE_HEADER) ?? DEADLINE_DEFAULT_MS)
  if (!Number.isFinite(asked) || asked <= 0) return DEADLINE_DEFAULT_MS
  return Math.min(Math.ceil(asked), DEADLINE_MAX_MS)
}

/** The function's own words go through as they are; words of something in between do not. */
function reply(message: NatsMessage, name: string, { status, body }: CallAnswer): void {
  if (status === 200 || isOurs(body)) return message.respond(body)
  const code =
    status === 504 ? 'TE_RPC_TIMEOUT' : status === 429 ? 'TE_RPC_OVERLOADED' : 'TE_RPC_UNAVAILABLE'
  refuse(message, name, code, `${name} was answered for with status ${status}`)
}

/** A failure that the function itself reports keeps its code (TE_UNAVAILABLE_POSTGRES, ...). */
function isOurs(body: Buffer): boolean {
  return body.toString('latin1', 0, 12).startsWith('{"ok":false')
}

function refuse(message: NatsMessage, service: string, code: string, text: string): void {
  message.respond(JSON.stringify({ ok: false, error: { code, message: text, service } }))
}
