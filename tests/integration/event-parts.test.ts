// Batches in parts on a real server: whole, cut at every point, by zombies, and read by followers.
// The parts are small here (2 KB), so that they need no hundred thousand orders; matching-kill has one
// at the size of the log.

import { join } from 'node:path'
import test from 'ava'
import {
  createLogPublisher,
  followEvents,
  messageOfBatch,
  type NatsLink,
  streamState,
} from '#adapters/nats/index.ts'
import { readEventHeader } from '#contracts/event-codec.ts'
import { commandStream, eventStream, eventSubject } from '#contracts/subjects.ts'
import {
  createEventPublisher,
  eventMsgId,
  readEventTail,
} from '../../runtime/matching/event-publisher.ts'
import {
  type AppliedPart,
  createBatchApplier,
} from '../../runtime/matching/journal/batch-applier.ts'
import type { Refusal } from '../../runtime/matching/refusal.ts'
import { createCommandFlow } from '../helpers/command-flow.ts'
import { type MatchingFixture, startMatchingFixture } from '../helpers/matching-fixture.ts'
import { compareWithReplay, readWholeLog } from '../helpers/replay-log.ts'
import { shortenWindow } from '../helpers/short-window.ts'
import { until } from '../helpers/until.ts'

const SMALL = { partBytesMax: 2_048 }
const COMMANDS_MAX = 60

/** One event message of a replay and its header's words. */
interface Replayed {
  readonly seq: number
  readonly part: number
  readonly isLast: boolean
  readonly bytes: Uint8Array
}

async function replayOf(link: NatsLink, options = SMALL): Promise<Replayed[]> {
  const applier = createBatchApplier(undefined, options)
  const messages: Replayed[] = []
  for (const { seq, timeNs, data } of await readWholeLog(link, commandStream(0))) {
    const { parts } = applier.apply(seq, timeNs, data)
    parts.forEach(({ bytes }: AppliedPart, part) =>
      messages.push({ seq, part, isLast: part === parts.length - 1, bytes }),
    )
  }
  return messages
}

/** Stores messages as a matching that died had done, after the ids of those before. */
async function publishAs(link: NatsLink, all: readonly Replayed[], from: number, to: number) {
  const target = { stream: eventStream(0), subject: eventSubject(0), inFlightMax: 8 }
  await using dead = createLogPublisher(link, target)
  for (let i = from; i < to; i++) {
    const [message, before] = [all[i], all[i - 1]]
    if (message === undefined) throw new Error('there are not so many messages')
    const expectedLastMsgId = before === undefined ? '' : eventMsgId(0, before)
    await dead.publish(message.bytes, { msgId: eventMsgId(0, message), expectedLastMsgId })
  }
}

async function appendFlow(venue: MatchingFixture, seed: number, batches: number): Promise<void> {
  const flow = createCommandFlow(seed)
  await venue.append(...Array.from({ length: batches }, () => flow.next(COMMANDS_MAX)))
}

/** Starts, waits until all is stored, ends; says why it ended if it did by itself. */
async function runOnce(venue: MatchingFixture): Promise<string> {
  try {
    await using started = await venue.start()
    await venue.settled(started)
    return 'settled'
  } catch (error) {
    return (error as Refusal).kind
  }
}

test('batches in parts are stored once, in order, as a replay gives them, and recovered', async (t) => {
  await using venue = await startMatchingFixture(SMALL)
  await appendFlow(venue, 61, 60)
  t.is(await runOnce(venue), 'settled')
  const first = await compareWithReplay(venue.link, 0, SMALL)
  t.deepEqual(first.different, [])
  t.true(first.messages > 150, `${first.messages} messages`)
  t.is((await streamState(venue.link, eventStream(0))).lastSeq, first.messages)
  const other = createCommandFlow(62, 2)
  other.next()
  await using started = await venue.start()
  await venue.append(...Array.from({ length: 40 }, () => other.next(COMMANDS_MAX)))
  await venue.settled(started)
  const { different, batches } = await compareWithReplay(venue.link, 0, SMALL)
  t.deepEqual([different, batches], [[], 100])
})

