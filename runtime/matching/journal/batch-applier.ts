// (3)-(6) One command batch in, one event batch out, in as many messages as it takes: the engine
// between the codecs, and a running hash over all event messages. The live loop, recovery, replays and
// tests all use exactly this.

import { createHash } from 'node:crypto'
import { EVENT_PART_BYTES_MAX } from '#contracts/batch-layout.ts'
import { assert } from '#domain/assert.ts'
import { Engine } from '#engine/engine.ts'
import { type CommandHandler, createCommandReader } from './command-reader.ts'
import { cutBatch } from './event-parts.ts'
import { createEventWriter } from './event-writer.ts'

/** One event message. */
export interface AppliedPart {
  /** A copy of its own. */
  readonly bytes: Uint8Array
  /** The running hash up to and with it. */
  readonly chain: Uint8Array
}

/** What applying one batch gave. */
export interface AppliedBatch {
  /** The event batch: whole, or the parts that it was cut into. */
  readonly parts: readonly [AppliedPart, ...AppliedPart[]]
  readonly commands: number
  readonly events: number
  readonly trades: number
  /** Records (or 1 for the batch) that could not be decoded. */
  readonly malformed: number
}

/** One shard's state and position. */
export interface BatchApplier {
  readonly engine: Engine
  /** Sequence of the last batch applied; 0 before the first. */
  seq(): number
  timestampNs(): bigint
  /** Hash over all event messages up to seq, 32 bytes. */
  chain(): Uint8Array
  /** Applies the batch with sequence seq() + 1. */
  apply(seq: number, timestampNs: bigint, data: Uint8Array): AppliedBatch
}

/** Where an applier starts that is restored from a snapshot. */
export interface AppliedPosition {
  readonly seq: number
  readonly timestampNs: bigint
  readonly chain: Uint8Array
}

const CHAIN_BYTES = 32

export interface BatchApplierOptions {
  readonly capacity?: number
  /** Where event batches are cut; only tests give another size than the log's. */
  readonly partBytesMax?: number
}

/** Makes an applier over a fresh engine; `restore` loads the engine and says where it stands. */
export function createBatchApplier(
  restore?: (engine: Engine) => AppliedPosition,
  options: BatchApplierOptions = {},
): BatchApplier {
  const { partBytesMax = EVENT_PART_BYTES_MAX } = options
  const writer = createEventWriter()
  const engine = new Engine(writer, options)
  const reader = createCommandReader()
  const start = restore?.(engine) ?? {
    seq: 0,
    timestampNs: 0n,
    chain: new Uint8Array(CHAIN_BYTES),
  }
  let { seq: lastSeq, timestampNs: lastTime, chain } = start
  let malformed = 0
  const handler: CommandHandler = {
    plainOrder: (i, words, floats, at) => engine.plainOrder(i, words, floats, at),
    plainCancel: (i, words, floats, at) => engine.plainCancel(i, words, floats, at),
    newOrder: (i, command) => engine.newOrder(i, command),
    cancelOrder: (i, command) => engine.cancelOrder(i, command),
    replaceOrder: (i, command) => engine.replaceOrder(i, command),
    admin: (i, command) => engine.admin(i, command),
    malformed: (cmdIndex, account) => {
      malformed++
      writer.rare({
        type: 'CommandRejected',
        cmdIndex,
        account,
        traceId: NO_TRACE,
        command: 'Malformed',
        rejectReason: 'Malformed',
        transferId: '',
      })
    },
  }
  return {
    engine,
    seq: () => lastSeq,
    timestampNs: () => lastTime,
    chain: () => chain,
    apply: (seq, timestampNs, data) => {
      if (seq !== lastSeq + 1) throw new Error(`batch ${seq} after ${lastSeq}: the log was skipped`)
      // A server clock that was set back must not run time backwards for the engine.
      const time = timestampNs > lastTime ? timestampNs : lastTime
      writer.begin()
      malformed = 0
      const commands = reader.open(data)
      engine.begin(seq, time)
      if (commands >= 0) reader.readAll(handler)
      else malformed = 1
      const { source, sourceSeq } = reader
      const batch = writer.finish({ source, sourceSeq, seq, timestampNs: time })
      const [first, ...others] = cutBatch(batch, partBytesMax).map((bytes) => {
        chain = chainAfter(chain, bytes)
        return { bytes, chain }
      })
      assert(first !== undefined, 'a batch is at least one message')
      lastSeq = seq
      lastTime = time
      const { count: events, trades } = writer
      return {
        parts: [first, ...others],
        commands: Math.max(0, commands),
        events,
        trades,
        malformed,
      }
    },
  }
}

const NO_TRACE = '0'.repeat(32)

/** The running hash after one more event message. */
export function chainAfter(chain: Uint8Array, bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(chain).update(bytes).digest())
}
