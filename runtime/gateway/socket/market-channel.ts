// One public channel: one NATS subscription however many sockets follow it, and the glue between
// snapshot and diffs. Messages that arrive while a snapshot is being asked for are kept; those that
// the snapshot does not contain follow it. A message whose predecessor was not seen is a gap: every
// follower gets a new snapshot instead of a wrong book (C8).

import type { NatsSubscription } from '#adapters/nats/index.ts'
import type { Outbox } from './outbox.ts'

/** How a channel is glued: the snapshot with its number, or null when it only needs live messages. */
export interface ChannelKind {
  /** Number of a message and of the one before it; null: no order to keep. */
  readonly orderOf: ((head: string, whole: () => string) => MessageOrder) | null
  /** The first message for a new follower, and the number that it contains. */
  readonly first: (() => Promise<FirstMessage>) | null
}

export interface MessageOrder {
  readonly own: number
  readonly previous: number
}

export interface FirstMessage {
  readonly text: string
  readonly last: number
}

export interface MarketChannel {
  readonly add: (follower: Outbox) => void
  readonly remove: (follower: Outbox) => void
  readonly followers: () => number
  /** Gives a new snapshot to those who were too slow and have caught up. */
  readonly readmit: () => void
  readonly close: () => void
}

interface Kept {
  readonly order: MessageOrder
  readonly data: Uint8Array
}

interface State {
  readonly kind: ChannelKind
  readonly live: Set<Outbox>
  readonly joining: Set<Outbox>
  readonly stalled: Set<Outbox>
  backlog: Kept[]
  isAsking: boolean
  isClosed: boolean
  /** Number of the last message that all live followers have. */
  last: number
}

/** A client that lets this much pile up gets no more market data until it has read. */
const BUFFERED_MAX = 1_048_576
const BUFFERED_LOW = 65_536
/** 3 s of 3,000 messages a second: a snapshot that takes longer is asked for again. */
const BACKLOG_MAX = 10_000
const RETRY_MS = 500
/** Where the numbers of a message stand: the feed writes them first. */
const HEAD_BYTES = 200

/** Opens a channel. */
export function openMarketChannel(
  kind: ChannelKind,
  subscribe: (onMessage: (data: Uint8Array) => void) => NatsSubscription,
): MarketChannel {
  const state: State = {
    kind,
    live: new Set(),
    joining: new Set(),
    stalled: new Set(),
    backlog: [],
    isAsking: false,
    isClosed: false,
    last: -1,
  }
  const subscription = subscribe((data) => take(state, data))
  return {
    add: (follower) => {
      if (kind.first === null) state.live.add(follower)
      else join(state, [follower])
    },
    remove: (follower) => {
      for (const set of [state.live, state.joining, state.stalled]) set.delete(follower)
    },
    followers: () => state.live.size + state.joining.size + state.stalled.size,
    readmit: () => {
      const ready = [...state.stalled].filter((f) => f.bufferedBytes() <= BUFFERED_LOW)
      for (const follower of ready) state.stalled.delete(follower)
      if (ready.length > 0) join(state, ready)
    },
    close: () => {
      state.isClosed = true
      subscription.unsubscribe()
    },
  }
}

function take(state: State, data: Uint8Array): void {
  const { orderOf } = state.kind
  if (orderOf === null) return forward(state, data)
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  const order = orderOf(text.toString('latin1', 0, HEAD_BYTES), () => text.toString('utf8'))
  if (state.isAsking) {
    if (state.backlog.length >= BACKLOG_MAX) state.backlog = []
    // The buffer that NATS hands over may be used again.
    state.backlog.push({ order, data: Uint8Array.from(data) })
  }
  if (state.live.size === 0 || order.own <= state.last) return
  if (order.previous > state.last) return rejoinAll(state)
  state.last = order.own
  forward(state, data)
}

/** One copy for all: sockets send after this turn, when NATS may have used its buffer again. */
function forward(state: State, data: Uint8Array): void {
  if (state.live.size === 0) return
  const frame = Uint8Array.from(data)
  for (const follower of state.live) {
    if (follower.bufferedBytes() <= BUFFERED_MAX) follower.send(frame)
    else if (state.kind.first !== null) stall(state, follower)
  }
}

function stall(state: State, follower: Outbox): void {
  state.live.delete(follower)
  state.stalled.add(follower)
}

function rejoinAll(state: State): void {
  const all = [...state.live]
  state.live.clear()
  join(state, all)
}

function join(state: State, followers: readonly Outbox[]): void {
  for (const follower of followers) state.joining.add(follower)
  if (!state.isAsking) void ask(state)
}

async function ask(state: State): Promise<void> {
  const { first } = state.kind
  state.isAsking = true
  while (first !== null && !state.isClosed && state.joining.size > 0) {
    state.backlog = []
    // Who joins while the question is under way is covered by the backlog from now on.
    const message = await first().catch(() => null)
    if (message !== null && glue(state, message)) break
    if (message === null) await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
  state.isAsking = false
  state.backlog = []
}

/** Sends snapshot and backlog to those who join; false when they do not fit together. */
function glue(state: State, message: FirstMessage): boolean {
  const missing = state.backlog.filter(({ order }) => order.own > message.last)
  let last = message.last
  for (const { order } of missing) {
    if (order.previous > last) return false
    last = order.own
  }
  // The snapshot knows more than the live ones have seen: they start again with it.
  if (state.live.size > 0 && last > state.last) {
    for (const follower of state.live) state.joining.add(follower)
    state.live.clear()
  }
  state.last = last
  for (const follower of state.joining) {
    follower.send(message.text)
    for (const { data } of missing) follower.send(data)
    state.live.add(follower)
  }
  state.joining.clear()
  return true
}
