import test from 'ava'
import { OperationalError } from '#contracts/errors.ts'
import { createVerifyApiKey } from '../../../runtime/gateway/access/api-key-cache.ts'
import { createAuthenticator } from '../../../runtime/gateway/access/authenticator.ts'
import {
  ALL_SCOPES,
  assertAccess,
  type Identity,
} from '../../../runtime/gateway/access/identity.ts'
import { createRateGuard } from '../../../runtime/gateway/access/rate-guard.ts'
import { Refusal } from '../../../runtime/gateway/refusal.ts'

const KEY = `te_0123456789abcdef_${'s'.repeat(43)}`
const TRACE = 'a'.repeat(32)
const granted = { accountId: 1000, scopes: ['read', 'admin'], keyId: '0123456789abcdef' }

test('H2: a thousand requests with one key ask the auth function once', async (t) => {
  let calls = 0
  const verify = createVerifyApiKey({
    call: async () => {
      calls++
      await new Promise((resolve) => setImmediate(resolve))
      return { result: granted }
    },
  })
  const identities = await Promise.all(Array.from({ length: 1000 }, () => verify(KEY, TRACE)))
  t.is(calls, 1)
  t.deepEqual([...(identities[0]?.scopes ?? [])], ['read'])
})

test('what has not the form of a key is refused without asking anyone', async (t) => {
  const verify = createVerifyApiKey({ call: () => Promise.reject(new Error('asked')) })
  for (const text of ['', 'te_', 'te_x_y', `${KEY}\n`, `xx${KEY}`, 'te_é_ssssssssssssssssssss']) {
    await t.throwsAsync(verify(text, TRACE), { code: 'TE_AUTH_INVALID_API_KEY' })
  }
})

test('a failure of the auth function is no verdict: the next request asks again', async (t) => {
  let calls = 0
  const verify = createVerifyApiKey({
    call: () => {
      calls++
      if (calls === 1) throw new OperationalError('TE_RPC_TIMEOUT', 'late')
      return Promise.resolve({ result: granted })
    },
  })
  await t.throwsAsync(verify(KEY, TRACE), { code: 'TE_RPC_TIMEOUT' })
  t.is((await verify(KEY, TRACE)).accountId, 1000)
})

const nobody = () => Promise.reject(new Refusal('TE_AUTH_INVALID_TOKEN', 'no'))
const auth = createAuthenticator({
  verifyToken: nobody,
  verifyApiKey: nobody,
  adminToken: 'operators-only-token',
})

test('the admin token is compared whole, and nothing else is it', (t) => {
  t.notThrows(() => auth.assertAdmin({ authorization: 'Bearer operators-only-token' }))
  const wrong = ['operators-only-toke', 'operators-only-tokenx', 'OPERATORS-ONLY-TOKEN', 'x']
  for (const token of wrong) {
    t.throws(() => auth.assertAdmin({ authorization: `Bearer ${token}` }), {
      code: 'TE_AUTH_FORBIDDEN',
    })
  }
  t.throws(() => auth.assertAdmin({}), { code: 'TE_AUTH_REQUIRED' })
  t.throws(() => auth.assertAdmin({ authorization: 'Basic abc' }), {
    code: 'TE_AUTH_INVALID_TOKEN',
  })
})

test('credentials are one thing: none is 401, two are refused', async (t) => {
  await t.throwsAsync(auth.identify({}, TRACE), { code: 'TE_AUTH_REQUIRED' })
  await t.throwsAsync(auth.identify({ authorization: 'Bearer x', 'x-api-key': KEY }, TRACE), {
    code: 'TE_AUTH_INVALID_TOKEN',
  })
  await t.throwsAsync(auth.identify({ authorization: 'Bearer a b' }, TRACE), {
    code: 'TE_AUTH_INVALID_TOKEN',
  })
})

const key = (...scopes: ('read' | 'trade' | 'transfer')[]): Identity => ({
  accountId: 1000,
  scopes: new Set(scopes),
  keyId: 'k',
  expiresAtMs: Number.POSITIVE_INFINITY,
})
const user: Identity = { ...key(), scopes: ALL_SCOPES, keyId: undefined }
const accesses = ['read', 'trade', 'transfer', 'user', 'admin'] as const
const matrix: [string, Identity, string][] = [
  ['a user', user, 'read trade transfer user'],
  ['a read key', key('read'), 'read'],
  ['a trade key', key('trade'), 'trade'],
  ['a transfer key', key('transfer'), 'transfer'],
  ['a key with all scopes', key('read', 'trade', 'transfer'), 'read trade transfer'],
  ['a key without scopes', key(), ''],
]
for (const [who, identity, allowed] of matrix) {
  test(`${who} may: ${allowed || 'nothing'}`, (t) => {
    const may = accesses.filter((access) => {
      try {
        assertAccess(identity, access)
        return true
      } catch {
        return false
      }
    })
    t.is(may.join(' '), allowed)
  })
}

const away = {
  take: () => Promise.reject(new OperationalError('TE_UNAVAILABLE_REDIS', 'down')),
}

test('while Redis is down each gateway counts alone: requests flow, and a flood is still refused', async (t) => {
  const rates = createRateGuard({
    limits: away,
    perAccount: 20,
    perIp: 0,
    authPerMinute: 3,
    ordersPerAccount: 8,
  })
  const results = await Promise.allSettled(
    Array.from({ length: 100 }, () => rates.pass('account', '1000')),
  )
  const passed = results.filter(({ status }) => status === 'fulfilled').length
  t.true(passed >= 20 && passed <= 25, `${passed}`)
  await t.notThrowsAsync(rates.pass('account', '1001'))
  await t.notThrowsAsync(rates.pass('ip', '::1'))
  for (let i = 0; i < 3; i++) await rates.pass('auth', '::1')
  await t.throwsAsync(rates.pass('auth', '::1'), { code: 'TE_RATE_LIMITED' })
})

test('orders spend a lease without waiting and are refused when it is spent', async (t) => {
  let leases = 0
  const rates = createRateGuard({
    limits: {
      take: () => {
        leases++
        return Promise.resolve({ isAllowed: leases <= 2, retryAfterMs: 60_000 })
      },
    },
    perAccount: 0,
    perIp: 0,
    authPerMinute: 0,
    ordersPerAccount: 40,
  })
  let passed = 0
  for (let i = 0; i < 200; i++) {
    try {
      rates.passOrder(1000)
      passed++
    } catch (error) {
      t.is((error as Refusal).code, 'TE_RATE_LIMITED')
    }
    await Promise.resolve()
    await new Promise((resolve) => setImmediate(resolve))
  }
  // Two leases of ten to begin with, two more from Redis.
  t.is(passed, 40)
  t.is(leases, 3)
})
