// The WebSocket side of the public API: requests with answers by id, and streams by channel.
// Requests of one event-loop turn leave in one frame, in order.

import { WebSocket } from 'ws'
import { ApiError } from './rest.ts'

/** A stream message: `channel` as subscribed. */
export interface StreamMessage {
  readonly channel: string
  readonly type: string
  readonly [field: string]: unknown
}

export interface VenueSocket extends AsyncDisposable {
  /** Sends one request. Errors: ApiError when refused, or when the socket closes before the answer. */
  request<T = Record<string, unknown>>(op: string, fields?: Record<string, unknown>): Promise<T>
  /** Calls back for every stream message. */
  onMessage(listener: (message: StreamMessage) => void): void
  onClose(listener: () => void): void
  readonly isOpen: boolean
}

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** Requests one frame may carry: the gateway's own bound. */
const FRAME_REQUESTS_MAX = 128

/** Opens a socket to `http(s)://host:port` of a venue. Errors: when it cannot be opened in 10 s. */
export async function openSocket(baseUrl: string): Promise<VenueSocket> {
  const socket = new WebSocket(`${baseUrl.replace(/^http/, 'ws').replace(/\/$/, '')}/v1/ws`, {
    perMessageDeflate: false,
    handshakeTimeout: 10_000,
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('error', reject)
  })
  return socketOver(socket)
}

function socketOver(socket: WebSocket): VenueSocket {
  const waiting = new Map<number, Waiting>()
  const listeners: ((message: StreamMessage) => void)[] = []
  const closed: (() => void)[] = []
  const outbox = createOutbox(socket)
  let lastId = 0
  socket.on('message', (data: Buffer) => {
    const parsed = JSON.parse(data.toString('utf8')) as unknown
    for (const message of Array.isArray(parsed) ? parsed : [parsed]) receive(message)
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    for (const w of waiting.values())
      w.reject(new ApiError('TE_TIMEOUT_UNKNOWN_STATE', 'socket closed', 0))
    waiting.clear()
    for (const listener of closed) listener()
  })
  function receive(message: Record<string, unknown>): void {
    if (typeof message['channel'] === 'string') {
      for (const listener of listeners) listener(message as unknown as StreamMessage)
      return
    }
    const w = waiting.get(message['id'] as number)
    if (w === undefined) return
    waiting.delete(message['id'] as number)
    if (message['ok'] === true) w.resolve(message['result'])
    else {
      const { code, message: text } = message['error'] as { code: string; message: string }
      w.reject(new ApiError(code, text, 0))
    }
  }
  return {
    get isOpen() {
      return socket.readyState === WebSocket.OPEN
    },
    request: <T>(op: string, fields: Record<string, unknown> = {}) =>
      new Promise<T>((resolve, reject) => {
        if (socket.readyState !== WebSocket.OPEN) {
          reject(new ApiError('TE_TIMEOUT_UNKNOWN_STATE', 'socket closed', 0))
          return
        }
        const id = ++lastId
        waiting.set(id, { resolve: resolve as (value: unknown) => void, reject })
        outbox.push({ op, id, ...fields })
      }),
    onMessage: (listener) => void listeners.push(listener),
    onClose: (listener) => void closed.push(listener),
    [Symbol.asyncDispose]: () => closeSocket(socket),
  }
}

function createOutbox(socket: WebSocket): { push(message: object): void } {
  let turn: object[] = []
  const flush = (): void => {
    const messages = turn
    turn = []
    for (let i = 0; i < messages.length; i += FRAME_REQUESTS_MAX) {
      const part = messages.slice(i, i + FRAME_REQUESTS_MAX)
      socket.send(JSON.stringify(part.length === 1 ? part[0] : part))
    }
  }
  return {
    push(message) {
      if (turn.push(message) === 1) setImmediate(flush)
    },
  }
}

function closeSocket(socket: WebSocket): Promise<void> {
  if (socket.readyState === WebSocket.CLOSED) return Promise.resolve()
  return new Promise((resolve) => {
    const hard = setTimeout(() => socket.terminate(), 2_000)
    socket.once('close', () => {
      clearTimeout(hard)
      resolve()
    })
    socket.close()
  })
}
