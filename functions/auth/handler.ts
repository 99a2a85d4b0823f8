// auth: users, sessions and API keys. Requests only; without its key and pepper it does not start.

import { createApiKeys, createPasswordHasher, createTokenIssuer } from '#adapters/auth/index.ts'
import { createPostgres } from '#adapters/postgres/index.ts'
import { createHandler, type FunctionInit, type RpcMethod } from '#contracts/function-handler.ts'
import { assert } from '#domain/assert.ts'
import { createApiKeyUseCases } from './api-keys.ts'
import { createSessions } from './sessions.ts'
import { createUsers } from './users.ts'

/** Connections of one replica. */
const POOL_MAX = 4

let methods: Readonly<Record<string, RpcMethod>> | undefined

/** Opens the pool and reads the secrets; a missing or weak one ends the process. */
export const init: FunctionInit = async (context) => {
  const issuer = await createTokenIssuer(context.secrets('jwt-private-key'))
  const keys = createApiKeys(context.secrets('api-key-pepper'))
  const hasher = await createPasswordHasher()
  const pool = createPostgres({
    url: context.secrets('pg-url'),
    max: POOL_MAX,
    log: context.log,
    applicationName: 'function-auth',
  })
  methods = {
    ...createUsers(pool, hasher),
    ...createSessions(pool, hasher, issuer),
    ...createApiKeyUseCases(pool, keys),
    jwks: async () => ({ ok: true, result: issuer.jwks() }),
  }
  return () => pool.end()
}

const METHODS = [
  'register',
  'account',
  'login',
  'refresh',
  'logout',
  'createApiKey',
  'listApiKeys',
  'revokeApiKey',
  'verifyApiKey',
  'jwks',
] as const

const rpc: Record<string, RpcMethod> = {}
for (const name of METHODS) {
  rpc[name] = (params, call, context) => {
    const method = methods?.[name]
    assert(method !== undefined, 'init ran before the first call')
    return method(params, call, context)
  }
}

export default createHandler({ rpc })
