import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { createLogPublisher, type NatsLink, type SnapshotStore } from '#adapters/nats/index.ts'
import { eventStream, eventSubject } from '#contracts/subjects.ts'
import { createBatchApplier } from '../../runtime/matching/journal/batch-applier.ts'
import type { Refusal } from '../../runtime/matching/refusal.ts'
import { type CommandFlow, createCommandFlow } from '../helpers/command-flow.ts'
import { type MatchingFixture, startMatchingFixture } from '../helpers/matching-fixture.ts'
import { compareWithReplay, readWholeLog } from '../helpers/replay-log.ts'
import { until } from '../helpers/until.ts'

const batches = (flow: CommandFlow, count: number): Uint8Array[] =>
  Array.from({ length: count }, () => flow.next())

/** Starts, waits until all is applied and stored, answers the state hash, and ends. */
async function runOnce(venue: MatchingFixture): Promise<string> {
  await using started = await venue.start()
  await venue.settled(started)
  return started.service.applier().engine.stateHash()
}

/** Starts, settles, takes a snapshot, ends. */
async function runAndSnapshot(venue: MatchingFixture): Promise<number> {
  await using started = await venue.start()
  await venue.settled(started)
  return (await started.service.snapshot()).seq
}

test('each command batch gives one event batch with its number, as a replay gives it', async (t) => {
  await using venue = await startMatchingFixture()
  await using started = await venue.start()
  const flow = createCommandFlow(1)
  await venue.append(...batches(flow, 200))
  await venue.settled(started)
  const result = await compareWithReplay(venue.link)
  t.deepEqual(result.different, [])
  t.is(result.batches, 200)
  t.true(result.trades > 50, 'the flow trades')
  t.is(result.applier.engine.stateHash(), started.service.applier().engine.stateHash())
})

test('F15: what cannot be decoded gets an event batch of its own and stops nothing', async (t) => {
  await using venue = await startMatchingFixture()
  await using started = await venue.start()
  const flow = createCommandFlow(2)
  const good = batches(flow, 6)
  const cut = flow.next()
  const [first = new Uint8Array(), ...rest] = good
  await venue.append(
    first,
    new TextEncoder().encode('{"not":"a batch"}'),
    new Uint8Array(0),
    cut.slice(0, cut.length - 20),
    ...rest,
  )
  await venue.settled(started)
  const events = await readWholeLog(venue.link, eventStream(0))
  t.is(events.length, 9)
  t.deepEqual((await compareWithReplay(venue.link)).different, [])
})

test('a restart from a snapshot ends in the state of one that never stopped', async (t) => {
  await using venue = await startMatchingFixture()
  const flow = createCommandFlow(3)
  await venue.append(...batches(flow, 60))
  t.is(await runAndSnapshot(venue), 60)
  await venue.append(...batches(flow, 60))
  await runOnce(venue)
  await venue.append(...batches(flow, 30))
  const hash = await runOnce(venue)
  const result = await compareWithReplay(venue.link)
  t.deepEqual(result.different, [])
  t.is(result.applier.engine.stateHash(), hash)
})

test('only the last three snapshots are kept', async (t) => {
  await using venue = await startMatchingFixture()
  const flow = createCommandFlow(4)
  for (let i = 0; i < 5; i++) {
    await venue.append(...batches(flow, 5))
    await runAndSnapshot(venue)
  }
  const names = (await venue.store.list()).map(({ name }) => Number(name.split('-').at(-1)))
  t.deepEqual(names, [15, 20, 25])
})

test('C4 F12: a newest snapshot that is torn, altered or of the future is not loaded', async (t) => {
  await using venue = await startMatchingFixture()
  const flow = createCommandFlow(5)
  await venue.append(...batches(flow, 30))
  await runAndSnapshot(venue)
  await venue.append(...batches(flow, 30))
  await runAndSnapshot(venue)
  await venue.append(...batches(flow, 10))
  const expected = await runOnce(venue)
  const newest = (await venue.store.list()).at(-1)?.name ?? ''
  const whole = (await venue.store.get(newest)) ?? new Uint8Array()
  const futureVersion = whole.slice()
  futureVersion[4] = 2
  const flipped = whole.slice()
  flipped[1_000] = (flipped[1_000] ?? 0) ^ 1
  const damaged = [
    whole.slice(0, 0),
    whole.slice(0, 95),
    whole.slice(0, whole.length >> 1),
    whole.slice(0, whole.length - 1),
    flipped,
    futureVersion,
  ]
  for (const bytes of damaged) {
    await venue.store.put(newest, bytes)
    await using started = await venue.start()
    await venue.settled(started)
    t.is(started.service.applier().engine.stateHash(), expected)
  }
  await emptyStore(venue.store)
  t.is(await runOnce(venue), expected, 'without any snapshot: the whole log')
})

async function emptyStore(store: SnapshotStore): Promise<void> {
  for (const { name } of await store.list()) await store.delete(name)
}

test('events that were not stored before the end are stored by the next start', async (t) => {
  await using venue = await startMatchingFixture()
  const flow = createCommandFlow(6)
  await venue.append(...batches(flow, 40))
  await runOnce(venue)
  // The log goes on without a matching; part of its events is published by "the one that died".
  const more = batches(flow, 40)
  await venue.append(...more)
  const replay = createBatchApplier()
  const target = { stream: eventStream(0), subject: eventSubject(0), inFlightMax: 8 }
  await using dead = createLogPublisher(venue.link, target)
  for (const { seq, timeNs, data } of await readWholeLog(venue.link, 'TE_CMD_0')) {
    const { bytes } = replay.apply(seq, timeNs, data).parts[0]
    if (seq <= 40 || seq > 55) continue
    await dead.publish(bytes, { msgId: `0:${seq}`, expectedLastMsgId: `0:${seq - 1}` })
  }
  await runOnce(venue)
  t.deepEqual((await compareWithReplay(venue.link)).different, [])
})

