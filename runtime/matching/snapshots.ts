// Taking, keeping and finding snapshots. A snapshot is copied out of the engine between two
// batches, and becomes visible only when the events up to it are stored: so whoever starts from it
// never lacks events that it could no longer compute.

import type { SnapshotStore } from '#adapters/nats/index.ts'
import type { BatchApplier } from './journal/batch-applier.ts'
import { decodeSnapshot, encodeSnapshot, type Snapshot } from './snapshot-format.ts'

/** One snapshot that is being, or was, stored. */
export interface TakenSnapshot {
  readonly seq: number
  readonly bytes: number
  readonly stateHash: string
}

export interface SnapshotKeeper {
  /** Copies the state now; resolves when it is stored. One at a time: a second call waits. */
  readonly take: (applier: BatchApplier) => Promise<TakenSnapshot>
  /** Sequence of the last one taken here or restored from. */
  readonly lastSeq: () => number
}

const KEPT = 3
const SEQ_DIGITS = 16

/** Names sort by sequence. */
export const snapshotName = (shard: number, seq: number): string =>
  `shard-${shard}-${String(seq).padStart(SEQ_DIGITS, '0')}`

/** Makes the keeper. `beforeStore` resolves when the log is ready for a snapshot at `seq`. */
export function createSnapshotKeeper(
  store: SnapshotStore,
  shard: number,
  startSeq: number,
  beforeStore: (seq: number) => Promise<void>,
): SnapshotKeeper {
  let lastSeq = startSeq
  let previous: Promise<unknown> = Promise.resolve()
  return {
    lastSeq: () => lastSeq,
    take: (applier) => {
      const seq = applier.seq()
      const stateHash = applier.engine.stateHash()
      const head = { shard, seq, timestampNs: applier.timestampNs(), chain: applier.chain() }
      const bytes = encodeSnapshot({ ...head, stateHash }, applier.engine.takeSnapshot())
      lastSeq = seq
      const stored = previous.then(async () => {
        await beforeStore(seq)
        await store.put(snapshotName(shard, seq), bytes)
        await dropOld(store, shard)
        return { seq, bytes: bytes.length, stateHash }
      })
      previous = stored.catch(() => undefined)
      return stored
    },
  }
}

async function dropOld(store: SnapshotStore, shard: number): Promise<void> {
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
