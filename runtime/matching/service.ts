// (3)-(6) The shard's loop: command batches in stream order through the engine, event batches out.
// Recovery is the same loop before the point where the log stood at the start; only there does the
// role change, and with it what the gateway may send.

import {
  getMessage,
  type LogReader,
  type NatsLink,
  readLog,
  type SnapshotStore,
  streamExtent,
} from '#adapters/nats/index.ts'
import { OperationalError } from '#contracts/errors.ts'
import { commandStream } from '#contracts/subjects.ts'
import {
  createEventPublisher,
  type EventPublisher,
  isSameMessage,
  type PublishEnd,
  wholeSeqOf,
} from './event-publisher.ts'
import type { BROKEN_MARK, HighWaterMark, MarkKeeper } from './high-water-mark.ts'
import type { AppliedBatch, BatchApplier } from './journal/batch-applier.ts'
import type { MatchingMetrics } from './metrics.ts'
import {
  checkMark,
  createEventComparer,
  type EventComparer,
  findStart,
  type RecoveryStart,
} from './recovery.ts'
import { Refusal } from './refusal.ts'
import type { SnapshotThread } from './snapshot-thread.ts'
import { createSnapshotKeeper, type SnapshotKeeper, type TakenSnapshot } from './snapshots.ts'

const RETRY_MS = 200

/** A shard's part now. */
export type MatchingRole = 'recovering' | 'leader' | 'ended'

export interface MatchingOptions {
  readonly link: NatsLink
  readonly store: SnapshotStore
  /** Finishes snapshots beside the loop. */
  readonly snapshotThread: SnapshotThread
  readonly marks: MarkKeeper
  readonly mark: HighWaterMark | typeof BROKEN_MARK | null
  readonly shard: number
  /** Of this leadership; a header of every event batch. */
  readonly epoch: number
  /** Commands between two snapshots. */
  readonly snapshotEvery: number
  /** Event messages sent and not stored yet. */
  readonly inFlightMax: number
  /** Only tests cut event batches elsewhere than the log does. */
  readonly partBytesMax?: number
  readonly metrics: MatchingMetrics
  readonly log: {
    info(fields: object, message: string): void
    warn(fields: object, message: string): void
  }
  /** The process must end: it cannot go on with this log. */
  readonly onEnd: (refusal: Refusal) => void
}

/** A running shard. */
export interface MatchingService extends AsyncDisposable {
  readonly role: () => MatchingRole
  /** Sequence of the last command batch applied. */
  readonly seq: () => number
  readonly applier: () => BatchApplier
  /** Resolves when the shard has caught up with the log as it stood at the start, or has ended. */
  readonly recovered: Promise<void>
  /** Takes a snapshot, as soon as there is memory for it; resolves when it is stored. */
  readonly snapshot: () => Promise<TakenSnapshot>
  /** Stops taking commands and waits until the events of those taken are stored. */
  readonly drain: () => Promise<void>
}

interface State {
  readonly options: MatchingOptions
  readonly start: RecoveryStart
  readonly applier: BatchApplier
  readonly publisher: EventPublisher
  readonly comparer: EventComparer
  readonly snapshots: SnapshotKeeper
  reader: LogReader | undefined
  /** Number of the last event message of what was applied. */
  message: number
  role: MatchingRole
  isEnded: boolean
  /** Resolved when the shard ends: nobody waits for more. */
  readonly ended: PromiseWithResolvers<void>
  commandsSinceSnapshot: number
  /** Stream time of the last batch applied: what the log must still say after a reconnect. */
  lastLogTime: bigint
  isSnapshotting: boolean
  /** False from a disconnect until the log was seen to be the same. */
  isLogConfirmed: boolean
}

