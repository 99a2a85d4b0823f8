// (8) Event batches become rows, exactly once in effect: in ONE transaction a projection writes its
// rows and moves its offset from what it read. A repeated bulk changes nothing, a gap is refused.

import { InputError } from '#contracts/errors.ts'
import { decodeEventBatch, type EventBatch } from '#contracts/event-codec.ts'
import type { Emit, EventsCall, EventsOutcome } from '#contracts/function-handler.ts'
import type { InstrumentTable } from './instruments.ts'
import { createOffsetWatch, lockOffset, moveOffset } from './offsets.ts'
import type { Postgres, Tx } from './pool.ts'

/** What `apply` gets: only batches that this projection has not written yet, in order. */
export interface ProjectionBulk {
  readonly shard: number
  readonly batches: readonly EventBatch[]
  /** The offset before and after this bulk. */
  readonly fromSeq: number
  readonly toSeq: number
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
      const outcome = await pool.withTx((tx) => takeBulk(tx, call, batches, options), {
        synchronousCommit: options.synchronousCommit ?? false,
      })
      if (outcome.ok) watch.reached(call.shard, outcome.seq)
      return outcome
    },
  }
}

function decodeFrames(call: EventsCall): EventBatch[] {
  const batches: EventBatch[] = []
  for (const { seq, data, skipped } of call.frames) {
    if (skipped) continue
    const batch = decodeEventBatch(data)
    if (batch.seq !== seq) {
      throw new InputError('TE_INPUT_BODY', `message ${seq} holds the events of ${batch.seq}`)
    }
    batches.push(batch)
  }
  return batches
}

async function takeBulk(
  tx: Tx,
  call: EventsCall,
  batches: readonly EventBatch[],
  options: ProjectionOptions,
): Promise<EventsOutcome> {
  const { name, instruments, apply, outbox } = options
  const { shard, firstSeq, lastSeq } = call
  const offset = await lockOffset(tx, name, shard)
  if (firstSeq > offset + 1) return { ok: false, expectedSeq: offset + 1 }
  const emit = [...((await outbox?.(tx, call)) ?? [])]
  if (lastSeq > offset) {
    const fresh = batches.filter((batch) => batch.seq > offset)
    await instruments?.apply(tx, shard, fresh)
    const bulk = { shard, batches: fresh, fromSeq: offset, toSeq: lastSeq }
    emit.push(...((await apply(tx, bulk)) ?? []))
    await moveOffset(tx, name, shard, offset, lastSeq)
  }
  const seq = Math.max(offset, lastSeq)
  return emit.length === 0 ? { ok: true, seq } : { ok: true, seq, emit }
}
