// Follows a shard's events with the least delay: core delivery of what matching publishes, in order
// and each message once. A message that core delivery lost is a gap in the places (batch and part)
// that the headers tell: delivery halts there, the missing ones are read from the stream, then it
// goes on.

import {
  type EventHeader,
  eventPlace,
  placeAfter,
  readEventHeader,
} from '#contracts/event-codec.ts'
import { eventStream, eventSubject } from '#contracts/subjects.ts'
import { messageOfBatch } from './event-log.ts'
import { getMessage, streamExtent } from './jetstream.ts'
import type { NatsLink } from './link.ts'
import { type LogReader, readLog } from './log-reader.ts'

export interface FollowEventsOptions {
  readonly shard: number
  /** First batch to deliver, or 'next': the first one that comes after now. */
  readonly startSeq: number | 'next'
  /**
   * Takes one event message: a batch, or a part of one (its header says which), in order.
   * `data` may share its buffer: copy what outlives the call.
   */
  readonly onBatch: (seq: number, data: Uint8Array) => void
  /** A gap was found, from this batch on, and is being read from the stream. */
  readonly onGap?: (from: number) => void
  readonly signal?: AbortSignal
}

/** A running follower. */
export interface EventFollower extends AsyncDisposable {
  /** Last batch delivered whole (or skipped by the start). */
  readonly position: () => number
  /** Resolves when all that the stream held at the start is delivered. */
  readonly ready: Promise<void>
}

interface State {
  readonly link: NatsLink
  readonly options: FollowEventsOptions
  /** Place of the next message to deliver. */
  next: number
  /** Its number in the stream, or one before; 0 until the start is found. */
  message: number
  /** Live messages that wait behind a gap, by place; null while there is no gap. */
  waiting: Map<number, Uint8Array> | null
  waitingBytes: number
  healer: LogReader | undefined
  isClosed: boolean
  markReady: () => void
}

/** Messages kept while a gap is read; beyond it they are read from the stream as well. */
const WAITING_MAX = 4_096
/** Sixteen parts of the largest size. */
const WAITING_BYTES_MAX = 64 * 2 ** 20
const RETRY_MS = 100
const TAIL_CHECK_MS = 2_000

/** Starts following. */
export function followEvents(link: NatsLink, options: FollowEventsOptions): EventFollower {
  let markReady = (): void => undefined
  const ready = new Promise<void>((resolve) => {
    markReady = resolve
  })
  const { startSeq } = options
  const state: State = {
    link,
    options,
    next: startSeq === 'next' ? 0 : eventPlace({ seq: startSeq, part: 0 }),
    message: 0,
    waiting: new Map(),
    waitingBytes: 0,
    healer: undefined,
    isClosed: false,
    markReady,
  }
  const subscription = link.subscribe(eventSubject(options.shard), (data) => takeLive(state, data))
  void catchUp(state)
  const stopWatching = link.onStatus((status) => {
    if (status === 'reconnected') void catchUp(state)
  })
  const tailCheck = setInterval(() => {
    if (state.waiting === null) void catchUp(state)
  }, TAIL_CHECK_MS)
  const close = async (): Promise<void> => {
    if (state.isClosed) return
    state.isClosed = true
    clearInterval(tailCheck)
    stopWatching()
    subscription.unsubscribe()
    await state.healer?.[Symbol.asyncDispose]()
  }
  options.signal?.addEventListener('abort', () => void close(), { once: true })
  return { position: () => nextBatch(state) - 1, ready, [Symbol.asyncDispose]: close }
}

function nextBatch(state: State): number {
  return Math.floor(state.next / eventPlace({ seq: 1, part: 0 }))
}

function takeLive(state: State, data: Uint8Array): void {
  if (state.isClosed) return
  const header = readEventHeader(data)
  const place = eventPlace(header)
  if (state.waiting !== null) return keep(state, place, data)
  if (place === state.next) return deliver(state, header, data)
  if (place < state.next) return
  wait(state)
  keep(state, place, data)
  heal(state, () => state.next >= place)
}

function wait(state: State): void {
  state.waiting = new Map()
  state.waitingBytes = 0
}

function keep(state: State, place: number, data: Uint8Array): void {
  const { waiting } = state
  if (waiting === null || place < state.next || waiting.size >= WAITING_MAX) return
  if (state.waitingBytes + data.length > WAITING_BYTES_MAX) return
  state.waitingBytes += data.length
  waiting.set(place, data)
}

function deliver(state: State, header: EventHeader, data: Uint8Array): void {
  state.next = placeAfter(header)
  state.message += 1
  state.options.onBatch(header.seq, data)
}

/** Finds out what the stream holds beyond what was delivered: at the start, after a reconnect. */
async function catchUp(state: State): Promise<void> {
  const { link } = state
  while (!state.isClosed) {
    const last = await lastStored(state)
    if (state.isClosed) return
    if (last !== null) {
      if (last >= state.message) return heal(state, () => state.message > last)
      if (state.healer === undefined && state.waiting !== null) releaseWaiting(state)
      return
    }
    if (!link.isConnected()) return whenReconnected(state)
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
}

/** The status listener starts the next catch-up; until then live messages must wait. */
function whenReconnected(state: State): void {
  if (state.waiting === null) wait(state)
}

/** The stream's last message, once it is known where this follower stands in it. */
async function lastStored(state: State): Promise<number | null> {
  const { link, options } = state
  try {
    const { lastSeq } = await streamExtent(link, eventStream(options.shard))
    if (state.message === 0) await findStart(state, lastSeq)
    return lastSeq
  } catch {
    return null
  }
}

async function findStart(state: State, last: number): Promise<void> {
  const { link, options } = state
  const { shard, startSeq } = options
  if (startSeq !== 'next') {
    const message = await messageOfBatch(link, shard, startSeq)
    if (state.message === 0) state.message = message
    return
  }
  const tail = last === 0 ? null : await getMessage(link, eventStream(shard), last)
  if (state.message !== 0) return
  const seq = tail === null ? 0 : readEventHeader(tail.data).seq
  state.next = eventPlace({ seq: seq + 1, part: 0 })
  state.message = last + 1
}

function heal(state: State, isThere: () => boolean): void {
  if (state.waiting === null) wait(state)
  if (state.healer !== undefined || state.isClosed) return
  state.options.onGap?.(nextBatch(state))
  const reader = readLog(state.link, {
    stream: eventStream(state.options.shard),
    startSeq: state.message,
    onMessage: (message, _timeNs, data, pending) => {
      if (state.isClosed) return
      const header = readEventHeader(data)
      const place = eventPlace(header)
      if (place > state.next) return
      if (place === state.next) deliver(state, header, data)
      state.message = message + 1
      const isAhead = state.waiting?.has(state.next) === true
      if (!isAhead && (pending > 0 || !isThere())) return
      state.healer = undefined
      void reader[Symbol.asyncDispose]()
      releaseWaiting(state)
    },
  })
  state.healer = reader
}

function releaseWaiting(state: State): void {
  const waiting = state.waiting ?? new Map<number, Uint8Array>()
  const beyond = [...waiting.keys()].filter((place) => place >= state.next).sort((a, b) => a - b)
  for (const place of beyond) {
    const data = waiting.get(place)
    if (data === undefined) continue
    if (place > state.next) {
      for (const old of beyond) if (old < state.next) waiting.delete(old)
      return heal(state, () => state.next >= place)
    }
    deliver(state, readEventHeader(data), data)
  }
  state.waiting = null
  state.markReady()
}
