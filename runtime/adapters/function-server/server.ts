// The HTTP side of a function: the OpenFaaS workload contract on one port, without a watchdog.
// On SIGTERM it goes on serving what is open (and what still comes in), and ends when that is done.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FunctionResult } from '#contracts/function-handler.ts'
import { type CallParts, failed, takeCall } from './call.ts'
import { createCounts, renderMetrics } from './metrics.ts'

/** A listening function. */
export interface FunctionServer {
  readonly port: number
  /** From now on `/_/health` and `/_/ready` answer 200. */
  readonly setReady: () => void
  /** Reports unready, answers what is open or still comes, resolves when nothing is left. */
  readonly drain: (waitMs: number) => Promise<void>
}

interface State {
  readonly parts: () => CallParts | undefined
  isReady: boolean
  isDraining: boolean
  readonly counts: ReturnType<typeof createCounts>
  readonly functionName: string
  readonly inflightMax: number
}

/** Longer than any client of ours keeps an idle connection, so that only the client closes one. */
const KEEP_ALIVE_MS = 75_000

/** Listens; calls are answered 503 until `parts` gives something. */
export async function listen(
  options: { host: string; port: number; functionName: string; inflightMax: number },
  parts: () => CallParts | undefined,
): Promise<FunctionServer> {
  const state: State = {
    parts,
    isReady: false,
    isDraining: false,
    counts: createCounts(),
    functionName: options.functionName,
    inflightMax: options.inflightMax,
  }
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 60_000 })
  server.headersTimeout = 15_000
  server.on('request', (request, response) => void answer(request, response, state))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    setReady: () => {
      state.isReady = true
    },
    drain: (waitMs) => drain(server, state, waitMs),
  }
}

async function drain(server: Server, state: State, waitMs: number): Promise<void> {
  state.isDraining = true
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const cut = setTimeout(() => server.closeAllConnections(), waitMs)
  await closed
  clearTimeout(cut)
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  state: State,
): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
  if (path.startsWith('/_/') || path.startsWith('/health/'))
    return answerHealth(path, response, state)
  if (path === '/metrics' && request.method === 'GET') {
    const page = await renderMetrics(state.functionName, state.counts)
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(page)
    return
  }
  await answerCall(request, response, state)
}

function answerHealth(path: string, response: ServerResponse, state: State): void {
  const isReady = state.isReady && !state.isDraining
  const isFull = state.counts.inflight >= state.inflightMax
  switch (path) {
    case '/health/live':
      return send(response, { status: 200, body: { live: true } }, state)
    case '/_/health':
      return text(response, isReady ? 200 : 503, isReady ? 'OK' : 'not ready')
    case '/_/ready':
      if (isReady && isFull) return text(response, 429, 'busy')
      return text(response, isReady ? 200 : 503, isReady ? 'OK' : 'not ready')
    case '/health/ready': {
      const body = { ready: isReady, role: `function:${state.functionName}`, deps: {} }
      return send(response, { status: isReady ? 200 : 503, body }, state)
    }
    default:
      return send(response, failed(404, 'TE_NOT_FOUND_ROUTE', 'no such route'), state)
  }
}

async function answerCall(
  request: IncomingMessage,
  response: ServerResponse,
  state: State,
): Promise<void> {
  const startedAt = performance.now()
  const { counts } = state
  const parts = state.parts()
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  counts.inflight += 1
  let result: FunctionResult
  if (parts === undefined) {
    result = failed(503, 'TE_UNAVAILABLE_STARTING', 'the function is starting')
  } else if (counts.inflight > state.inflightMax) {
    const limit = `more than ${state.inflightMax} calls at once`
    result = failed(429, 'TE_RPC_OVERLOADED', limit)
  } else if (request.method !== 'POST' && request.method !== 'GET') {
    result = failed(405, 'TE_METHOD_NOT_ALLOWED', 'a function takes POST')
  } else {
    result = await takeCall(request, parts, gone.signal)
  }
  counts.inflight -= 1
  const seconds = (performance.now() - startedAt) / 1000
  counts.durationSeconds += seconds
  counts.answers.set(result.status, (counts.answers.get(result.status) ?? 0) + 1)
  if (response.destroyed) return
  response.setHeader('x-duration-seconds', seconds.toFixed(6))
  // What is left of a refused body is not worth reading: the connection ends with the answer.
  if (!request.complete) response.setHeader('connection', 'close')
  send(response, result, state)
}

function send(response: ServerResponse, result: FunctionResult, state: State): void {
  const bytes = Buffer.from(JSON.stringify(result.body))
  if (state.isDraining) response.setHeader('connection', 'close')
  response
    .writeHead(result.status, {
      'content-type': 'application/json',
      'content-length': bytes.length,
    })
    .end(bytes)
}

function text(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(body)
}
