// (6) Event batches to TE_EVT, pipelined and fenced by the chain of message ids: the batch of
// command n is stored only right behind that of n-1, and its parts, if it was cut, only one behind the
// other. Whoever publishes, and however often, the stream holds each message once. Messages are kept
// until they are stored. They are counted here as the stream counts them: so a tail in the middle of
// a batch is a tail like any other.
//
// A restarted server knows ids only from inside its duplicate window, so after a quiet time it refuses
// the chain although nobody published. Then the tail is read, and the one message behind it is fenced
// by the tail's sequence (safe, because it is one); the chain of ids goes on behind that message.

import {
  createLogPublisher,
  getMessage,
  isFenceConflict,
  type LogPublisher,
  type NatsLink,
  streamExtent,
} from '#adapters/nats/index.ts'
import { type BatchPart, eventPlace, placeAfter, WHOLE_BATCH } from '#contracts/event-codec.ts'
import { eventStream, eventSubject } from '#contracts/subjects.ts'

/** Why publishing ended: another leader is ahead, or the stored log is not what was computed. */
export type PublishEnd = 'Superseded' | 'Diverged' | 'Failed'

/** The last message of the event log: the part of which batch it is, all 0 in an empty log. */
export interface EventTail extends BatchPart {
  readonly message: number
  readonly seq: number
}

export interface EventPublisherOptions {
  readonly shard: number
  /** Who publishes: makes a zombie's batches visible. Not a part of the batch's bytes. */
  readonly epoch: number
  /** What the stream holds already. */
  readonly tail: EventTail
  /** Messages. */
  readonly inFlightMax: number
  /** A batch is stored whole. */
  readonly onStored?: (seq: number, latencyMs: number) => void
  readonly onConflict?: (seq: number) => void
  /** Publishing has ended for good; the process must end too. */
  readonly onEnd: (why: PublishEnd, detail: string) => void
}

/** Appends event batches in sequence. */
export interface EventPublisher extends AsyncDisposable {
  /** Takes the batch of the next sequence, or the next part of one. */
  readonly publish: (seq: number, bytes: Uint8Array, place?: BatchPart) => void
  /** Last batch that is stored whole. */
  readonly storedSeq: () => number
  /** Messages that are not stored yet. */
  readonly pending: () => number
  /** Resolves when there is room for another message. */
  readonly room: () => Promise<void>
  /** Resolves when all taken batches up to a sequence are stored (or publishing has ended). */
  readonly stored: (seq: number) => Promise<void>
}

interface Outgoing {
  readonly bytes: Uint8Array
  readonly seq: number
  readonly isLast: boolean
  readonly msgId: string
  readonly lastMsgId: string
  readonly takenAt: number
}

interface State {
  readonly link: NatsLink
  readonly options: EventPublisherOptions
  publisher: LogPublisher
  /** Taken and not stored yet, by number of the message. */
  readonly outgoing: Map<number, Outgoing>
  storedMessage: number
  storedSeq: number
  /** The last message taken. */
  taken: EventTail
  generation: number
  isEnded: boolean
  waiters: { isDone: () => boolean; wake: () => void }[]
}

type Part = Omit<EventTail, 'message'>

/** The id of a shard's event message: the fence's chain. A batch's last (or only) part has its own. */
export function eventMsgId(shard: number, { seq, part, isLast }: Part) {
  if (seq === 0) return ''
  return isLast ? `${shard}:${seq}` : `${shard}:${seq}.${part}`
}

/** The tail that an id tells of; null when it is none of this shard's. */
export function readEventTail(shard: number, message: number, msgId: string): EventTail | null {
  if (message === 0) return { message, seq: 0, part: 0, isLast: true }
  const found = /^(\d+):([1-9]\d*)(?:\.(\d+))?$/.exec(msgId)
  if (found === null || Number(found[1]) !== shard) return null
  const seq = Number(found[2])
  const isLast = found[3] === undefined
  return seq > message ? null : { message, seq, part: Number(found[3] ?? 0), isLast }
}

/** Whether two are the same message, as far as the fence's chain can tell. */
export function isSameMessage(a: Part, b: Part): boolean {
  return eventMsgId(0, a) === eventMsgId(0, b)
}

