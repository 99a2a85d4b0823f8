import test from 'ava'
import {
  createLogPublisher,
  createPullBatches,
  isFenceConflict,
  type LogPublisher,
  type NatsLink,
  readLog,
  streamState,
} from '#adapters/nats/index.ts'
import { startLog } from '../helpers/log-fixture.ts'

const CMD = { stream: 'TE_CMD_0', subject: 'cmd.0' }
const EVT = { stream: 'TE_EVT_0', subject: 'evt.0' }
const text = (value: string): Uint8Array => new TextEncoder().encode(value)

/** Every message of a stream, as text. */
async function contents(link: NatsLink, stream: string): Promise<string[]> {
  const { lastSeq } = await streamState(link, stream)
  const found: string[] = []
  if (lastSeq === 0) return found
  const { promise, resolve } = Promise.withResolvers<void>()
  await using _reader = readLog(link, {
    stream,
    startSeq: 1,
    onMessage: (seq, _time, data) => {
      found.push(Buffer.from(data).toString())
      if (seq === lastSeq) resolve()
    },
  })
  await promise
  return found
}

test('acknowledgements come in the order of the publishes and count up', async (t) => {
  await using log = await startLog()
  await using publisher = createLogPublisher(log.link, { ...CMD, inFlightMax: 64 })
  const settled: number[] = []
  await Promise.all(
    Array.from({ length: 500 }, async (_, i) => {
      const { seq, duplicate } = await publisher.publish(text(`m${i}`), { msgId: `a:${i}` })
      t.is(seq, i + 1)
      t.false(duplicate)
      settled.push(i)
    }),
  )
  t.deepEqual(
    settled,
    Array.from({ length: 500 }, (_, i) => i),
  )
  t.is(publisher.pending(), 0)
})

test('a repeat under the same id is answered with the first sequence and stored once', async (t) => {
  await using log = await startLog()
  await using publisher = createLogPublisher(log.link, { ...CMD, inFlightMax: 8 })
  await publisher.publish(text('one'), { msgId: 'a:1' })
  const again = await publisher.publish(text('one'), { msgId: 'a:1' })
  t.deepEqual(again, { seq: 1, duplicate: true })
  t.deepEqual(await contents(log.link, CMD.stream), ['one'])
})

test('an error in an acknowledgement is an error of that publish, and only of it', async (t) => {
  await using log = await startLog()
  await using publisher = createLogPublisher(log.link, { ...CMD, inFlightMax: 8 })
  const tooLarge = publisher.publish(new Uint8Array(1_100_000), { msgId: 'a:1' })
  const fine = publisher.publish(text('fine'), { msgId: 'a:2' })
  const error = await t.throwsAsync<Error & { code: string }>(tooLarge)
  t.is(error?.code, 'TE_CONFLICT')
  t.is((await fine).seq, 1)
})

test('a publisher whose stream is another one is refused', async (t) => {
  await using log = await startLog()
  await using publisher = createLogPublisher(log.link, {
    stream: EVT.stream,
    subject: CMD.subject,
    inFlightMax: 8,
  })
  const error = await t.throwsAsync<Error & { code: string }>(
    publisher.publish(text('x'), { msgId: 'a:1' }),
  )
  t.is(error?.code, 'TE_CONFLICT')
})

test('more than pendingMax waiting publishes are refused as overload', async (t) => {
  await using log = await startLog()
  await using publisher = createLogPublisher(log.link, { ...CMD, inFlightMax: 1, pendingMax: 2 })
  const taken = [1, 2].map((i) => publisher.publish(text('x'), { msgId: `a:${i}` }))
  const error = await t.throwsAsync<Error & { code: string }>(
    publisher.publish(text('x'), { msgId: 'a:3' }),
  )
  t.is(error?.code, 'TE_OVERLOADED')
  await Promise.all(taken)
})

test('F3: kill -9 of the server in mid-publish loses and repeats nothing, in order', async (t) => {
  await using log = await startLog({ sync: 'always' })
  await using publisher = createLogPublisher(log.link, {
    ...CMD,
    inFlightMax: 32,
    ackTimeoutMs: 1_000,
  })
  const total = 600
  let acknowledged = 0
  const all: Promise<unknown>[] = []
  for (let i = 0; i < total; i++) {
    await publisher.room()
    all.push(publisher.publish(text(`m${i}`), { msgId: `a:${i}` }).then(() => acknowledged++))
    if (i === 100 || i === 300 || i === 500) {
      await log.server.kill()
      await log.server.start()
    }
  }
  await Promise.all(all)
  t.is(acknowledged, total)
  t.deepEqual(
    await contents(log.link, CMD.stream),
    Array.from({ length: total }, (_, i) => `m${i}`),
  )
})

