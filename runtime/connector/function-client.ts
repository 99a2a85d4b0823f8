// HTTP to the functions, through the local host or an OpenFaaS gateway: signed calls, and the list
// of what is deployed.

import { Pool } from 'undici'
import { signCall } from '#adapters/signature/index.ts'
import { OperationalError } from '#contracts/errors.ts'
import { ANNOTATIONS, CALL_HEADERS } from '#contracts/function-call.ts'
import type { ConnectorSecrets } from './config.ts'

/** What a function or the host answered. */
export interface CallAnswer {
  readonly status: number
  readonly body: Buffer
}

/** One call. */
export interface Call {
  readonly functionName: string
  readonly topic: string
  readonly contentType: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly deadlineMs: number
}

/** What a deployed function wants to be called for. */
export interface Discovered {
  readonly name: string
  readonly streams: readonly string[]
  /** Subscription of its requests, '' for none. */
  readonly rpc: string
}

/** The functions as the connector sees them. */
export interface FunctionClient {
  /** Errors: TE_RPC_TIMEOUT, TE_RPC_UNAVAILABLE. */
  readonly call: (call: Call) => Promise<CallAnswer>
  /** Errors: TE_RPC_UNAVAILABLE. */
  readonly discover: () => Promise<Discovered[]>
  readonly close: () => Promise<void>
}

/** Calls of all functions at once; each waits for its own answer only. */
const CONNECTIONS_MAX = 256
const DISCOVERY_TIMEOUT_MS = 5000
/** The function answers 504 itself at its deadline; we stop waiting a little later. */
const GRACE_MS = 250

/** Makes a client with kept connections. */
export function createFunctionClient(faasUrl: string, secrets: ConnectorSecrets): FunctionClient {
  const url = new URL(faasUrl)
  const prefix = url.pathname.replace(/\/$/, '')
  const pool = new Pool(url.origin, { connections: CONNECTIONS_MAX, connectTimeout: 2000 })
  const authorization = basic(secrets)
  return {
    call: (call) => send(pool, prefix, call, secrets.functionToken),
    discover: async () => {
      const answer = await request(pool, DISCOVERY_TIMEOUT_MS, {
        method: 'GET',
        path: `${prefix}/system/functions`,
        headers: { authorization },
      })
      if (answer.status !== 200) {
        const what = `the list of functions was answered ${answer.status}`
        throw new OperationalError('TE_RPC_UNAVAILABLE', what)
      }
      return readList(answer.body)
    },
    close: () => pool.close(),
  }
}

function basic({ user, password }: ConnectorSecrets): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

function send(pool: Pool, prefix: string, call: Call, token: string): Promise<CallAnswer> {
  const { functionName, topic, contentType, headers, body, deadlineMs } = call
  return request(pool, deadlineMs + GRACE_MS, {
    method: 'POST',
    path: `${prefix}/function/${functionName}`,
    headers: {
      ...headers,
      'content-type': contentType,
      'x-connector': 'tradeengine',
      [CALL_HEADERS.topic]: topic,
      [CALL_HEADERS.deadlineMs]: String(deadlineMs),
      [CALL_HEADERS.signature]: signCall(token, topic, body, Math.floor(Date.now() / 1000)),
    },
    body,
  })
}

async function request(
  pool: Pool,
  deadlineMs: number,
  options: Parameters<Pool['request']>[0],
): Promise<CallAnswer> {
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), deadlineMs)
  try {
    const { statusCode, body } = await pool.request({ ...options, signal: deadline.signal })
    return { status: statusCode, body: Buffer.from(await body.arrayBuffer()) }
  } catch (cause) {
    if (deadline.signal.aborted) {
      throw new OperationalError('TE_RPC_TIMEOUT', `no answer within ${deadlineMs} ms`, { cause })
    }
    throw new OperationalError('TE_RPC_UNAVAILABLE', 'the functions cannot be reached', { cause })
  } finally {
    clearTimeout(timer)
  }
}

const FUNCTION_NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

/** Functions with annotations for us; anything else in the list is none of our business. */
function readList(body: Buffer): Discovered[] {
  const list = JSON.parse(body.toString('utf8')) as {
    name: string
    annotations?: Record<string, string> | null
  }[]
  return list
    .filter(({ name }) => FUNCTION_NAME.test(name))
    .map(({ name, annotations }) => ({
      name,
      streams: (annotations?.[ANNOTATIONS.stream] ?? '').split(',').filter((s) => s !== ''),
      rpc: annotations?.[ANNOTATIONS.rpc] ?? '',
    }))
}
