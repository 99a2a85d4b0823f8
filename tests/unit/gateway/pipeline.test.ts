import test from 'ava'
import type { PublishResult } from '#adapters/nats/index.ts'
import { decodeCommandBatch } from '#contracts/command-codec.ts'
import { OperationalError } from '#contracts/errors.ts'
import { encodeEventBatch } from '#contracts/event-codec.ts'
import type { Command } from '#domain/command.ts'
import type { EngineEvent } from '#domain/event.ts'
import { createCatalogue } from '../../../runtime/gateway/catalogue.ts'
import {
  type CommandOutcome,
  createCommandPipeline,
} from '../../../runtime/gateway/commands/pipeline.ts'
import { createEventRouter } from '../../../runtime/gateway/events/router.ts'
import { balance, report } from '../../helpers/events.ts'
import { until } from '../../helpers/until.ts'

/** A command log under the test's hand: messages wait until they are acknowledged. */
function createLog() {
  const sent: { data: Uint8Array; ack: (r: PublishResult) => void; refuse: (e: Error) => void }[] =
    []
  return {
    sent,
    publisher: {
      publish: (data: Uint8Array) =>
        new Promise<PublishResult>((ack, refuse) => void sent.push({ data, ack, refuse })),
    },
    commandsOf: (i: number) => decodeCommandBatch(sent[i]?.data ?? new Uint8Array()).commands,
  }
}

const cancel = (orderID: number, account = 1000): Command => ({
  type: 'CancelOrder',
  account,
  traceId: 'a'.repeat(32),
  orderID,
  clOrdID: '',
  origClOrdID: '',
})

function setUp(options: { refuse?: () => OperationalError | undefined; timeoutMs?: number } = {}) {
  const log = createLog()
  const pipeline = createCommandPipeline({
    publisher: log.publisher,
    source: 7,
    refuse: options.refuse ?? (() => undefined),
    resultTimeoutMs: options.timeoutMs ?? 5000,
  })
  const streams = { wants: () => false, report: () => undefined, balance: () => undefined }
  const router = createEventRouter({ pipeline, catalogue: createCatalogue(), streams })
  const outcomes: CommandOutcome[] = []
  const submit = (command: Command) => pipeline.submit(command, (o) => void outcomes.push(o))
  const answer = (seq: number, sourceSeq: number, events: EngineEvent[], source = 7) =>
    router.take(seq, encodeEventBatch({ source, sourceSeq, seq, timestampNs: 5n, events }))
  /** The same in parts; sends those from `from` to `to`. */
  const answerParts = (sourceSeq: number, pieces: EngineEvent[][], from: number, to: number) => {
    const head = { source: 7, sourceSeq, seq: 1, timestampNs: 5n }
    for (let part = from; part <= to; part++) {
      const isLast = part === pieces.length - 1
      const events = pieces[part] ?? []
      router.take(1, encodeEventBatch({ ...head, events }, { part, isLast }))
    }
  }
  return { log, pipeline, router, outcomes, submit, answer, answerParts }
}

const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

test('commands of one turn leave in one message, in order', async (t) => {
  const { log, submit, pipeline } = setUp()
  for (const id of [1, 2, 3]) submit(cancel(id))
  t.is(log.sent.length, 0)
  await turn()
  t.is(log.sent.length, 1)
  t.deepEqual(
    log.commandsOf(0).map((c) => (c as { orderID: number }).orderID),
    [1, 2, 3],
  )
  pipeline.close()
})

test('at most two messages are unanswered; what comes meanwhile leaves together with the next', async (t) => {
  const { log, submit, answer, pipeline } = setUp()
  for (const id of [1, 2, 3, 4, 5]) {
    submit(cancel(id))
    await turn()
  }
  t.is(log.sent.length, 2)
  log.sent[0]?.ack({ seq: 1, duplicate: false })
  await turn()
  t.is(log.sent.length, 2, 'stored is not answered')
  answer(1, 1, [])
  await turn()
  t.is(log.sent.length, 3)
  t.is(log.commandsOf(2).length, 3)
  pipeline.close()
})

test('a message carries at most 512 commands', async (t) => {
  const { log, submit, answer, pipeline } = setUp()
  for (let id = 1; id <= 1200; id++) submit(cancel(id))
  await until('two messages', () => log.sent.length === 2)
  t.is(log.commandsOf(0).length, 512)
  t.is(log.commandsOf(1).length, 512)
  answer(1, 1, [])
  await until('the third', () => log.sent.length === 3)
  t.is(log.commandsOf(2).length, 176)
  pipeline.close()
})

test('an answer is made of the own events of its command and no others', async (t) => {
  const { submit, answer, outcomes, pipeline } = setUp()
  submit(cancel(1, 1000))
  submit(cancel(2, 1001))
  await turn()
  answer(41, 1, [
    report({ cmdIndex: 0, account: 1000, orderID: 1, execType: 'Canceled' }),
    report({ cmdIndex: 0, account: 1001, orderID: 9 }),
    balance({ cmdIndex: 0, account: 1000 }),
    report({ cmdIndex: 1, account: 1001, orderID: 2, execType: 'Canceled' }),
  ])
  const events = outcomes.map((o) => (o.ok ? o.events.map((e) => e.account) : []))
  t.deepEqual(events, [[1000], [1001]])
  t.true(outcomes.every((o) => o.ok && o.seq === 41 && o.timestampNs === 5n))
  t.is(pipeline.pending(), 0)
  pipeline.close()
})

