// The page's WebSocket: reconnects with back-off, answers by id, streams to one listener.

import { VenueError } from './rest.ts'
import type { StreamMessage, WireError } from './wire.ts'

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

export interface PageSocket {
  request<T>(op: string, fields?: Record<string, unknown>): Promise<T>
}

const BACKOFF_MAX_MS = 5_000

/** Opens and keeps open; `onOpen` runs after every (re)connection. */
export function openPageSocket(options: {
  onOpen: () => void
  onClose: () => void
  onMessage: (message: StreamMessage) => void
}): PageSocket {
  const waiting = new Map<number, Waiting>()
  let socket: WebSocket | null = null
  let lastId = 0
  let backoffMs = 250

  function receive(message: Record<string, unknown>): void {
    if (typeof message['channel'] === 'string') {
      options.onMessage(message as unknown as StreamMessage)
      return
    }
    const w = waiting.get(message['id'] as number)
    if (w === undefined) return
    waiting.delete(message['id'] as number)
    if (message['ok'] === true) w.resolve(message['result'])
    else w.reject(new VenueError(message['error'] as WireError))
  }

  function connect(): void {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    socket = new WebSocket(`${scheme}://${location.host}/v1/ws`)
    socket.onopen = () => {
      backoffMs = 250
      options.onOpen()
    }
    socket.onmessage = ({ data }) => {
      const parsed = JSON.parse(String(data)) as unknown
      for (const m of Array.isArray(parsed) ? parsed : [parsed]) receive(m)
    }
    socket.onclose = () => {
      for (const w of waiting.values()) w.reject(new Error('connection lost'))
      waiting.clear()
      options.onClose()
      setTimeout(connect, backoffMs)
      backoffMs = Math.min(BACKOFF_MAX_MS, backoffMs * 2)
    }
  }

  connect()
  return {
    request: <T>(op: string, fields: Record<string, unknown> = {}) =>
      new Promise<T>((resolve, reject) => {
        if (socket?.readyState !== WebSocket.OPEN) return reject(new Error('not connected'))
        const id = ++lastId
        waiting.set(id, { resolve: resolve as (value: unknown) => void, reject })
        socket.send(JSON.stringify({ op, id, ...fields }))
      }),
  }
}
