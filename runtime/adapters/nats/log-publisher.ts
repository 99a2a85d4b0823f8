// Appends to one stream at the speed of the connection: raw publishes with one reply inbox, every
// ack parsed, unacknowledged ones sent again in order under the same ids. The server's duplicate
// window makes a repeat harmless; past that window a repeat is refused here, never guessed.

import { randomUUID } from 'node:crypto'
import { OperationalError } from '#contracts/errors.ts'
import { type ApiError, apiErrorOf, DUPLICATE_WINDOW_MS, refused } from './jetstream.ts'
import { type MessageHeaders, type NatsLink, type NatsMessage, unavailable } from './link.ts'

/** Where an appended message stands in its stream. */
export interface PublishResult {
  readonly seq: number
  /** The id was stored before: `seq` is the first one's. */
  readonly duplicate: boolean
}

export interface PublishOptions {
  /** Nats-Msg-Id: what makes a repeat recognisable. */
  readonly msgId: string
  /** The stream's last message must have this id; empty = the stream must be empty. */
  readonly expectedLastMsgId?: string
  /**
   * The stream's last message must have this sequence. Safe as a fence only for one publish at a time:
   * behind it, go on by ids.
   */
  readonly expectedLastSeq?: number
  readonly headers?: MessageHeaders
}

/** Appends to one stream, in the order of the calls. */
export interface LogPublisher extends AsyncDisposable {
  /**
   * Resolves when the message is stored.
   * Errors: TE_CONFLICT (fence or refusal), TE_UNAVAILABLE_NATS (the server cannot store),
   * TE_TIMEOUT_UNKNOWN_STATE (too late to repeat safely), TE_OVERLOADED (pendingMax waiting).
   */
  readonly publish: (data: Uint8Array, options: PublishOptions) => Promise<PublishResult>
  /** Accepted and not settled yet, sent or not. */
  readonly pending: () => number
  /** Resolves when fewer than inFlightMax are pending: back-pressure for a loop. */
  readonly room: () => Promise<void>
  /** Resolves when none is pending. */
  readonly idle: () => Promise<void>
}

export interface LogPublisherOptions {
  readonly stream: string
  readonly subject: string
  /** Publishes sent and not acknowledged at any time. */
  readonly inFlightMax: number
  /** Publishes that may wait, sent or not (default 4096: a minute of batches at 64 a second). */
  readonly pendingMax?: number
  /** Without an ack for so long, everything unacknowledged is sent again (default 3 s). */
  readonly ackTimeoutMs?: number
}

interface Entry {
  readonly data: Uint8Array
  readonly headers: MessageHeaders
  readonly resolve: (result: PublishResult) => void
  readonly reject: (error: OperationalError) => void
  firstSentAt: number
  sentAt: number
  token: number
  isDone: boolean
}

interface State {
  readonly link: NatsLink
  readonly options: Required<LogPublisherOptions>
  readonly inbox: string
  queue: Entry[]
  head: number
  next: number
  /** Of the entries from head to next. */
  bytesInFlight: number
  pending: number
  nextToken: number
  readonly byToken: Map<number, Entry>
  /** Something was lost: nothing new goes out until all unacknowledged are sent again. */
  isHalted: boolean
  isClosed: boolean
  retry: NodeJS.Timeout | undefined
  waiters: { below: number; wake: () => void }[]
}

/**
 * Four parts of the largest size, so that a batch of many does not fill the socket, nor the 128 MB that
 * the server keeps for a stream that is not on disk yet.
 */
const IN_FLIGHT_BYTES_MAX = 16 * 2 ** 20
const RETRY_MS = 50
/** A margin below the window for the way to the server. */
const REPEAT_MAX_MS = DUPLICATE_WINDOW_MS - 20_000
const ERR_WRONG_LAST_ID = 10_070
const ERR_WRONG_LAST_SEQUENCE = 10_071
const ERR_NOT_READY = 10_008

