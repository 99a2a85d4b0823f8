// The way of event batches to one function (8): in stream order, one bulk in flight, each message
// acknowledged only when the function has it. The function knows its own offset; this lane only
// has to bring everything at least once, in order, and never to give up.

import { randomUUID } from 'node:crypto'
import {
  createPullBatches,
  type NatsLink,
  type PullConsumer,
  type PulledBatch,
  type PulledMessage,
  streamExtent,
} from '#adapters/nats/index.ts'
import type { Logger } from '#adapters/service/index.ts'
import { OperationalError } from '#contracts/errors.ts'
import {
  CALL_HEADERS,
  EVENTS_CONTENT_TYPE,
  type EventFrame,
  encodeFrames,
} from '#contracts/function-call.ts'
import { eventSubject } from '#contracts/subjects.ts'
import { backoffMs, pause } from './backoff.ts'
import type { ConnectorConfig } from './config.ts'
import { publishDeadLetter } from './dead-letter.ts'
import { readVerdict, type Verdict } from './event-verdict.ts'
import type { FunctionClient } from './function-client.ts'
import type { ConnectorMetrics } from './metrics.ts'

/** What a lane stands on. */
export interface LaneParts {
  readonly link: NatsLink
  readonly client: FunctionClient
  readonly metrics: ConnectorMetrics
  readonly config: ConnectorConfig
  readonly log: Logger
}

/** A running lane. */
export interface EventLane {
  readonly name: string
  readonly stream: string
  /** Stored and not acknowledged, as far as the last look saw. */
  readonly lag: () => number
  /** Why it does not move now, '' when it moves. */
  readonly problem: () => string
  /** Asks the stream for its end, so that lag is true while nothing comes through. */
  readonly refresh: () => Promise<void>
  /** Lets the open call end (at most `waitMs`), settles what it did, stops. */
  readonly close: (waitMs: number) => Promise<void>
}

const IDLE_MS = 10_000
const WORKING_EVERY_MS = 10_000

interface Lane {
  readonly parts: LaneParts
  readonly name: string
  readonly stream: string
  readonly shard: number
  readonly signal: AbortSignal
  consumer: PullConsumer | undefined
  /** Next sequence to bring. */
  next: number
  acked: number
  streamLast: number
  problem: string
}

/** Starts a lane. `stream` ends with the number of its shard. */
export function startEventLane(name: string, stream: string, parts: LaneParts): EventLane {
  const stop = new AbortController()
  const lane: Lane = {
    parts: { ...parts, log: parts.log.child({ function: name, stream }) },
    name,
    stream,
    shard: Number(/\d+$/.exec(stream)?.[0] ?? 0),
    signal: stop.signal,
    consumer: undefined,
    next: 1,
    acked: 0,
    streamLast: 0,
    problem: 'starting',
  }
  const running = run(lane)
  return {
    name,
    stream,
    lag: () => Math.max(0, lane.streamLast - lane.acked),
    problem: () => lane.problem,
    refresh: async () => {
      const { lastSeq } = await streamExtent(parts.link, stream)
      lane.streamLast = Math.max(lane.streamLast, lastSeq)
    },
    close: async (waitMs) => {
      stop.abort()
      let timer: NodeJS.Timeout | undefined
      const late = new Promise((resolve) => {
        timer = setTimeout(resolve, waitMs)
      })
      await Promise.race([running, late])
      clearTimeout(timer)
    },
  }
}

async function run(lane: Lane): Promise<void> {
  const { signal } = lane
  let failures = 0
  while (!signal.aborted) {
    try {
      await step(lane)
      failures = 0
    } catch (error) {
      if (signal.aborted) return
      lane.problem = error instanceof Error ? error.message : String(error)
      lane.parts.log[failures === 0 ? 'warn' : 'debug']({ err: error }, 'events wait')
      // The consumer may be gone together with the server's data: find it or make it again.
      lane.consumer = undefined
      await pause(backoffMs(failures++, Math.random), signal)
    }
  }
}

