// Reads a stream from a sequence on, in order and each message once, as fast as it comes: a push
// consumer without acks and with flow control. The reader's position is its own affair; whenever
// the consumer is lost or skips, a new one is made just behind the last message delivered.

import { randomUUID } from 'node:crypto'
import { OperationalError } from '#contracts/errors.ts'
import { api, isStreamMissing } from './jetstream.ts'
import { type NatsLink, type NatsMessage, type NatsSubscription, toNanos } from './link.ts'

/** Takes one message. `data` may share its buffer: copy what outlives the call. */
export type OnLogMessage = (
  seq: number,
  timeNs: bigint,
  data: Uint8Array,
  /** Messages that the stream still holds behind this one. */
  pending: number,
) => void

export interface ReadLogOptions {
  readonly stream: string
  readonly startSeq: number
  readonly onMessage: OnLogMessage
  /** The log lost what was to be read (purged, truncated): nothing more will come. */
  readonly onLost?: (error: OperationalError) => void
  readonly signal?: AbortSignal
}

/** A running reader. */
export interface LogReader extends AsyncDisposable {
  /** Sequence of the next message to deliver. */
  readonly position: () => number
  /** Stops the flow: the server sends at most its window more, which is kept here. */
  readonly pause: () => void
  readonly resume: () => void
  /** Resolves when the first consumer stands. */
  readonly ready: Promise<void>
}

interface Delivery {
  readonly seq: number
  readonly timeNs: bigint
  readonly data: Uint8Array
  readonly pending: number
}

interface State {
  readonly link: NatsLink
  readonly options: ReadLogOptions
  next: number
  consumerSeq: number
  subscription: NatsSubscription | undefined
  consumer: string
  generation: number
  isPaused: boolean
  isClosed: boolean
  held: Delivery[]
  heldFlow: NatsMessage | undefined
  lastHeardAt: number
  skips: number
}

const HEARTBEAT_MS = 1_000
const SILENCE_MAX_MS = 3_500
const RETRY_MS = 100
/** A stream that skips this often at one place has really lost it. */
const SKIPS_MAX = 3

/** Starts reading. Delivery goes on through reconnects and restarts of the server. */
export function readLog(link: NatsLink, options: ReadLogOptions): LogReader {
  const state: State = {
    link,
    options,
    next: options.startSeq,
    consumerSeq: 0,
    subscription: undefined,
    consumer: '',
    generation: 0,
    isPaused: false,
    isClosed: false,
    held: [],
    heldFlow: undefined,
    lastHeardAt: performance.now(),
    skips: 0,
  }
  const ready = open(state)
  const stopWatching = link.onStatus((status) => {
    if (status === 'reconnected') void open(state)
  })
  const watchdog = setInterval(() => {
    const isSilent = performance.now() - state.lastHeardAt > SILENCE_MAX_MS
    if (isSilent && link.isConnected()) void open(state)
  }, HEARTBEAT_MS)
  const close = async (): Promise<void> => {
    if (state.isClosed) return
    state.isClosed = true
    clearInterval(watchdog)
    stopWatching()
    dropConsumer(state)
  }
  options.signal?.addEventListener('abort', () => void close(), { once: true })
  return {
    position: () => state.next,
    pause: () => {
      state.isPaused = true
    },
    resume: () => resume(state),
    ready,
    [Symbol.asyncDispose]: close,
  }
}

