// projection_offset(function, shard, seq, extra_messages): how far each projection has come. The row is
// the projection's lock, its fence against repeats and gaps, and what readers wait on. A batch may come
// in several messages, and each is a step of its own: `seq` is the last batch that is here whole, and
// seq + extra_messages the last message of TE_EVT. As long as no batch is cut, nothing is extra.

import { setTimeout as sleep } from 'node:timers/promises'
import { OperationalError } from '#contracts/errors.ts'
import { assert } from '#domain/assert.ts'
import type { Postgres, Queryable, Tx } from './pool.ts'

/** How long a reader waits for its own write to arrive in the projection. */
export const WAIT_FOR_SEQ_MS = 500
const POLL_MS = 10

/** How far a projection is. */
export interface Offset {
  /** Last batch of which all parts are here: what readers ask for. */
  readonly seq: number
  /** Last message of the event log that is here: what the log is read from. */
  readonly message: number
}

const READ = {
  name: 'offset.read',
  text: 'SELECT seq FROM projection_offset WHERE function = $1 AND shard = $2',
}
const LOCK = {
  name: 'offset.lock',
  text: `SELECT seq, extra_messages FROM projection_offset
    WHERE function = $1 AND shard = $2 FOR UPDATE`,
}
const HOLD = {
  name: 'offset.hold',
  text: `SELECT seq, extra_messages FROM projection_offset
    WHERE function = $1 AND shard = $2 FOR SHARE`,
}
const OPEN = `INSERT INTO projection_offset (function, shard, seq) VALUES ($1, $2, 0)
  ON CONFLICT (function, shard) DO NOTHING`
const MOVE = {
  name: 'offset.move',
  text: `UPDATE projection_offset SET seq = $5, extra_messages = $6, updated_at = now()
    WHERE function = $1 AND shard = $2 AND seq = $3 AND extra_messages = $4`,
}

/** The last whole batch as committed, 0 when the projection has taken nothing yet. */
export async function readOffset(db: Queryable, name: string, shard: number): Promise<number> {
  const { rows } = await db.query<{ seq: number }>(READ, [name, shard])
  return rows[0]?.seq ?? 0
}

/** Locks the offset until the transaction ends, so that one replica at a time writes. */
export function lockOffset(tx: Tx, name: string, shard: number): Promise<Offset> {
  return openAndRead(tx, LOCK, name, shard)
}

/**
 * Holds the offset still until the transaction ends, without keeping other holders out: a request
 * that must not miss an event of the next bulk (arming an alert) reads it so.
 */
export async function holdOffset(tx: Tx, name: string, shard: number): Promise<number> {
  return (await openAndRead(tx, HOLD, name, shard)).seq
}

async function openAndRead(
  tx: Tx,
  statement: { readonly name: string; readonly text: string },
  name: string,
  shard: number,
): Promise<Offset> {
  const read = async (): Promise<Offset | undefined> => {
    const { rows } = await tx.query<{ seq: number; extra_messages: number }>(statement, [
      name,
      shard,
    ])
    return rows[0] && { seq: rows[0].seq, message: rows[0].seq + rows[0].extra_messages }
  }
  const first = await read()
  if (first !== undefined) return first
  await tx.query(OPEN, [name, shard])
  const second = await read()
  assert(second !== undefined, 'the offset row exists after its insert')
  return second
}

/** Moves the offset from exactly `from` to `to`; anything else is a bug and ends the transaction. */
export async function moveOffset(
  tx: Tx,
  name: string,
  shard: number,
  from: Offset,
  to: Offset,
): Promise<void> {
  const { rowCount } = await tx.query(MOVE, [
    name,
    shard,
    from.seq,
    from.message - from.seq,
    to.seq,
    to.message - to.seq,
  ])
  assert(rowCount === 1, 'a projection moves its offset from where it read it')
}

/** Lets readers of one process wait for an offset with one poll for all of them. */
export interface OffsetWatch {
  /** This process has committed up to `seq`. */
  readonly reached: (shard: number, seq: number) => void
  /**
   * Resolves with an offset >= minSeq (0: with the offset now).
   * Errors: TE_BEHIND when it is not reached in time; the message says how far it is.
   */
  readonly waitForSeq: (shard: number, minSeq: number, waitMs?: number) => Promise<number>
}

export function createOffsetWatch(pool: Postgres, name: string): OffsetWatch {
  const known = new Map<number, number>()
  const polls = new Map<number, Promise<number>>()
  const reached = (shard: number, seq: number) => {
    if (seq > (known.get(shard) ?? 0)) known.set(shard, seq)
  }
  const poll = (shard: number): Promise<number> => {
    const running = polls.get(shard)
    if (running !== undefined) return running
    const next = readOffset(pool, name, shard)
      .then((seq) => {
        reached(shard, seq)
        return seq
      })
      .finally(() => polls.delete(shard))
    polls.set(shard, next)
    return next
  }
  return {
    reached,
    waitForSeq: async (shard, minSeq, waitMs = WAIT_FOR_SEQ_MS) => {
      const until = performance.now() + waitMs
      for (;;) {
        const cached = known.get(shard) ?? 0
        if (minSeq > 0 && cached >= minSeq) return cached
        const seq = await poll(shard)
        if (seq >= minSeq) return seq
        if (performance.now() >= until) {
          const message = `the ${name} projection is at ${seq}, not yet at ${minSeq}`
          throw new OperationalError('TE_BEHIND', message, { retryable: true })
        }
        await sleep(POLL_MS)
      }
    },
  }
}
