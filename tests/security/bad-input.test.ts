// Every route and every op, each field, each malformed value: a 4xx with its code, nothing changed,
// nobody down, nothing in the log.

import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { Compile } from 'typebox/compile'
import { socketRequests } from '#contracts/api/socket.ts'
import {
  type ApiRoute,
  apiRoutes,
  type JsonSchema,
  pathOf,
  sampleOf,
} from '../helpers/api-routes.ts'
import { type RawAnswer, rawRequest, rawSocket } from '../helpers/gateway-client.ts'
import { registerTrader, type Trader, testStack } from '../helpers/stack.ts'

const CANARY = 'canary-5f1d0c'
const VALUES: unknown[] = [
  null,
  '',
  ' ',
  'NaN',
  'Infinity',
  '1e3',
  '-1',
  '+1',
  '1,5',
  '0x10',
  '1.0000000000000000001',
  '9'.repeat(40),
  `${CANARY}'; DROP TABLE users; --`,
  'BTC.USD',
  'BTC-*',
  'BTC->',
  '../../etc/passwd',
  '\u0000',
  '💥'.repeat(50),
  'x'.repeat(5000),
  -1,
  1.5,
  1e300,
  2 ** 53,
  true,
  [],
  {},
  [[]],
  { $n: '1' },
  { toString: CANARY },
]

const stack = testStack()
const base = stack.urls.gateway
const routes = await apiRoutes()
let trader: Trader
const logFile = join(stack.dataDir, 'logs', 'gateway.log')
let logStart = 0
let pid: number | undefined

test.before(async () => {
  trader = await registerTrader(stack, { deposits: { USD: '1000', BTC: '1' } })
  logStart = statSync(logFile).size
  pid = stack.pid('gateway')
})

const credentialsOf = (route: ApiRoute): Record<string, string> => {
  if (route.security.includes('adminToken')) return { authorization: `Bearer ${stack.adminToken}` }
  if (route.security.length > 0) return { authorization: `Bearer ${trader.accessToken}` }
  return {}
}

/** What the account has: a bad request may change none of it. */
async function holdings(): Promise<unknown> {
  const [balances, orders, keys, alerts, instruments] = await Promise.all([
    trader.call<{ balances: unknown }>('GET', '/v1/balances'),
    trader.call<{ orders: unknown }>('GET', '/v1/orders?status=all'),
    rawRequest(base, 'GET', '/v1/api-keys', {
      headers: { authorization: `Bearer ${trader.accessToken}` },
    }),
    trader.call('GET', '/v1/alerts'),
    trader.call('GET', '/v1/instruments'),
  ])
  const { apiKeys } = keys.json as { apiKeys: object[] }
  // When a key was used is told a moment after its use: these very questions set it.
  const known = apiKeys.map((key) => ({ ...key, lastUsedAt: null }))
  return [balances.balances, orders.orders, known, alerts, instruments]
}

/** The values that a field does not take. */
function badValues(schema: JsonSchema): unknown[] {
  const check = Compile(schema)
  return VALUES.filter((value) => !check.Check(value))
}

function refusalProblem(answer: RawAnswer): string | undefined {
  const { status, json, text } = answer
  if (status < 400 || status > 499) return `status ${status}: ${text.slice(0, 200)}`
  if (!/^TE_[A-Z_]+$/.test(json.error?.code ?? '')) return `no code: ${text.slice(0, 200)}`
  if (!/^[0-9a-f]{32}$/.test(json.error?.requestId ?? '')) return 'no request id'
  if (/\bat .*\.ts|node_modules|SELECT|nats:/.test(text)) return `says too much: ${text}`
  return undefined
}

test.serial('every route refuses every malformed field of its body', async (t) => {
  const before = await holdings()
  const problems: string[] = []
  let sent = 0
  for (const route of routes.filter(({ body }) => body !== undefined)) {
    const body = route.body as JsonSchema
    const sample = sampleOf(body) as Record<string, unknown>
    for (const [name, schema] of Object.entries(body.properties ?? {})) {
      for (const value of badValues(schema)) {
        const headers = credentialsOf(route)
        const bad = { headers, body: { ...sample, [name]: value } }
        const problem = refusalProblem(await rawRequest(base, route.method, pathOf(route), bad))
        sent++
        if (problem === undefined) continue
        const shown = JSON.stringify(value).slice(0, 40)
        problems.push(`${route.method} ${route.path} ${name}=${shown}: ${problem}`)
      }
    }
  }
  t.deepEqual(problems, [])
  t.true(sent > 500, `${sent} requests`)
  t.deepEqual(await holdings(), before)
})

