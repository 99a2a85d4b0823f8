// The auth function over its real handler and a real database.

import { generateKeyPairSync } from 'node:crypto'
import test from 'ava'
import * as scryptModule from 'scrypt-kdf'
import { createPasswordHasher, createTokenVerifier } from '#adapters/auth/index.ts'
import type { RpcMethod } from '#contracts/function-handler.ts'
import * as handler from '../../functions/auth/handler.ts'
import { createSessions } from '../../functions/auth/sessions.ts'
import { createTestDatabase, type TestDatabase, whyNoDatabase } from '../helpers/database.ts'
import { type OpenFunction, openFunction, type Reply } from '../helpers/function-process.ts'

const scrypt = (scryptModule as unknown as { default: typeof scryptModule }).default
const missing = whyNoDatabase()
const run = missing === undefined ? test.serial : test.serial.skip
if (missing !== undefined) test.skip(`SKIPPED, needs PostgreSQL: ${missing}`, () => undefined)

const PASSWORD = 'rainy monday tea pot'
const secrets = {
  'jwt-private-key': generateKeyPairSync('ed25519')
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString(),
  'api-key-pepper': 'test pepper '.repeat(4),
}

let db: TestDatabase
let auth: OpenFunction
let serial = 0
test.before(async () => {
  if (missing !== undefined) return
  db = await createTestDatabase()
  auth = await openFunction('auth', handler, { ...secrets, 'pg-url': db.url })
})
test.after.always(async () => {
  await auth?.close()
  await db?.[Symbol.asyncDispose]()
})

async function newUser(): Promise<{ accountId: number; email: string }> {
  serial += 1
  const email = `user${serial}@example.com`
  const reply = await auth.rpc('register', { email, password: PASSWORD })
  return reply.result
}
const login = (email: string, password = PASSWORD) => auth.rpc('login', { email, password })
const code = (reply: Reply) => reply.error?.code ?? 'ok'

run('a registered user has an account id from 1000 and can log in', async (t) => {
  const user = await newUser()
  t.true(user.accountId >= 1000)
  const reply = await login(user.email)
  t.like(reply.result, { tokenType: 'Bearer', expiresIn: 600, accountId: user.accountId })
  const jwks = (await auth.rpc('jwks', {})).result
  const verdict = await createTokenVerifier(jwks)(reply.result.accessToken)
  t.like(verdict, { ok: true, accountId: user.accountId })
  const account = (await auth.rpc('account', { accountId: user.accountId })).result
  t.deepEqual(Object.keys(account).sort(), ['accountId', 'createdAt', 'email'])
})

run('I2: one address has one account, however it is spelled', async (t) => {
  const { email } = await newUser()
  for (const spelling of [email, email.toUpperCase(), email.replace('user', 'ｕｓｅｒ')]) {
    const reply = await auth.rpc('register', { email: spelling, password: PASSWORD })
    t.is(code(reply), 'TE_AUTH_EMAIL_TAKEN')
  }
  t.is(code(await login(email.toUpperCase())), 'ok')
})

run('two parallel registrations of one address make one user', async (t) => {
  const body = { email: 'parallel@example.com', password: PASSWORD }
  const replies = await Promise.all([auth.rpc('register', body), auth.rpc('register', body)])
  t.deepEqual(replies.map(code).sort(), ['TE_AUTH_EMAIL_TAKEN', 'ok'])
})

run('bad parameters are told by field and change nothing', async (t) => {
  const cases: [string, object, string][] = [
    ['register', { email: 'x@example.com' }, 'TE_INPUT_FIELD'],
    ['register', { email: 'nope', password: PASSWORD }, 'TE_AUTH_INVALID_EMAIL'],
    ['register', { email: 'x@example.com', password: 'short' }, 'TE_AUTH_WEAK_PASSWORD'],
    ['register', { email: 'x@example.com', password: PASSWORD, accountId: 7 }, 'TE_INPUT_FIELD'],
    ['register', { email: ['x@example.com'], password: PASSWORD }, 'TE_INPUT_FIELD'],
    ['login', { email: 'x@example.com', password: 12345678901234 }, 'TE_INPUT_FIELD'],
    ['login', [], 'TE_INPUT_BODY'],
    ['refresh', { refreshToken: '' }, 'TE_INPUT_FIELD'],
    ['account', { accountId: 1.5 }, 'TE_INPUT_FIELD'],
    ['account', { accountId: '1000' }, 'TE_INPUT_FIELD'],
    ['account', { accountId: 999_999 }, 'TE_NOT_FOUND'],
  ]
  for (const [method, params, expected] of cases) {
    t.is(code(await auth.rpc(method, params)), expected, `${method} ${JSON.stringify(params)}`)
  }
  const { rows } = await db.pool.query("SELECT 1 FROM user_account WHERE email = 'x@example.com'")
  t.is(rows.length, 0)
})