test('L1: a chain that is cut by a server restart goes on without gap or repeat', async (t) => {
  await using log = await startLog({ sync: 'always' })
  await using publisher = createLogPublisher(log.link, { ...EVT, inFlightMax: 16 })
  const results: Promise<{ seq: number }>[] = []
  for (let i = 1; i <= 200; i++) {
    await publisher.room()
    results.push(publisher.publish(text(`e${i}`), chained('', i)))
    if (i === 80) {
      await log.server.kill()
      await log.server.start()
    }
  }
  const seqs = (await Promise.all(results)).map(({ seq }) => seq)
  t.deepEqual(
    seqs,
    Array.from({ length: 200 }, (_, i) => i + 1),
  )
})

function chained(prefix: string, n: number): { msgId: string; expectedLastMsgId: string } {
  return { msgId: `${prefix}0:${n}`, expectedLastMsgId: n === 1 ? '' : `${prefix}0:${n - 1}` }
}

for (const depth of [1, 2, 8, 64, 256]) {
  test(`X2: a zombie with ${depth} publishes in flight gets none of them accepted`, async (t) => {
    await using log = await startLog()
    const leader = createLogPublisher(log.link, { ...EVT, inFlightMax: depth })
    const zombie = createLogPublisher(await log.connect('zombie'), { ...EVT, inFlightMax: depth })
    await using stack = new AsyncDisposableStack()
    stack.use(leader)
    stack.use(zombie)
    await leader.publish(text('common'), { msgId: '0:1', expectedLastMsgId: '' })
    await zombie.publish(text('old 2'), { msgId: '0:2', expectedLastMsgId: '0:1' })
    await leader.publish(text('new 3'), { msgId: '0:3', expectedLastMsgId: '0:2' })
    // The zombie goes on from 2 with other contents and ids of an older epoch, while the leader
    // publishes: every one of its publishes names a last id that never stands last.
    const stale = publishMany(zombie, depth, (i) => ({
      data: text(`stale ${i}`),
      msgId: `old:${3 + i}`,
      expectedLastMsgId: i === 0 ? '0:2' : `old:${2 + i}`,
    }))
    const fresh = publishMany(leader, depth, (i) => ({
      data: text(`new ${4 + i}`),
      ...chained('', 4 + i),
    }))
    const [staleErrors, freshErrors] = await Promise.all([stale, fresh])
    t.is(staleErrors.length, depth)
    t.true(staleErrors.every(isFenceConflict))
    t.deepEqual(freshErrors, [])
    const stored = await contents(log.link, EVT.stream)
    t.deepEqual(stored, [
      'common',
      'old 2',
      ...Array.from({ length: depth + 1 }, (_, i) => `new ${3 + i}`),
    ])
  })
}

/** Publishes `count` at once; answers the errors. */
async function publishMany(
  publisher: LogPublisher,
  count: number,
  make: (i: number) => { data: Uint8Array; msgId: string; expectedLastMsgId: string },
): Promise<unknown[]> {
  const results = await Promise.allSettled(
    Array.from({ length: count }, (_, i) => {
      const { data, ...ids } = make(i)
      return publisher.publish(data, ids)
    }),
  )
  return results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  )
}

test('a pull answers as soon as there is anything, with all there is up to its limits', async (t) => {
  await using log = await startLog()
  await using publisher = createLogPublisher(log.link, { ...EVT, inFlightMax: 8 })
  const pull = await createPullBatches(log.link, {
    stream: EVT.stream,
    durable: 'orders',
    maxMessages: 10,
    maxBytes: 10_000,
  })
  t.is(await pull.next({ waitMs: 50 }), null)
  for (let i = 0; i < 13; i++) await publisher.publish(text(`e${i}`), { msgId: `a:${i}` })
  const first = await pull.next({ waitMs: 5_000 })
  t.deepEqual(
    first?.messages.map(({ seq }) => seq),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  )
  t.is(first?.pending, 3)
  await first?.ackAll()
  const rest = await pull.next({ waitMs: 5_000 })
  t.deepEqual(
    rest?.messages.map(({ seq }) => seq),
    [11, 12, 13],
  )
  await rest?.ackAll()
  await publisher.publish(new Uint8Array(50_000), { msgId: 'large' })
  const large = await pull.next({ waitMs: 5_000 })
  t.is(large?.messages[0]?.data.length, 50_000, 'one message above maxBytes comes alone')
})

test('a pull consumer made anew at a sequence delivers from there, acknowledged or not', async (t) => {
  await using log = await startLog()
  await using publisher = createLogPublisher(log.link, { ...EVT, inFlightMax: 8 })
  for (let i = 0; i < 5; i++) await publisher.publish(text(`e${i}`), { msgId: `a:${i}` })
  const options = { stream: EVT.stream, durable: 'ledger', maxMessages: 10, maxBytes: 10_000 }
  const pull = await createPullBatches(log.link, options)
  await (await pull.next({ waitMs: 5_000 }))?.ackAll()
  await pull.recreateAt(4)
  const again = await pull.next({ waitMs: 5_000 })
  t.deepEqual(
    again?.messages.map(({ seq }) => seq),
    [4, 5],
  )
})
