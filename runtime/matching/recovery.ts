// Where a shard starts: the newest good snapshot, if the logs and the high-water mark agree that it
// can be one. What follows is the same loop as ever; until it has caught up nothing is accepted.

import {
  type NatsLink,
  readLog,
  type SnapshotStore,
  type StreamState,
  streamState,
} from '#adapters/nats/index.ts'
import { readEventHeader } from '#contracts/event-codec.ts'
import { commandStream, eventStream } from '#contracts/subjects.ts'
import { eventMsgId } from './event-publisher.ts'
import { BROKEN_MARK, type HighWaterMark } from './high-water-mark.ts'
import { type BatchApplier, chainAfter, createBatchApplier } from './journal/batch-applier.ts'
import { Refusal } from './refusal.ts'
import type { Snapshot } from './snapshot-format.ts'
import { goodSnapshots } from './snapshots.ts'

/** A shard that stands at its snapshot, and what it has to go through before it is recovered. */
export interface RecoveryStart {
  readonly applier: BatchApplier
  /** Sequence of the snapshot; 0 when there was none. */
  readonly snapshotSeq: number
  /** Last command batch that the log held when recovery began. */
  readonly targetSeq: number
  /** Last event batch that was stored when recovery began. */
  readonly storedSeq: number
}

export interface RecoveryOptions {
  readonly shard: number
  readonly mark: HighWaterMark | typeof BROKEN_MARK | null
  readonly log: { warn(fields: object, message: string): void }
}

/** Finds the start. Errors: Refusal when the logs contradict the mark, each other or a snapshot. */
export async function findStart(
  link: NatsLink,
  store: SnapshotStore,
  options: RecoveryOptions,
): Promise<RecoveryStart> {
  const { shard, mark, log } = options
  const commands = await streamState(link, commandStream(shard))
  const events = await streamState(link, eventStream(shard))
  checkLogs(shard, commands, events, mark)
  const onBad = (name: string): void => log.warn({ snapshot: name }, 'snapshot skipped: not whole')
  for await (const snapshot of goodSnapshots(store, shard, onBad)) {
    const { seq } = snapshot
    if (seq > commands.lastSeq) {
      refuse(`a snapshot is at ${seq}, the command log ends at ${commands.lastSeq}`)
    }
    if (seq > events.lastSeq) {
      log.warn({ seq, storedSeq: events.lastSeq }, 'snapshot skipped: its events are not stored')
      continue
    }
    const applier = restore(snapshot, log)
    if (applier === null) continue
    if (commands.firstSeq > seq + 1) {
      refuse(`the command log begins at ${commands.firstSeq}, the snapshot is at ${seq}`)
    }
    checkMark(applier, mark)
    return start(applier, seq, commands, events)
  }
  if (commands.firstSeq > 1) {
    refuse(`the command log begins at ${commands.firstSeq} and there is no snapshot to start from`)
  }
  return start(createBatchApplier(), 0, commands, events)
}

function start(
  applier: BatchApplier,
  snapshotSeq: number,
  commands: StreamState,
  events: StreamState,
): RecoveryStart {
  return { applier, snapshotSeq, targetSeq: commands.lastSeq, storedSeq: events.lastSeq }
}

function checkLogs(
  shard: number,
  commands: StreamState,
  events: StreamState,
  mark: RecoveryOptions['mark'],
): void {
  if (mark === BROKEN_MARK) refuse('the high-water mark file cannot be read')
  if (mark !== null && commands.lastSeq < mark.seq) {
    refuse(`the command log ends at ${commands.lastSeq}, but it was at ${mark.seq} before`)
  }
  if (events.lastSeq > commands.lastSeq) {
    refuse(`the event log is at ${events.lastSeq}, the command log at ${commands.lastSeq}`)
  }
  if (events.lastMsgId !== eventMsgId(shard, events.lastSeq)) {
    refuse(`the last event batch ${events.lastSeq} carries the id "${events.lastMsgId}"`)
  }
}

/** Loads a snapshot into a fresh engine; null when the engine cannot take it or differs. */
function restore(snapshot: Snapshot, log: RecoveryOptions['log']): BatchApplier | null {
  const { seq } = snapshot
  try {
    const applier = createBatchApplier((engine) => {
      engine.loadSnapshot(snapshot.state)
      return snapshot
    })
    if (applier.engine.stateHash() === snapshot.stateHash) return applier
    log.warn({ seq }, 'snapshot skipped: the state hash differs')
  } catch (err) {
    log.warn({ seq, err }, 'snapshot skipped: the engine cannot load it')
  }
  return null
}

/** Refuses when the state at the mark's sequence came out of other events than the mark's. */
export function checkMark(applier: BatchApplier, mark: RecoveryOptions['mark']): void {
  if (mark === null || mark === BROKEN_MARK || applier.seq() !== mark.seq) return
  const chain = Buffer.from(applier.chain()).toString('hex')
  if (chain !== mark.chain) refuse(`the log gives other events up to ${mark.seq} than before`)
}

function refuse(why: string): never {
  throw new Refusal(
    'LogRefused',
    `${why}. The log is not the one that this shard has written; matching does not start on it, ` +
      'because it would give numbers that the world has seen to other orders. Restore the NATS ' +
      'store, or remove the store and the high-water mark together to begin anew.',
  )
}

/** Compares what is replayed with what is stored. */
export interface EventComparer extends AsyncDisposable {
  /** The replay's running hash after a batch. */
  readonly expect: (seq: number, chain: Uint8Array) => void
  /** Resolves when all stored batches were compared. Errors: Refusal at the first that differs. */
  readonly done: Promise<void>
}

/** Reads the stored batches behind a snapshot and holds them against the replay. */
export function createEventComparer(
  link: NatsLink,
  shard: number,
  { applier, snapshotSeq, storedSeq }: RecoveryStart,
): EventComparer {
  const expected = new Map<number, Uint8Array>()
  const found = new Map<number, Uint8Array>()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  promise.catch(() => undefined)
  let chain = applier.chain()
  const compare = (seq: number): void => {
    const ours = expected.get(seq)
    const theirs = found.get(seq)
    if (ours === undefined || theirs === undefined) return
    expected.delete(seq)
    found.delete(seq)
    if (Buffer.compare(ours, theirs) !== 0) {
      const text = `the stored event batch ${seq} is not what the command log gives`
      reject(new Refusal('LogRefused', text))
    } else if (seq === storedSeq) resolve()
  }
  if (storedSeq <= snapshotSeq) resolve()
  const reader =
    storedSeq <= snapshotSeq
      ? undefined
      : readLog(link, {
          stream: eventStream(shard),
          startSeq: snapshotSeq + 1,
          onMessage: (seq, _timeNs, data) => {
            if (seq > storedSeq) return
            if (readEventHeader(data).seq !== seq) {
              const text = `message ${seq} of the event log is another batch`
              return reject(new Refusal('LogRefused', text))
            }
            chain = chainAfter(chain, data)
            found.set(seq, chain)
            compare(seq)
          },
          onLost: reject,
        })
  return {
    expect: (seq, ours) => {
      if (seq > storedSeq) return
      expected.set(seq, ours)
      compare(seq)
    },
    done: promise,
    [Symbol.asyncDispose]: async () => {
      await reader?.[Symbol.asyncDispose]()
    },
  }
}
