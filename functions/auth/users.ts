// Who has an account: register, and what the owner may see of it.

import type { PasswordHasher } from '#adapters/auth/index.ts'
import type { Postgres } from '#adapters/postgres/index.ts'
import { InputError } from '#contracts/errors.ts'
import type { RpcMethod } from '#contracts/function-handler.ts'
import { readParams } from '#contracts/params.ts'
import { normalizeEmail } from './email.ts'
import { chooseNewPassword } from './password-rules.ts'

/** Sizes before any rule looks at a text. */
export const EMAIL_BOUNDS = { min: 1, max: 254 }
export const PASSWORD_BOUNDS = { min: 1, max: 1_024 }

/** The use cases `register` and `account`. */
export function createUsers(
  pool: Postgres,
  hasher: PasswordHasher,
): Record<'register' | 'account', RpcMethod> {
  return {
    register: async (params, _call, context) => {
      const reader = readParams(params)
      const email = normalizeEmail(reader.text('email', EMAIL_BOUNDS))
      const password = chooseNewPassword(reader.text('password', PASSWORD_BOUNDS), email)
      reader.end()
      // Hashed before anyone asks whether the address is taken: both ways take the same time.
      const hash = await hasher.hash(password)
      const { rows } = await pool.query<{ account_id: number }>(
        `INSERT INTO user_account (email, password_hash) VALUES ($1, $2)
         ON CONFLICT ON CONSTRAINT user_account_email DO NOTHING RETURNING account_id`,
        [email, Buffer.from(hash)],
      )
      const accountId = rows[0]?.account_id
      if (accountId === undefined) {
        throw new InputError('TE_AUTH_EMAIL_TAKEN', 'this e-mail address is registered', 'email')
      }
      context.log.info({ accountId }, 'registered')
      return { ok: true, result: { accountId, email } }
    },

    account: async (params) => {
      const reader = readParams(params)
      const accountId = reader.accountId()
      reader.end()
      const { rows } = await pool.query<{ email: string; created_at: Date }>(
        {
          name: 'user.account',
          text: 'SELECT email, created_at FROM user_account WHERE account_id = $1',
        },
        [accountId],
      )
      const [user] = rows
      if (user === undefined) throw new InputError('TE_NOT_FOUND', 'no such account', 'accountId')
      return {
        ok: true,
        result: { accountId, email: user.email, createdAt: user.created_at.toISOString() },
      }
    },
  }
}
