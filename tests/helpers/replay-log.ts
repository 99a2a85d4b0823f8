// The proof behind every fault test: the command log replayed through a fresh engine must give the
// event log, byte for byte, each batch once, in the same parts.

import { type NatsLink, readLog, streamState } from '#adapters/nats/index.ts'
import { commandStream, eventStream } from '#contracts/subjects.ts'
import {
  type BatchApplier,
  createBatchApplier,
} from '../../runtime/matching/journal/batch-applier.ts'

/** One stored message. */
export interface LogMessage {
  readonly seq: number
  readonly timeNs: bigint
  readonly data: Uint8Array
}

/** All messages of a stream up to its end now. */
export async function readWholeLog(link: NatsLink, stream: string): Promise<LogMessage[]> {
  const { lastSeq } = await streamState(link, stream)
  const found: LogMessage[] = []
  if (lastSeq === 0) return found
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  await using _reader = readLog(link, {
    stream,
    startSeq: 1,
    onMessage: (seq, timeNs, data) => {
      found.push({ seq, timeNs, data: data.slice() })
      if (seq === lastSeq) resolve()
    },
    onLost: reject,
  })
  await promise
  return found
}

/** What a whole comparison found. */
export interface ReplayResult {
  readonly batches: number
  readonly commands: number
  readonly trades: number
  readonly applier: BatchApplier
  readonly events: number
  /** Event messages. */
  readonly messages: number
  /** Sequences whose stored event batch is not what the replay gives. */
  readonly different: readonly number[]
}

/** Replays TE_CMD of a shard and compares with TE_EVT. */
export async function compareWithReplay(
  link: NatsLink,
  shard = 0,
  options: { readonly partBytesMax?: number } = {},
): Promise<ReplayResult> {
  const commands = await readWholeLog(link, commandStream(shard))
  const events = await readWholeLog(link, eventStream(shard))
  const applier = createBatchApplier(undefined, options)
  const different: number[] = []
  let messages = 0
  let eventCount = 0
  let commandCount = 0
  let trades = 0
  for (const { seq, timeNs, data } of commands) {
    const applied = applier.apply(seq, timeNs, data)
    commandCount += applied.commands
    trades += applied.trades
    eventCount += applied.events
    const isSame = applied.parts.every(({ bytes }) => {
      const stored = events[messages++]
      return stored?.seq === messages && Buffer.compare(Buffer.from(stored.data), bytes) === 0
    })
    if (!isSame) different.push(seq)
  }
  for (const { seq } of events.slice(messages)) different.push(seq)
  const counts = { batches: commands.length, commands: commandCount, trades }
  return { ...counts, events: eventCount, messages, applier, different }
}
