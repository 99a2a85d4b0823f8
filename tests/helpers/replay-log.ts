// The proof behind every fault test: the command log replayed through a fresh engine must give the
// event log, byte for byte, each batch once, in the same parts.

import { setTimeout } from 'node:timers/promises'
import { type NatsLink, readLog, streamState } from '#adapters/nats/index.ts'
import { HEADER, KIND_EVENTS } from '#contracts/batch-layout.ts'
import { commandStream, eventStream } from '#contracts/subjects.ts'
import {
  type BatchApplier,
  createBatchApplier,
} from '../../runtime/matching/journal/batch-applier.ts'

const ANSWER_MS_MAX = 10_000
const ANSWER_POLL_MS = 50

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

/** All event messages, once the command with this sequence is answered; at the deadline as they are. */
async function readAnswers(link: NatsLink, shard: number, asked: number): Promise<LogMessage[]> {
  const deadline = performance.now() + ANSWER_MS_MAX
  while (true) {
    const events = await readWholeLog(link, eventStream(shard))
    const last = events.at(-1)?.data
    const answered = last === undefined ? 0 : answeredBy(last)
    if (answered >= asked || performance.now() > deadline) return events
    await setTimeout(ANSWER_POLL_MS)
  }
}

/** The last command that is answered whole by an event message. */
function answeredBy(data: Uint8Array): number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const seq = view.getFloat64(HEADER.seq, true)
  return view.getUint8(HEADER.kind) === KIND_EVENTS ? seq : seq - 1
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
  // The clock goes on while we read. Every command of now has to be answered, and nobody may be
  // answered who has not asked: so the commands are read before the events, and again after them.
  const asked = (await streamState(link, commandStream(shard))).lastSeq
  const events = await readAnswers(link, shard, asked)
  const commands = await readWholeLog(link, commandStream(shard))
  const applier = createBatchApplier(undefined, options)
  const different: number[] = []
  let messages = 0
  let eventCount = 0
  let commandCount = 0
  let trades = 0
  for (const { seq, timeNs, data } of commands) {
    if (seq > asked && messages >= events.length) break
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
  const counts = { batches: applier.seq(), commands: commandCount, trades }
  return { ...counts, events: eventCount, messages, applier, different }
}