/** Whether a publish was refused because someone else's message stands last: the fence. */
export function isFenceConflict(error: unknown): boolean {
  return isFence(apiErrorOf(error)?.err_code)
}

const isFence = (code: number | undefined): boolean =>
  code === ERR_WRONG_LAST_ID || code === ERR_WRONG_LAST_SEQUENCE

/** Makes a publisher; its order holds as long as one publisher at a time uses an id chain. */
export function createLogPublisher(link: NatsLink, options: LogPublisherOptions): LogPublisher {
  const state: State = {
    link,
    options: { pendingMax: 4_096, ackTimeoutMs: 3_000, ...options },
    inbox: `_INBOX.${randomUUID()}`,
    queue: [],
    head: 0,
    next: 0,
    bytesInFlight: 0,
    pending: 0,
    nextToken: 1,
    byToken: new Map(),
    isHalted: !link.isConnected(),
    isClosed: false,
    retry: undefined,
    waiters: [],
  }
  const subscription = link.subscribe(`${state.inbox}.*`, (data, message) =>
    takeAck(state, data, message),
  )
  const stopWatching = link.onStatus((status) => {
    if (status === 'disconnected') halt(state)
    if (status === 'reconnected') sendAgain(state)
    if (status === 'closed') close()
  })
  const watchdog = setInterval(() => checkTimeouts(state), 500)
  const close = (): void => {
    if (state.isClosed) return
    state.isClosed = true
    clearInterval(watchdog)
    clearTimeout(state.retry)
    stopWatching()
    subscription.unsubscribe()
    for (const entry of state.queue) fail(state, entry, unavailable('the publisher was closed'))
  }
  return {
    publish: (data, extra) => publish(state, data, extra),
    pending: () => state.pending,
    room: () => whenBelow(state, state.options.inFlightMax),
    idle: () => whenBelow(state, 1),
    [Symbol.asyncDispose]: async () => close(),
  }
}

function publish(state: State, data: Uint8Array, extra: PublishOptions): Promise<PublishResult> {
  return new Promise((resolve, reject) => {
    if (state.isClosed) return reject(unavailable('the publisher was closed'))
    if (state.pending >= state.options.pendingMax) {
      return reject(new OperationalError('TE_OVERLOADED', 'too many publishes are waiting'))
    }
    const headers = {
      ...extra.headers,
      'Nats-Msg-Id': extra.msgId,
      'Nats-Expected-Stream': state.options.stream,
      ...fence(extra),
    }
    const entry = { data, headers, resolve, reject, firstSentAt: 0, sentAt: 0, token: 0 }
    state.queue.push({ ...entry, isDone: false })
    state.pending++
    pump(state)
  })
}

function fence({ expectedLastMsgId, expectedLastSeq }: PublishOptions): MessageHeaders {
  if (expectedLastSeq !== undefined) {
    return { 'Nats-Expected-Last-Sequence': String(expectedLastSeq) }
  }
  if (expectedLastMsgId === undefined) return {}
  if (expectedLastMsgId === '') return { 'Nats-Expected-Last-Sequence': '0' }
  return { 'Nats-Expected-Last-Msg-Id': expectedLastMsgId }
}

function pump(state: State): void {
  const { queue, options } = state
  while (!state.isHalted && state.next < queue.length) {
    if (state.next - state.head >= options.inFlightMax) return
    const entry = queue[state.next]
    if (entry === undefined) return
    const bytes = state.bytesInFlight + entry.data.length
    if (state.next > state.head && bytes > IN_FLIGHT_BYTES_MAX) return
    state.next++
    state.bytesInFlight = bytes
    if (!entry.isDone && !send(state, entry)) return
  }
}

function send(state: State, entry: Entry): boolean {
  const now = performance.now()
  const token = state.nextToken++
  const { headers } = entry
  const reply = `${state.inbox}.${token}`
  try {
    if (!state.link.publish(state.options.subject, entry.data, { reply, headers })) {
      halt(state)
      return false
    }
  } catch (cause) {
    const what = 'the message cannot be sent'
    fail(state, entry, new OperationalError('TE_INTERNAL', what, { cause }))
    return true
  }
  if (entry.firstSentAt === 0) entry.firstSentAt = now
  entry.sentAt = now
  entry.token = token
  state.byToken.set(token, entry)
  return true
}