/** The last batch that is whole with this tail. */
export const wholeSeqOf = ({ seq, isLast }: EventTail): number => (isLast ? seq : seq - 1)

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
    storedMessage: options.tail.message,
    storedSeq: wholeSeqOf(options.tail),
    taken: options.tail,
    generation: 0,
    isEnded: false,
    waiters: [],
  }
  return {
    publish: (seq, bytes, place = WHOLE_BATCH) => take(state, seq, bytes, place),
    storedSeq: () => state.storedSeq,
    pending: () => state.outgoing.size,
    room: () => whenDone(state, () => state.outgoing.size < options.inFlightMax),
    stored: (seq) => whenDone(state, () => state.storedSeq >= seq),
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

function take(state: State, seq: number, bytes: Uint8Array, { part, isLast }: BatchPart): void {
  const { shard } = state.options
  const before = state.taken
  if (eventPlace({ seq, part }) !== placeAfter(before)) {
    throw new Error(`part ${part} of event batch ${seq} after part ${before.part} of ${before.seq}`)
  }
  const taken = { message: before.message + 1, seq, part, isLast }
  state.taken = taken
  if (state.isEnded) return
  const outgoing = {
    bytes,
    seq,
    isLast,
    msgId: eventMsgId(shard, taken),
    lastMsgId: eventMsgId(shard, before),
    takenAt: performance.now(),
  }
  state.outgoing.set(taken.message, outgoing)
  send(state, taken.message, outgoing)
}

function send(
  state: State,
  message: number,
  outgoing: Outgoing,
  fence: 'Id' | 'Sequence' = 'Id',
): void {
  const { generation, options } = state
  const { bytes, seq, msgId, lastMsgId } = outgoing
  const ids = {
    headers: { 'Te-Epoch': String(options.epoch) },
    msgId,
    ...(fence === 'Id' ? { expectedLastMsgId: lastMsgId } : { expectedLastSeq: message - 1 }),
  }
  state.publisher.publish(bytes, ids).then(
    (result) => {
      if (generation !== state.generation || state.isEnded) return
      if (result.seq !== message) {
        const text = `${msgId} was stored as message ${result.seq}, not as ${message}`
        return end(state, 'Diverged', text)
      }
      settle(state, message)
    },
    (error: unknown) => {
      if (generation !== state.generation || state.isEnded) return
      state.generation++
      if (isFenceConflict(error)) options.onConflict?.(seq)
      resync(state).catch((cause: unknown) => end(state, 'Failed', String(cause)))
    },
  )
}

function settle(state: State, message: number): void {
  const outgoing = state.outgoing.get(message)
  if (outgoing === undefined) return
  state.outgoing.delete(message)
  if (message > state.storedMessage) state.storedMessage = message
  if (outgoing.isLast) {
    if (outgoing.seq > state.storedSeq) state.storedSeq = outgoing.seq
    state.options.onStored?.(outgoing.seq, performance.now() - outgoing.takenAt)
  }
  if (state.waiters.length > 0) wake(state)
}

/** A publish was refused: reads the tail, then goes on behind it or ends. */
async function resync(state: State): Promise<void> {
  const { options, link } = state
  const stream = eventStream(options.shard)
  await state.publisher[Symbol.asyncDispose]()
  const tail = await untilAnswered(state, () => streamExtent(link, stream))
  if (tail === null) return
  const { lastSeq: last } = tail
  if (last < state.storedMessage) {
    const text = `the event log ends at message ${last}, but ${state.storedMessage} was stored`
    return end(state, 'Diverged', text)
  }
  if (last > state.taken.message) {
    return end(state, 'Superseded', `the event log is at ${last}: another leader is ahead`)
  }
  for (let message = state.storedMessage + 1; message <= last; message++) {
    const theirs = await untilAnswered(state, () => getMessage(link, stream, message))
    const ours = state.outgoing.get(message)
    if (theirs === null || ours === undefined) return
    if (Buffer.compare(theirs.data, ours.bytes) !== 0) {
      const text = `message ${message} of the event log is not ${ours.msgId} as computed here`
      return end(state, 'Diverged', text)
    }
    settle(state, message)
  }
  state.publisher = open(link, options)
  for (const [message, outgoing] of state.outgoing) {
    send(state, message, outgoing, message === last + 1 ? 'Sequence' : 'Id')
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

function whenDone(state: State, isDone: () => boolean): Promise<void> {
  if (state.isEnded || isDone()) return Promise.resolve()
  return new Promise((wakeUp) => state.waiters.push({ isDone, wake: wakeUp }))
}

function wake(state: State): void {
  const ready = state.waiters.filter((waiter) => state.isEnded || waiter.isDone())
  state.waiters = state.waiters.filter((waiter) => !ready.includes(waiter))
  for (const waiter of ready) waiter.wake()
}
