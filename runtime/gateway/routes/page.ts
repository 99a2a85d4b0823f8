// The web page at `/`: static files that Vite has built; a few lines of text when it has not.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { App } from '../app.ts'

/** Adds the page of a folder. */
export async function addPage(app: App, webDir: string): Promise<void> {
  if (existsSync(join(webDir, 'index.html'))) {
    await app.register(fastifyStatic, { root: webDir, decorateReply: false, cacheControl: false })
    return
  }
  app.get('/', { schema: { hide: true } as object }, (_request, reply) =>
    reply.type('text/plain; charset=utf-8').send(NOT_BUILT),
  )
}

const NOT_BUILT = `TradeEngine: the venue is running; its page is not built yet (npm run build:web).
  API documentation  /docs
  OpenAPI            /openapi.json
  WebSocket          /v1/ws
  Health             /health/ready
`