async function open(state: State): Promise<void> {
  const generation = ++state.generation
  dropConsumer(state)
  while (!state.isClosed && generation === state.generation) {
    state.lastHeardAt = performance.now()
    try {
      if (state.link.isConnected()) return await openOnce(state, generation)
    } catch (error) {
      if (isStreamMissing(error)) return lose(state, 'the stream is not there', error)
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
}

async function openOnce(state: State, generation: number): Promise<void> {
  const { link, options } = state
  const inbox = `_INBOX.${randomUUID()}`
  const name = `r${randomUUID().replaceAll('-', '')}`
  state.consumerSeq = 0
  state.held = []
  state.heldFlow = undefined
  state.consumer = name
  state.subscription = link.subscribe(inbox, (_data, message) => {
    if (generation === state.generation && !state.isClosed) take(state, message)
  })
  await api(link, `CONSUMER.CREATE.${options.stream}.${name}`, {
    stream_name: options.stream,
    config: {
      name,
      deliver_subject: inbox,
      deliver_policy: 'by_start_sequence',
      opt_start_seq: Math.max(1, state.next),
      ack_policy: 'none',
      max_deliver: 1,
      replay_policy: 'instant',
      flow_control: true,
      idle_heartbeat: toNanos(HEARTBEAT_MS),
      inactive_threshold: toNanos(10_000),
      mem_storage: true,
      num_replicas: 1,
    },
  })
}

function dropConsumer(state: State): void {
  state.subscription?.unsubscribe()
  state.subscription = undefined
  const { consumer, link, options } = state
  state.consumer = ''
  if (consumer === '' || !link.isConnected()) return
  link.publish(`$JS.API.CONSUMER.DELETE.${options.stream}.${consumer}`, '')
}

function take(state: State, message: NatsMessage): void {
  state.lastHeardAt = performance.now()
  const { reply } = message
  if (!reply.startsWith('$JS.ACK.')) return takeControl(state, message)
  const parts = reply.split('.')
  const at = parts.length - (parts.length >= 12 ? 1 : 0)
  const consumerSeq = Number(parts[at - 3])
  if (consumerSeq !== state.consumerSeq + 1) return void open(state)
  state.consumerSeq = consumerSeq
  const delivery: Delivery = {
    seq: Number(parts[at - 4]),
    timeNs: BigInt(parts[at - 2] ?? '0'),
    data: message.data,
    pending: Number(parts[at - 1]),
  }
  if (state.isPaused) state.held.push(delivery)
  else deliver(state, delivery)
}

function deliver(state: State, delivery: Delivery): void {
  const { seq, timeNs, data, pending } = delivery
  if (seq < state.next) return
  if (seq > state.next) {
    state.skips++
    if (state.skips > SKIPS_MAX) {
      return lose(state, `the log holds nothing from ${state.next} to ${seq - 1}`)
    }
    return void open(state)
  }
  state.skips = 0
  state.next = seq + 1
  state.options.onMessage(seq, timeNs, data, pending)
}

/** Flow control wants an answer once all before it is consumed; a heartbeat tells what was sent. */
function takeControl(state: State, message: NatsMessage): void {
  if (message.reply !== '') {
    if (state.isPaused) state.heldFlow = message
    else message.respond('')
    return
  }
  const stalled = message.header('Nats-Consumer-Stalled')
  if (stalled !== undefined && !state.isPaused) state.link.publish(stalled, '')
  const sent = message.header('Nats-Last-Consumer')
  if (sent !== undefined && Number(sent) > state.consumerSeq) void open(state)
}

function resume(state: State): void {
  if (!state.isPaused) return
  state.isPaused = false
  const { held, generation } = state
  state.held = []
  while (held.length > 0) {
    const delivery = held.shift()
    if (delivery === undefined || state.generation !== generation || state.isClosed) return
    deliver(state, delivery)
    if (state.isPaused) {
      state.held = held
      return
    }
  }
  state.heldFlow?.respond('')
  state.heldFlow = undefined
}

function lose(state: State, what: string, cause?: unknown): void {
  if (state.isClosed) return
  state.isClosed = true
  state.generation++
  dropConsumer(state)
  const text = `cannot go on reading ${state.options.stream}: ${what}`
  const error = new OperationalError('TE_CONFLICT', text, { cause })
  if (state.options.onLost === undefined) throw error
  state.options.onLost(error)
}
