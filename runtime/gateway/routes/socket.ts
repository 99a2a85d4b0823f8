// The upgrade to a socket: whose page may open one, and how many there may be.

import type { App } from '../app.ts'
import type { GatewayParts } from '../parts.ts'
import { Refusal } from '../refusal.ts'

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Adds `/v1/ws`. */
export function addSocketRoute(
  app: App,
  { sockets }: Pick<GatewayParts, 'sockets'>,
  options: {
    readonly host: string
    readonly allowedOrigins: readonly string[]
    readonly socketsMax: number
  },
): void {
  const isAllowed = (origin: string): boolean => {
    if (options.allowedOrigins.includes(origin)) return true
    if (!URL.canParse(origin)) return false
    const { hostname } = new URL(origin)
    return LOOPBACK.has(hostname) || hostname === options.host
  }
  app.get(
    '/v1/ws',
    {
      config: { access: 'public' },
      schema: { hide: true } as object,
      websocket: true,
      preValidation: async ({ headers, ws }) => {
        if (!ws) throw new Refusal('TE_INPUT_BODY', 'this is a WebSocket')
        // A browser always says which page it is; other clients have no page to be lured by.
        if (headers.origin !== undefined && !isAllowed(headers.origin)) {
          throw new Refusal('TE_AUTH_FORBIDDEN', 'this page may not open a socket here')
        }
        if (sockets.open() >= options.socketsMax) {
          throw new Refusal('TE_OVERLOADED', 'too many sockets')
        }
      },
    },
    (socket) => sockets.accept(socket),
  )
}