test('a restart from a snapshot finds its place among the parts', async (t) => {
  await using venue = await startMatchingFixture(SMALL)
  await appendFlow(venue, 63, 30)
  {
    await using started = await venue.start()
    await venue.settled(started)
    t.is((await started.service.snapshot()).seq, 30)
  }
  const other = createCommandFlow(64, 2)
  other.next()
  await venue.append(...Array.from({ length: 20 }, () => other.next(COMMANDS_MAX)))
  t.is(await runOnce(venue), 'settled')
  t.is(await runOnce(venue), 'settled', 'and once more, with all of it stored')
  const result = await compareWithReplay(venue.link, 0, SMALL)
  t.deepEqual(result.different, [])
  for (const seq of [1, 2, 17, 30, 31, 50]) {
    const message = await messageOfBatch(venue.link, 0, seq)
    const log = await readWholeLog(venue.link, eventStream(0))
    t.like(readEventHeader(log[message - 1]?.data ?? new Uint8Array()), { seq, part: 0 })
  }
  t.is(await messageOfBatch(venue.link, 0, 51), result.messages + 1)
})

test('F1: from a tail at any part of a batch the missing ones are stored, and no other', async (t) => {
  const cuts: string[] = []
  for (let extra = 0; ; extra++) {
    await using venue = await startMatchingFixture(SMALL)
    await appendFlow(venue, 65, 12)
    const all = await replayOf(venue.link)
    const start = all.findIndex(({ seq }) => seq === 5)
    const parts = all.filter(({ seq }) => seq === 5).length
    await publishAs(venue.link, all, 0, start + extra)
    const { lastMsgId } = await streamState(venue.link, eventStream(0))
    cuts.push(lastMsgId)
    t.is(await runOnce(venue), 'settled', lastMsgId)
    const result = await compareWithReplay(venue.link, 0, SMALL)
    t.deepEqual([result.different, result.messages], [[], all.length])
    if (extra === parts) break
  }
  t.log(cuts.join(' '))
  t.true(cuts.length > 6, 'a batch of several parts was cut at each of them')
  t.deepEqual([cuts.at(0), cuts.at(1), cuts.at(-1)], ['0:4', '0:5.0', '0:5'])
})

test('C5: a tail in mid-batch that the command log does not give is refused', async (t) => {
  const refused = async (spoil: (all: Replayed[], at: number) => void): Promise<string> => {
    await using venue = await startMatchingFixture(SMALL)
    await appendFlow(venue, 65, 8)
    const all = await replayOf(venue.link)
    const start = all.findIndex(({ seq }) => seq === 8)
    spoil(all, start)
    await publishAs(venue.link, all, 0, start + 2)
    return await runOnce(venue)
  }
  t.is(await refused(() => undefined), 'settled')
  const anotherByte = await refused((all, at) => {
    const bytes = all[at]?.bytes ?? new Uint8Array()
    bytes[bytes.length - 1] = 255
  })
  t.is(anotherByte, 'LogRefused')
  const anotherCut = await refused((all, at) => {
    const whole = all.splice(at)
    const [first] = whole
    if (first !== undefined) all.push({ ...first, isLast: true }, { ...first, seq: 9 })
  })
  t.is(anotherCut, 'LogRefused')
})

test('C5: a log that has more parts than its commands give is refused, not waited for', async (t) => {
  await using venue = await startMatchingFixture(SMALL)
  await appendFlow(venue, 65, 8)
  const all = await replayOf(venue.link)
  const last = all.at(-1)
  if (last === undefined) return t.fail()
  const more = [...all.slice(0, -1), { ...last, isLast: false }, { ...last, part: last.part + 1 }]
  await publishAs(venue.link, more, 0, more.length)
  t.is(await runOnce(venue), 'LogRefused')
})