async function step(lane: Lane): Promise<void> {
  lane.consumer ??= await openConsumer(lane)
  const batch = await lane.consumer.next({ waitMs: IDLE_MS, signal: lane.signal })
  const takenAt = performance.now()
  if (batch === null) return
  const last = batch.messages.at(-1)
  if (last === undefined) return
  lane.streamLast = Math.max(lane.streamLast, last.seq + batch.pending)
  const fresh = batch.messages.filter((message) => message.seq >= lane.next)
  const gapAt = firstGap(lane.next, fresh)
  if (gapAt !== undefined) {
    lane.parts.log.warn({ expected: gapAt, got: fresh[0]?.seq }, 'gap in what came: seeking back')
    return seek(lane, gapAt)
  }
  if (await deliverBatch(lane, batch, fresh)) {
    await batch.ackAll()
    lane.acked = Math.max(lane.acked, last.seq)
    await linger(lane, fresh.length, takenAt)
  }
}

/**
 * Calls with small bulks follow each other at this distance at least, so that the next bulk is
 * larger: six functions called for every single batch took 1.4 cores at 200 batches a second. The
 * first event after a quiet time never waits, and neither does a lane that has to catch up.
 */
async function linger(lane: Lane, messages: number, takenAt: number): Promise<void> {
  const { bulkMessagesMax, lingerMs } = lane.parts.config
  if (messages * 2 >= bulkMessagesMax) return
  const leftMs = lingerMs - (performance.now() - takenAt)
  if (leftMs > 0) await pause(leftMs, lane.signal)
}

async function openConsumer(lane: Lane): Promise<PullConsumer> {
  const { config, link } = lane.parts
  const consumer = await createPullBatches(link, {
    stream: lane.stream,
    durable: `fn-${lane.name}-${lane.shard}`,
    startSeq: lane.next,
    maxMessages: config.bulkMessagesMax,
    maxBytes: config.bulkBytesMax,
  })
  lane.acked = await consumer.ackFloor()
  lane.next = lane.acked + 1
  lane.problem = ''
  return consumer
}

/** The first sequence that is missing, undefined when they follow each other. */
function firstGap(next: number, messages: readonly PulledMessage[]): number | undefined {
  let expected = next
  for (const { seq } of messages) {
    if (seq !== expected) return expected
    expected++
  }
  return undefined
}

async function seek(lane: Lane, seq: number): Promise<void> {
  await lane.consumer?.recreateAt(seq)
  lane.next = seq
  lane.acked = seq - 1
}

/** True when the function has all of it; false when the lane went elsewhere, or is closing. */
async function deliverBatch(
  lane: Lane,
  batch: PulledBatch,
  fresh: readonly PulledMessage[],
): Promise<boolean> {
  if (fresh.length === 0) return true
  lane.parts.metrics.bulkMessages.observe({ function: lane.name }, fresh.length)
  const lease = setInterval(() => batch.working(), WORKING_EVERY_MS)
  try {
    return await deliver(lane, fresh)
  } finally {
    clearInterval(lease)
  }
}

/** Brings messages; a refused bulk is halved until the one refused message stands alone. */
async function deliver(lane: Lane, messages: readonly PulledMessage[]): Promise<boolean> {
  const [first] = messages
  if (first === undefined) return true
  const verdict = await callUntilDecided(lane, messages.map(toFrame))
  if (verdict === undefined) return false
  switch (verdict.kind) {
    case 'Applied':
      return applied(lane, messages, verdict)
    case 'Seek':
      lane.parts.log.warn({ from: first.seq, to: verdict.seq }, 'function asks for another place')
      await seekChecked(lane, verdict.seq)
      return false
    case 'Poison': {
      if (messages.length === 1) return bury(lane, first, verdict.why)
      const middle = messages.length >> 1
      if (!(await deliver(lane, messages.slice(0, middle)))) return false
      return deliver(lane, messages.slice(middle))
    }
  }
}

async function applied(
  lane: Lane,
  messages: readonly PulledMessage[],
  { emits, seq }: Extract<Verdict, { kind: 'Applied' }>,
): Promise<boolean> {
  const { link, metrics } = lane.parts
  const lastSeq = messages.at(-1)?.seq ?? 0
  if (seq < lastSeq) {
    throw new OperationalError('TE_CONFLICT', `${lane.name} stopped at ${seq}, before ${lastSeq}`)
  }
  // The function may be further than this bulk: after a seek back it knows the rest already.
  if (seq > Math.max(lastSeq, lane.streamLast)) await checkInside(lane, seq)
  for (const emit of emits) link.publish(emit.subject, JSON.stringify(emit.data))
  metrics.events.inc({ function: lane.name }, messages.length)
  lane.next = Math.max(lane.next, seq + 1)
  return true
}

