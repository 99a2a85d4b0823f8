// Follows a shard's events with the least delay: core delivery of what matching publishes, in order
// and each batch once. A batch that core delivery lost is a gap in the batch numbers: delivery
// halts there, the missing ones are read from the stream, then it goes on.

import { readEventHeader } from '#contracts/event-codec.ts'
import { eventStream, eventSubject } from '#contracts/subjects.ts'
import { streamExtent } from './jetstream.ts'
import type { NatsLink } from './link.ts'
import { type LogReader, readLog } from './log-reader.ts'

export interface FollowEventsOptions {
  readonly shard: number
  /** First batch to deliver, or 'next': the first one that comes after now. */
  readonly startSeq: number | 'next'
  /** Takes one event batch. `data` may share its buffer: copy what outlives the call. */
  readonly onBatch: (seq: number, data: Uint8Array) => void
  /** A gap was found and is being read from the stream. */
  readonly onGap?: (from: number, to: number) => void
  readonly signal?: AbortSignal
}

/** A running follower. */
export interface EventFollower extends AsyncDisposable {
  /** Last batch delivered (or skipped by the start). */
  readonly position: () => number
  /** Resolves when all that the stream held at the start is delivered. */
  readonly ready: Promise<void>
}

interface State {
  readonly link: NatsLink
  readonly options: FollowEventsOptions
  next: number
  /** Live batches that wait behind a gap; null while there is no gap. */
  waiting: Map<number, Uint8Array> | null
  healer: LogReader | undefined
  isClosed: boolean
  markReady: () => void
}

/** Batches kept while a gap is read; beyond it they are read from the stream as well. */
const WAITING_MAX = 4_096
const RETRY_MS = 100
const TAIL_CHECK_MS = 2_000

/** Starts following. */
export function followEvents(link: NatsLink, options: FollowEventsOptions): EventFollower {
  let markReady = (): void => undefined
  const ready = new Promise<void>((resolve) => {
    markReady = resolve
  })
  const state: State = {
    link,
    options,
    next: options.startSeq === 'next' ? 0 : options.startSeq,
    waiting: new Map(),
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
  return { position: () => state.next - 1, ready, [Symbol.asyncDispose]: close }
}

function takeLive(state: State, data: Uint8Array): void {
  if (state.isClosed) return
  const { seq } = readEventHeader(data)
  if (state.waiting !== null) {
    if (seq >= state.next && state.waiting.size < WAITING_MAX) state.waiting.set(seq, data)
    return
  }
  if (seq === state.next) return deliver(state, seq, data)
  if (seq < state.next) return
  state.waiting = new Map([[seq, data]])
  heal(state, seq - 1)
}

function deliver(state: State, seq: number, data: Uint8Array): void {
  state.next = seq + 1
  state.options.onBatch(seq, data)
}

/** Finds out what the stream holds beyond what was delivered: at the start, after a reconnect. */
async function catchUp(state: State): Promise<void> {
  const { link, options } = state
  while (!state.isClosed) {
    const last = await lastStored(link, options.shard)
    if (state.isClosed) return
    if (last !== null) {
      if (state.next === 0) state.next = last + 1
      if (last >= state.next) return heal(state, last)
      if (state.healer === undefined && state.waiting !== null) releaseWaiting(state)
      return
    }
    if (!link.isConnected()) return whenReconnected(state)
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
}

/** The status listener starts the next catch-up; until then live batches must wait. */
function whenReconnected(state: State): void {
  state.waiting ??= new Map()
}

async function lastStored(link: NatsLink, shard: number): Promise<number | null> {
  try {
    return (await streamExtent(link, eventStream(shard))).lastSeq
  } catch {
    return null
  }
}

function heal(state: State, to: number): void {
  state.waiting ??= new Map()
  if (state.healer !== undefined || state.isClosed) return
  state.options.onGap?.(state.next, to)
  const reader = readLog(state.link, {
    stream: eventStream(state.options.shard),
    startSeq: state.next,
    onMessage: (seq, _timeNs, data, pending) => {
      if (state.isClosed || seq !== state.next) return
      deliver(state, seq, data)
      const isAhead = state.waiting?.has(state.next) === true
      if (!isAhead && (pending > 0 || seq < to)) return
      state.healer = undefined
      void reader[Symbol.asyncDispose]()
      releaseWaiting(state)
    },
  })
  state.healer = reader
}

function releaseWaiting(state: State): void {
  const waiting = state.waiting ?? new Map<number, Uint8Array>()
  const beyond = [...waiting.keys()].filter((seq) => seq >= state.next).sort((a, b) => a - b)
  for (const seq of beyond) {
    const data = waiting.get(seq)
    if (data === undefined) continue
    if (seq > state.next) {
      for (const old of beyond) if (old < state.next) waiting.delete(old)
      return heal(state, seq - 1)
    }
    deliver(state, seq, data)
  }
  state.waiting = null
  state.markReady()
}
