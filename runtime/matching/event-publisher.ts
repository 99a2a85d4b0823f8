// (6) Event batches to TE_EVT, pipelined and fenced by the chain of message ids: the batch of
// command n is stored only right behind that of n-1. Whoever publishes, and however often, the
// stream holds each batch once. Batches are kept until they are stored.
//
// A restarted server knows ids only from inside its duplicate window, so after a quiet time it refuses
// the chain although nobody published. Then the tail is read, and the one batch behind it is fenced by
// the tail's sequence (safe, because it is one); the chain of ids goes on behind that batch.

import {
  createLogPublisher,
  getMessage,
  isFenceConflict,
  type LogPublisher,
  type NatsLink,
  streamState,
} from '#adapters/nats/index.ts'
import { eventStream, eventSubject } from '#contracts/subjects.ts'

/** Why publishing ended: another leader is ahead, or the stored log is not what was computed. */
export type PublishEnd = 'Superseded' | 'Diverged' | 'Failed'

export interface EventPublisherOptions {
  readonly shard: number
  /** Who publishes: makes a zombie's batches visible. Not a part of the batch's bytes. */
  readonly epoch: number
  /** Last batch that the stream holds already. */
  readonly storedSeq: number
  readonly inFlightMax: number
  readonly onStored?: (seq: number, latencyMs: number) => void
  readonly onConflict?: (seq: number) => void
  /** Publishing has ended for good; the process must end too. */
  readonly onEnd: (why: PublishEnd, detail: string) => void
}

/** Appends event batches in sequence. */
export interface EventPublisher extends AsyncDisposable {
  /** Takes the batch of the next sequence. */
  readonly publish: (seq: number, bytes: Uint8Array) => void
  /** Last sequence that is stored. */
  readonly storedSeq: () => number
  readonly pending: () => number
  /** Resolves when there is room for another batch. */
  readonly room: () => Promise<void>
  /** Resolves when all taken batches up to a sequence are stored (or publishing has ended). */
  readonly stored: (seq: number) => Promise<void>
}

interface Outgoing {
  readonly bytes: Uint8Array
  readonly takenAt: number
}

interface State {
  readonly link: NatsLink
  readonly options: EventPublisherOptions
  publisher: LogPublisher
  /** Taken and not stored yet, by sequence. */
  readonly outgoing: Map<number, Outgoing>
  storedSeq: number
  takenSeq: number
  generation: number
  isEnded: boolean
  waiters: { seq: number; wake: () => void }[]
}

/** The id of a shard's batch: the fence's chain. */
export const eventMsgId = (shard: number, seq: number): string =>
  seq === 0 ? '' : `${shard}:${seq}`

/** Makes the publisher of one leader. */
export function createEventPublisher(
  link: NatsLink,
  options: EventPublisherOptions,
): EventPublisher {
  const state: State = {
    link,
    options,
    publisher: open(link, options),
    outgoing: new Map(),
    storedSeq: options.storedSeq,
    takenSeq: options.storedSeq,
    generation: 0,
    isEnded: false,
    waiters: [],
  }
  return {
    publish: (seq, bytes) => take(state, seq, bytes),
    storedSeq: () => state.storedSeq,
    pending: () => state.outgoing.size,
    room: () => stored(state, state.takenSeq - options.inFlightMax + 1),
    stored: (seq) => stored(state, seq),
    [Symbol.asyncDispose]: async () => {
      state.isEnded = true
      await state.publisher[Symbol.asyncDispose]()
      wake(state)
    },
  }
}

function open(link: NatsLink, { shard, inFlightMax }: EventPublisherOptions): LogPublisher {
  return createLogPublisher(link, {
    stream: eventStream(shard),
    subject: eventSubject(shard),
    inFlightMax,
    // The loop stops at inFlightMax; recovery and one burst of deliveries may be ahead of it.
    pendingMax: 1_000_000,
  })
}

