// Users, tokens and API keys: the auth function's work, and the engine's account behind each user.

import {
  AccountSchema,
  ApiKeyBody,
  ApiKeyParams,
  ApiKeysSchema,
  CredentialsBody,
  JwksSchema,
  NewApiKeySchema,
  RefreshBody,
  RegisteredSchema,
  TokensSchema,
} from '#contracts/api/auth.ts'
import { answers, NoContent } from '#contracts/api/fields.ts'
import type { App } from '../app.ts'
import type { GatewayParts } from '../parts.ts'
import { callerOf } from './caller.ts'

const tags = ['auth']
const openToAll = { access: 'public', isAuthRoute: true } as const

/** Adds the routes. */
export function addAuthRoutes(app: App, parts: GatewayParts): void {
  const { rpc } = parts
  app.post(
    '/v1/auth/register',
    {
      config: openToAll,
      schema: { tags, body: CredentialsBody, response: answers(201, RegisteredSchema) },
    },
    async ({ body, id, gone }, reply) => {
      const { result } = await rpc.call('auth', 'register', body, { traceId: id, signal: gone })
      await openAccount(parts, result, id)
      return reply.code(201).send(result)
    },
  )
  app.post(
    '/v1/auth/login',
    {
      config: openToAll,
      schema: { tags, body: CredentialsBody, response: answers(200, TokensSchema) },
    },
    async ({ body, id, gone }, reply) => {
      const { result } = await rpc.call('auth', 'login', body, { traceId: id, signal: gone })
      await openAccount(parts, result, id)
      return reply.send(result)
    },
  )
  app.post(
    '/v1/auth/refresh',
    {
      config: openToAll,
      schema: { tags, body: RefreshBody, response: answers(200, TokensSchema) },
    },
    async ({ body, id, gone }, reply) =>
      reply.send((await rpc.call('auth', 'refresh', body, { traceId: id, signal: gone })).result),
  )
  app.post(
    '/v1/auth/logout',
    { config: openToAll, schema: { tags, body: RefreshBody, response: answers(204, NoContent) } },
    async ({ body, id, gone }, reply) => {
      await rpc.call('auth', 'logout', body, { traceId: id, signal: gone })
      return reply.code(204).send(null)
    },
  )
  app.get(
    '/.well-known/jwks.json',
    { config: { access: 'public' }, schema: { tags, response: answers(200, JwksSchema) } },
    async ({ id, gone }, reply) =>
      reply.send((await rpc.call('auth', 'jwks', {}, { traceId: id, signal: gone })).result),
  )
  addKeyRoutes(app, parts)
}

/**
 * The user exists from here on, whatever becomes of the engine's account: a login opens it as well,
 * so an engine that is away fails neither.
 */
async function openAccount(parts: GatewayParts, result: unknown, traceId: string): Promise<void> {
  const { accountId } = result as { readonly accountId: number }
  try {
    await parts.accounts.ensureOpen({ account: accountId, traceId })
  } catch (err) {
    parts.log.warn({ err, accountId, traceId }, 'the account opens with the next login')
  }
}

function addKeyRoutes(app: App, { rpc }: GatewayParts): void {
  const user = { access: 'user' } as const
  app.get(
    '/v1/account',
    { config: { access: 'read' }, schema: { tags, response: answers(200, AccountSchema) } },
    async (request, reply) => {
      const { accountId, ...context } = callerOf(request)
      return reply.send((await rpc.call('auth', 'account', { accountId }, context)).result)
    },
  )
  app.post(
    '/v1/api-keys',
    { config: user, schema: { tags, body: ApiKeyBody, response: answers(201, NewApiKeySchema) } },
    async (request, reply) => {
      const { accountId, ...context } = callerOf(request)
      const params = { ...request.body, accountId }
      const { result } = await rpc.call('auth', 'createApiKey', params, context)
      return reply.code(201).send(result)
    },
  )
  app.get(
    '/v1/api-keys',
    { config: user, schema: { tags, response: answers(200, ApiKeysSchema) } },
    async (request, reply) => {
      const { accountId, ...context } = callerOf(request)
      const { result } = await rpc.call('auth', 'listApiKeys', { accountId }, context)
      return reply.send(result)
    },
  )
  app.delete(
    '/v1/api-keys/:keyId',
    { config: user, schema: { tags, params: ApiKeyParams, response: answers(204, NoContent) } },
    async (request, reply) => {
      const { accountId, ...context } = callerOf(request)
      await rpc.call('auth', 'revokeApiKey', { accountId, keyId: request.params.keyId }, context)
      return reply.code(204).send(null)
    },
  )
}
