// Login, and sessions that are refreshed: a family of single-use tokens from one login. Two uses of
// one token mean that it was stolen, so the whole family ends; nobody can say which use was honest.

import { randomUUID } from 'node:crypto'
import {
  ACCESS_TOKEN_SECONDS,
  hashRefreshToken,
  isRefreshToken,
  makeRefreshToken,
  type PasswordHasher,
  type TokenIssuer,
} from '#adapters/auth/index.ts'
import type { Postgres, Tx } from '#adapters/postgres/index.ts'
import { InputError } from '#contracts/errors.ts'
import type { FunctionLog, RpcMethod, RpcOutcome } from '#contracts/function-handler.ts'
import { readParams } from '#contracts/params.ts'
import { normalizeEmail } from './email.ts'
import { normalizePassword } from './password-rules.ts'
import { EMAIL_BOUNDS, PASSWORD_BOUNDS } from './users.ts'

/** A session ends this long after its login, however often it was refreshed. */
const SESSION_DAYS = 30
const REFRESH_BOUNDS = { min: 1, max: 512 }

/** The use cases `login`, `refresh` and `logout`. */
export function createSessions(
  pool: Postgres,
  hasher: PasswordHasher,
  issuer: TokenIssuer,
): Record<'login' | 'refresh' | 'logout', RpcMethod> {
  const tokenSet = async (accountId: number, refreshToken: string): Promise<RpcOutcome> => ({
    ok: true,
    result: {
      accessToken: await issuer.issue(accountId),
      refreshToken,
      tokenType: 'Bearer',
      expiresIn: ACCESS_TOKEN_SECONDS,
      accountId,
    },
  })
  return {
    login: async (params, _call, context) => {
      const reader = readParams(params)
      const emailText = reader.text('email', EMAIL_BOUNDS)
      const password = normalizePassword(reader.text('password', PASSWORD_BOUNDS))
      reader.end()
      const accountId = await authenticate(pool, hasher, emailText, password)
      if (accountId === undefined) {
        throw new InputError('TE_AUTH_INVALID_CREDENTIALS', 'wrong e-mail address or password')
      }
      const { token, hash } = makeRefreshToken()
      await pool.withTx((tx) => openFamily(tx, accountId, hash))
      context.log.info({ accountId }, 'logged in')
      return tokenSet(accountId, token)
    },

    refresh: async (params, _call, context) => {
      const used = readRefreshToken(params)
      if (used === undefined) throw invalidRefresh()
      const { token, hash } = makeRefreshToken()
      const accountId = await pool.withTx((tx) => rotate(tx, used, hash, context.log))
      if (accountId === 'Invalid') throw invalidRefresh()
      if (accountId === 'Reused') {
        throw new InputError(
          'TE_AUTH_REFRESH_REUSED',
          'this session ended: its token was used twice',
        )
      }
      return tokenSet(accountId, token)
    },

    logout: async (params) => {
      const used = readRefreshToken(params)
      // Says the same for any token: a logout tells nobody what exists.
      if (used !== undefined) {
        await pool.query(
          `UPDATE refresh_family SET revoked_at = now(), revoke_reason = 'Logout'
           WHERE revoked_at IS NULL
             AND family_id = (SELECT family_id FROM refresh_token WHERE token_hash = $1)`,
          [used],
        )
      }
      return { ok: true, result: {} }
    },
  }
}

/** The account of right credentials; takes as long for an unknown address as for a known one. */
async function authenticate(
  pool: Postgres,
  hasher: PasswordHasher,
  emailText: string,
  password: string,
): Promise<number | undefined> {
  const email = normalizedOrNone(emailText)
  const { rows } = await pool.query<{ account_id: number; password_hash: Buffer }>(
    {
      name: 'user.login',
      text: 'SELECT account_id, password_hash FROM user_account WHERE email = $1',
    },
    [email],
  )
  const user = rows[0]
  const { isRight, isWeak } = await hasher.verify(user?.password_hash ?? null, password)
  if (!isRight || user === undefined) return undefined
  if (isWeak) {
    const better = Buffer.from(await hasher.hash(password))
    await pool.query(
      'UPDATE user_account SET password_hash = $3 WHERE account_id = $1 AND password_hash = $2',
      [user.account_id, user.password_hash, better],
    )
  }
  return user.account_id
}

/** An address that nobody can have stands for a malformed one. */
function normalizedOrNone(text: string): string {
  try {
    return normalizeEmail(text)
  } catch (error) {
    if (error instanceof InputError) return ''
    throw error
  }
}

function readRefreshToken(params: unknown): Buffer | undefined {
  const reader = readParams(params)
  const token = reader.text('refreshToken', REFRESH_BOUNDS)
  reader.end()
  return isRefreshToken(token) ? hashRefreshToken(token) : undefined
}

function invalidRefresh(): InputError {
  return new InputError('TE_AUTH_INVALID_REFRESH', 'this session does not exist or has ended')
}

async function openFamily(tx: Tx, accountId: number, hash: Buffer): Promise<void> {
  // Sessions that are over go when their owner comes back.
  await tx.query('DELETE FROM refresh_family WHERE account_id = $1 AND expires_at < now()', [
    accountId,
  ])
  const familyId = randomUUID()
  await tx.query(
    `INSERT INTO refresh_family (family_id, account_id, expires_at)
     VALUES ($1, $2, now() + make_interval(days => $3))`,
    [familyId, accountId, SESSION_DAYS],
  )
  await insertToken(tx, familyId, hash)
}

/**
 * Marks the token used and puts the next one in its place. The UPDATE is the judge: of two
 * parallel uses one waits for the other's commit and then finds the token used.
 */
async function rotate(
  tx: Tx,
  used: Buffer,
  next: Buffer,
  log: FunctionLog,
): Promise<number | 'Invalid' | 'Reused'> {
  const { rows } = await tx.query<{ family_id: string; account_id: number }>(
    `UPDATE refresh_token t SET used_at = now() FROM refresh_family f
     WHERE t.token_hash = $1 AND t.used_at IS NULL AND f.family_id = t.family_id
       AND f.revoked_at IS NULL AND f.expires_at > now()
     RETURNING f.family_id, f.account_id`,
    [used],
  )
  const [family] = rows
  if (family !== undefined) {
    await insertToken(tx, family.family_id, next)
    return family.account_id
  }
  const reused = await tx.query<{ family_id: string; account_id: number }>(
    `SELECT f.family_id, f.account_id FROM refresh_token t JOIN refresh_family f USING (family_id)
     WHERE t.token_hash = $1 AND t.used_at IS NOT NULL`,
    [used],
  )
  const [stolen] = reused.rows
  if (stolen === undefined) return 'Invalid'
  await tx.query(
    `UPDATE refresh_family SET revoked_at = now(), revoke_reason = 'Reused'
     WHERE family_id = $1 AND revoked_at IS NULL`,
    [stolen.family_id],
  )
  log.warn({ accountId: stolen.account_id }, 'a refresh token was used twice: session ended')
  return 'Reused'
}

async function insertToken(tx: Tx, familyId: string, hash: Buffer): Promise<void> {
  await tx.query('INSERT INTO refresh_token (token_hash, family_id) VALUES ($1, $2)', [
    hash,
    familyId,
  ])
}