interface Ack {
  readonly seq?: number
  readonly duplicate?: boolean
  readonly error?: ApiError
}

function takeAck(state: State, data: Uint8Array, message: NatsMessage): void {
  const token = Number(message.subject.slice(state.inbox.length + 1))
  const entry = state.byToken.get(token)
  if (entry === undefined) return
  state.byToken.delete(token)
  const ack = parseAck(data)
  if (ack?.error === undefined && ack?.seq !== undefined && ack.seq > 0) {
    finish(state, entry)
    entry.resolve({ seq: ack.seq, duplicate: ack.duplicate === true })
    return
  }
  // An answer to an earlier attempt that was not stored: the later attempt decides.
  if (entry.token !== token || entry.isDone) return
  const error = ack?.error
  const isLost = error === undefined || error.err_code === ERR_NOT_READY
  const isFollowUp = state.isHalted && isFence(error?.err_code)
  if (isLost || isFollowUp) return sendAgainSoon(state)
  fail(state, entry, refused(`publish to ${state.options.subject}`, error))
}

/** Null: no ack at all (nobody listens, not JSON), or one that must not count (seq 0). */
function parseAck(data: Uint8Array): Ack | null {
  if (data.length === 0) return null
  try {
    return JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.length).toString()) as Ack
  } catch {
    return null
  }
}

function finish(state: State, entry: Entry): void {
  if (entry.isDone) return
  entry.isDone = true
  state.pending--
  for (; state.queue[state.head]?.isDone === true; state.head++) {
    if (state.head < state.next) state.bytesInFlight -= state.queue[state.head]?.data.length ?? 0
  }
  if (state.next < state.head) state.next = state.head
  if (state.head > 1_024) {
    state.queue = state.queue.slice(state.head)
    state.next -= state.head
    state.head = 0
  }
  pump(state)
  if (state.waiters.length > 0) wakeWaiters(state)
}

function fail(state: State, entry: Entry, error: OperationalError): void {
  if (entry.isDone) return
  finish(state, entry)
  entry.reject(error)
}

function halt(state: State): void {
  state.isHalted = true
  state.byToken.clear()
}

function sendAgainSoon(state: State): void {
  state.isHalted = true
  if (state.isClosed || state.retry !== undefined) return
  state.retry = setTimeout(() => sendAgain(state), RETRY_MS)
}

function sendAgain(state: State): void {
  clearTimeout(state.retry)
  state.retry = undefined
  if (state.isClosed || !state.link.isConnected()) return
  const now = performance.now()
  for (const entry of state.queue.slice(state.head)) {
    if (entry.firstSentAt === 0 || now - entry.firstSentAt < REPEAT_MAX_MS) continue
    const what = 'no acknowledgement came while a repeat was safe'
    fail(state, entry, new OperationalError('TE_TIMEOUT_UNKNOWN_STATE', what))
  }
  state.isHalted = false
  state.next = state.head
  state.bytesInFlight = 0
  pump(state)
}

function checkTimeouts(state: State): void {
  if (!state.link.isConnected()) return
  const oldest = state.queue[state.head]
  if (oldest === undefined || oldest.sentAt === 0) return
  if (performance.now() - oldest.sentAt > state.options.ackTimeoutMs) sendAgainSoon(state)
}

function whenBelow(state: State, below: number): Promise<void> {
  if (state.pending < below) return Promise.resolve()
  return new Promise((wake) => state.waiters.push({ below, wake }))
}

function wakeWaiters(state: State): void {
  const ready = state.waiters.filter((waiter) => state.pending < waiter.below)
  if (ready.length === 0) return
  state.waiters = state.waiters.filter((waiter) => state.pending >= waiter.below)
  for (const waiter of ready) waiter.wake()
}
