// The way of an invocation: /function/NAME[.namespace][/path] -> a replica. Bodies stream through
// in both directions; nothing is buffered or parsed here.

import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { DeployedFunction } from './deployed-function.ts'
import type { Replica } from './replica.ts'

/** Where a call goes inside its function. */
export interface Target {
  readonly name: string
  /** With the query. */
  readonly path: string
}

/** How a call ended, for the counters. */
export type OnAnswer = (name: string, status: number, seconds: number) => void

const ROUTE = /^\/(?:async-)?function\/([-a-zA-Z_0-9.]+)(\/[^?]*)?(\?.*)?$/

/** Meant for one connection only: never passed on (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
])

/** The function and path of an invocation's URL, undefined when it is none. */
export function readTarget(url: string): Target | undefined {
  const match = ROUTE.exec(url)
  if (match === null) return undefined
  return { name: match[1] ?? '', path: `${match[2] ?? '/'}${match[3] ?? ''}` }
}

/** Headers of a call on its way to the replica. */
export function forwardHeaders(
  headers: IncomingHttpHeaders,
  peer: string,
  callId: string,
): Record<string, string | string[]> {
  const passed: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && name !== 'host' && !HOP_BY_HOP.has(name)) passed[name] = value
  }
  const before = headers['x-forwarded-for']
  passed['x-forwarded-for'] = before === undefined ? peer : `${String(before)}, ${peer}`
  passed['x-forwarded-host'] = headers.host ?? ''
  passed['x-call-id'] = callId
  passed['x-start-time'] = startTime()
  return passed
}

/** Nanoseconds since 1970, as OpenFaaS counts X-Start-Time. */
function startTime(): string {
  return `${Date.now()}000000`
}

/** Passes one call to a replica and its answer back. */
export async function passCall(
  request: IncomingMessage,
  response: ServerResponse,
  found: DeployedFunction,
  target: Target,
  onAnswer: OnAnswer,
): Promise<void> {
  const startedAt = performance.now()
  const callId = String(request.headers['x-call-id'] ?? randomUUID())
  const replica = found.pick()
  found.invocations += 1
  const seconds = () => (performance.now() - startedAt) / 1000
  if (replica === undefined) {
    refuse(response, 503, `no replica of ${found.name} is ready`, callId)
  } else {
    try {
      await stream(request, response, replica, target.path, callId, seconds)
    } catch (error) {
      if (!response.destroyed) {
        const isLate = /Timeout/.test((error as Error).name)
        refuse(response, isLate ? 504 : 502, `${found.name}: ${(error as Error).message}`, callId)
      }
    }
  }
  onAnswer(found.name, response.statusCode, seconds())
}

async function stream(
  request: IncomingMessage,
  response: ServerResponse,
  replica: Replica,
  path: string,
  callId: string,
  seconds: () => number,
): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  const peer = request.socket.remoteAddress ?? ''
  const hasBody =
    request.headers['content-length'] !== '0' &&
    (request.headers['content-length'] !== undefined ||
      request.headers['transfer-encoding'] !== undefined)
  await replica.pool.stream(
    {
      path,
      method: request.method ?? 'POST',
      headers: forwardHeaders(request.headers, peer, callId),
      body: hasBody ? (request as Readable) : null,
      signal: gone.signal,
    },
    ({ statusCode, headers }) => {
      for (const [name, value] of Object.entries(headers)) {
        if (value !== undefined && !HOP_BY_HOP.has(name)) response.setHeader(name, value)
      }
      response.setHeader('x-call-id', callId)
      response.setHeader('x-served-by', 'tradeengine-faas')
      if (!response.hasHeader('x-duration-seconds')) {
        response.setHeader('x-duration-seconds', seconds().toFixed(6))
      }
      response.writeHead(statusCode)
      return response
    },
  )
}

/** An answer of the host itself, marked as OpenFaaS marks its own. */
function refuse(response: ServerResponse, status: number, why: string, callId: string): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  response
    .writeHead(status, {
      'content-type': 'text/plain',
      'x-call-id': callId,
      'x-openfaas-internal': 'proxy',
    })
    .end(why)
}
