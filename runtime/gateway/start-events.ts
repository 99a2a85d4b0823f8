// The start of the event side: the catalogue first, then every event behind it, without a hole
// between the two. A short log is simply read whole; for a long one the feed has the catalogue and
// says up to which sequence, so reading begins right behind it.

import {
  type EventFollower,
  followEvents,
  type NatsLink,
  streamExtent,
} from '#adapters/nats/index.ts'
import type { Logger } from '#adapters/service/index.ts'
import { eventStream } from '#contracts/subjects.ts'
import type { Instrument } from '#domain/instrument.ts'
import type { Catalogue } from './catalogue.ts'
import type { EventRouter } from './events/router.ts'
import type { Rpc } from './rpc.ts'
import { newTraceId } from './trace.ts'

/** Messages that are read faster than a feed is waited for: a second or two of walking. */
const SHORT_LOG = 20_000
const FEED_WAIT_MS = 20_000
const RETRY_MS = 250

/** What the start needs. */
export interface StartEventsParts {
  readonly link: NatsLink
  readonly shard: number
  readonly rpc: Pick<Rpc, 'feed'>
  readonly catalogue: Pick<Catalogue, 'put'>
  readonly router: Pick<EventRouter, 'take'>
  readonly log: Logger
  readonly signal: AbortSignal
}

/** Resolves when the catalogue is complete and events are followed live. */
export async function startEvents(parts: StartEventsParts): Promise<EventFollower> {
  const { link, shard, router, log, signal } = parts
  const startSeq = await chooseStart(parts)
  const follower = followEvents(link, {
    shard,
    startSeq,
    onBatch: router.take,
    onGap: (from) => log.info({ from }, 'reading events from the stream'),
    signal,
  })
  await follower.ready
  log.info({ startSeq, seq: follower.position() }, 'following events')
  return follower
}

async function chooseStart(parts: StartEventsParts): Promise<number> {
  const { link, shard, rpc, catalogue, log, signal } = parts
  const deadline = performance.now() + FEED_WAIT_MS
  while (!signal.aborted) {
    const length = await streamLength(link, shard)
    if (length !== undefined && length <= SHORT_LOG) return 1
    try {
      const { result, seq } = await rpc.feed('instruments', {}, { traceId: newTraceId(), signal })
      if (seq !== undefined) {
        for (const instrument of result as Instrument[]) catalogue.put(instrument)
        return seq + 1
      }
    } catch (err) {
      log.debug({ err }, 'the feed has no catalogue yet')
    }
    if (length !== undefined && performance.now() > deadline) return 1
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
  return 1
}

/** Undefined while the stream is not there or NATS is away. */
async function streamLength(link: NatsLink, shard: number): Promise<number | undefined> {
  try {
    return (await streamExtent(link, eventStream(shard))).messages
  } catch {
    return undefined
  }
}
