// The HTTP side of the gateway: limits, headers, validation, errors and documentation of every
// route, and the upgrade to a socket. Routes are in routes/.

import fastifyHelmet from '@fastify/helmet'
import fastifySwagger from '@fastify/swagger'
import fastifySwaggerUi from '@fastify/swagger-ui'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastifyWebsocket from '@fastify/websocket'
import { type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import type { TSchema } from 'typebox'
import type { Logger } from '#adapters/service/index.ts'
import { strict } from '#contracts/api/fields.ts'
import { parseJson } from '#contracts/api/json.ts'
import { FRAME_BYTES_MAX } from '#contracts/api/socket.ts'
import { compileCheck, compileTextCheck } from '#contracts/api/validate.ts'
import { type Access, assertAccess, type Identity } from './access/identity.ts'
import { RateLimited } from './access/rate-guard.ts'
import { openApiDocument, securityOf } from './openapi.ts'
import type { GatewayParts } from './parts.ts'
import { errorBody, internalRefusal, Refusal, refusalOf } from './refusal.ts'
import { traceIdFrom, traceparentOf } from './trace.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call; a route without it is public. */
    readonly access?: Access
    /** Counted as an attempt to log in. */
    readonly isAuthRoute?: true
  }
  interface FastifyRequest {
    identity: Identity | null
    /** Aborts when the client is gone. */
    gone: AbortSignal
  }
}

const BODY_BYTES_MAX = 65_536
/** Above the 5 s of a command's result, so that its own answer wins. */
const HANDLER_TIMEOUT_MS = 5500
const PARAM_LENGTH_MAX = 100
const NO_QUERY = strict({})

type AppParts = Pick<GatewayParts, 'auth' | 'rates' | 'log' | 'isStarted'>

/** The fastify app of the gateway, with schema types. */
export type App = Awaited<ReturnType<typeof createApp>>

/** Makes the app with everything but the routes. */
export async function createApp(parts: AppParts) {
  const app = fastify({
    logger: false,
    genReqId: (request) => traceIdFrom(headerText(request.headers['traceparent'])),
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: 10_000,
    connectionTimeout: 10_000,
    handlerTimeout: HANDLER_TIMEOUT_MS,
    keepAliveTimeout: 72_000,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    forceCloseConnections: 'idle',
    trustProxy: false,
    // Paths that the router itself refuses never reach the error handler.
    frameworkErrors: (error, request, reply) => void answerError(parts.log, error, request, reply),
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.decorateRequest('identity', null)
  app.decorateRequest('gone')
  app.setValidatorCompiler<TSchema>(({ schema, httpPart }) => {
    const check = httpPart === 'body' ? compileCheck(schema) : compileTextCheck(schema)
    return (value: unknown) => {
      try {
        return { value: check(value) }
      } catch (error) {
        return { error: error as Error }
      }
    }
  })
  // Answers are made here from typed values; schemas document them and tests hold them to it.
  app.setSerializerCompiler(() => (value) => JSON.stringify(value))
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    async (_request: FastifyRequest, text: string) => (text === '' ? undefined : parseJson(text)),
  )
  app.setErrorHandler((error, request, reply) => answerError(parts.log, error, request, reply))
  app.setNotFoundHandler((request, reply) => {
    const refusal = new Refusal('TE_NOT_FOUND_ROUTE', 'no such route')
    return reply.code(refusal.status).send(errorBody(refusal, request.id))
  })
  app.addHook('onRoute', (route) => {
    const access = route.config?.access
    if (access === undefined || route.websocket === true) return
    const security = access === 'public' ? {} : { security: securityOf(access) }
    // A route without parameters in its query takes none, rather than any.
    route.schema = { querystring: NO_QUERY, ...route.schema, ...security }
  })
  // Before the hook that may refuse: refusals carry the headers too.
  await app.register(fastifyHelmet, HELMET)
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id).header('traceparent', traceparentOf(request.id))
    if (request.url.startsWith('/v1/')) void reply.header('cache-control', 'no-store')
    request.gone = whenGone(reply)
    await admit(parts, request)
  })
  await app.register(fastifySwagger, { openapi: openApiDocument })
  await app.register(fastifySwaggerUi, {
    routePrefix: '/docs',
    theme: { title: 'TradeEngine API', css: [DOCS_STYLE] },
  })
  await app.register(fastifyWebsocket, {
    options: { maxPayload: FRAME_BYTES_MAX, maxFragments: 8, perMessageDeflate: false },
  })
  app.get('/openapi.json', { schema: { hide: true } as object }, () => app.swagger())
  return app
}

/** The page's own bar only offers to load other people's documents. */
const DOCS_STYLE = { filename: 'docs.css', content: '.swagger-ui .topbar { display: none }' }

/** (1) Authentication, scope and rate of a request, before its body is read. */
async function admit({ auth, rates, isStarted }: AppParts, request: FastifyRequest): Promise<void> {
  const { access, isAuthRoute } = request.routeOptions.config
  // (L7) Before the catalogue is read nothing can be understood rightly.
  if (access !== undefined && !isStarted()) {
    throw new Refusal('TE_UNAVAILABLE_STARTING', 'the gateway is starting')
  }
  if (isAuthRoute) await rates.pass('auth', request.ip)
  if (access === undefined || access === 'public') {
    if (request.url.startsWith('/v1/')) await rates.pass('ip', request.ip)
    return
  }
  if (access === 'admin') {
    await rates.pass('ip', request.ip)
    return auth.assertAdmin(request.headers)
  }
  let identity: Identity
  try {
    identity = await auth.identify(request.headers, request.id)
  } catch (error) {
    // Who cannot say who they are is counted by address.
    await rates.pass('ip', request.ip)
    throw error
  }
  await rates.pass('account', String(identity.accountId))
  assertAccess(identity, access)
  request.identity = identity
}

function answerError(
  log: Logger,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const refusal = refusalOf(error)
  if (refusal === undefined) {
    const { method } = request
    const route = request.routeOptions.url
    log.error({ err: error, traceId: request.id, method, route }, 'request failed')
  }
  const answer = refusal ?? internalRefusal()
  if (answer instanceof RateLimited) void reply.header('retry-after', answer.retryAfterS)
  if (answer.status === 503) void reply.header('retry-after', 1)
  if (answer.status === 401) void reply.header('www-authenticate', 'Bearer')
  return reply.code(answer.status).send(errorBody(answer, request.id))
}

/** Node ends a request's own stream as soon as its body is read: only the answer's tells. */
function whenGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort()
  })
  return gone.signal
}

const headerText = (value: string | string[] | undefined) =>
  typeof value === 'string' ? value : undefined

/** A page of ours loads itself, draws charts and opens a socket; nothing else, and no frame. */
const HELMET = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      connectSrc: ["'self'", 'ws:', 'wss:'],
      imgSrc: ["'self'", 'data:'],
      styleSrc: ["'self'", "'unsafe-inline'"],
      scriptSrc: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  strictTransportSecurity: { maxAge: 31_536_000 },
  referrerPolicy: { policy: 'no-referrer' as const },
}
