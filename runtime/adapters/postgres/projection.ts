// (8) Event batches become rows, exactly once in effect: in ONE transaction a projection writes its
// rows and moves its offset from what it read. A repeated bulk changes nothing, a gap is refused.
// A batch that came in parts becomes rows part by part; readers are told of it when it is whole.

import { InputError } from '#contracts/errors.ts'
import { decodeEventBatch } from '#contracts/event-codec.ts'
import type { Emit, EventsCall, EventsOutcome } from '#contracts/function-handler.ts'
import type { InstrumentTable } from './instruments.ts'
import { createOffsetWatch, lockOffset, moveOffset, type Offset } from './offsets.ts'
import type { Postgres, Tx } from './pool.ts'
import type { ProjectedBatch } from './projected-batch.ts'

/** What `apply` gets: only messages that this projection has not written yet, in order. */
export interface ProjectionBulk {
  readonly shard: number
  readonly batches: readonly ProjectedBatch[]
}

export interface ProjectionOptions {
  readonly pool: Postgres
  /** The function's name: the key of its offset. */
  readonly name: string
  /** When given: kept up to date before `apply` runs. */
  readonly instruments?: InstrumentTable
  /**
   * Writes the rows of a bulk, in few statements; what it returns is emitted after the commit.
   * It may run again from the start (deadlock), so it has no effect but through `tx`.
   */
  readonly apply: (tx: Tx, bulk: ProjectionBulk) => Promise<readonly Emit[] | void>
  /** Runs in each transaction before `apply`, repeats included: an outbox sends again from here. */
  readonly outbox?: (tx: Tx, call: EventsCall) => Promise<readonly Emit[]>
  /**
   * Default false: a commit is acknowledged before it is on disk. Safe because the rows are rebuilt
   * from the event log, the offset moves in the same transaction, and WAL is lost only from its end.
   */
  readonly synchronousCommit?: boolean
}

/** One projection of a function's process. */
export interface Projection {
  /** Takes a bulk: the answer to the connector. Errors: TE_UNAVAILABLE_POSTGRES; TE_INPUT_BODY. */
  readonly take: (call: EventsCall) => Promise<EventsOutcome>
  /**
   * Read-your-writes: resolves with the offset when it is >= minSeq (undefined or 0: at once), so
   * rows read after it are at least that new. Errors: TE_BEHIND after 500 ms.
   */
  readonly waitForSeq: (minSeq: number | undefined, shard?: number) => Promise<number>
}

/** Makes a projection over a migrated database. */
export function createProjection(options: ProjectionOptions): Projection {
  const { pool, name } = options
  const watch = createOffsetWatch(pool, name)
  return {
    waitForSeq: (minSeq, shard = 0) => watch.waitForSeq(shard, minSeq ?? 0),
    take: async (call) => {
      const batches = decodeFrames(call)
      const { outcome, seq } = await pool.withTx((tx) => takeBulk(tx, call, batches, options), {
        synchronousCommit: options.synchronousCommit ?? false,
      })
      watch.reached(call.shard, seq)
      return outcome
    },
  }
}

function decodeFrames(call: EventsCall): ProjectedBatch[] {
  const batches: ProjectedBatch[] = []
  for (const { seq: message, data, skipped } of call.frames) {
    if (skipped) continue
    const batch = decodeEventBatch(data)
    // Behind a batch that was cut messages have greater numbers than batches, never smaller ones.
    if (batch.seq > message) {
      throw new InputError('TE_INPUT_BODY', `message ${message} holds the events of ${batch.seq}`)
    }
    batches.push({ ...batch, message })
  }
  return batches
}

/**
 * The last whole batch when all messages up to the call's last one are here. A skipped message counts
 * as a batch: if it was a part, readers hear of its batch early, and it is never whole anyway.
 */
function wholeSeq(
  { seq, message }: Offset,
  { lastSeq }: EventsCall,
  batches: readonly ProjectedBatch[],
): number {
  const last = batches.at(-1)
  if (last === undefined || last.message <= message) return seq + lastSeq - message
  return Math.max(seq, last.isLast ? last.seq : last.seq - 1) + lastSeq - last.message
}

async function takeBulk(
  tx: Tx,
  call: EventsCall,
  batches: readonly ProjectedBatch[],
  options: ProjectionOptions,
): Promise<{ readonly outcome: EventsOutcome; readonly seq: number }> {
  const { name, instruments, apply, outbox } = options
  const { shard, firstSeq, lastSeq } = call
  const offset = await lockOffset(tx, name, shard)
  const { message } = offset
  if (firstSeq > message + 1) {
    return { outcome: { ok: false, expectedSeq: message + 1 }, seq: offset.seq }
  }
  const emit = [...((await outbox?.(tx, call)) ?? [])]
  const to = lastSeq > message ? { seq: wholeSeq(offset, call, batches), message: lastSeq } : offset
  if (to !== offset) {
    const fresh = batches.filter((batch) => batch.message > message)
    await instruments?.apply(tx, shard, fresh)
    emit.push(...((await apply(tx, { shard, batches: fresh })) ?? []))
    await moveOffset(tx, name, shard, offset, to)
  }
  const outcome = { ok: true, seq: to.message } as const
  return { outcome: emit.length === 0 ? outcome : { ...outcome, emit }, seq: to.seq }
}