run('I3: an unknown address costs the same one hash, and is told the same', async (t) => {
  const { email } = await newUser()
  const real = await createPasswordHasher({ logN: 4, r: 1, p: 1 })
  let checks = 0
  const counting: typeof real = {
    hash: real.hash,
    verify: (stored, password) => {
      checks += 1
      return real.verify(stored, password)
    },
  }
  const issuer = { issue: async () => 'token', jwks: () => ({ keys: [] }) }
  const sessions = createSessions(db.pool, counting, issuer)
  const ask = async (given: string) => {
    checks = 0
    const call = { method: 'login', traceId: '', deadlineMs: 1, signal: AbortSignal.abort() }
    const error = await t.throwsAsync(async () =>
      sessions.login({ email: given, password: 'a wrong one' }, call, {
        log: { info: () => undefined },
      } as unknown as Parameters<RpcMethod>[2]),
    )
    const { code: errorCode, message } = error as unknown as { code: string; message: string }
    return { checks, errorCode, message }
  }
  const expected = {
    checks: 1,
    errorCode: 'TE_AUTH_INVALID_CREDENTIALS',
    message: 'wrong e-mail address or password',
  }
  t.deepEqual(await ask(email), expected)
  t.deepEqual(await ask('nobody@example.com'), expected)
  t.deepEqual(await ask('not an address at all'), expected)
})

run('I5: a hash with weaker parameters is replaced at the next login, and only then', async (t) => {
  const { email, accountId } = await newUser()
  const weak = Buffer.from(await scrypt.kdf(PASSWORD, { logN: 10, r: 8, p: 1 }))
  const stored = async () => {
    const { rows } = await db.pool.query<{ h: Buffer }>(
      'SELECT password_hash AS h FROM user_account WHERE account_id = $1',
      [accountId],
    )
    return rows[0]?.h ?? Buffer.alloc(0)
  }
  await db.pool.query('UPDATE user_account SET password_hash = $2 WHERE account_id = $1', [
    accountId,
    weak,
  ])
  t.is(code(await login(email, 'the wrong password')), 'TE_AUTH_INVALID_CREDENTIALS')
  t.deepEqual(await stored(), weak)
  t.is(code(await login(email)), 'ok')
  const better = await stored()
  t.deepEqual(scrypt.viewParams(better), { logN: 15, r: 8, p: 3 })
  t.is(code(await login(email)), 'ok')
  t.deepEqual(await stored(), better)
})

run('a refresh token works once; its second use ends the whole session', async (t) => {
  const { email } = await newUser()
  const first = (await login(email)).result.refreshToken
  const other = (await login(email)).result.refreshToken
  const second = (await auth.rpc('refresh', { refreshToken: first })).result.refreshToken
  t.not(second, first)
  const third = (await auth.rpc('refresh', { refreshToken: second })).result.refreshToken
  t.is(code(await auth.rpc('refresh', { refreshToken: first })), 'TE_AUTH_REFRESH_REUSED')
  t.is(code(await auth.rpc('refresh', { refreshToken: third })), 'TE_AUTH_INVALID_REFRESH')
  t.is(code(await auth.rpc('refresh', { refreshToken: other })), 'ok')
})

run('of parallel uses of one refresh token exactly one wins', async (t) => {
  const { email } = await newUser()
  const { refreshToken } = (await login(email)).result
  const replies = await Promise.all(
    Array.from({ length: 8 }, () => auth.rpc('refresh', { refreshToken })),
  )
  const codes = replies.map(code)
  t.is(codes.filter((one) => one === 'ok').length, 1)
  t.is(codes.filter((one) => one === 'TE_AUTH_REFRESH_REUSED').length, 7)
  const won = replies.find((reply) => reply.ok)?.result.refreshToken
  t.is(code(await auth.rpc('refresh', { refreshToken: won })), 'TE_AUTH_INVALID_REFRESH')
})

run('a session ends 30 days after its login, however often it was refreshed', async (t) => {
  const { email, accountId } = await newUser()
  const { refreshToken } = (await login(email)).result
  const { rows } = await db.pool.query<{ days: number }>(
    `SELECT extract(epoch FROM expires_at - created_at)::int / 86400 AS days
     FROM refresh_family WHERE account_id = $1`,
    [accountId],
  )
  t.deepEqual(rows, [{ days: 30 }])
  const next = (await auth.rpc('refresh', { refreshToken })).result.refreshToken
  await db.pool.query('UPDATE refresh_family SET expires_at = now() WHERE account_id = $1', [
    accountId,
  ])
  t.is(code(await auth.rpc('refresh', { refreshToken: next })), 'TE_AUTH_INVALID_REFRESH')
  t.is(code(await login(email)), 'ok')
  const after = await db.pool.query('SELECT 1 FROM refresh_family WHERE account_id = $1', [
    accountId,
  ])
  t.is(after.rows.length, 1, 'the login swept the session that was over')
})

run('logout ends the session and says the same about any token', async (t) => {
  const { email } = await newUser()
  const { refreshToken } = (await login(email)).result
  for (const token of [refreshToken, refreshToken, 'A'.repeat(43), 'no token']) {
    t.deepEqual(await auth.rpc('logout', { refreshToken: token }), { ok: true, result: {} })
  }
  t.is(code(await auth.rpc('refresh', { refreshToken })), 'TE_AUTH_INVALID_REFRESH')
})

