import test from 'ava'
import { type NatsLink, streamState } from '#adapters/nats/index.ts'
import { decodeCommandBatch } from '#contracts/command-codec.ts'
import { commandStream, eventStream } from '#contracts/subjects.ts'
import { type ClockOptions, startClock } from '../../runtime/matching/clock.ts'
import { createCommandFlow } from '../helpers/command-flow.ts'
import { startMatchingFixture } from '../helpers/matching-fixture.ts'
import { compareWithReplay, readWholeLog } from '../helpers/replay-log.ts'
import { until } from '../helpers/until.ts'

const EVERY_MS = 20

function clockOf(link: NatsLink, options: Partial<ClockOptions> = {}): AsyncDisposable {
  return startClock(link, {
    shard: 0,
    everyMs: EVERY_MS,
    leads: () => true,
    lost: new AbortController().signal,
    onError: () => undefined,
    ...options,
  })
}

/** Ticks in the log, by their number. */
async function ticksIn(link: NatsLink): Promise<number[]> {
  const batches = (await readWholeLog(link, commandStream(0))).map(({ data }) =>
    decodeCommandBatch(data),
  )
  return batches.flatMap(({ commands, sourceSeq }) =>
    commands[0]?.type === 'Clock' ? [sourceSeq] : [],
  )
}

const untilTicks = (link: NatsLink, count: number) =>
  until(`${count} more ticks`, async () => (await ticksIn(link)).length >= count)

test('the leader tells the time through its own log, and a replay gives the same bytes', async (t) => {
  await using venue = await startMatchingFixture()
  await using started = await venue.start()
  const flow = createCommandFlow(1)
  {
    await using _clock = clockOf(venue.link, { leads: () => started.service.role() === 'leader' })
    for (let i = 0; i < 20; i++) await venue.append(flow.next())
    await untilTicks(venue.link, 5)
  }
  await venue.settled(started)
  const replayed = await compareWithReplay(venue.link)
  t.deepEqual(replayed.different, [])
  t.is(replayed.applier.engine.stateHash(), started.service.applier().engine.stateHash())
  const events = await readWholeLog(venue.link, eventStream(0))
  t.is(events.length, (await streamState(venue.link, commandStream(0))).lastSeq)
})

test('D4: a tick that two leaders tell is stored once', async (t) => {
  await using venue = await startMatchingFixture()
  await using _a = clockOf(venue.link)
  await using _b = clockOf(await venue.log.connect('b'))
  await untilTicks(venue.link, 10)
  const ticks = await ticksIn(venue.link)
  t.is(new Set(ticks).size, ticks.length)
})

test('who does not lead, or may not lead any more, tells no time', async (t) => {
  await using venue = await startMatchingFixture()
  const lease = new AbortController()
  await using _standby = clockOf(venue.link, { leads: () => false })
  await using _lost = clockOf(venue.link, { everyMs: 5, lost: lease.signal })
  await untilTicks(venue.link, 3)
  lease.abort()
  // What was on its way at that moment stands before this.
  await venue.append(createCommandFlow(2).next())
  const told = (await ticksIn(venue.link)).length
  const enough = performance.now() + 100
  await until('20 ticks would have been told', () => performance.now() > enough)
  t.is((await ticksIn(venue.link)).length, told)
})