test.serial('every route refuses what is no body of its own', async (t) => {
  const before = await holdings()
  const problems: string[] = []
  for (const route of routes.filter(({ body }) => body !== undefined)) {
    const sample = JSON.stringify(sampleOf(route.body as JsonSchema))
    const first = Object.keys((route.body as JsonSchema).properties ?? {})[0] as string
    const bodies: [string, string, number, Record<string, string>?][] = [
      ['broken JSON', sample.slice(0, -1), 400],
      ['not JSON', 'a=1&b=2', 400],
      ['NaN', `{"${first}":NaN}`, 400],
      ['an array', `[${sample}]`, 400],
      ['null', 'null', 400],
      ['a number', '5', 400],
      ['an unknown field', `{"unknownField":1,${sample.slice(1)}`.replace(',}', '}'), 400],
      ['an account of its own', `{"accountId":1,${sample.slice(1)}`.replace(',}', '}'), 400],
      ['a prototype', `{"__proto__":{"engaged":true},${sample.slice(1)}`.replace(',}', '}'), 400],
      ['a key twice', `{"${first}":1,"${first}":2}`, 400],
      ['deep nesting', `{"${first}":${'['.repeat(500)}${']'.repeat(500)}}`, 400],
      ['too much', `{"${first}":"${'x'.repeat(70_000)}"}`, 413],
      ['a form', sample, 415, { 'content-type': 'application/x-www-form-urlencoded' }],
      ['plain text', sample, 415, { 'content-type': 'text/plain' }],
    ]
    for (const [what, body, status, headers = {}] of bodies) {
      const answer = await rawRequest(base, route.method, pathOf(route), {
        headers: { ...credentialsOf(route), ...headers },
        body,
      })
      const problem =
        refusalProblem(answer) ??
        (answer.status === status ? undefined : `status ${answer.status} for ${status}`)
      if (problem !== undefined) problems.push(`${route.method} ${route.path} ${what}: ${problem}`)
    }
  }
  t.deepEqual(problems, [])
  t.deepEqual(await holdings(), before)
})

test.serial('every route refuses malformed parameters and queries', async (t) => {
  const before = await holdings()
  const problems: string[] = []
  const values = VALUES.filter((value) => typeof value !== 'object').map(String)
  for (const route of routes) {
    const headers = credentialsOf(route)
    const body = route.body === undefined ? undefined : sampleOf(route.body)
    const send = async (what: string, path: string) => {
      const answer = await rawRequest(base, route.method, path, { headers, body })
      const problem = refusalProblem(answer)
      if (problem !== undefined) problems.push(`${route.method} ${what}: ${problem}`)
    }
    for (const [name, schema] of Object.entries(route.params)) {
      const isGood = (value: unknown) => Compile(schema).Check(value)
      for (const value of values) {
        const isNumber = schema.type === 'integer' && /^[1-9]\d{0,15}$/.test(value)
        if (isNumber || value.trim() === '' || isGood(value)) continue
        await send(`${route.path} ${name}=${value.slice(0, 20)}`, pathOf(route, { [name]: value }))
      }
    }
    for (const name of Object.keys(route.query)) {
      for (const value of ['NaN', '1e3', '-1', '1.5', 'x y', '%00', '[]', '*', '>', '']) {
        await send(`${route.path}?${name}=${value}`, `${pathOf(route)}?${name}=${value}`)
      }
      await send(`${route.path}?${name} twice`, `${pathOf(route)}?${name}=1&${name}=2`)
    }
    await send(`${route.path}?unknown`, `${pathOf(route)}?unknownField=1`)
  }
  t.deepEqual(problems, [])
  t.deepEqual(await holdings(), before)
})

