// The gateway as a stranger sees it: raw requests, raw frames, every answer with its status.

import { request } from 'undici'
import { WebSocket } from 'ws'

/** An answer, whatever it is. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  readonly json: {
    readonly error?: { code: string; message: string; field?: string; requestId?: string }
    readonly [field: string]: unknown
  }
}

/** Sends a request as it is; `body` is sent as text, anything else as JSON. */
export async function rawRequest(
  base: string,
  method: string,
  path: string,
  options: { headers?: Record<string, string>; body?: unknown } = {},
): Promise<RawAnswer> {
  const { headers = {}, body } = options
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  const answer = await request(`${base}${path}`, {
    method: method.toUpperCase() as 'GET',
    headers: {
      ...(text === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: text ?? null,
  })
  const received = await answer.body.text()
  let json = {}
  try {
    json = JSON.parse(received) as object
  } catch {
    // Not JSON: the caller looks at the text.
  }
  return { status: answer.statusCode, headers: answer.headers, text: received, json }
}

/** One frame's content from the gateway. */
export interface SocketMessage {
  readonly id?: unknown
  readonly op?: string | null
  readonly ok?: boolean
  readonly result?: Record<string, unknown>
  readonly error?: { code: string; field?: string; requestId?: string }
  readonly seq?: number
  readonly channel?: string
  readonly type?: string
  readonly [field: string]: unknown
}

/** A socket whose messages are kept. */
export interface RawSocket extends AsyncDisposable {
  readonly messages: SocketMessage[]
  readonly closed: Promise<{ code: number }>
  send(frame: string | Buffer): void
  /** Sends a request and resolves with its answer. */
  ask(op: string, fields?: object): Promise<SocketMessage>
  /** Resolves with the first message, past or coming, that fits. */
  next(what: string, fits: (message: SocketMessage) => boolean): Promise<SocketMessage>
  terminate(): void
}

const WAIT_MS = 15_000

/** Opens a socket. Errors: when the upgrade is refused, with the status in the message. */
export async function rawSocket(
  base: string,
  headers: Record<string, string> = {},
): Promise<RawSocket> {
  const socket = new WebSocket(`${base.replace(/^http/, 'ws')}/v1/ws`, { headers })
  const messages: SocketMessage[] = []
  const waiting = new Set<() => void>()
  socket.on('message', (data: Buffer) => {
    messages.push(JSON.parse(data.toString()) as SocketMessage)
    for (const wake of waiting) wake()
  })
  const closed = new Promise<{ code: number }>((resolve) => {
    socket.on('close', (code) => resolve({ code }))
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('error', reject)
  })
  socket.on('error', () => undefined)
  let lastId = 0
  const next: RawSocket['next'] = (what, fits) =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = messages.find(fits)
        if (found === undefined) return
        waiting.delete(look)
        clearTimeout(timer)
        resolve(found)
      }
      const timer = setTimeout(() => {
        waiting.delete(look)
        reject(new Error(`waited in vain for ${what}`))
      }, WAIT_MS)
      waiting.add(look)
      look()
    })
  return {
    messages,
    closed,
    next,
    send: (frame) => socket.send(frame),
    ask: (op, fields = {}) => {
      const id = ++lastId
      socket.send(JSON.stringify({ op, id, ...fields }))
      return next(`the answer to ${op}`, (message) => message.id === id)
    },
    terminate: () => socket.terminate(),
    [Symbol.asyncDispose]: async () => {
      socket.close()
      setTimeout(() => socket.terminate(), 1000).unref()
      await closed
    },
  }
}

/** Terms of a market of a test's own, as the admin route takes them; symbol and base are its own. */
export const MARKET_TERMS = {
  quoteAsset: 'USD',
  baseScale: 8,
  quoteScale: 10,
  tickSize: '0.01',
  lotSize: '0.0001',
  minQty: '0.0001',
  maxQty: '1000000',
  minNotional: '0.01',
  maxNotional: '100000000',
  makerFeePpm: 0,
  takerFeePpm: 1000,
} as const
