// Who may do what: every route and op with every kind of caller, and everybody else's things.

import { generateKeyPairSync } from 'node:crypto'
import test from 'ava'
import { SignJWT, UnsecuredJWT } from 'jose'
import { type ApiRoute, apiRoutes, pathOf, sampleOf } from '../helpers/api-routes.ts'
import { rawRequest, rawSocket } from '../helpers/gateway-client.ts'
import { eventually, registerTrader, type Trader, testStack } from '../helpers/stack.ts'

const stack = testStack()
const base = stack.urls.gateway
const routes = await apiRoutes()
let alice: Trader
let mallory: Trader

test.before(async () => {
  const deposits = { USD: '100000', BTC: '2' }
  alice = await registerTrader(stack, { deposits })
  mallory = await registerTrader(stack, { deposits })
})

const send = (route: ApiRoute, headers: Record<string, string>) =>
  rawRequest(base, route.method, pathOf(route), {
    headers,
    body: route.body === undefined ? undefined : sampleOf(route.body),
  })
const secured = routes.filter(({ security }) => security.length > 0)
const forUsers = secured.filter(({ security }) => security.includes('accessToken'))
const forAdmins = secured.filter(({ security }) => security.includes('adminToken'))

/** Routes whose status is not the expected one. */
async function wrong(list: readonly ApiRoute[], headers: Record<string, string>, status: number) {
  const problems: string[] = []
  for (const route of list) {
    const answer = await send(route, headers)
    const { code } = answer.json.error ?? {}
    if (answer.status === status && code?.startsWith('TE_AUTH_')) continue
    problems.push(`${route.method} ${route.path}: ${answer.status} ${code}`)
  }
  return problems
}

test('every route but market data and the log-in needs credentials', async (t) => {
  t.deepEqual(await wrong(secured, {}, 401), [])
  const open = routes.filter(({ security }) => security.length === 0).map(({ path }) => path)
  t.deepEqual(
    open.filter(
      (path) =>
        !/^\/(v1\/(time|instruments|book|trades|candles|tickers|auth)|\.well-known)\b/.test(path),
    ),
    [],
  )
})

test('no forged, altered or foreign token opens any route', async (t) => {
  const { privateKey } = generateKeyPairSync('ed25519')
  const claims = { sub: String(alice.accountId), jti: 'x', scope: 'trade' }
  const forge = (header: Record<string, unknown>, key: Parameters<SignJWT['sign']>[0]) =>
    new SignJWT(claims)
      .setProtectedHeader(header as { alg: string })
      .setIssuer('tradeengine')
      .setAudience('tradeengine')
      .setIssuedAt()
      .setExpirationTime('10m')
      .sign(key)
  const jwks = await rawRequest(base, 'GET', '/.well-known/jwks.json')
  const [published] = jwks.json['keys'] as { kid: string; x: string }[]
  const kid = published?.kid ?? ''
  const [head = '', body = '', signature = ''] = alice.accessToken.split('.')
  const otherBody = Buffer.from(
    JSON.stringify({
      ...JSON.parse(Buffer.from(body, 'base64url').toString()),
      sub: String(mallory.accountId),
    }),
  ).toString('base64url')
  const tokens = {
    'another key': await forge({ alg: 'EdDSA', typ: 'at+jwt', kid }, privateKey),
    'an unknown kid': await forge({ alg: 'EdDSA', typ: 'at+jwt', kid: 'nobody' }, privateKey),
    'HMAC with the public key': await forge(
      { alg: 'HS256', typ: 'at+jwt', kid },
      Buffer.from(published?.x ?? '', 'base64url'),
    ),
    'no signature': new UnsecuredJWT(claims).setIssuer('tradeengine').encode(),
    'a cut signature': `${head}.${body}.${signature.slice(0, -2)}`,
    'another subject': `${head}.${otherBody}.${signature}`,
    'two parts': `${head}.${body}`,
    'a path as kid': `${Buffer.from('{"alg":"EdDSA","kid":"../../x"}').toString('base64url')}.${body}.${signature}`,
    'no JSON': 'aaaa.bbbb.cccc',
    'a refresh token': alice.refreshToken,
    'an API key': alice.apiKey,
    'a very long one': 'x'.repeat(4096),
  }
  const few = forUsers.filter((_, i) => i % 5 === 0)
  for (const [what, token] of Object.entries(tokens)) {
    const list = what === 'another key' || what === 'another subject' ? forUsers : few
    t.deepEqual(await wrong(list, { authorization: `Bearer ${token}` }, 401), [], what)
  }
})

