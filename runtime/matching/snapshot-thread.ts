// The thread that finishes snapshots, as the shard's loop sees it: it makes memory that was touched
// already, and it proves and stores what was copied there. Memory goes over by transfer and comes back.

import { Worker } from 'node:worker_threads'
import { OperationalError } from '#contracts/errors.ts'
import type { Snapshot } from './snapshot-format.ts'

/** What the thread is told when it starts. */
export interface SnapshotThreadSettings {
  readonly natsUrl: string
  readonly bucket: string
}

/** One snapshot that is stored. */
export interface StoredSnapshot {
  readonly seq: number
  readonly bytes: number
  readonly stateHash: string
}

/** A snapshot but for what the thread computes. */
export type SnapshotHead = Omit<Snapshot, 'state' | 'stateHash'>

/** Commands to the thread, and its answers; one is under way at a time. */
export type ThreadCommand =
  | { readonly type: 'Memory'; readonly bytes: number }
  | {
      readonly type: 'Store'
      readonly memory: Uint8Array<ArrayBuffer>
      readonly stateBytes: number
      readonly head: SnapshotHead
    }
export type ThreadAnswer =
  | { readonly type: 'Memory'; readonly memory: Uint8Array<ArrayBuffer> }
  | {
      readonly type: 'Stored'
      readonly memory: Uint8Array<ArrayBuffer>
      readonly snapshot: StoredSnapshot
    }
  | { readonly type: 'Failed'; readonly message: string }

/** Owns the thread. Errors of both methods: TE_UNAVAILABLE_NATS, also when the thread has died. */
export interface SnapshotThread extends AsyncDisposable {
  /** Memory of at least so many bytes, so that writing it costs no page fault. */
  readonly memory: (bytes: number) => Promise<Uint8Array<ArrayBuffer>>
  /** Proves that the state in the memory loads, seals and stores it; gives the memory back. */
  readonly store: (
    memory: Uint8Array<ArrayBuffer>,
    stateBytes: number,
    head: SnapshotHead,
  ) => Promise<{ readonly memory: Uint8Array<ArrayBuffer>; readonly snapshot: StoredSnapshot }>
}

/** Makes the owner; the thread itself starts with the first use. */
export function createSnapshotThread(settings: SnapshotThreadSettings): SnapshotThread {
  let worker: Worker | undefined
  let waiting: PromiseWithResolvers<ThreadAnswer> | undefined

  const start = (): Worker => {
    const started = new Worker(new URL('./snapshot-worker.ts', import.meta.url), {
      workerData: settings,
    })
    started.unref()
    started.on('message', (answer: ThreadAnswer) => waiting?.resolve(answer))
    started.on('error', (error) => waiting?.reject(failure(error.message)))
    started.on('exit', () => {
      worker = undefined
      waiting?.reject(failure('its thread has ended'))
    })
    return started
  }

  const ask = async (command: ThreadCommand, transfer: ArrayBuffer[]): Promise<ThreadAnswer> => {
    worker ??= start()
    waiting = Promise.withResolvers<ThreadAnswer>()
    worker.postMessage(command, transfer)
    const answer = await waiting.promise
    if (answer.type === 'Failed') throw failure(answer.message)
    return answer
  }

  return {
    memory: async (bytes) => {
      const answer = await ask({ type: 'Memory', bytes }, [])
      if (answer.type !== 'Memory') throw failure(answer.type)
      return answer.memory
    },
    store: async (memory, stateBytes, head) => {
      const command = { type: 'Store', memory, stateBytes, head } as const
      const answer = await ask(command, [memory.buffer])
      if (answer.type !== 'Stored') throw failure(answer.type)
      return answer
    },
    [Symbol.asyncDispose]: async () => {
      await worker?.terminate()
    },
  }
}

function failure(why: string): OperationalError {
  const text = `the snapshot was not stored: ${why}`
  return new OperationalError('TE_UNAVAILABLE_NATS', text, { retryable: true })
}