/** Finds the start and begins to apply. Errors: Refusal. */
export async function startMatching(options: MatchingOptions): Promise<MatchingService> {
  const { link, shard, log } = options
  const start = await findStartPatiently(options)
  const { applier, snapshotSeq, snapshotMessage, targetSeq, tail } = start
  const storedSeq = wholeSeqOf(tail)
  log.info({ shard, snapshotSeq, targetSeq, storedSeq }, 'recovering')
  const publisher = createEventPublisher(link, {
    shard,
    epoch: options.epoch,
    tail,
    inFlightMax: options.inFlightMax,
    onStored: (_seq, latencyMs) => options.metrics.stored(latencyMs),
    onConflict: (seq) => log.warn({ shard, seq }, 'the fence refused an event batch'),
    onEnd: (why, detail) => end(state, publishRefusal(why, detail)),
  })
  const state: State = {
    options,
    start,
    applier,
    publisher,
    comparer: createEventComparer(link, shard, start),
    snapshots: createSnapshotKeeper(options.snapshotThread, shard, snapshotSeq, async (seq) => {
      await publisher.stored(seq)
      await options.marks.flush()
    }),
    reader: undefined,
    message: snapshotMessage,
    role: 'recovering',
    isEnded: false,
    ended: Promise.withResolvers<void>(),
    commandsSinceSnapshot: 0,
    lastLogTime: 0n,
    isSnapshotting: false,
    isLogConfirmed: true,
  }
  const recovered = recover(state)
  const stopWatching = link.onStatus((status) => {
    if (status === 'disconnected') {
      state.isLogConfirmed = false
      state.reader?.pause()
    }
    if (status === 'reconnected') void confirmLog(state)
  })
  return {
    role: () => state.role,
    seq: () => applier.seq(),
    applier: () => applier,
    recovered,
    snapshot: () => takeSnapshot(state),
    drain: () => drain(state),
    [Symbol.asyncDispose]: async () => {
      state.isEnded = true
      state.role = 'ended'
      state.ended.resolve()
      stopWatching()
      await state.reader?.[Symbol.asyncDispose]()
      await state.comparer[Symbol.asyncDispose]()
      await publisher[Symbol.asyncDispose]()
    },
  }
}