test('no wrong API key opens any route', async (t) => {
  const { apiKey } = alice
  const [, id = '', secret = ''] = /^te_([^_]+)_(.+)$/.exec(apiKey) ?? []
  const keys = [
    `te_${id}_${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`,
    `te_${id}_${secret}x`,
    `te_0000000000000000_${secret}`,
    'te_',
    apiKey.toUpperCase(),
    alice.accessToken,
  ]
  const few = forUsers.filter((_, i) => i % 5 === 0)
  for (const key of keys) t.deepEqual(await wrong(few, { 'x-api-key': key }, 401), [], key)
})

test("users and keys cannot do what is the operators', nor operators what is the users'", async (t) => {
  const asUser = { authorization: `Bearer ${alice.accessToken}` }
  t.deepEqual(await wrong(forAdmins, asUser, 403), [])
  t.deepEqual(await wrong(forAdmins, { 'x-api-key': alice.apiKey }, 401), [])
  const asAdmin = { authorization: `Bearer ${stack.adminToken}` }
  t.deepEqual(await wrong(forUsers, asAdmin, 401), [])
})

const makeKey = async (owner: Trader, scopes: string[]) => {
  const answer = await rawRequest(base, 'POST', '/v1/api-keys', {
    headers: { authorization: `Bearer ${owner.accessToken}` },
    body: { name: 'k', scopes },
  })
  return answer.json as unknown as { apiKey: string; keyId: string }
}

for (const scope of ['read', 'trade', 'transfer']) {
  test(`a key with the scope ${scope} opens no route of another scope`, async (t) => {
    const { apiKey } = await makeKey(alice, [scope])
    const others = forUsers.filter((route) => route.scope !== scope)
    t.true(others.length > 5)
    t.deepEqual(await wrong(others, { 'x-api-key': apiKey }, 403), [])
    await using socket = await rawSocket(base)
    t.true((await socket.ask('logon', { apiKey })).ok)
    const order = { symbol: 'BTC-USD', side: 'Buy', ordType: 'Limit', price: '1', orderQty: '5' }
    const placed = await socket.ask('order.place', order)
    t.is(placed.error?.code === 'TE_AUTH_FORBIDDEN', scope !== 'trade')
    const streamed = await socket.ask('subscribe', { channels: ['orders'] })
    t.is(streamed.ok, scope === 'read')
  })
}

test('a revoked key is dead within 5 s, on open sockets too', async (t) => {
  const { apiKey, keyId } = await makeKey(alice, ['read', 'trade'])
  await using socket = await rawSocket(base)
  t.true((await socket.ask('logon', { apiKey })).ok)
  const headers = { authorization: `Bearer ${alice.accessToken}` }
  t.is((await rawRequest(base, 'DELETE', `/v1/api-keys/${keyId}`, { headers })).status, 204)
  const deadline = { timeoutMs: 12_000, pollMs: 250 }
  await eventually(async () => {
    const answer = await rawRequest(base, 'GET', '/v1/account', {
      headers: { 'x-api-key': apiKey },
    })
    if (answer.status !== 401) throw new Error(`still ${answer.status}`)
  }, deadline)
  t.is((await socket.closed).code, 4401)
})

/** A thing of alice's by the name of its path parameter. */
async function thingsOf(owner: Trader) {
  const order = await owner.call<{ orderID: number }>('POST', '/v1/orders', {
    symbol: 'BTC-USD',
    side: 'Buy',
    ordType: 'Limit',
    price: '60000',
    orderQty: '0.01',
  })
  const alert = await owner.call<{ alertId: number }>('POST', '/v1/alerts', {
    kind: 'PriceAbove',
    symbol: 'BTC-USD',
    price: '999999',
  })
  const { keyId } = await makeKey(owner, ['read'])
  return { orderID: order.orderID, alertId: alert.alertId, keyId }
}