run('I4: an API key is shown once, works, and the database cannot give it back', async (t) => {
  const { accountId } = await newUser()
  const made = (await auth.rpc('createApiKey', { accountId, name: 'bot', scopes: ['read'] })).result
  t.regex(made.apiKey, /^te_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/)
  t.deepEqual((await auth.rpc('verifyApiKey', { apiKey: made.apiKey })).result, {
    accountId,
    scopes: ['read'],
    keyId: made.keyId,
  })
  const listed = (await auth.rpc('listApiKeys', { accountId })).result.apiKeys
  t.deepEqual(Object.keys(listed[0]).sort(), ['createdAt', 'keyId', 'lastUsedAt', 'name', 'scopes'])
  t.not(listed[0].lastUsedAt, null)
  const { rows } = await db.pool.query<{ row: string }>('SELECT k::text AS row FROM api_key k')
  const secret = made.apiKey.slice(-43)
  const hex = Buffer.from(secret, 'base64url').toString('hex')
  for (const { row } of rows) t.false(row.includes(secret) || row.includes(hex))
  t.false(JSON.stringify(auth.logged).includes(secret))
})

run('a wrong, cut, swapped or revoked API key is refused', async (t) => {
  const { accountId } = await newUser()
  const make = async () =>
    (await auth.rpc('createApiKey', { accountId, name: 'k', scopes: ['trade'] })).result
  const [a, b] = [await make(), await make()]
  const swapped = `te_${a.keyId}_${b.apiKey.slice(-43)}`
  const unknown = `te_${'0'.repeat(16)}_${a.apiKey.slice(-43)}`
  for (const apiKey of [swapped, unknown, a.apiKey.slice(0, -1), 'te_', 'x']) {
    t.is(code(await auth.rpc('verifyApiKey', { apiKey })), 'TE_AUTH_INVALID_API_KEY', apiKey)
  }
  const stranger = await newUser()
  const revoke = (owner: number) => auth.rpc('revokeApiKey', { accountId: owner, keyId: a.keyId })
  t.is(code(await revoke(stranger.accountId)), 'TE_NOT_FOUND')
  t.is(code(await auth.rpc('verifyApiKey', { apiKey: a.apiKey })), 'ok')
  t.is(code(await revoke(accountId)), 'ok')
  t.is(code(await revoke(accountId)), 'TE_NOT_FOUND')
  t.is(code(await auth.rpc('verifyApiKey', { apiKey: a.apiKey })), 'TE_AUTH_INVALID_API_KEY')
})

run('I6: scopes are members of a closed set; text with commas gives nothing', async (t) => {
  const { accountId } = await newUser()
  const ask = (scopes: unknown, name: unknown = 'k') =>
    auth.rpc('createApiKey', { accountId, name, scopes })
  const bad: unknown[] = [
    'read',
    'read,trade',
    ['read,trade'],
    ['read,admin'],
    ['admin'],
    ['Read'],
    ['read', 'read'],
    [],
    [null],
    [['read']],
    { 0: 'read' },
    null,
  ]
  for (const scopes of bad) t.is(code(await ask(scopes)), 'TE_INPUT_FIELD', JSON.stringify(scopes))
  for (const name of ['', ' x', 'a\nb', 'a\0', 'x'.repeat(65), 7]) {
    t.is(code(await ask(['read'], name)), 'TE_INPUT_FIELD', JSON.stringify(name))
  }
  const made = (await ask(['read'], 'a,admin{trade}"')).result
  t.deepEqual(made.scopes, ['read'])
  const checked = (await auth.rpc('verifyApiKey', { apiKey: made.apiKey })).result
  t.deepEqual(checked.scopes, ['read'])
})

run('an account has at most 50 live keys, also under parallel requests', async (t) => {
  const { accountId } = await newUser()
  const ask = () => auth.rpc('createApiKey', { accountId, name: 'k', scopes: ['read'] })
  for (let i = 0; i < 48; i++) await ask()
  const codes = (await Promise.all([ask(), ask(), ask(), ask()])).map(code)
  t.deepEqual(codes.sort(), ['TE_CONFLICT', 'TE_CONFLICT', 'ok', 'ok'])
})

run('passwords and tokens never reach the log', async (t) => {
  const { email } = await newUser()
  const { accessToken, refreshToken } = (await login(email)).result
  await auth.rpc('refresh', { refreshToken })
  await auth.rpc('refresh', { refreshToken })
  const log = JSON.stringify(auth.logged)
  for (const secret of [PASSWORD, accessToken, refreshToken]) t.false(log.includes(secret))
})

run('I1: without its key, its pepper or with a weak one the function does not start', async (t) => {
  const { 'api-key-pepper': pepper, 'jwt-private-key': key } = secrets
  const bad: Record<string, string>[] = [
    { 'api-key-pepper': pepper },
    { 'jwt-private-key': key },
    { 'api-key-pepper': pepper, 'jwt-private-key': 'secret' },
    { 'api-key-pepper': 'short', 'jwt-private-key': key },
  ]
  for (const some of bad) {
    await t.throwsAsync(openFunction('auth', handler, { ...some, 'pg-url': db.url }))
  }
})
