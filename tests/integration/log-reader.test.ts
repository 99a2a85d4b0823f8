import test from 'ava'
import {
  createLogPublisher,
  createSnapshotStore,
  followEvents,
  readLog,
  streamState,
} from '#adapters/nats/index.ts'
import { emptyEventBatch, startLog } from '../helpers/log-fixture.ts'
import { until } from '../helpers/until.ts'

const EVT = { stream: 'TE_EVT_0', subject: 'evt.0' }
const upTo = (last: number, first = 1): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i)

test('a reader delivers each message once and in order through a restart of the server', async (t) => {
  await using log = await startLog({ sync: 'always' })
  await using publisher = createLogPublisher(log.link, { ...EVT, inFlightMax: 16 })
  const seen: number[] = []
  await using _reader = readLog(log.link, {
    stream: EVT.stream,
    startSeq: 1,
    onMessage: (seq) => seen.push(seq),
  })
  for (let i = 1; i <= 300; i++) {
    await publisher.room()
    void publisher.publish(emptyEventBatch(i), { msgId: `0:${i}` })
    if (i === 100 || i === 200) {
      await log.server.kill()
      await log.server.start()
    }
  }
  await until('all are read', () => seen.length >= 300)
  t.deepEqual(seen, upTo(300))
})

test('a paused reader keeps what comes and delivers it on resume', async (t) => {
  await using log = await startLog()
  await using publisher = createLogPublisher(log.link, { ...EVT, inFlightMax: 16 })
  const seen: number[] = []
  await using reader = readLog(log.link, {
    stream: EVT.stream,
    startSeq: 1,
    onMessage: (seq) => {
      seen.push(seq)
      if (seq === 3) reader.pause()
    },
  })
  for (let i = 1; i <= 20; i++) await publisher.publish(emptyEventBatch(i), { msgId: `0:${i}` })
  await log.link.rtt()
  t.deepEqual(seen, [1, 2, 3])
  reader.resume()
  await until('the rest is read', () => seen.length >= 20)
  t.deepEqual(seen, upTo(20))
})

test('C8: a reader that misses a message goes back for it', async (t) => {
  await using log = await startLog()
  await using publisher = createLogPublisher(log.link, { ...EVT, inFlightMax: 64 })
  for (let i = 1; i <= 100; i++) {
    await publisher.publish(emptyEventBatch(i), { msgId: `0:${i}` })
  }
  const toDrop = new Set([1, 2, 50, 99])
  const lossy: typeof log.link = {
    ...log.link,
    subscribe: (subject, onMessage) =>
      log.link.subscribe(subject, (data, message) => {
        const seq = Number(message.reply.split('.')[5])
        if (!toDrop.delete(seq)) onMessage(data, message)
      }),
  }
  const seen: number[] = []
  await using _reader = readLog(lossy, {
    stream: EVT.stream,
    startSeq: 1,
    onMessage: (seq) => seen.push(seq),
  })
  await until('all are read', () => seen.length >= 100)
  t.deepEqual(seen, upTo(100))
  t.is(toDrop.size, 0)
})

test('C8: a follower whose connection was cut delivers what was stored meanwhile', async (t) => {
  await using log = await startLog({ sync: 'always' })
  const writer = await log.connect('writer')
  await using publisher = createLogPublisher(writer, { ...EVT, inFlightMax: 16 })
  const seen: number[] = []
  await using follower = followEvents(log.link, {
    shard: 0,
    startSeq: 'next',
    onBatch: (seq) => seen.push(seq),
  })
  await follower.ready
  for (let i = 1; i <= 200; i++) {
    await publisher.room()
    void publisher.publish(emptyEventBatch(i), { msgId: `0:${i}` })
    if (i === 60 || i === 140) {
      await log.server.kill()
      await log.server.start()
    }
  }
  await publisher.idle()
  await until('all are seen', () => seen.length >= 200)
  t.deepEqual(seen, upTo(200))
})

test('C8: every single dropped live batch is noticed and healed', async (t) => {
  await using log = await startLog()
  await using publisher = createLogPublisher(log.link, { ...EVT, inFlightMax: 64 })
  const dropped = new Set([2, 3, 17, 40, 41, 42, 99])
  const seen: number[] = []
  const lossy = {
    ...log.link,
    subscribe: (subject: string, onMessage: Parameters<typeof log.link.subscribe>[1]) =>
      log.link.subscribe(subject, (data, message) => {
        const seq = new DataView(data.buffer, data.byteOffset).getFloat64(16, true)
        if (subject === EVT.subject && dropped.has(seq)) return
        onMessage(data, message)
      }),
  }
  const gaps: number[] = []
  await using follower = followEvents(lossy, {
    shard: 0,
    startSeq: 1,
    onBatch: (seq) => seen.push(seq),
    onGap: (from) => gaps.push(from),
  })
  await follower.ready
  for (let i = 1; i <= 100; i++) {
    await publisher.publish(emptyEventBatch(i), { msgId: `0:${i}` })
  }
  await until('all are seen', () => seen.length >= 100)
  t.deepEqual(seen, upTo(100))
  t.true(gaps.length > 0)
})

test('C4: an object of the snapshot store is read back as it was, or not at all', async (t) => {
  await using log = await startLog()
  const store = await createSnapshotStore(log.link, 'TE_SNAPSHOTS')
  const data = new Uint8Array(400_000).map((_, i) => (i * 31) & 0xff)
  await store.put('one', data)
  t.deepEqual(await store.get('one'), data)
  t.is(await store.get('two'), null)
  t.deepEqual(
    (await store.list()).map(({ name, bytes }) => ({ name, bytes })),
    [{ name: 'one', bytes: 400_000 }],
  )
  await store.put('one', data.subarray(0, 10))
  t.deepEqual(await store.get('one'), data.slice(0, 10))
  await store.delete('one')
  t.deepEqual(await store.list(), [])
})

test('streams are made once and survive being asked for again', async (t) => {
  await using log = await startLog()
  const state = await streamState(log.link, EVT.stream)
  t.deepEqual(state, { firstSeq: 0, lastSeq: 0, messages: 0, bytes: 0, lastMsgId: '' })
})