test("others' things are not there: every route with an id answers 404 and changes nothing", async (t) => {
  const things = await thingsOf(alice)
  const list = forUsers.filter(({ params }) => Object.keys(params).length > 0)
  t.true(list.length >= 5)
  const headers = { authorization: `Bearer ${mallory.accessToken}` }
  for (const route of list) {
    const names = Object.keys(route.params)
    // A new kind of id needs a row in thingsOf.
    t.true(
      names.every((name) => name in things),
      `${route.path} has no row`,
    )
    const answer = await rawRequest(base, route.method, pathOf(route, things), {
      headers,
      body:
        route.path.endsWith('orders/{orderID}') && route.method === 'put'
          ? { orderQty: '0.02' }
          : undefined,
    })
    t.is(answer.status, 404, `${route.method} ${route.path}: ${answer.text}`)
  }
  const order = await eventually(() =>
    alice.call<{ ordStatus: string; orderQty: string }>('GET', `/v1/orders/${things.orderID}`),
  )
  t.like(order, { ordStatus: 'New', orderQty: '0.01' })
  const { alerts } = await alice.call<{ alerts: { alertId: number }[] }>('GET', '/v1/alerts')
  t.true(alerts.some(({ alertId }) => alertId === things.alertId))
  t.is(
    (await alice.call<{ ordStatus: string }>('DELETE', `/v1/orders/${things.orderID}`)).ordStatus,
    'Canceled',
  )
})

test("a socket cannot touch, name or watch another's account", async (t) => {
  const { orderID } = await thingsOf(alice)
  await using socket = await rawSocket(base)
  await socket.ask('logon', { apiKey: mallory.apiKey })
  await socket.ask('subscribe', { channels: ['orders', 'balances'] })
  t.is((await socket.ask('order.cancel', { orderID })).error?.code, 'TE_REJECT_UNKNOWN_ORDER')
  const replaced = await socket.ask('order.replace', { orderID, orderQty: '0.5' })
  t.is(replaced.error?.code, 'TE_NOT_FOUND_ORDER', JSON.stringify(replaced))
  const invented = await socket.ask('order.replace', { orderID: 2 ** 52, orderQty: '0.5' })
  t.is(invented.error?.code, replaced.error?.code, 'as if the order did not exist')
  t.is((await socket.ask('order.massCancel')).result?.['canceledCount'], 0)
  const named = await socket.ask('order.cancel', { orderID, accountId: alice.accountId })
  t.is(named.error?.code, 'TE_AUTH_FORBIDDEN')
  const canceled = await alice.call<{ ordStatus: string }>('DELETE', `/v1/orders/${orderID}`)
  t.is(canceled.ordStatus, 'Canceled')
  await socket.ask('ping')
  const seen = socket.messages.filter(
    (message) => message.channel !== undefined && message['accountId'] !== mallory.accountId,
  )
  t.deepEqual(seen, [])
})

test('answers carry the security headers, errors say nothing of the inside', async (t) => {
  for (const path of ['/', '/v1/time', '/nope', '/v1/book/x', '/v1/balances', '/health/live']) {
    const { headers, text } = await rawRequest(base, 'GET', path)
    t.is(headers['x-content-type-options'], 'nosniff', path)
    t.is(headers['referrer-policy'], 'no-referrer', path)
    t.regex(String(headers['content-security-policy']), /frame-ancestors 'none'/, path)
    t.regex(String(headers['strict-transport-security']), /max-age=31536000/, path)
    t.is(headers['x-powered-by'], undefined)
    t.is(headers['server'], undefined)
    if (path.startsWith('/v1/')) t.is(headers['cache-control'], 'no-store', path)
    t.false(/node_modules|at .*\.ts:/.test(text))
  }
})

test("a stranger's page may not open a socket, our own and programs may", async (t) => {
  for (const origin of [
    'http://evil.example',
    'https://127.0.0.1.evil.example',
    'null',
    'file://',
  ]) {
    await t.throwsAsync(rawSocket(base, { origin }), { message: /403/ }, origin)
  }
  for (const headers of [{}, { origin: base }, { origin: 'http://localhost:5173' }]) {
    await using socket = await rawSocket(base, headers as Record<string, string>)
    t.true((await socket.ask('ping')).ok)
  }
})

test('what a client says of its address and trace is not believed blindly', async (t) => {
  const traceparent = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`
  const good = await rawRequest(base, 'GET', '/v1/time', { headers: { traceparent } })
  t.is(good.headers['x-request-id'], 'ab'.repeat(16))
  for (const bad of [
    'x',
    `00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`,
    '../../x',
    'a'.repeat(500),
  ]) {
    const { headers } = await rawRequest(base, 'GET', '/v1/time', { headers: { traceparent: bad } })
    t.regex(String(headers['x-request-id']), /^(?!0{32})[0-9a-f]{32}$/)
  }
})
