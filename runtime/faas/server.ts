// The HTTP face of the host. Invocations are taken off before the framework sees them (they stream,
// and they are the busy part); everything else is a fastify route.

import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type FastifyInstance, fastify } from 'fastify'
import { Counter, Histogram } from 'prom-client'
import { addServiceRoutes, type Logger } from '#adapters/service/index.ts'
import type { AsyncQueue } from './async-queue.ts'
import type { FaasConfig } from './config.ts'
import { NAMESPACE, RefusedError } from './deployment.ts'
import { addFunctionRoutes } from './functions-api.ts'
import { type OnAnswer, passCall, readTarget } from './proxy.ts'
import type { Registry } from './registry.ts'
import { addSecretRoutes } from './secrets-api.ts'
import type { Store } from './store.ts'

/** What the server stands on. */
export interface HostParts {
  readonly config: FaasConfig
  readonly registry: Registry
  readonly store: Store
  readonly queue: AsyncQueue
  readonly log: Logger
  readonly version: string
}

const SYSTEM_BODY_BYTES_MAX = 2 * 1024 * 1024
const ASYNC_STATUS = { Accepted: 202, TooLarge: 413, Full: 503 } as const

/** Makes the server; it does not listen yet. */
export function createHostServer(parts: HostParts): FastifyInstance {
  const { config, registry, log } = parts
  let onAnswer: OnAnswer = () => {}
  const app = fastify({
    logger: false,
    bodyLimit: SYSTEM_BODY_BYTES_MAX,
    forceCloseConnections: 'idle',
    keepAliveTimeout: 75_000,
    serverFactory: (handler, options) => {
      const server = createServer({ ...options, requestTimeout: 60_000 }, (request, response) => {
        const url = request.url ?? '/'
        if (!url.startsWith('/function/') && !url.startsWith('/async-function/')) {
          return handler(request, response)
        }
        takeInvocation(request, response, url, parts, onAnswer).catch((error: unknown) => {
          log.error({ err: error }, 'invocation failed')
          response.destroy()
        })
      })
      server.headersTimeout = 15_000
      return server
    },
  })
  const metrics = addServiceRoutes(app, {
    name: 'faas',
    probes: {},
    info: () => ({
      functions: Object.fromEntries(registry.all().map((one) => [one.name, readyCount(one)])),
    }),
  })
  onAnswer = createCounters(metrics)
  addParsing(app, log)
  addAuthentication(app, config)
  app.get('/healthz', (_request, reply) => reply.type('text/plain').send('OK'))
  app.get('/system/info', () => describeHost(parts.version))
  app.get('/system/namespaces', () => [NAMESPACE])
  app.all('/system/namespace/*', () => {
    throw new RefusedError(501, 'one namespace only')
  })
  addFunctionRoutes(app, registry, config.isStrict)
  addSecretRoutes(app, parts.store)
  return app
}

function readyCount(one: ReturnType<Registry['all']>[number]): string {
  return `${one.replicas().filter((replica) => replica.isReady()).length}/${one.stored().replicas}`
}

function describeHost(version: string): object {
  const release = { sha: 'local', release: version }
  return {
    provider: { provider: 'tradeengine-faas', version: release, orchestration: 'node' },
    version: release,
    arch: process.arch === 'x64' ? 'x86_64' : process.arch,
  }
}

function createCounters(registry: ReturnType<typeof addServiceRoutes>): OnAnswer {
  const labelNames = ['function_name', 'code']
  const registers = [registry]
  const calls = new Counter({
    name: 'gateway_function_invocation_total',
    help: 'Invocations answered, as the OpenFaaS gateway counts them',
    labelNames,
    registers,
  })
  const seconds = new Histogram({
    name: 'gateway_functions_seconds',
    help: 'Time of an invocation',
    labelNames,
    registers,
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
  })
  return (name, status, duration) => {
    const labels = { function_name: `${name}.${NAMESPACE}`, code: String(status) }
    calls.inc(labels)
    seconds.observe(labels, duration)
  }
}

/** faas-cli and the gateway send JSON under any content type, and expect plain text on a no. */
function addParsing(app: FastifyInstance, log: Logger): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, JSON.parse(String(body)))
    } catch {
      done(new RefusedError(400, 'the body is not JSON'))
    }
  })
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error instanceof RefusedError ? error.status : (error.statusCode ?? 500)
    if (status >= 500 && status !== 501) log.error({ err: error }, 'request failed')
    return reply
      .code(status)
      .type('text/plain')
      .send(status === 500 ? 'internal error' : error.message)
  })
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).type('text/plain').send('no such route'),
  )
}

/** Basic authentication of everything under /system; functions answer for themselves. */
function addAuthentication(app: FastifyInstance, { credentials }: FaasConfig): void {
  if (credentials === undefined) return
  const pair = Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')
  const wanted = digest(`Basic ${pair}`)
  app.addHook('onRequest', (request, reply, done) => {
    const isOpen = !request.url.startsWith('/system')
    if (isOpen || timingSafeEqual(digest(request.headers.authorization ?? ''), wanted))
      return done()
    reply
      .code(401)
      .header('www-authenticate', 'Basic realm="Restricted"')
      .type('text/plain')
      .send('invalid credentials')
  })
}

/** Hashed first: the comparison then takes the same time for every length. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

async function takeInvocation(
  request: IncomingMessage,
  response: ServerResponse,
  url: string,
  { registry, queue }: HostParts,
  onAnswer: OnAnswer,
): Promise<void> {
  const target = readTarget(url)
  const found = target === undefined ? undefined : registry.find(target.name)
  if (target === undefined || found === undefined) {
    const why = `error finding function ${target?.name ?? ''}: not found`
    return answerText(response, 404, why)
  }
  if (url.startsWith('/function/')) return passCall(request, response, found, target, onAnswer)
  if (request.method !== 'POST') return answerText(response, 405, 'asynchronous calls are POST')
  const { submission, callId } = await queue.submit(request, found, target)
  response.setHeader('x-call-id', callId)
  answerText(response, ASYNC_STATUS[submission], submission === 'Accepted' ? '' : submission)
}

function answerText(response: ServerResponse, status: number, text: string): void {
  if (!response.req.complete) response.setHeader('connection', 'close')
  response.writeHead(status, { 'content-type': 'text/plain' }).end(text)
}