test('C5: a log that was cut at another size is refused', async (t) => {
  await using venue = await startMatchingFixture(SMALL)
  await appendFlow(venue, 66, 10)
  const all = await replayOf(venue.link, { partBytesMax: 4_096 })
  await publishAs(venue.link, all, 0, all.length)
  t.is(await runOnce(venue), 'LogRefused')
})

test('D4: two leaders of one shard store each part once', async (t) => {
  await using venue = await startMatchingFixture(SMALL)
  await using a = await venue.start()
  await venue.settled(a)
  const link = await venue.log.connect('b')
  await using b = await venue.start({ link, epoch: 2, dataDir: join(venue.dataDir, 'b') })
  for (let i = 0; i < 5; i++) await appendFlow(venue, 70 + i, 6)
  const alive = [a, b].filter(({ refusal }) => refusal() === undefined)
  for (const { refusal } of [a, b]) t.true([undefined, 'SteppedDown'].includes(refusal()?.kind))
  const [leader] = alive
  if (leader === undefined) return t.fail('a leader goes on')
  await venue.settled(leader)
  t.deepEqual((await compareWithReplay(venue.link, 0, SMALL)).different, [])
})

test('X2: a zombie that goes on with the parts of an old epoch gets none of them stored', async (t) => {
  await using venue = await startMatchingFixture(SMALL)
  await shortenWindow(venue.link, eventStream(0), 100)
  await appendFlow(venue, 65, 12)
  const all = await replayOf(venue.link)
  const start = all.findIndex(({ seq }) => seq === 8)
  await publishAs(venue.link, all, 0, start + 1)
  const tail = readEventTail(0, start + 1, '0:8.0')
  if (tail === null) return t.fail()
  // It sleeps between two parts; meanwhile another leader stores the rest, and the window passes.
  t.is(await runOnce(venue), 'settled')
  await new Promise((resolve) => setTimeout(resolve, 300))
  const ended: string[] = []
  await using zombie = createEventPublisher(await venue.log.connect('zombie'), {
    shard: 0,
    epoch: 1,
    tail,
    inFlightMax: 16,
    onEnd: (why) => void ended.push(why),
  })
  for (const { seq, bytes, part, isLast } of all.slice(start + 1)) {
    if (seq === 8) zombie.publish(seq, bytes, { part, isLast })
  }
  await until('it has stepped down', () => ended.length > 0)
  t.deepEqual(ended, ['Superseded'])
  const result = await compareWithReplay(venue.link, 0, SMALL)
  t.deepEqual([result.different, result.messages], [[], all.length])
})

test('C8: every dropped live part is noticed and read from the log, each once and in order', async (t) => {
  await using venue = await startMatchingFixture(SMALL)
  await appendFlow(venue, 65, 5)
  t.is(await runOnce(venue), 'settled')
  const { link } = venue
  let live = 0
  const lossy: NatsLink = {
    ...link,
    subscribe: (subject, onMessage) =>
      link.subscribe(subject, (data, message) => {
        if (subject !== eventSubject(0) || ++live % 5 !== 0) onMessage(data, message)
      }),
  }
  const seen: Buffer[] = []
  const gaps: number[] = []
  await using follower = followEvents(lossy, {
    shard: 0,
    startSeq: 3,
    onBatch: (_seq, data) => seen.push(Buffer.from(data)),
    onGap: (from) => gaps.push(from),
  })
  await follower.ready
  t.is(follower.position(), 5)
  t.like(readEventHeader(seen[0] ?? Buffer.alloc(0)), { seq: 3, part: 0 })
  await using started = await venue.start()
  const other = createCommandFlow(67, 2)
  other.next()
  await venue.append(...Array.from({ length: 60 }, () => other.next(COMMANDS_MAX)))
  await venue.settled(started)
  await until('all is seen', () => follower.position() === 65)
  const log = await readWholeLog(link, eventStream(0))
  const first = (await messageOfBatch(link, 0, 3)) - 1
  t.is(seen.length, log.length - first)
  t.true(seen.every((data, i) => data.equals(log[first + i]?.data ?? new Uint8Array())))
  t.true(gaps.length > 3, `${gaps.length} gaps`)
})
