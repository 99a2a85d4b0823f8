// InfluxDB over the subset of HTTP that 1.x, 2.x and 3.x share: POST /write, GET /query, GET /ping.

import { Pool } from 'undici'
import { OperationalError } from '#contracts/errors.ts'
import { quoteName } from './line-protocol.ts'

/** One series of an answer; rows hold the values in the order of `columns`. */
export interface InfluxSeries {
  readonly name: string
  readonly columns: readonly string[]
  readonly values: readonly (readonly (string | number | boolean | null)[])[]
}

/** Refused: the server understood and will never take these lines; trying again is useless. */
export type WriteOutcome = 'Written' | { readonly refused: string }

/** A connection pool to one database. Errors of all calls: TE_UNAVAILABLE_INFLUX. */
export interface Influx extends AsyncDisposable {
  /** Makes the database where the server has that command (1.x); elsewhere it must be there. */
  readonly ensureDatabase: () => Promise<void>
  /** Writes lines of line protocol with nanosecond times. */
  readonly write: (lines: string) => Promise<WriteOutcome>
  /** Asks one InfluxQL question; times come back in milliseconds. */
  readonly query: (q: string) => Promise<readonly InfluxSeries[]>
  readonly ping: () => Promise<void>
}

export interface InfluxOptions {
  /** May carry `user:password@`; for 2.x and 3.x the password is a token. */
  readonly url: string
  readonly db: string
  readonly token?: string
  readonly timeoutMs?: number
}

interface Answer {
  readonly status: number
  readonly text: string
}

const CONNECTIONS_MAX = 2
/** A question asks for at most some thousand rows of about 150 bytes. */
const ANSWER_BYTES_MAX = 16 * 1024 * 1024

/** Opens a pool; nothing is sent yet. */
export function createInflux(options: InfluxOptions): Influx {
  const timeoutMs = options.timeoutMs ?? 5_000
  const url = new URL(options.url)
  const pool = new Pool(url.origin, {
    connections: CONNECTIONS_MAX,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect: { timeout: Math.min(timeoutMs, 2_000) },
    maxResponseSize: ANSWER_BYTES_MAX,
  })
  const headers = authorization(url, options.token)
  const call = (method: 'GET' | 'POST', path: string, params: object, body: string | null) =>
    send(pool, { method, path: `${path}?${query(params)}`, headers, body, timeoutMs })
  const { db } = options
  return {
    ensureDatabase: async () => {
      const q = `CREATE DATABASE ${quoteName(db)}`
      const { status } = await call('POST', '/query', { q }, null)
      if (status >= 500) throw unavailable(`status ${status}`)
    },
    write: async (lines) => {
      const { status, text } = await call('POST', '/write', { db, precision: 'ns' }, lines)
      if (status < 300) return 'Written'
      if (status === 400 || status === 413 || status === 422) return { refused: text.slice(0, 500) }
      throw unavailable(`write: status ${status} ${text.slice(0, 200)}`)
    },
    query: async (q) => {
      const { status, text } = await call('GET', '/query', { db, q, epoch: 'ms' }, null)
      if (status !== 200) throw unavailable(`query: status ${status} ${text.slice(0, 200)}`)
      return seriesOf(text)
    },
    ping: async () => {
      const { status } = await call('GET', '/ping', {}, null)
      if (status >= 300) throw unavailable(`ping: status ${status}`)
    },
    [Symbol.asyncDispose]: () => pool.destroy(),
  }
}

function authorization(url: URL, token: string | undefined): Record<string, string> {
  if (token !== undefined) return { authorization: `Token ${token}` }
  if (url.password === '') return {}
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

function query(params: object): string {
  return new URLSearchParams(params as Record<string, string>).toString()
}

interface Call {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: string | null
  readonly timeoutMs: number
}

async function send(pool: Pool, { timeoutMs, ...call }: Call): Promise<Answer> {
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    const { statusCode, body } = await pool.request({ ...call, signal })
    return { status: statusCode, text: await body.text() }
  } catch (cause) {
    throw unavailable('no answer', cause)
  }
}

function seriesOf(text: string): readonly InfluxSeries[] {
  interface Body {
    readonly results?: readonly {
      readonly error?: string
      readonly series?: readonly Partial<InfluxSeries>[]
    }[]
    readonly error?: string
  }
  let body: Body
  try {
    body = JSON.parse(text) as Body
  } catch (cause) {
    throw unavailable('query: the answer is no JSON', cause)
  }
  const result = body.results?.[0]
  const error = body.error ?? result?.error
  if (error !== undefined) throw unavailable(`query: ${error}`)
  return (result?.series ?? []).map(({ name = '', columns = [], values = [] }) => ({
    name,
    columns,
    values,
  }))
}

function unavailable(what: string, cause?: unknown): OperationalError {
  return new OperationalError('TE_UNAVAILABLE_INFLUX', `InfluxDB: ${what}`, { cause })
}
