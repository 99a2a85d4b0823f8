// The connector between a real NATS server and real functions under the local host.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { connectNats, ensureStreams, type NatsLink, streamState } from '#adapters/nats/index.ts'
import { DLQ_STREAM } from '#contracts/subjects.ts'
import {
  deploy,
  http,
  makeFolder,
  startConnector,
  startFaas,
  type TestProcess,
} from '../helpers/function-processes.ts'
import { startNatsServer } from '../helpers/nats-server.ts'
import { until } from '../helpers/until.ts'

const QUIET = { info: () => {}, warn: () => {} }

interface Venue extends AsyncDisposable {
  readonly dir: string
  readonly faas: TestProcess
  readonly connector: TestProcess
  readonly link: NatsLink
  readonly applied: () => string[]
  readonly publish: (texts: readonly string[]) => Promise<void>
}

async function openVenue(env: Record<string, string> = {}): Promise<Venue> {
  const stack = new AsyncDisposableStack()
  const { dir } = stack.use(await makeFolder())
  const nats = stack.use(await startNatsServer())
  const link = stack.use(await connectNats({ url: nats.url, name: 'test', log: QUIET }))
  await ensureStreams(link, { shard: 0 })
  const faas = stack.use(await startFaas(dir, { TE_LOG_LEVEL: 'warn' }))
  await deploy(faas, 'recorder', {
    envVars: { RECORDER_DIR: dir },
    annotations: { topic: 'evt.0', 'com.tradeengine.stream': 'TE_EVT_0' },
  })
  await deploy(faas, 'echo', { annotations: { 'com.tradeengine.rpc': 'rpc.echo.>' } })
  const urls = { nats: nats.url, faas: faas.url }
  const connector = stack.use(await startConnector(dir, urls, env))
  return {
    dir,
    faas,
    connector,
    link,
    applied: () => {
      const file = join(dir, 'applied')
      return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []
    },
    publish: async (texts) => {
      for (const text of texts) await link.request('evt.0', text, { timeoutMs: 3000 })
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `event ${from + i}`)
const lines = (from: number, to: number): string[] =>
  numbered(from, to).map((text, i) => `${from + i} ${text}`)

test.serial(
  'F22, F23: events reach a function once and in order although the connector is killed',
  async (t) => {
    await using venue = await openVenue({ TE_CONNECTOR_BULK_MESSAGES: '7' })
    const publishing = venue.publish(numbered(1, 400))
    for (const wanted of [50, 150, 250]) {
      await until(`${wanted} applied`, () => venue.applied().length >= wanted)
      await venue.connector.end('SIGKILL')
      await venue.connector.start()
    }
    await publishing
    await until('all applied', () => venue.applied().length >= 400)
    t.deepEqual(venue.applied(), lines(1, 400))
  },
)

test.serial(
  'C7: a function that fails for a while loses nothing, and the lane waits for it',
  async (t) => {
    await using venue = await openVenue()
    writeFileSync(join(venue.dir, 'failures'), '4')
    const pushed: number[] = []
    venue.link.subscribe('push.1000', (data) => {
      pushed.push((JSON.parse(Buffer.from(data).toString()) as { seq: number }).seq)
    })
    await venue.publish(numbered(1, 20))
    await until('all applied', () => venue.applied().length >= 20)
    t.deepEqual(venue.applied(), lines(1, 20))
    await until('what the function emits is published', () => pushed.at(-1) === 20)
    t.is((await streamState(venue.link, DLQ_STREAM)).messages, 0)
  },
)

test.serial(
  'C7, F15: a poison message goes to the dead-letter stream once, all others are applied',
  async (t) => {
    await using venue = await openVenue()
    await venue.connector.end('SIGTERM')
    const texts = numbered(1, 100)
    for (const poisoned of [1, 37, 38, 100]) texts[poisoned - 1] = `poison ${poisoned}`
    await venue.publish(texts)
    await venue.connector.start()
    await until('all decided', () => venue.applied().length >= 100)
    const wanted = lines(1, 100)
    for (const poisoned of [1, 37, 38, 100]) wanted[poisoned - 1] = `${poisoned} skipped`
    t.deepEqual(venue.applied(), wanted)
    const state = await until('dead letters are stored', async () => {
      const now = await streamState(venue.link, DLQ_STREAM)
      return now.messages === 4 ? now : undefined
    })
    t.is(state.lastMsgId, 'recorder:TE_EVT_0:100')
    const metrics = await http('GET', `${venue.connector.url}/metrics`)
    t.regex(metrics.text, /te_connector_dead_letters_total\{function="recorder",[^}]*\} 4/)
  },
)

test.serial('F23: events wait while the host is away, and go on when it is back', async (t) => {
  await using venue = await openVenue()
  await venue.publish(numbered(1, 5))
  await until('first applied', () => venue.applied().length >= 5)
  await venue.faas.end('SIGKILL')
  await venue.publish(numbered(6, 30))
  await until('the connector says that the host is away', async () => {
    const answer = await http('GET', `${venue.connector.url}/health/ready`)
    return answer.status === 503 && answer.text.includes('"faas":{"ok":false')
  })
  t.is(venue.applied().length, 5)
  await venue.faas.start()
  await until('the rest is applied', () => venue.applied().length >= 30)
  t.deepEqual(venue.applied(), lines(1, 30))
})

test.serial(
  'C1: a projection that was set back gets everything again from its own offset',
  async (t) => {
    await using venue = await openVenue()
    await venue.publish(numbered(1, 40))
    await until('applied', () => venue.applied().length >= 40)
    writeFileSync(join(venue.dir, 'applied'), `${lines(1, 10).join('\n')}\n`)
    await venue.publish(numbered(41, 41))
    await until('applied again', () => venue.applied().length >= 41)
    t.deepEqual(venue.applied(), lines(1, 41))
  },
)

test.serial('a connector that restarts at the end of the stream reports no lag', async (t) => {
  await using venue = await openVenue()
  await venue.publish(numbered(1, 10))
  await until('applied', () => venue.applied().length >= 10)
  t.is(await venue.connector.end('SIGTERM'), 0)
  await venue.connector.start()
  const lag = await until('the lane is open', async () => {
    const answer = await http('GET', `${venue.connector.url}/health/ready`)
    const { lanes } = JSON.parse(answer.text) as { lanes: { lag: number; problem: string }[] }
    return lanes[0]?.problem === '' ? lanes[0] : undefined
  })
  t.is(lag.lag, 0)
})

test.serial('a request is answered with its trace, and its failures have a code', async (t) => {
  await using venue = await openVenue({ TE_CONNECTOR_RPC_MAX: '2' })
  const ask = async (method: string, params: unknown, headers: Record<string, string> = {}) => {
    const options = { timeoutMs: 10_000, headers }
    const answer = await venue.link.request(`rpc.echo.${method}`, JSON.stringify(params), options)
    return JSON.parse(Buffer.from(answer.data).toString()) as {
      ok: boolean
      result?: unknown
      error?: { code: string }
    }
  }
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
  const good = await ask('echo', { a: 1 }, { traceparent })
  t.deepEqual(good.result, { params: { a: 1 }, traceId: 'a'.repeat(32) })
  t.is((await ask('nothing', {})).error?.code, 'TE_FUNCTION_TOPIC')
  t.is((await ask('sleep', 5000, { 'Te-Deadline-Ms': '200' })).error?.code, 'TE_RPC_TIMEOUT')
  const many = await Promise.all([1, 2, 3, 4].map(() => ask('sleep', 1000)))
  t.is(many.filter((one) => one.ok).length, 2)
  t.is(many.filter((one) => one.error?.code === 'TE_RPC_OVERLOADED').length, 2)
  await venue.faas.end('SIGKILL')
  t.is((await ask('echo', {})).error?.code, 'TE_RPC_UNAVAILABLE')
})
