// (9) The feed: follows the event log, answers questions once it has caught up, stops in order.
// NATS down: not ready. Redis or InfluxDB down: degraded, market data goes on.

import type { Registry } from 'prom-client'
import type { Influx, InfluxSpool } from '#adapters/influx/index.ts'
import {
  type EventFollower,
  followEvents,
  messageOfBatch,
  type NatsLink,
  type NatsSubscription,
  readLog,
  streamExtent,
} from '#adapters/nats/index.ts'
import type { MarketCache } from '#adapters/redis/index.ts'
import type { Logger } from '#adapters/service/index.ts'
import { readEventHeader } from '#contracts/event-codec.ts'
import { eventStream, feedRequestSubject } from '#contracts/subjects.ts'
import type { FeedConfig } from './config.ts'
import { createIntake, type Intake } from './intake.ts'
import { createFeedResponder, FEED_METHODS } from './requests.ts'

/** What the feed stands on. */
export interface FeedParts {
  readonly config: Pick<FeedConfig, 'shard' | 'dataDir' | 'snapshotEvery'>
  readonly link: NatsLink
  readonly influx: Influx
  readonly cache: Pick<MarketCache, 'write'>
  readonly log: Logger
  readonly registry: Registry
  readonly now?: () => number
}

/** A running feed. */
export interface Feed {
  /** Resolves when the log is caught up and questions are answered. */
  readonly ready: Promise<void>
  readonly isReady: () => boolean
  /** Last event batch applied. */
  readonly seq: () => number
  /** The snapshot's event that it started from; 0 without one. */
  readonly startedFrom: number
  /** Stops, writes what is spooled and a snapshot; at most some seconds. */
  readonly stop: () => Promise<void>
}

/** Tickers and candles at most four times a second. */
const CONFLATE_MS = 250
/** With more messages than that behind, the log is read with back-pressure from InfluxDB first. */
const BULK_MIN = 1_000
/** Half of the spool: reading pauses until InfluxDB has taken some. */
const SPOOL_PAUSE = 100_000
const FLUSH_MS = 3_000
const QUEUE = 'feed'

/** Starts the feed; catching up goes on in the background. */
export async function startFeed(parts: FeedParts): Promise<Feed> {
  const { config, influx, log } = parts
  void influx.ensureDatabase().catch(() => undefined)
  const intake = await createIntake(parts)
  const { state, spool, snapshots, startSeq } = intake
  const stopping = new AbortController()
  const { signal } = stopping
  const closers: (() => void)[] = []
  let follower: (() => Promise<void>) | undefined
  let isReady = false
  const run = async (): Promise<void> => {
    await readBulk(parts, intake, signal)
    if (signal.aborted) return
    const following = follow(parts, intake, signal)
    follower = following.close
    await following.ready
    if (signal.aborted) return
    closers.push(...answerQuestions(parts, intake))
    const timer = setInterval(intake.conflate, CONFLATE_MS)
    closers.push(() => clearInterval(timer))
    isReady = true
    log.info({ seq: state.seq, startSeq, shard: config.shard }, 'caught up')
  }
  return {
    ready: run(),
    isReady: () => isReady && !signal.aborted,
    seq: () => state.seq,
    startedFrom: startSeq,
    stop: async () => {
      stopping.abort()
      for (const close of closers) close()
      await follower?.()
      await spool.flush(FLUSH_MS)
      await snapshots.finish()
      await spool[Symbol.asyncDispose]()
    },
  }
}

/** Follows from behind the state; a batch that does not follow starts anew from there (C8). */
function follow({ config, link, log }: FeedParts, intake: Intake, signal: AbortSignal) {
  const { state, counts } = intake
  const open = (): EventFollower =>
    followEvents(link, {
      shard: config.shard,
      startSeq: state.seq + 1,
      signal,
      onGap: (from) => {
        // The log behind a start is no gap.
        if (!isCaughtUp) return
        counts.gaps++
        log.warn({ from }, 'event batches missing; reading them from the log')
      },
      onBatch: (seq, data) => {
        if (intake.onBatch(seq, data)) return
        counts.gaps++
        log.error({ expected: state.seq + 1, got: seq }, 'event batches do not follow; again')
        void current[Symbol.asyncDispose]()
        current = open()
      },
    })
  let isCaughtUp = false
  let current = open()
  const ready = current.ready.then(() => {
    isCaughtUp = true
  })
  return { ready, close: async () => current[Symbol.asyncDispose]() }
}

/** Subscribes to the questions; answers the closers. */
function answerQuestions(parts: FeedParts, { state }: Intake): (() => void)[] {
  const { link, influx } = parts
  const respond = createFeedResponder(state, influx, parts.now ?? Date.now)
  const opened = FEED_METHODS.map((method): NatsSubscription => {
    const subject = feedRequestSubject(method)
    return link.subscribe(
      subject,
      (data, message) => {
        const body = Buffer.from(data).toString('utf8')
        void respond(method, body).then((text) => message.respond(text))
      },
      { queue: QUEUE },
    )
  })
  return opened.map(({ unsubscribe }) => unsubscribe)
}

/** Reads a long log, pausing while InfluxDB is alive but behind. */
async function readBulk(
  { link, config }: FeedParts,
  { state, spool, onBatch }: Intake,
  signal: AbortSignal,
): Promise<void> {
  const stream = eventStream(config.shard)
  const head = await streamExtent(link, stream).then(
    ({ lastSeq }) => lastSeq,
    () => 0,
  )
  if (head - state.seq < BULK_MIN) return
  const startSeq = await messageOfBatch(link, config.shard, state.seq + 1)
  if (head - startSeq < BULK_MIN) return
  const done = Promise.withResolvers<void>()
  const reader = readLog(link, {
    stream,
    startSeq,
    signal,
    onLost: (error) => done.reject(error),
    onMessage: (message, _timeNs, data) => {
      onBatch(readEventHeader(data).seq, data)
      if (message >= head) return done.resolve()
      if (!isBehind(spool)) return
      reader.pause()
      void waitForRoom(spool, signal).then(reader.resume)
    },
  })
  signal.addEventListener('abort', () => done.resolve(), { once: true })
  await done.promise
  await reader[Symbol.asyncDispose]()
}

function isBehind(spool: InfluxSpool): boolean {
  const { size, isHealthy } = spool.state()
  return isHealthy && size >= SPOOL_PAUSE
}

async function waitForRoom(spool: InfluxSpool, signal: AbortSignal): Promise<void> {
  while (isBehind(spool) && !signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
