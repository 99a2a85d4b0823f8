// The HTTP face that every process has: /health/live, /health/ready, /metrics. A process with a
// server of its own (the gateway) adds the same routes to it.

import { type FastifyInstance, fastify } from 'fastify'
import { collectDefaultMetrics, Registry } from 'prom-client'
import type { Logger } from './logger.ts'
import { createLoopLag, createProbes, type Probe } from './probes.ts'

/** What a process says about itself. */
export interface ServiceOptions {
  readonly name: string
  /** Real operations, one a hard dependency: readiness is all of them. */
  readonly probes: Readonly<Record<string, Probe>>
  /** Names of probes that are shown but do not decide. */
  readonly optional?: readonly string[]
  /** The process's part now, e.g. `leader`; its name when absent. */
  readonly role?: () => string
  /** More fields of /health/ready; `ready: false` there overrules the probes. */
  readonly info?: () => Readonly<Record<string, unknown>>
}

/** A listening service. */
export interface ServiceServer extends AsyncDisposable {
  /** For more routes, before listen(). */
  readonly app: FastifyInstance
  /** The process's own metrics go here. */
  readonly registry: Registry
  /** Listens and answers the port (the free one when 0 was asked for). */
  readonly listen: () => Promise<number>
  readonly close: () => Promise<void>
}

/** Makes the service server of a process; it listens on request, with everything else up. */
export function createServiceServer(
  options: ServiceOptions & { readonly host: string; readonly port: number; readonly log: Logger },
): ServiceServer {
  const app = fastify({
    logger: false,
    bodyLimit: 65_536,
    requestTimeout: 10_000,
    connectionTimeout: 10_000,
    forceCloseConnections: true,
  })
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ error: { code: 'TE_NOT_FOUND_ROUTE', message: 'no such route' } }),
  )
  app.setErrorHandler((error, _request, reply) => {
    options.log.error({ err: error }, 'service route failed')
    return reply.code(500).send({ error: { code: 'TE_INTERNAL', message: 'internal error' } })
  })
  const registry = addServiceRoutes(app, options)
  const close = () => app.close()
  return {
    app,
    registry,
    listen: async () => {
      await app.listen({ host: options.host, port: options.port })
      const address = app.server.address()
      const port = typeof address === 'object' && address !== null ? address.port : options.port
      options.log.info({ host: options.host, port }, 'listening')
      return port
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Adds the three routes to a fastify app; answers the registry behind /metrics. */
export function addServiceRoutes(app: FastifyInstance, options: ServiceOptions): Registry {
  const registry = new Registry()
  registry.setDefaultLabels({ process: options.name })
  collectDefaultMetrics({ register: registry })
  const lag = createLoopLag()
  const probe = createProbes(options.probes, options.optional)
  app.addHook('onClose', () => {
    lag.close()
    return Promise.resolve()
  })
  const hidden = { schema: { hide: true } as object }
  app.get('/health/live', hidden, () => ({ live: true, eventLoopLagMs: lag.read() }))
  app.get('/health/ready', hidden, async (_request, reply) => {
    const state = await probe()
    const role = options.role?.() ?? options.name
    const body = { ...state, role, ...options.info?.() }
    return reply.code(body.ready ? 200 : 503).send(body)
  })
  app.get('/metrics', hidden, async (_request, reply) => {
    const page = await registry.metrics()
    return reply.type(registry.contentType).send(page)
  })
  return registry
}
