// Everything about credentials that is not stored: the only importer of jose and scrypt-kdf.

export { createPasswordHasher, type PasswordHasher, SCRYPT_PARAMS } from './password.ts'
export {
  type ApiKeys,
  createApiKeys,
  hashRefreshToken,
  isRefreshToken,
  makeRefreshToken,
} from './random-secrets.ts'
export {
  ACCESS_TOKEN_SECONDS,
  createTokenIssuer,
  createTokenVerifier,
  TOKEN_PARTY,
  type TokenIssuer,
  type TokenVerifier,
} from './tokens.ts'