test.serial('every op of the socket refuses every malformed field', async (t) => {
  const before = await holdings()
  await using socket = await rawSocket(base)
  t.true((await socket.ask('logon', { apiKey: trader.apiKey })).ok)
  const problems: string[] = []
  for (const [op, schema] of Object.entries(socketRequests)) {
    const { properties } = schema as unknown as { properties: Record<string, JsonSchema> }
    const sample = sampleOf(schema as unknown as JsonSchema) as Record<string, unknown>
    const bad = Object.entries(properties)
      .filter(([name]) => name !== 'op' && name !== 'id')
      .flatMap(([name, field]) => badValues(field).map((value) => ({ [name]: value })))
    for (const fields of [...bad, { unknownField: 1 }, { account: 1 }]) {
      const answer = await socket.ask(op, { ...sample, op, ...fields })
      const isGood = answer.ok === false && answer.error?.code.startsWith('TE_') === true
      if (!isGood) problems.push(`${op} ${JSON.stringify(fields).slice(0, 60)}`)
    }
  }
  t.deepEqual(problems, [])
  t.deepEqual(await holdings(), before)
})

test.serial(
  'frames that are no requests are answered with a code; the socket goes on',
  async (t) => {
    await using socket = await rawSocket(base)
    const frames: [string | Buffer, string][] = [
      ['{', 'TE_INPUT_JSON'],
      ['', 'TE_INPUT_JSON'],
      ['{"op":"ping","op":"logon"}', 'TE_INPUT_JSON'],
      ['null', 'TE_INPUT_BODY'],
      ['"ping"', 'TE_INPUT_BODY'],
      ['[]', 'TE_INPUT_TOO_LARGE'],
      [JSON.stringify(Array.from({ length: 257 }, () => ({ op: 'ping' }))), 'TE_INPUT_TOO_LARGE'],
      ['[[{"op":"ping"}]]', 'TE_INPUT_UNKNOWN_OP'],
      ['{}', 'TE_INPUT_UNKNOWN_OP'],
      ['{"op":"__proto__"}', 'TE_INPUT_UNKNOWN_OP'],
      ['{"op":"constructor"}', 'TE_INPUT_UNKNOWN_OP'],
      ['{"op":5}', 'TE_INPUT_UNKNOWN_OP'],
      [Buffer.from([0, 1, 2]), 'TE_INPUT_BINARY_FRAME'],
      [Buffer.from('{"op":"ping"}'), 'TE_INPUT_BINARY_FRAME'],
      ['{"op":"order.cancel","orderID":1}', 'TE_AUTH_REQUIRED'],
      ['{"op":"subscribe","channels":["orders"]}', 'TE_AUTH_REQUIRED'],
    ]
    for (const [frame, code] of frames) {
      const seen = socket.messages.length
      socket.send(frame)
      const answer = await socket.next(
        String(frame),
        (message) => socket.messages.indexOf(message) >= seen,
      )
      t.is(answer.error?.code, code, String(frame))
      t.false(answer.ok)
    }
    t.true((await socket.ask('ping')).ok)
  },
)

test.serial('a frame above the bound closes its socket and no other', async (t) => {
  await using other = await rawSocket(base)
  await using socket = await rawSocket(base)
  socket.send(`"${'x'.repeat(70_000)}"`)
  t.is((await socket.closed).code, 1009)
  t.true((await other.ask('ping')).ok)
})

test.serial('before a logon a socket gets few requests a second', async (t) => {
  await using socket = await rawSocket(base)
  const requests = Array.from({ length: 250 }, (_, id) => ({ op: 'ping', id }))
  socket.send(JSON.stringify(requests))
  await socket.next('the last answer', ({ id }) => id === 249)
  const limited = socket.messages.filter(({ error }) => error?.code === 'TE_RATE_LIMITED')
  t.true(limited.length >= 150, `${limited.length}`)
})

test.serial(
  'after all that the same process runs, and its log holds no error and no secret',
  async (t) => {
    t.is(stack.pid('gateway'), pid)
    const lines = readFileSync(logFile).subarray(logStart).toString('utf8')
    t.false(/"level":"(error|fatal)"/.test(lines), lines.slice(0, 1000))
    for (const secret of [CANARY, trader.password, trader.accessToken, trader.apiKey]) {
      t.false(lines.includes(secret))
    }
    t.false(lines.includes(stack.adminToken))
  },
)