function take(state: State, seq: number, bytes: Uint8Array): void {
  if (seq !== state.takenSeq + 1) throw new Error(`event batch ${seq} after ${state.takenSeq}`)
  state.takenSeq = seq
  if (state.isEnded) return
  const outgoing = { bytes, takenAt: performance.now() }
  state.outgoing.set(seq, outgoing)
  send(state, seq, outgoing)
}

function send(
  state: State,
  seq: number,
  outgoing: Outgoing,
  fence: 'Id' | 'Sequence' = 'Id',
): void {
  const { shard, epoch } = state.options
  const { generation } = state
  const ids = {
    headers: { 'Te-Epoch': String(epoch) },
    msgId: eventMsgId(shard, seq),
    ...(fence === 'Id'
      ? { expectedLastMsgId: eventMsgId(shard, seq - 1) }
      : { expectedLastSeq: seq - 1 }),
  }
  state.publisher.publish(outgoing.bytes, ids).then(
    (result) => {
      if (generation !== state.generation || state.isEnded) return
      if (result.seq !== seq) {
        return end(state, 'Diverged', `batch ${seq} was stored as message ${result.seq}`)
      }
      settle(state, seq)
    },
    (error: unknown) => {
      if (generation !== state.generation || state.isEnded) return
      state.generation++
      if (isFenceConflict(error)) state.options.onConflict?.(seq)
      resync(state).catch((cause: unknown) => end(state, 'Failed', String(cause)))
    },
  )
}

function settle(state: State, seq: number): void {
  const outgoing = state.outgoing.get(seq)
  if (outgoing === undefined) return
  state.outgoing.delete(seq)
  if (seq > state.storedSeq) state.storedSeq = seq
  state.options.onStored?.(seq, performance.now() - outgoing.takenAt)
  if (state.waiters.length > 0) wake(state)
}

/** A publish was refused: reads the tail, then goes on behind it or ends. */
async function resync(state: State): Promise<void> {
  const { options, link } = state
  await state.publisher[Symbol.asyncDispose]()
  const tail = await untilAnswered(state, () => streamState(link, eventStream(options.shard)))
  if (tail === null) return
  if (tail.lastSeq < state.storedSeq) {
    const text = `the event log ends at ${tail.lastSeq}, but ${state.storedSeq} was stored`
    return end(state, 'Diverged', text)
  }
  if (tail.lastSeq > state.takenSeq) {
    return end(state, 'Superseded', `the event log is at ${tail.lastSeq}: another leader is ahead`)
  }
  for (let seq = state.storedSeq + 1; seq <= tail.lastSeq; seq++) {
    const theirs = await untilAnswered(state, () =>
      getMessage(link, eventStream(options.shard), seq),
    )
    const ours = state.outgoing.get(seq)
    if (theirs === null || ours === undefined) return
    if (Buffer.compare(theirs.data, ours.bytes) !== 0) {
      return end(state, 'Diverged', `batch ${seq} in the event log is not what was computed here`)
    }
    settle(state, seq)
  }
  state.publisher = open(link, options)
  for (const [seq, outgoing] of state.outgoing) {
    send(state, seq, outgoing, seq === tail.lastSeq + 1 ? 'Sequence' : 'Id')
  }
}

/** Asks until the server answers; null when publishing ended meanwhile. */
async function untilAnswered<T>(state: State, ask: () => Promise<T>): Promise<T | null> {
  while (!state.isEnded) {
    try {
      return await ask()
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
  return null
}

function end(state: State, why: PublishEnd, detail: string): void {
  if (state.isEnded) return
  state.isEnded = true
  wake(state)
  state.options.onEnd(why, detail)
}

function stored(state: State, seq: number): Promise<void> {
  if (state.isEnded || state.storedSeq >= seq) return Promise.resolve()
  return new Promise((wakeUp) => state.waiters.push({ seq, wake: wakeUp }))
}

function wake(state: State): void {
  const isReady = (waiter: { seq: number }): boolean =>
    state.isEnded || state.storedSeq >= waiter.seq
  const ready = state.waiters.filter(isReady)
  state.waiters = state.waiters.filter((waiter) => !isReady(waiter))
  for (const waiter of ready) waiter.wake()
}
