import test from 'ava'
import {
  createApiKeys,
  hashRefreshToken,
  isRefreshToken,
  makeRefreshToken,
} from '#adapters/auth/index.ts'

const PEPPER = 'p'.repeat(32)

test('I4: a key is 32 random bytes that do not come from Math.random', (t) => {
  const real = Math.random
  Math.random = () => 0.5
  try {
    const keys = createApiKeys(PEPPER)
    const made = new Set(Array.from({ length: 100 }, () => keys.make().apiKey))
    t.is(made.size, 100)
    const secrets = [...made].map(
      (apiKey) => /^te_[0-9a-f]{16}_([A-Za-z0-9_-]{43})$/.exec(apiKey)?.[1] ?? '',
    )
    t.is(new Set(secrets).size, 100)
    for (const secret of secrets) t.is(Buffer.from(secret, 'base64url').length, 32)
    t.is(new Set(Array.from({ length: 100 }, () => makeRefreshToken().token)).size, 100)
  } finally {
    Math.random = real
  }
})

test('I4: what is stored of a key depends on its secret, its id and the pepper', (t) => {
  const keys = createApiKeys(PEPPER)
  const { apiKey, mac, keyId } = keys.make()
  t.deepEqual(keys.parse(apiKey), { keyId, mac })
  t.true(keys.isEqual(mac, Buffer.from(mac)))
  const other = createApiKeys('q'.repeat(32)).parse(apiKey)
  t.notDeepEqual(other?.mac, mac)
  const moved = keys.parse(apiKey.replace(keyId, '0'.repeat(16)))
  t.notDeepEqual(moved?.mac, mac)
  const { mac: nobody } = keys.make()
  t.false(keys.isEqual(nobody, undefined))
  t.false(keys.isEqual(nobody, mac))
})

test('what has not the form of a key is no key', (t) => {
  const keys = createApiKeys(PEPPER)
  const { apiKey } = keys.make()
  const bad = ['', 'te_', apiKey.slice(0, -1), `${apiKey}x`, apiKey.toUpperCase(), ` ${apiKey}`]
  for (const text of [...bad, apiKey.replace('te_', 'xx_'), 'te_../../x_y']) {
    t.is(keys.parse(text), undefined, text)
  }
})

test('I1: without a pepper of 32 characters there are no API keys', (t) => {
  for (const pepper of ['', 'pepper', 'x'.repeat(31)]) t.throws(() => createApiKeys(pepper))
})

test('refresh tokens are stored as a hash', (t) => {
  const { token, hash } = makeRefreshToken()
  t.true(isRefreshToken(token))
  t.deepEqual(hashRefreshToken(token), hash)
  t.false(hash.toString('base64url').includes(token))
  for (const text of ['', token.slice(1), `${token}=`, `${token.slice(1)}.`]) {
    t.false(isRefreshToken(text))
  }
})
