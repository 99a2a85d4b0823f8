import { generateKeyPairSync, randomUUID } from 'node:crypto'
import test from 'ava'
import { exportJWK, importPKCS8, type JWK, SignJWT, UnsecuredJWT } from 'jose'
import { createTokenIssuer, createTokenVerifier, TOKEN_PARTY } from '#adapters/auth/index.ts'

const pem = () =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const PEM = pem()
const issuer = await createTokenIssuer(PEM)
const verify = createTokenVerifier(issuer.jwks())
const [publicKey] = issuer.jwks().keys
const kid = publicKey?.kid ?? ''
const key = await importPKCS8(PEM, 'EdDSA')
const now = () => Math.floor(Date.now() / 1000)

/** A token that is right but for what the test changes. */
function forge(
  change: {
    claims?: Record<string, unknown>
    header?: Record<string, unknown>
    drop?: string[]
  },
  signWith: CryptoKey | Uint8Array = key as CryptoKey,
) {
  const claims: Record<string, unknown> = {
    iss: TOKEN_PARTY,
    aud: TOKEN_PARTY,
    sub: '1000',
    jti: randomUUID(),
    iat: now(),
    exp: now() + 600,
    ...change.claims,
  }
  for (const name of change.drop ?? []) delete claims[name]
  const header = { alg: 'EdDSA', typ: 'at+jwt', kid, ...change.header }
  return new SignJWT(claims).setProtectedHeader(header).sign(signWith)
}

test('a token that was issued says who it is for and when it ends', async (t) => {
  const verdict = await verify(await issuer.issue(1234))
  t.true(verdict.ok)
  if (!verdict.ok) return
  t.is(verdict.accountId, 1234)
  t.regex(verdict.tokenId, /^[0-9a-f-]{36}$/)
  const left = verdict.expiresAtMs - Date.now()
  t.true(left > 0 && left <= 600_000)
})

test('two tokens of one account differ', async (t) => {
  t.not(await issuer.issue(1000), await issuer.issue(1000))
})

test('published keys have a thumbprint as kid and no private part', async (t) => {
  t.deepEqual(Object.keys(publicKey as JWK).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x'])
  t.regex(kid, /^[A-Za-z0-9_-]{43}$/)
})

test('I1: every token that is not exactly ours is refused', async (t) => {
  const hmacKey = new TextEncoder().encode(JSON.stringify(publicKey))
  const strangerPem = pem()
  const stranger = await importPKCS8(strangerPem, 'EdDSA')
  const embedded = (await exportJWK(
    await importPKCS8(strangerPem, 'EdDSA', { extractable: true }),
  )) as JWK
  const good = await issuer.issue(1000)
  const [head = '', body = '', signature = ''] = good.split('.')
  const bad: Record<string, string> = {
    empty: '',
    'no dots': 'abc',
    'not base64url': '!!.!!.!!',
    'cut signature': `${head}.${body}.${signature.slice(0, -4)}`,
    'no signature': `${head}.${body}.`,
    'swapped body': `${head}.${Buffer.from('{"sub":"1001"}').toString('base64url')}.${signature}`,
    'alg none': new UnsecuredJWT({ sub: '1000' }).encode(),
    'HS256 with the public key': await forge({ header: { alg: 'HS256' } }, hmacKey),
    'a stranger’s key': await forge({}, stranger as CryptoKey),
    'a stranger’s key that brings itself': await forge(
      { header: { jwk: { kty: embedded.kty, crv: embedded.crv, x: embedded.x } } },
      stranger as CryptoKey,
    ),
    'jku header': await forge({ header: { jku: 'https://evil.example/jwks' } }),
    'x5u header': await forge({ header: { x5u: 'https://evil.example/cert' } }),
    'unknown kid': await forge({ header: { kid: 'x'.repeat(43) } }),
    'kid with a path': await forge({ header: { kid: '../../etc/passwd' } }),
    'kid missing': await forge({ header: { kid: undefined } }),
    'typ JWT': await forge({ header: { typ: 'JWT' } }),
    'typ missing': await forge({ header: { typ: undefined } }),
    'another issuer': await forge({ claims: { iss: 'another' } }),
    'another audience': await forge({ claims: { aud: 'another' } }),
    'not yet valid': await forge({ claims: { nbf: now() + 60 } }),
    'issued in the future': await forge({ claims: { iat: now() + 60 } }),
    'no exp': await forge({ drop: ['exp'] }),
    'no iat': await forge({ drop: ['iat'] }),
    'no sub': await forge({ drop: ['sub'] }),
    'no jti': await forge({ drop: ['jti'] }),
    'the venue’s own account': await forge({ claims: { sub: '1' } }),
    'a subject that is no number': await forge({ claims: { sub: '1000; DROP' } }),
    huge: 'a'.repeat(100_000),
  }
  for (const [title, token] of Object.entries(bad)) {
    const verdict = await verify(token)
    t.like(verdict, { ok: false, code: 'TE_AUTH_INVALID_TOKEN' }, title)
  }
})

test('a token past its end, or older than any of ours can be, is expired', async (t) => {
  const ended = await forge({ claims: { iat: now() - 700, exp: now() - 100 } })
  t.like(await verify(ended), { ok: false, code: 'TE_AUTH_EXPIRED_TOKEN' })
  const immortal = await forge({ claims: { iat: now() - 700, exp: now() + 100_000 } })
  t.like(await verify(immortal), { ok: false, code: 'TE_AUTH_EXPIRED_TOKEN' })
})

test('I1: without an Ed25519 private key there is no issuer', async (t) => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const x25519 = generateKeyPairSync('x25519').privateKey
  const bad = [
    '',
    'secret',
    'changeme',
    PEM.replace('PRIVATE', 'PUBLIC'),
    rsa.export({ type: 'pkcs8', format: 'pem' }).toString(),
    x25519.export({ type: 'pkcs8', format: 'pem' }).toString(),
  ]
  for (const text of bad) await t.throwsAsync(createTokenIssuer(text), undefined, text.slice(0, 30))
})
