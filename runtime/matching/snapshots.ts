// Taking, keeping and finding snapshots. Between two batches the state is copied into memory that is
// there already; all else (proof that it loads, hash, storing) happens in a thread of its own, and
// only when the events up to it are stored: so whoever starts from it never lacks events that it
// could no longer compute.

import type { SnapshotStore } from '#adapters/nats/index.ts'
import type { BatchApplier } from './journal/batch-applier.ts'
import {
  decodeSnapshot,
  SNAPSHOT_FRAME_BYTES,
  type Snapshot,
  statePlace,
} from './snapshot-format.ts'
import type { SnapshotThread, StoredSnapshot } from './snapshot-thread.ts'

/** A snapshot that was stored, and for how long the live engine stood still for it. */
export interface TakenSnapshot extends StoredSnapshot {
  readonly copyMs: number
}

export interface SnapshotKeeper {
  /** Copies the state as soon as there is memory for it; resolves when it is stored. One at a time. */
  readonly take: (applier: BatchApplier) => Promise<TakenSnapshot>
  /** Sequence of the last one taken here or restored from. */
  readonly lastSeq: () => number
}

const KEPT = 3
const SEQ_DIGITS = 16
/** Memory is asked for so much larger than the state is now: it grows meanwhile. */
const ROOM = 1.25

/** Names sort by sequence. */
export const snapshotName = (shard: number, seq: number): string =>
  `shard-${shard}-${String(seq).padStart(SEQ_DIGITS, '0')}`

/** Makes the keeper. `beforeStore` resolves when the log is ready for a snapshot at `seq`. */
export function createSnapshotKeeper(
  thread: SnapshotThread,
  shard: number,
  startSeq: number,
  beforeStore: (seq: number) => Promise<void>,
): SnapshotKeeper {
  let lastSeq = startSeq
  let previous: Promise<unknown> = Promise.resolve()
  let memory = new Uint8Array(0)

  const makeRoom = async ({ engine }: BatchApplier): Promise<void> => {
    for (;;) {
      const needed = engine.prepareSnapshot().bytes + SNAPSHOT_FRAME_BYTES
      if (memory.length >= needed) return
      memory = await thread.memory(Math.ceil(needed * ROOM))
    }
  }

  const takeOne = async (applier: BatchApplier): Promise<TakenSnapshot> => {
    await makeRoom(applier)
    const startedAt = performance.now()
    const { bytes, writeTo } = applier.engine.prepareSnapshot()
    writeTo(statePlace(memory, bytes))
    const copyMs = performance.now() - startedAt
    const seq = applier.seq()
    const head = { shard, seq, timestampNs: applier.timestampNs(), chain: applier.chain() }
    lastSeq = seq
    await beforeStore(seq)
    const lent = memory
    memory = new Uint8Array(0)
    const stored = await thread.store(lent, bytes, head)
    memory = stored.memory
    return { ...stored.snapshot, copyMs }
  }

  return {
    lastSeq: () => lastSeq,
    take: (applier) => {
      const taken = previous.then(() => takeOne(applier))
      previous = taken.catch(() => undefined)
      return taken
    },
  }
}

/** Forgets all but the newest snapshots of a shard. */
export async function dropOld(store: SnapshotStore, shard: number): Promise<void> {
  const names = await namesOf(store, shard)
  for (const name of names.slice(KEPT)) await store.delete(name)
}

/** Names of a shard's snapshots, newest first. */
async function namesOf(store: SnapshotStore, shard: number): Promise<readonly string[]> {
  const prefix = snapshotName(shard, 0).slice(0, -SEQ_DIGITS)
  const all = (await store.list()).map((info) => info.name)
  return all
    .filter((name) => name.startsWith(prefix))
    .sort()
    .reverse()
}

/** The snapshots of a shard that are whole, newest first; the others are reported and skipped. */
export async function* goodSnapshots(
  store: SnapshotStore,
  shard: number,
  onBad: (name: string) => void,
): AsyncGenerator<Snapshot> {
  for (const name of await namesOf(store, shard)) {
    const bytes = await store.get(name)
    const snapshot = bytes === null ? null : decodeSnapshot(bytes, shard)
    if (snapshot === null) onBad(name)
    else yield snapshot
  }
}
