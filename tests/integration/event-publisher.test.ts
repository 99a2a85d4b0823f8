// The publisher of event batches against a real server that has forgotten, as one does whose duplicate
// window passed before it was restarted.

import test from 'ava'
import { type NatsLink, streamState } from '#adapters/nats/index.ts'
import {
  createEventPublisher,
  type EventPublisher,
} from '../../runtime/matching/event-publisher.ts'
import { emptyEventBatch, startLog } from '../helpers/log-fixture.ts'
import { shortenWindow } from '../helpers/short-window.ts'

const STREAM = 'TE_EVT_0'
const WINDOW_MS = 100

async function publisherBehind(link: NatsLink, storedSeq: number, conflicts: number[]) {
  const ended: string[] = []
  const publisher: EventPublisher = createEventPublisher(link, {
    shard: 0,
    epoch: 1,
    tail: { message: storedSeq, seq: storedSeq, part: 0, isLast: true },
    inFlightMax: 16,
    onConflict: (seq) => void conflicts.push(seq),
    onEnd: (why, detail) => void ended.push(`${why}: ${detail}`),
  })
  return { publisher, ended }
}

test('L1: after a quiet time and a restart of the server the chain goes on, without gap or repeat', async (t) => {
  await using log = await startLog({ sync: 'always' })
  await shortenWindow(log.link, STREAM, WINDOW_MS)
  const conflicts: number[] = []
  const before = await publisherBehind(log.link, 0, conflicts)
  for (let seq = 1; seq <= 3; seq++) before.publisher.publish(seq, emptyEventBatch(seq))
  await before.publisher.stored(3)
  await before.publisher[Symbol.asyncDispose]()
  // The window must really pass: there is nothing to poll for.
  await new Promise((resolve) => setTimeout(resolve, 3 * WINDOW_MS))
  await log.server.kill()
  await log.server.start()
  const after = await publisherBehind(await log.connect('after'), 3, conflicts)
  for (let seq = 4; seq <= 40; seq++) after.publisher.publish(seq, emptyEventBatch(seq))
  await after.publisher.stored(40)
  t.deepEqual(after.ended, [])
  t.deepEqual(conflicts, [4], 'the server had forgotten: the first batch was refused once')
  t.is((await streamState(await log.connect('reader'), STREAM)).lastSeq, 40)
  await after.publisher[Symbol.asyncDispose]()
})