test('C4: a snapshot does not become visible before the events up to it are stored', async (t) => {
  await using venue = await startMatchingFixture()
  let isBlocked = true
  const { link } = venue
  const lossy: NatsLink = {
    ...link,
    publish: (subject, data, options) =>
      (isBlocked && subject === eventSubject(0)) || link.publish(subject, data, options),
  }
  await using started = await venue.start({ link: lossy })
  await venue.append(...batches(createCommandFlow(13), 10))
  await until('all is applied', () => started.service.seq() === 10)
  const snapshot = started.service.snapshot().then(({ seq }) => seq)
  const waits = new Promise<string>((resolve) => setTimeout(() => resolve('waits'), 500))
  t.is(await Promise.race([snapshot, waits]), 'waits')
  t.deepEqual(await venue.store.list(), [])
  isBlocked = false
  t.is(await snapshot, 10)
  t.is((await venue.store.list()).length, 1)
  t.is((await readWholeLog(link, eventStream(0))).length, 10)
})

test('D4: two leaders of one shard publish the same events and each is stored once', async (t) => {
  await using venue = await startMatchingFixture()
  const flow = createCommandFlow(7)
  await venue.append(...batches(flow, 5))
  const second = await mkdtemp(join(tmpdir(), 'te-matching-second-'))
  await using a = await venue.start()
  await venue.settled(a)
  await using b = await venue.start({ link: await venue.log.connect('b'), dataDir: second })
  for (let i = 0; i < 20; i++) await venue.append(...batches(flow, 15))
  const alive = [a, b].filter(({ refusal }) => refusal() === undefined)
  t.true(alive.length >= 1, 'a leader goes on')
  for (const { refusal } of [a, b]) {
    const why = refusal()
    if (why) t.is(why.kind, 'SteppedDown')
  }
  const [leader] = alive
  if (leader) await venue.settled(leader)
  t.deepEqual((await compareWithReplay(venue.link)).different, [])
})

test('a leader whose place in the event log holds other events ends', async (t) => {
  await using venue = await startMatchingFixture()
  const flow = createCommandFlow(8)
  await venue.append(...batches(flow, 5))
  await using started = await venue.start()
  await venue.settled(started)
  const target = { stream: eventStream(0), subject: eventSubject(0), inFlightMax: 8 }
  await using stranger = createLogPublisher(venue.link, target)
  await stranger.publish(new Uint8Array(32), { msgId: '9:6', expectedLastMsgId: '0:5' })
  await venue.append(...batches(flow, 1))
  const why = await until('it ends', () => started.refusal())
  t.is(why.kind, 'LogRefused')
  t.is(started.service.role(), 'ended')
})

async function refusalOf(venue: MatchingFixture): Promise<string> {
  try {
    await using started = await venue.start()
    await started.service.recovered
    return started.refusal()?.kind ?? 'none'
  } catch (error) {
    return (error as Refusal).kind
  }
}

test('X1 F13: a log that was rewound behind the high-water mark is refused', async (t) => {
  await using venue = await startMatchingFixture({ sync: 'always' })
  const flow = createCommandFlow(9)
  await venue.append(...batches(flow, 20))
  await runOnce(venue)
  await venue.log.server.kill()
  const restore = await venue.log.server.saveStore()
  await venue.log.server.start()
  await venue.append(...batches(flow, 20))
  await runOnce(venue)
  t.is(await refusalOf(venue), 'none')
  await venue.log.server.kill()
  await restore()
  await venue.log.server.start()
  t.is(await refusalOf(venue), 'LogRefused')
  // Even when new orders have taken the lost ones' numbers.
  const other = createCommandFlow(10)
  other.next()
  await venue.append(...batches(other, 25))
  t.is(await refusalOf(venue), 'LogRefused')
})

test('X1: a leader that runs while the log is rewound stops at the reconnect', async (t) => {
  await using venue = await startMatchingFixture({ sync: 'always' })
  const flow = createCommandFlow(11)
  await venue.append(...batches(flow, 20))
  await venue.log.server.kill()
  const restore = await venue.log.server.saveStore()
  await venue.log.server.start()
  await using started = await venue.start()
  await venue.append(...batches(flow, 20))
  await venue.settled(started)
  await venue.log.server.kill()
  await restore()
  await venue.log.server.start()
  const why = await until('it ends', () => started.refusal())
  t.is(why.kind, 'LogRefused')
})

test('C5: stored events that differ from the replay are refused before anything is accepted', async (t) => {
  await using venue = await startMatchingFixture()
  const flow = createCommandFlow(12)
  await venue.append(...batches(flow, 10))
  const replay = createBatchApplier()
  const target = { stream: eventStream(0), subject: eventSubject(0), inFlightMax: 8 }
  await using liar = createLogPublisher(venue.link, target)
  for (const { seq, timeNs, data } of await readWholeLog(venue.link, 'TE_CMD_0')) {
    const { bytes } = replay.apply(seq, timeNs, data).parts[0]
    if (seq === 7) bytes[bytes.length - 1] = 255
    const expectedLastMsgId = seq === 1 ? '' : `0:${seq - 1}`
    await liar.publish(bytes, { msgId: `0:${seq}`, expectedLastMsgId })
  }
  t.is(await refusalOf(venue), 'LogRefused')
})
