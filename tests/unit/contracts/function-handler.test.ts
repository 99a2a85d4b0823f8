import test from 'ava'
import { InputError, OperationalError } from '#contracts/errors.ts'
import { encodeFrames } from '#contracts/function-call.ts'
import {
  createHandler,
  type FunctionContext,
  type FunctionEvent,
  type HandlerParts,
} from '#contracts/function-handler.ts'

const silent = () => {}
const context: FunctionContext = {
  functionName: 'test',
  log: { debug: silent, info: silent, warn: silent, error: silent },
  secrets: () => '',
  env: {},
}

function eventOf(topic: string, body: Uint8Array): FunctionEvent {
  return {
    topic,
    headers: { 'x-shard': '0', 'x-nats-stream': 'TE_EVT_0' },
    body,
    json: () => JSON.parse(Buffer.from(body).toString()) as unknown,
    traceId: '',
    deadlineMs: 1000,
    signal: AbortSignal.timeout(1000),
  }
}

const bulk = encodeFrames([{ seq: 7, data: new Uint8Array(1), skipped: false, traceparent: '' }])
const run = (parts: HandlerParts, topic: string, body: Uint8Array = Buffer.from('{}')) =>
  createHandler(parts)(eventOf(topic, body), context)

const REFUSALS = [
  { error: new InputError('TE_INPUT_FIELD', 'no', 'qty'), rpc: 200, events: 400 },
  { error: new OperationalError('TE_UNAVAILABLE_POSTGRES', 'no'), rpc: 503, events: 503 },
  { error: new OperationalError('TE_RPC_TIMEOUT', 'no'), rpc: 504, events: 504 },
  { error: new OperationalError('TE_CONFLICT', 'no'), rpc: 200, events: 503 },
]

for (const { error, rpc, events } of REFUSALS) {
  test(`${error.code} is ${rpc} for a request and ${events} for a bulk`, async (t) => {
    const parts: HandlerParts = {
      rpc: { m: () => Promise.reject(error) },
      events: () => Promise.reject(error),
    }
    const asked = await run(parts, 'rpc.test.m')
    t.is(asked.status, rpc)
    t.like(asked.body as object, { ok: false, error: { code: error.code } })
    const brought = await run(parts, 'evt.0', bulk)
    t.is(brought.status, events)
    t.like(brought.body as object, { ok: false, error: { code: error.code } })
  })
}

test('a bug goes through to the server, which answers 500', async (t) => {
  await t.throwsAsync(run({ rpc: { m: () => Promise.reject(new Error('bug')) } }, 'rpc.test.m'))
})

test('a method that is not there, or only inherited, is refused', async (t) => {
  for (const method of ['missing', 'toString', '__proto__', 'a.b']) {
    const { status, body } = await run({ rpc: {} }, `rpc.test.${method}`)
    t.is(status, 200)
    t.like(body as object, { error: { code: 'TE_FUNCTION_TOPIC' } })
  }
})

test('C7: a function without events never sends a stream to the dead letters', async (t) => {
  t.is((await run({}, 'evt.0', bulk)).status, 501)
  t.is((await run({ events: () => Promise.reject(new Error()) }, 'other', bulk)).status, 501)
})

test('a gap is answered 409 with the sequence that is wanted', async (t) => {
  const events = () => Promise.resolve({ ok: false, expectedSeq: 3 } as const)
  const { status, body } = await run({ events }, 'evt.0', bulk)
  t.is(status, 409)
  t.deepEqual(body, { ok: false, expectedSeq: 3 })
})

test('a bulk arrives decoded, with its shard and stream', async (t) => {
  let seen: object = {}
  const events: HandlerParts['events'] = (call) => {
    seen = call
    return Promise.resolve({ ok: true, seq: call.lastSeq })
  }
  const { body } = await run({ events }, 'evt.0', bulk)
  t.deepEqual(body, { ok: true, seq: 7 })
  t.like(seen, { shard: 0, stream: 'TE_EVT_0', firstSeq: 7, lastSeq: 7 })
  t.is((await run({ events }, 'evt.0', new Uint8Array(0))).status, 400)
})
