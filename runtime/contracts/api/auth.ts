// Users, tokens and API keys at the edge. Rules about passwords and e-mails are the auth function's;
// here only sizes are bounded.

import { Type } from 'typebox'
import { AccountId, strict } from './fields.ts'

/** What a key or token may be used for. */
export const SCOPES = ['read', 'trade', 'transfer'] as const
export type Scope = (typeof SCOPES)[number]

/** `te_<keyId>_<secret>`: checked before anyone is asked about it. */
export const API_KEY_PATTERN = '^te_[A-Za-z0-9-]{4,64}_[A-Za-z0-9_-]{16,128}$'

export const CredentialsBody = strict({
  email: Type.String({ minLength: 3, maxLength: 254 }),
  password: Type.String({ minLength: 1, maxLength: 256 }),
})
export const RefreshBody = strict({ refreshToken: Type.String({ minLength: 16, maxLength: 512 }) })
export const RegisteredSchema = Type.Object({ accountId: AccountId, email: Type.String() })
export const TokensSchema = Type.Object({
  accessToken: Type.String(),
  refreshToken: Type.String(),
  tokenType: Type.String(),
  expiresIn: Type.Integer(),
  accountId: AccountId,
})
export const AccountSchema = Type.Object(
  { accountId: AccountId, email: Type.Optional(Type.Union([Type.String(), Type.Null()])) },
  { additionalProperties: true },
)
export const JwksSchema = Type.Object({
  keys: Type.Array(Type.Object({}, { additionalProperties: true })),
})

export const ApiKeyBody = strict({
  name: Type.String({ minLength: 1, maxLength: 64 }),
  scopes: Type.Array(Type.Enum([...SCOPES]), { minItems: 1, maxItems: 3, uniqueItems: true }),
})
export const ApiKeyParams = strict({
  keyId: Type.String({ pattern: '^[A-Za-z0-9-]{4,64}$' }),
})
const keyFields = {
  keyId: Type.String(),
  name: Type.String(),
  scopes: Type.Array(Type.String()),
  createdAt: Type.Union([Type.String(), Type.Integer()]),
}
export const NewApiKeySchema = Type.Object({
  ...keyFields,
  apiKey: Type.String({ description: 'Shown once' }),
})
export const ApiKeysSchema = Type.Object(
  { apiKeys: Type.Array(Type.Object(keyFields, { additionalProperties: true })) },
  { additionalProperties: true },
)
