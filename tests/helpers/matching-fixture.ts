// A shard's service inside the test's process, on a private NATS server: for tests that need to look
// at it from within. Tests that kill it run it as a process (matching-process.ts).

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import {
  createLogPublisher,
  createSnapshotStore,
  type LogPublisher,
  type NatsLink,
  type SnapshotStore,
  streamState,
} from '#adapters/nats/index.ts'
import { commandStream, commandSubject, eventStream, SNAPSHOT_BUCKET } from '#contracts/subjects.ts'
import { readEventTail } from '../../runtime/matching/event-publisher.ts'
import { createMarkKeeper, markPath, readMark } from '../../runtime/matching/high-water-mark.ts'
import { createMatchingMetrics } from '../../runtime/matching/metrics.ts'
import type { Refusal } from '../../runtime/matching/refusal.ts'
import { type MatchingService, startMatching } from '../../runtime/matching/service.ts'
import { createSnapshotThread } from '../../runtime/matching/snapshot-thread.ts'
import { type LogFixture, startLog } from './log-fixture.ts'
import { until } from './until.ts'

/** A service and why it ended, if it did. */
export interface StartedMatching extends AsyncDisposable {
  readonly service: MatchingService
  readonly refusal: () => Refusal | undefined
}

/** A private server with everything that a shard needs. */
export interface MatchingFixture extends AsyncDisposable {
  readonly log: LogFixture
  readonly link: NatsLink
  readonly store: SnapshotStore
  readonly dataDir: string
  readonly commands: LogPublisher
  /** Appends command batches one after another. */
  readonly append: (...batches: readonly Uint8Array[]) => Promise<void>
  /** Starts the shard; resolves when it has begun to apply. Errors: Refusal. */
  readonly start: (options?: {
    readonly link?: NatsLink
    readonly dataDir?: string
    readonly epoch?: number
  }) => Promise<StartedMatching>
  /** Resolves when a service has applied, and the event log holds, all commands. */
  readonly settled: (started: StartedMatching) => Promise<void>
}

/** Starts the server. */
export async function startMatchingFixture(
  options: { readonly sync?: 'always' | '2m'; readonly partBytesMax?: number } = {},
): Promise<MatchingFixture> {
  const stack = new AsyncDisposableStack()
  const dataDir = await mkdtemp(join(tmpdir(), 'te-matching-'))
  stack.defer(() => rm(dataDir, { recursive: true, force: true }))
  const log = stack.use(await startLog(options))
  const { link } = log
  const store = await createSnapshotStore(link, SNAPSHOT_BUCKET)
  const target = { stream: commandStream(0), subject: commandSubject(0) }
  const commands = stack.use(createLogPublisher(link, { ...target, inFlightMax: 16 }))
  let appended = 0
  return {
    log,
    link,
    store,
    dataDir,
    commands,
    append: async (...batches) => {
      const msgId = (): string => `test:${performance.now()}:${++appended}`
      await Promise.all(batches.map((data) => commands.publish(data, { msgId: msgId() })))
    },
    start: (extra = {}) => startOne({ link, store, dataDir, ...options, ...extra }),
    settled: async ({ service, refusal }) => {
      await service.recovered
      await until('all commands are applied and their events stored', async () => {
        const why = refusal()
        if (why) throw why
        return service.role() === 'leader' && (await isSettled(link, service))
      })
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

async function isSettled(link: NatsLink, service: MatchingService): Promise<boolean> {
  const { lastSeq } = await streamState(link, commandStream(0))
  const events = await streamState(link, eventStream(0))
  const tail = readEventTail(0, events.lastSeq, events.lastMsgId)
  return service.seq() === lastSeq && tail?.seq === lastSeq && tail.isLast
}

async function startOne({
  link,
  store,
  dataDir,
  partBytesMax,
  epoch = 1,
}: {
  readonly link: NatsLink
  readonly store: SnapshotStore
  readonly dataDir: string
  readonly partBytesMax?: number
  readonly epoch?: number
}): Promise<StartedMatching> {
  const path = markPath(dataDir, 0)
  const mark = await readMark(path)
  const marks = await createMarkKeeper(path, (error) => {
    throw error
  })
  let refusal: Refusal | undefined
  const snapshotThread = createSnapshotThread({ natsUrl: link.url, bucket: SNAPSHOT_BUCKET })
  const service = await startMatching({
    link,
    store,
    snapshotThread,
    marks,
    mark,
    shard: 0,
    epoch,
    ...(partBytesMax === undefined ? {} : { partBytesMax }),
    snapshotEvery: 1_000_000,
    inFlightMax: 16,
    metrics: createMatchingMetrics(new Registry()),
    log: { info: () => undefined, warn: () => undefined },
    onEnd: (why) => {
      refusal = why
    },
  }).catch(async (error: unknown) => {
    await marks[Symbol.asyncDispose]()
    throw error
  })
  return {
    service,
    refusal: () => refusal,
    [Symbol.asyncDispose]: async () => {
      await service[Symbol.asyncDispose]()
      await snapshotThread[Symbol.asyncDispose]()
      await marks[Symbol.asyncDispose]()
    },
  }
}
