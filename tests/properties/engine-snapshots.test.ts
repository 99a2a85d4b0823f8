// The log as bytes: replayed from any snapshot, with further restarts on the way, it gives the event
// batches of the run that never stopped.

import test from 'ava'
import { encodeCommandBatch } from '#contracts/command-codec.ts'
import { decodeEventBatch } from '#contracts/event-codec.ts'
import {
  type AppliedBatch,
  type AppliedPosition,
  type BatchApplier,
  createBatchApplier,
} from '../../runtime/matching/journal/batch-applier.ts'
import { Random, START_NS } from '../helpers/workload-random.ts'
import { WORKLOADS, type Workload } from '../helpers/workloads.ts'

const SEEDS = [1, 2, 3, 4]
const BATCHES = 150
const BATCH_COMMANDS_MAX = 20
/** Percent of batches after which a snapshot is taken. */
const SNAPSHOTS = 5

/** One batch of the log, and the events that it gave. */
interface LogEntry {
  readonly timestampNs: bigint
  readonly data: Uint8Array
  readonly bytes: Uint8Array
}

/** A snapshot file: the state and its place in the log. */
interface Snapshot extends AppliedPosition {
  readonly state: Uint8Array
}

function snapshotOf(applier: BatchApplier): Snapshot {
  return {
    state: Buffer.concat(applier.engine.takeSnapshot()),
    seq: applier.seq(),
    timestampNs: applier.timestampNs(),
    chain: applier.chain(),
  }
}

function restored(snapshot: Snapshot, capacity: number): BatchApplier {
  return createBatchApplier(
    (engine) => {
      engine.loadSnapshot(snapshot.state)
      return snapshot
    },
    { capacity },
  )
}

/** The events of a batch that is far below the size of a part. */
function bytesOf({ parts }: AppliedBatch): Uint8Array {
  if (parts.length > 1) throw new Error('a batch of these workloads is never cut')
  return parts[0].bytes
}

/** Runs a workload without a stop; snapshots fall at random points. */
function record(workload: Workload, random: Random, applier: BatchApplier) {
  const log: LogEntry[] = []
  const snapshots = [snapshotOf(applier)]
  for (let i = 0; i <= BATCHES; i++) {
    const size = 1 + random.below(BATCH_COMMANDS_MAX)
    const commands =
      i === 0 ? workload.opening() : Array.from({ length: size }, () => workload.next())
    const data = encodeCommandBatch({ source: 1, sourceSeq: i }, commands)
    const timestampNs = START_NS + BigInt(i) * 10_000_000n
    const bytes = bytesOf(applier.apply(i + 1, timestampNs, data))
    workload.observe(decodeEventBatch(bytes).events)
    log.push({ timestampNs, data, bytes })
    if (random.chance(SNAPSHOTS)) snapshots.push(snapshotOf(applier))
  }
  return { log, snapshots }
}

test('replay with snapshots at random points gives the same bytes as the run without', (t) => {
  let restarts = 0
  for (const [name, workloadOf] of Object.entries(WORKLOADS)) {
    for (const seed of SEEDS) {
      const random = new Random(seed)
      const whole = createBatchApplier()
      const { log, snapshots } = record(workloadOf(seed), random, whole)
      for (const snapshot of snapshots) {
        let applier = restored(snapshot, 1 + random.below(1_000))
        for (const [i, { timestampNs, data, bytes }] of log.slice(snapshot.seq).entries()) {
          const what = `${name}, seed ${seed}, from ${snapshot.seq}, batch ${i}`
          const told = bytesOf(applier.apply(snapshot.seq + i + 1, timestampNs, data))
          if (Buffer.compare(told, bytes) !== 0) return t.deepEqual(told, bytes, what)
          if (!random.chance(SNAPSHOTS)) continue
          const hash = applier.engine.stateHash()
          applier = restored(snapshotOf(applier), 1 + random.below(1_000))
          if (applier.engine.stateHash() !== hash) return t.fail(`${what}: state`)
          restarts += 1
        }
        const what = `${name}, seed ${seed}, from ${snapshot.seq}`
        applier.engine.checkInvariants()
        t.is(applier.engine.stateHash(), whole.engine.stateHash(), what)
        t.deepEqual(applier.chain(), whole.chain(), what)
      }
      t.true(snapshots.length > 3, `${name}, seed ${seed}: ${snapshots.length} snapshots`)
    }
  }
  t.true(restarts > 100, `${restarts} restarts`)
})