test('an event batch answers even before the acknowledgement, and only once', async (t) => {
  const { log, submit, answer, outcomes, pipeline } = setUp()
  submit(cancel(1))
  await turn()
  answer(1, 1, [report({ orderID: 1 })])
  answer(1, 1, [report({ orderID: 1 })])
  log.sent[0]?.ack({ seq: 1, duplicate: false })
  await turn()
  t.is(outcomes.length, 1)
  pipeline.close()
})

test('batches of other gateways answer nobody here', async (t) => {
  const { submit, answer, outcomes, pipeline, router } = setUp()
  submit(cancel(1))
  await turn()
  answer(1, 1, [report({ orderID: 1 })], 8)
  t.is(outcomes.length, 0)
  t.is(router.lastSeqOf(1000), 1)
  pipeline.close()
})

test('no result in time is an unknown state, never a no', async (t) => {
  const { submit, outcomes, answer, pipeline } = setUp({ timeoutMs: 1 })
  submit(cancel(1))
  await until('the sweep', () => outcomes.length === 1)
  const [outcome] = outcomes
  t.true(outcome !== undefined && !outcome.ok && outcome.error.code === 'TE_TIMEOUT_UNKNOWN_STATE')
  answer(1, 1, [report({ orderID: 1 })])
  t.is(outcomes.length, 1)
  t.is(pipeline.pending(), 0)
  pipeline.close()
})

test('what never left when its time is over was surely not stored', async (t) => {
  const { submit, outcomes, pipeline } = setUp({ timeoutMs: 300 })
  for (const id of [1, 2, 3]) {
    submit(cancel(id))
    await turn()
  }
  await until('the sweep', () => outcomes.length === 3)
  const codes = outcomes.map((o) => (o.ok ? 'ok' : o.error.code)).sort()
  t.deepEqual(codes, [
    'TE_TIMEOUT_UNKNOWN_STATE',
    'TE_TIMEOUT_UNKNOWN_STATE',
    'TE_UNAVAILABLE_NATS',
  ])
  pipeline.close()
})

test("the server's refusal is a no; a lost publisher leaves it open", async (t) => {
  const { log, submit, outcomes, pipeline } = setUp()
  submit(cancel(1))
  await turn()
  submit(cancel(2))
  await turn()
  const cause = { err_code: 10_077, code: 503, description: 'store failed' }
  log.sent[0]?.refuse(new OperationalError('TE_UNAVAILABLE_NATS', 'no', { cause }))
  log.sent[1]?.refuse(new OperationalError('TE_UNAVAILABLE_NATS', 'closed'))
  await until('both', () => outcomes.length === 2)
  const codes = outcomes.map((o) => (o.ok ? 'ok' : o.error.code))
  t.deepEqual(codes, ['TE_UNAVAILABLE_NATS', 'TE_TIMEOUT_UNKNOWN_STATE'])
  pipeline.close()
})

test('while matching is away nothing is appended', async (t) => {
  const away = new OperationalError('TE_UNAVAILABLE_MATCHING', 'no heartbeat')
  const { log, submit, outcomes, pipeline } = setUp({ refuse: () => away })
  submit(cancel(1))
  t.is(outcomes.length, 0)
  await turn()
  t.is(log.sent.length, 0)
  t.deepEqual(outcomes, [{ ok: false, error: away }])
  pipeline.close()
})

test('more open commands than the bound are refused as overload', async (t) => {
  const { submit, outcomes, pipeline } = setUp()
  for (let id = 1; id <= 20_003; id++) submit(cancel(id))
  await turn()
  t.is(outcomes.length, 3)
  t.true(outcomes.every((o) => !o.ok && o.error.code === 'TE_OVERLOADED'))
  pipeline.close()
})

test('A10: a drain refuses what is new and waits for what is open', async (t) => {
  const { submit, answer, outcomes, pipeline } = setUp()
  submit(cancel(1))
  await turn()
  let isDrained = false
  const drained = pipeline.drain().then(() => {
    isDrained = true
  })
  submit(cancel(2))
  await turn()
  t.false(isDrained)
  t.is(outcomes.length, 1)
  answer(1, 1, [report({ orderID: 1 })])
  await drained
  t.is(outcomes.length, 2)
  pipeline.close()
})

test('each command of a batch that is answered in parts is answered once, with all of its events', async (t) => {
  const { submit, answerParts, outcomes, pipeline } = setUp()
  for (const id of [1, 2, 3]) submit(cancel(id))
  await turn()
  const of = (cmdIndex: number, orderID: number) => report({ cmdIndex, orderID })
  const pieces = [[of(0, 1), of(1, 2)], [of(1, 22)], [of(1, 222), of(2, 3)]]
  answerParts(1, pieces, 0, 1)
  t.is(outcomes.length, 0, 'nobody is answered before all is there')
  t.is(pipeline.pending(), 3)
  answerParts(1, pieces, 2, 2)
  t.deepEqual(
    outcomes.map((o) => o.ok && o.events.map((e) => 'orderID' in e && e.orderID)),
    [[1], [2, 22, 222], [3]],
  )
  t.is(pipeline.pending(), 0)
  pipeline.close()
})

test('a batch whose last part is too late is answered with an unknown state, and only so', async (t) => {
  const { submit, answerParts, outcomes, pipeline } = setUp({ timeoutMs: 50 })
  submit(cancel(1))
  await turn()
  const pieces = [[report({ orderID: 1 })], [report({ orderID: 2 })]]
  answerParts(1, pieces, 0, 0)
  await until('it is told', () => outcomes.length > 0)
  answerParts(1, pieces, 1, 1)
  t.is(outcomes.length, 1)
  t.like(outcomes[0], { ok: false, error: { code: 'TE_TIMEOUT_UNKNOWN_STATE' } })
  t.is(pipeline.pending(), 0)
  pipeline.close()
})
