// The thread that finishes snapshots (see snapshot-thread.ts). It loads every snapshot into an engine
// of its own before it is stored: what is stored is known to load, and its hash is of what was loaded.

import { parentPort, workerData } from 'node:worker_threads'
import { connectNats, createSnapshotStore, type SnapshotStore } from '#adapters/nats/index.ts'
import { Engine } from '#engine/engine.ts'
import { sealSnapshot, statePlace } from './snapshot-format.ts'
import type {
  SnapshotThreadSettings,
  StoredSnapshot,
  ThreadAnswer,
  ThreadCommand,
} from './snapshot-thread.ts'
import { dropOld, snapshotName } from './snapshots.ts'

const { natsUrl, bucket } = workerData as SnapshotThreadSettings
const quiet = { info: () => undefined, warn: () => undefined }
const nobody = {
  executionReport: () => undefined,
  balanceChanged: () => undefined,
  rare: () => undefined,
}
let opening: Promise<SnapshotStore> | undefined

parentPort?.on('message', (command: ThreadCommand) => void obey(command))

async function obey(command: ThreadCommand): Promise<void> {
  try {
    const answer = command.type === 'Memory' ? makeMemory(command.bytes) : await store(command)
    const { memory } = answer
    parentPort?.postMessage(answer satisfies ThreadAnswer, [memory.buffer])
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    parentPort?.postMessage({ type: 'Failed', message } satisfies ThreadAnswer)
  }
}

function makeMemory(bytes: number) {
  return { type: 'Memory', memory: new Uint8Array(bytes).fill(1) } as const
}

async function store(command: ThreadCommand & { readonly type: 'Store' }) {
  const { memory, stateBytes, head } = command
  const stateHash = proveState(statePlace(memory, stateBytes))
  const sealed = sealSnapshot(memory, stateBytes, { ...head, stateHash })
  opening ??= openStore()
  const snapshots = await opening.catch((error: unknown) => {
    opening = undefined
    throw error
  })
  await snapshots.put(snapshotName(head.shard, head.seq), sealed)
  await dropOld(snapshots, head.shard)
  const snapshot: StoredSnapshot = { seq: head.seq, bytes: sealed.length, stateHash }
  return { type: 'Stored', memory, snapshot } as const
}

async function openStore(): Promise<SnapshotStore> {
  const link = await connectNats({ url: natsUrl, name: 'matching-snapshots', log: quiet })
  return createSnapshotStore(link, bucket)
}

/** Loads the state; its hash. Errors: throws when it does not load. */
function proveState(state: Uint8Array): string {
  const engine = new Engine(nobody)
  engine.loadSnapshot(state)
  return engine.stateHash()
}
