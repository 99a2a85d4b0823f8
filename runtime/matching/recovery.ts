// Where a shard starts: the newest good snapshot, if the logs and the high-water mark agree that it
// can be one. What follows is the same loop as ever; until it has caught up nothing is accepted.

import {
  messageOfBatch,
  type NatsLink,
  readLog,
  type SnapshotStore,
  type StreamState,
  streamState,
} from '#adapters/nats/index.ts'
import { InputError } from '#contracts/errors.ts'
import { commandStream, eventStream } from '#contracts/subjects.ts'
import { type EventTail, readEventTail, wholeSeqOf } from './event-publisher.ts'
import { BROKEN_MARK, type HighWaterMark } from './high-water-mark.ts'
import {
  type BatchApplier,
  type BatchApplierOptions,
  chainAfter,
  createBatchApplier,
} from './journal/batch-applier.ts'
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
  /** Last event message of the snapshot's batch; 0 when there was no snapshot. */
  readonly snapshotMessage: number
  /** Last event message that was stored when recovery began; it may be in the middle of a batch. */
  readonly tail: EventTail
}

export interface RecoveryOptions {
  readonly shard: number
  readonly mark: HighWaterMark | typeof BROKEN_MARK | null
  readonly log: { warn(fields: object, message: string): void }
  /** Only tests cut event batches elsewhere than the log does. */
  readonly partBytesMax?: number
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
  const tail = checkLogs(shard, commands, events, mark)
  const storedSeq = wholeSeqOf(tail)
  const onBad = (name: string): void => log.warn({ snapshot: name }, 'snapshot skipped: not whole')
  for await (const snapshot of goodSnapshots(store, shard, onBad)) {
    const { seq } = snapshot
    if (seq > commands.lastSeq) {
      refuse(`a snapshot is at ${seq}, the command log ends at ${commands.lastSeq}`)
    }
    if (seq > storedSeq) {
      log.warn({ seq, storedSeq }, 'snapshot skipped: its events are not stored')
      continue
    }
    const applier = restore(snapshot, options)
    if (applier === null) continue
    if (commands.firstSeq > seq + 1) {
      refuse(`the command log begins at ${commands.firstSeq}, the snapshot is at ${seq}`)
    }
    checkMark(applier, mark)
    const snapshotMessage = await lastMessageOf(link, shard, seq)
    return { applier, snapshotSeq: seq, snapshotMessage, targetSeq: commands.lastSeq, tail }
  }
  if (commands.firstSeq > 1) {
    refuse(`the command log begins at ${commands.firstSeq} and there is no snapshot to start from`)
  }
  const applier = createBatchApplier(undefined, applierOptions(options))
  return { applier, snapshotSeq: 0, snapshotMessage: 0, targetSeq: commands.lastSeq, tail }
}

function applierOptions({ partBytesMax }: RecoveryOptions): BatchApplierOptions {
  return partBytesMax === undefined ? {} : { partBytesMax }
}

async function lastMessageOf(link: NatsLink, shard: number, seq: number): Promise<number> {
  try {
    return (await messageOfBatch(link, shard, seq + 1)) - 1
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return refuse('the event log holds a message that is no event batch')
  }
}

function checkLogs(
  shard: number,
  commands: StreamState,
  events: StreamState,
  mark: RecoveryOptions['mark'],
): EventTail {
  if (mark === BROKEN_MARK) refuse('the high-water mark file cannot be read')
  if (mark !== null && commands.lastSeq < mark.seq) {
    refuse(`the command log ends at ${commands.lastSeq}, but it was at ${mark.seq} before`)
  }
  const tail = readEventTail(shard, events.lastSeq, events.lastMsgId)
  if (tail === null) {
    return refuse(`the last event message ${events.lastSeq} carries the id "${events.lastMsgId}"`)
  }
  if (tail.seq > commands.lastSeq) {
    refuse(`the event log is at ${tail.seq}, the command log at ${commands.lastSeq}`)
  }
  return tail
}

/** Loads a snapshot into a fresh engine; null when the engine cannot take it or differs. */
function restore(snapshot: Snapshot, options: RecoveryOptions): BatchApplier | null {
  const { seq } = snapshot
  const { log } = options
  try {
    const applier = createBatchApplier((engine) => {
      engine.loadSnapshot(snapshot.state)
      return snapshot
    }, applierOptions(options))
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
  /** The replay's running hash after a message. */
  readonly expect: (message: number, chain: Uint8Array) => void
  /** Resolves when all stored messages were compared. Errors: Refusal at the first that differs. */
  readonly done: Promise<void>
}

/** Reads the stored messages behind a snapshot and holds them against the replay. */
export function createEventComparer(
  link: NatsLink,
  shard: number,
  { applier, snapshotMessage, tail }: RecoveryStart,
): EventComparer {
  const expected = new Map<number, Uint8Array>()
  const found = new Map<number, Uint8Array>()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  promise.catch(() => undefined)
  const last = tail.message
  let chain = applier.chain()
  const compare = (message: number): void => {
    const ours = expected.get(message)
    const theirs = found.get(message)
    if (ours === undefined || theirs === undefined) return
    expected.delete(message)
    found.delete(message)
    if (Buffer.compare(ours, theirs) !== 0) {
      const text = `the stored event message ${message} is not what the command log gives`
      reject(new Refusal('LogRefused', text))
    } else if (message === last) resolve()
  }
  if (last <= snapshotMessage) resolve()
  const reader =
    last <= snapshotMessage
      ? undefined
      : readLog(link, {
          stream: eventStream(shard),
          startSeq: snapshotMessage + 1,
          onMessage: (message, _timeNs, data) => {
            if (message > last) return
            chain = chainAfter(chain, data)
            found.set(message, chain)
            compare(message)
          },
          onLost: reject,
        })
  return {
    expect: (message, ours) => {
      expected.set(message, ours)
      compare(message)
    },
    done: promise,
    [Symbol.asyncDispose]: async () => {
      await reader?.[Symbol.asyncDispose]()
    },
  }
}