/** NATS may be away while a shard starts: that is no reason to give up. */
async function findStartPatiently(options: MatchingOptions): Promise<RecoveryStart> {
  for (;;) {
    try {
      return await findStart(options.link, options.store, options)
    } catch (err) {
      if (!(err instanceof OperationalError) || !err.retryable) throw err
      options.log.warn({ err }, 'cannot read the log yet')
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}

function publishRefusal(why: PublishEnd, detail: string): Refusal {
  return new Refusal(why === 'Superseded' ? 'SteppedDown' : 'LogRefused', detail)
}

async function recover(state: State): Promise<void> {
  const { options, start, comparer, publisher } = state
  const startedAt = performance.now()
  const { promise, resolve } = Promise.withResolvers<void>()
  state.reader = readLog(options.link, {
    stream: commandStream(options.shard),
    startSeq: start.applier.seq() + 1,
    onMessage: (seq, timeNs, data, pending) => {
      options.metrics.lag(pending)
      takeBatch(state, seq, timeNs, data)
      if (seq === start.targetSeq) resolve()
    },
    onLost: (error) => end(state, new Refusal('LogRefused', error.message)),
  })
  if (start.applier.seq() >= start.targetSeq) resolve()
  try {
    await Promise.race([Promise.all([promise, comparer.done]), state.ended.promise])
    await comparer[Symbol.asyncDispose]()
    if (!state.isEnded) await publisher.stored(start.targetSeq)
  } catch (error) {
    return end(state, asRefusal(error))
  }
  if (state.isEnded) return
  state.role = 'leader'
  const durationMs = performance.now() - startedAt
  options.metrics.recovered(durationMs)
  const batches = start.targetSeq - start.snapshotSeq
  options.log.info({ batches, seq: state.applier.seq(), durationMs }, 'recovered')
}

function asRefusal(error: unknown): Refusal {
  return error instanceof Refusal ? error : new Refusal('LogRefused', String(error))
}

function takeBatch(state: State, seq: number, timeNs: bigint, data: Uint8Array): void {
  if (state.isEnded) return
  const { options, applier, start } = state
  const startedAt = performance.now()
  const applied = applier.apply(seq, timeNs, data)
  state.lastLogTime = timeNs
  options.metrics.applied(applied, performance.now() - startedAt)
  if (applied.malformed > 0) {
    options.log.warn({ seq, malformed: applied.malformed }, 'undecodable records in a batch')
  }
  options.marks.raise(seq, applier.chain())
  if (seq <= start.targetSeq) {
    try {
      checkMark(applier, options.mark)
    } catch (error) {
      return end(state, asRefusal(error))
    }
  }
  if (!takeEvents(state, seq, applied)) {
    const text = `message ${start.tail.message} of the event log is not what the command log gives`
    return end(state, new Refusal('LogRefused', text))
  }
  state.commandsSinceSnapshot += applied.commands
  if (state.commandsSinceSnapshot >= options.snapshotEvery) snapshotInBackground(state)
}

/**
 * Each event message is compared with the one that is stored, or published. False: the last one that
 * is stored is another part of another batch, or there is none of ours for it.
 */
function takeEvents(state: State, seq: number, { parts }: AppliedBatch): boolean {
  const { options, publisher, comparer } = state
  const { tail, targetSeq } = state.start
  for (const [part, { bytes, chain }] of parts.entries()) {
    const place = { seq, part, isLast: part === parts.length - 1 }
    state.message += 1
    if (state.message > tail.message) publisher.publish(seq, bytes, place)
    else comparer.expect(state.message, chain)
    if (state.message === tail.message && !isSameMessage(place, tail)) return false
  }
  if (publisher.pending() >= options.inFlightMax) holdBack(state)
  return seq !== targetSeq || state.message >= tail.message
}

function holdBack(state: State): void {
  state.reader?.pause()
  void state.publisher.room().then(() => {
    if (!state.isEnded && state.isLogConfirmed) state.reader?.resume()
  })
}

function snapshotInBackground(state: State): void {
  if (state.isSnapshotting || state.role !== 'leader') return
  state.isSnapshotting = true
  takeSnapshot(state)
    .catch((err: unknown) => state.options.log.warn({ err }, 'snapshot not stored'))
    .finally(() => {
      state.isSnapshotting = false
    })
}

async function takeSnapshot(state: State): Promise<TakenSnapshot> {
  const startedAt = performance.now()
  state.commandsSinceSnapshot = 0
  const stored = await state.snapshots.take(state.applier)
  const totalMs = performance.now() - startedAt
  state.options.metrics.snapshot(stored.copyMs, totalMs)
  state.options.log.info({ ...stored, totalMs }, 'snapshot stored')
  return stored
}

/** After a reconnect: the log must still be the one that was applied (a power cut may shorten it). */
async function confirmLog(state: State): Promise<void> {
  const { options, applier } = state
  const stream = commandStream(options.shard)
  while (!state.isEnded) {
    try {
      const seq = applier.seq()
      const { lastSeq } = await streamExtent(options.link, stream)
      const last =
        seq === 0 || state.lastLogTime === 0n ? null : await getMessage(options.link, stream, seq)
      if (lastSeq < seq || (last !== null && last.timeNs !== state.lastLogTime)) {
        const text = `the command log ends at ${lastSeq} or is another one; ${seq} was applied`
        return end(state, new Refusal('LogRefused', text))
      }
      state.isLogConfirmed = true
      state.reader?.resume()
      return
    } catch {
      if (!options.link.isConnected()) return
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}

async function drain(state: State): Promise<void> {
  await state.reader?.[Symbol.asyncDispose]()
  await state.publisher.stored(state.applier.seq())
}

function end(state: State, refusal: Refusal): void {
  if (state.isEnded) return
  state.isEnded = true
  state.role = 'ended'
  state.ended.resolve()
  void state.reader?.[Symbol.asyncDispose]()
  void state.publisher[Symbol.asyncDispose]()
  state.options.onEnd(refusal)
}
