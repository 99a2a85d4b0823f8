// API keys: made, listed, revoked by their owner, and checked for the gateway. Scopes are members of
// a closed set from end to end; no text is ever split into scopes.

import type { ApiKeys } from '#adapters/auth/index.ts'
import type { Postgres } from '#adapters/postgres/index.ts'
import { SCOPES } from '#contracts/api/auth.ts'
import { InputError } from '#contracts/errors.ts'
import type { RpcMethod } from '#contracts/function-handler.ts'
import { readParams } from '#contracts/params.ts'

/** Live keys of one account. */
const KEYS_MAX = 50
// No control characters, no spaces at the ends.
const NAME = { min: 1, max: 64, pattern: /^[^\p{C}\p{Z}](?:[^\p{C}]{0,62}[^\p{C}\p{Z}])?$/u }
const KEY_ID = { min: 16, max: 16, pattern: /^[0-9a-f]{16}$/ }
const API_KEY = { min: 1, max: 256 }

interface KeyRow {
  readonly key_id: string
  readonly name: string
  readonly scopes: string[]
  readonly created_at: Date
  readonly last_used_at: Date | null
}

/** The use cases `createApiKey`, `listApiKeys`, `revokeApiKey` and `verifyApiKey`. */
export function createApiKeyUseCases(
  pool: Postgres,
  keys: ApiKeys,
): Record<'createApiKey' | 'listApiKeys' | 'revokeApiKey' | 'verifyApiKey', RpcMethod> {
  return {
    createApiKey: async (params, _call, context) => {
      const reader = readParams(params)
      const accountId = reader.accountId()
      const name = reader.text('name', NAME)
      const scopes = reader.someOf('scopes', SCOPES)
      reader.end()
      const { keyId, apiKey, mac } = keys.make()
      const createdAt = await insertKey(pool, { accountId, keyId, name, scopes, mac })
      context.log.info({ accountId, keyId, scopes }, 'API key made')
      const result = { keyId, apiKey, name, scopes, createdAt: createdAt.toISOString() }
      return { ok: true, result }
    },

    listApiKeys: async (params) => {
      const reader = readParams(params)
      const accountId = reader.accountId()
      reader.end()
      const { rows } = await pool.query<KeyRow>(
        `SELECT key_id, name, scopes, created_at, last_used_at FROM api_key
         WHERE account_id = $1 AND revoked_at IS NULL ORDER BY created_at, key_id`,
        [accountId],
      )
      return { ok: true, result: { apiKeys: rows.map(toKey) } }
    },

    revokeApiKey: async (params, _call, context) => {
      const reader = readParams(params)
      const accountId = reader.accountId()
      const keyId = reader.text('keyId', KEY_ID)
      reader.end()
      const { rowCount } = await pool.query(
        `UPDATE api_key SET revoked_at = now()
         WHERE key_id = $1 AND account_id = $2 AND revoked_at IS NULL`,
        [keyId, accountId],
      )
      if (rowCount === 0) throw new InputError('TE_NOT_FOUND', 'no such API key', 'keyId')
      context.log.info({ accountId, keyId }, 'API key revoked')
      return { ok: true, result: {} }
    },

    verifyApiKey: async (params) => {
      const reader = readParams(params)
      const parsed = keys.parse(reader.text('apiKey', API_KEY))
      reader.end()
      if (parsed === undefined) throw invalidKey()
      const { rows } = await pool.query<{
        account_id: number
        scopes: string[]
        secret_mac: Buffer
      }>(
        {
          name: 'api_key.verify',
          text: `SELECT account_id, scopes, secret_mac FROM api_key
            WHERE key_id = $1 AND revoked_at IS NULL`,
        },
        [parsed.keyId],
      )
      const [row] = rows
      if (!keys.isEqual(parsed.mac, row?.secret_mac) || row === undefined) throw invalidKey()
      await touch(pool, parsed.keyId)
      const result = { accountId: row.account_id, scopes: row.scopes, keyId: parsed.keyId }
      return { ok: true, result }
    },
  }
}

function invalidKey(): InputError {
  return new InputError('TE_AUTH_INVALID_API_KEY', 'this API key does not exist or was revoked')
}

function toKey(row: KeyRow): object {
  return {
    keyId: row.key_id,
    name: row.name,
    scopes: row.scopes,
    createdAt: row.created_at.toISOString(),
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
  }
}

/** The owner's row is locked, so that the bound holds against parallel requests too. */
function insertKey(
  pool: Postgres,
  key: {
    readonly accountId: number
    readonly keyId: string
    readonly name: string
    readonly scopes: readonly string[]
    readonly mac: Buffer
  },
): Promise<Date> {
  return pool.withTx(async (tx) => {
    const owner = await tx.query(
      'SELECT 1 FROM user_account WHERE account_id = $1 FOR NO KEY UPDATE',
      [key.accountId],
    )
    if (owner.rowCount === 0) throw new InputError('TE_NOT_FOUND', 'no such account', 'accountId')
    const { rows } = await tx.query<{ created_at: Date }>(
      `INSERT INTO api_key (key_id, account_id, name, scopes, secret_mac)
       SELECT $1, $2, $3, $4::text[], $5
       WHERE (SELECT count(*) FROM api_key WHERE account_id = $2 AND revoked_at IS NULL) < $6
       RETURNING created_at`,
      [key.keyId, key.accountId, key.name, key.scopes, key.mac, KEYS_MAX],
    )
    const [row] = rows
    if (row === undefined) {
      throw new InputError('TE_CONFLICT', `an account has at most ${KEYS_MAX} API keys`)
    }
    return row.created_at
  })
}

/** Last use to the minute: a busy key costs one write a minute, not one a request. */
async function touch(pool: Postgres, keyId: string): Promise<void> {
  await pool.query(
    {
      name: 'api_key.touch',
      text: `UPDATE api_key SET last_used_at = now() WHERE key_id = $1
        AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`,
    },
    [keyId],
  )
}