/** A function that is ahead of the stream belongs to another stream: stop, and say so. */
async function checkInside(lane: Lane, seq: number): Promise<void> {
  const { lastSeq } = await streamExtent(lane.parts.link, lane.stream)
  if (seq <= lastSeq) return
  const what = `${lane.name} is at ${seq}, but ${lane.stream} ends at ${lastSeq}`
  throw new OperationalError('TE_CONFLICT', what)
}

async function seekChecked(lane: Lane, seq: number): Promise<void> {
  await checkInside(lane, seq - 1)
  await seek(lane, seq)
}

/** To the dead-letter stream, once; then the function is told to pass over it. */
async function bury(lane: Lane, message: PulledMessage, why: string): Promise<boolean> {
  const { link, log, metrics } = lane.parts
  const { seq } = message
  const { isNew } = await publishDeadLetter(link, lane.name, lane.stream, message, why)
  if (isNew) metrics.deadLetters.inc({ function: lane.name })
  log.error({ seq, why }, 'dead letter: the function refused a message for good')
  const skipped = { ...toFrame(message), data: new Uint8Array(0), skipped: true }
  for (let attempt = 0; ; attempt++) {
    const verdict = await callUntilDecided(lane, [skipped])
    if (verdict === undefined) return false
    if (verdict.kind === 'Applied') return applied(lane, [message], verdict)
    if (verdict.kind === 'Seek') {
      await seekChecked(lane, verdict.seq)
      return false
    }
    lane.problem = `the function refuses to pass over ${seq}`
    log.error({ seq, why: verdict.why }, lane.problem)
    await pause(backoffMs(attempt, Math.random), lane.signal)
  }
}

function toFrame(message: PulledMessage): EventFrame {
  const traceparent = message.header('traceparent') ?? ''
  return { seq: message.seq, data: message.data, skipped: false, traceparent }
}

/** Calls again for as long as the answer is "not now". Undefined: the lane is closing. */
async function callUntilDecided(
  lane: Lane,
  frames: readonly EventFrame[],
): Promise<Exclude<Verdict, { kind: 'Retry' }> | undefined> {
  const { log } = lane.parts
  for (let attempt = 0; !lane.signal.aborted; attempt++) {
    const verdict = await callOnce(lane, frames)
    if (verdict.kind !== 'Retry') {
      lane.problem = ''
      return verdict
    }
    lane.problem = verdict.why
    const waitMs = backoffMs(attempt, Math.random)
    const fields = { firstSeq: frames[0]?.seq, attempt, waitMs, why: verdict.why }
    log[attempt === 0 || attempt % 20 === 19 ? 'warn' : 'debug'](fields, 'events are tried again')
    await pause(waitMs, lane.signal)
  }
  return undefined
}

async function callOnce(lane: Lane, frames: readonly EventFrame[]): Promise<Verdict> {
  const { client, config, metrics } = lane.parts
  const firstSeq = frames[0]?.seq ?? 0
  const labels = { function: lane.name, kind: 'events' }
  const stopTimer = metrics.callSeconds.startTimer(labels)
  let outcome = ''
  try {
    const answer = await client.call({
      functionName: lane.name,
      topic: eventSubject(lane.shard),
      contentType: EVENTS_CONTENT_TYPE,
      headers: {
        [CALL_HEADERS.shard]: String(lane.shard),
        [CALL_HEADERS.stream]: lane.stream,
        [CALL_HEADERS.firstSeq]: String(firstSeq),
        [CALL_HEADERS.lastSeq]: String(firstSeq + frames.length - 1),
        [CALL_HEADERS.callId]: randomUUID(),
        [CALL_HEADERS.traceparent]: frames[0]?.traceparent ?? '',
      },
      body: encodeFrames(frames),
      deadlineMs: config.eventsDeadlineMs,
    })
    outcome = String(answer.status)
    return readVerdict(answer)
  } catch (error) {
    if (!(error instanceof OperationalError)) throw error
    outcome = error.code
    return { kind: 'Retry', why: error.message }
  } finally {
    stopTimer()
    metrics.calls.inc({ ...labels, outcome })
  }
}
