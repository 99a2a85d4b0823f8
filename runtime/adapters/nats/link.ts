// One connection to NATS: reconnects for ever, knows synchronously whether it is up, and turns every
// failure into an OperationalError with a stable code. All else in this folder stands on it.

import { randomUUID } from 'node:crypto'
import {
  connect,
  headers as createHeaders,
  type Msg,
  type MsgHdrs,
  type NatsConnection,
  nanos,
} from 'nats'
import { OperationalError } from '#contracts/errors.ts'

/** Message headers as plain values. */
export type MessageHeaders = Readonly<Record<string, string>>
/** What happens to a connection; `closed` is final. */
export type LinkStatus = 'disconnected' | 'reconnected' | 'closed'

/** A received message. `data` may share its buffer with others: copy what outlives the callback. */
export interface NatsMessage {
  readonly subject: string
  /** Empty when no answer is wanted. */
  readonly reply: string
  readonly data: Uint8Array
  readonly header: (name: string) => string | undefined
  /** The server's own status (404, 408, 409, 503 ...); 0 in an ordinary message. */
  readonly status: number
  /** Answers a request; does nothing when no answer is wanted. */
  readonly respond: (data: Uint8Array | string, headers?: MessageHeaders) => void
}

export interface NatsSubscription {
  readonly unsubscribe: () => void
}

export interface RequestOptions {
  readonly timeoutMs: number
  readonly headers?: MessageHeaders
  readonly signal?: AbortSignal
}

/** What an adapter logs with (pino fits). */
export interface LinkLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

/** One connection. Everything else of this adapter takes one. */
export interface NatsLink extends AsyncDisposable {
  readonly url: string
  readonly isConnected: () => boolean
  /** Sends without an answer; false (and nothing sent) while the connection is down. */
  readonly publish: (
    subject: string,
    data: Uint8Array | string,
    options?: { readonly headers?: MessageHeaders; readonly reply?: string },
  ) => boolean
  readonly subscribe: (
    subject: string,
    onMessage: (data: Uint8Array, message: NatsMessage) => void,
    options?: { readonly queue?: string },
  ) => NatsSubscription
  /** Errors: TE_UNAVAILABLE_NATS, TE_RPC_UNAVAILABLE (nobody listens), TE_RPC_TIMEOUT. */
  readonly request: (
    subject: string,
    data: Uint8Array | string,
    options: RequestOptions,
  ) => Promise<NatsMessage>
  /** Round trip to the server in ms. Errors: TE_UNAVAILABLE_NATS. */
  readonly rtt: (deadlineMs?: number) => Promise<number>
  /** Adds a listener; call the result to remove it. */
  readonly onStatus: (listener: (status: LinkStatus) => void) => () => void
  /** Flushes and closes, at most 2 s. */
  readonly close: () => Promise<void>
}

export interface ConnectOptions {
  readonly url: string
  readonly name: string
  readonly log: LinkLog
  readonly onStatus?: (status: LinkStatus) => void
  /** Gives up the first connection. */
  readonly signal?: AbortSignal
}

const RECONNECT_MAX_MS = 1_000
const CLOSE_MAX_MS = 2_000

/** Connects, for as long as it takes. Errors: TE_UNAVAILABLE_NATS only when `signal` aborts. */
export async function connectNats(options: ConnectOptions): Promise<NatsLink> {
  const state = createState()
  const startedAt = performance.now()
  for (;;) {
    try {
      return createLink(await dial(options, state), options, state)
    } catch (cause) {
      if (options.signal?.aborted) throw unavailable('gave up connecting to NATS', cause)
      const waitMs = Math.min(RECONNECT_MAX_MS, 50 + (performance.now() - startedAt) / 4)
      options.log.warn({ url: options.url, waitMs: Math.round(waitMs) }, 'NATS is not there yet')
      await new Promise((resolve) => setTimeout(resolve, waitMs))
    }
  }
}

interface LinkState {
  isUp: boolean
  isClosed: boolean
  downSince: number
  readonly listeners: Set<(status: LinkStatus) => void>
  readonly waiting: Map<number, (error: OperationalError | null, message: Msg | null) => void>
  nextRequest: number
}

function createState(): LinkState {
  return {
    isUp: false,
    isClosed: false,
    downSince: performance.now(),
    listeners: new Set(),
    waiting: new Map(),
    nextRequest: 1,
  }
}

function dial(options: ConnectOptions, state: LinkState): Promise<NatsConnection> {
  return connect({
    servers: options.url,
    name: options.name,
    timeout: 3_000,
    maxReconnectAttempts: -1,
    pingInterval: 2_000,
    maxPingOut: 2,
    noAsyncTraces: true,
    ignoreClusterUpdates: true,
    // The client calls this synchronously before it dials again, and drops what was published
    // until then: the one moment at which "down" is known before anything can be sent out of order.
    reconnectDelayHandler: () => {
      if (state.isUp) goDown(state)
      return Math.min(RECONNECT_MAX_MS, 20 + (performance.now() - state.downSince) / 4)
    },
  })
}

function goDown(state: LinkState): void {
  state.isUp = false
  state.downSince = performance.now()
  const error = unavailable('the connection to NATS was lost')
  for (const settle of state.waiting.values()) settle(error, null)
  state.waiting.clear()
  for (const listener of state.listeners) listener('disconnected')
}

function createLink(nc: NatsConnection, options: ConnectOptions, state: LinkState): NatsLink {
  if (options.onStatus) state.listeners.add(options.onStatus)
  state.isUp = true
  const inbox = `_INBOX.${randomUUID()}`
  nc.subscribe(`${inbox}.*`, { callback: (_error, message) => settleRequest(state, message) })
  void watch(nc, options, state)
  const close = () => closeLink(nc, state)
  const link: NatsLink = {
    url: options.url,
    isConnected: () => state.isUp,
    publish: (subject, data, extra) => {
      if (!state.isUp) return false
      nc.publish(subject, data, publishOptions(extra?.reply, extra?.headers))
      return true
    },
    subscribe: (subject, onMessage, extra) => {
      const callback = (_error: unknown, message: Msg): void =>
        guarded(() => onMessage(message.data, toMessage(nc, message)))
      const opened = extra?.queue === undefined ? { callback } : { callback, queue: extra.queue }
      const subscription = nc.subscribe(subject, opened)
      return { unsubscribe: () => void (subscription.isClosed() || subscription.unsubscribe()) }
    },
    request: (subject, data, extra) => request(nc, state, inbox, subject, data, extra),
    rtt: (deadlineMs = 1_000) => rtt(nc, state, deadlineMs),
    onStatus: (listener) => {
      state.listeners.add(listener)
      return () => void state.listeners.delete(listener)
    },
    close,
    [Symbol.asyncDispose]: close,
  }
  connections.set(link, nc)
  return link
}

const connections = new WeakMap<NatsLink, NatsConnection>()

/** The client's own connection, for the object store of this folder. */
export function connectionOf(link: NatsLink): NatsConnection {
  const nc = connections.get(link)
  if (nc === undefined) throw unavailable('not a link of this adapter')
  return nc
}

/** The client's header object. */
export function toHeaders(headers: MessageHeaders): MsgHdrs {
  const built = createHeaders()
  for (const name of Object.keys(headers)) built.set(name, headers[name] ?? '')
  return built
}

/** Milliseconds as JetStream wants them. */
export const toNanos = nanos

/** TE_UNAVAILABLE_NATS. */
export function unavailable(message: string, cause?: unknown): OperationalError {
  return new OperationalError('TE_UNAVAILABLE_NATS', message, { cause })
}

/** A throw inside a callback would silently end the client's reader: make it end the process. */
function guarded(work: () => void): void {
  try {
    work()
  } catch (error) {
    setImmediate(() => {
      throw error
    })
  }
}

async function watch(nc: NatsConnection, options: ConnectOptions, state: LinkState): Promise<void> {
  const { url, name, log } = options
  void nc.closed().then((error) => {
    if (state.isUp) goDown(state)
    state.isClosed = true
    if (error) log.warn({ url, name, err: error }, 'the NATS connection ended')
    for (const listener of state.listeners) listener('closed')
  })
  for await (const status of nc.status()) {
    if (status.type === 'disconnect') log.warn({ url, name }, 'NATS disconnected')
    if (status.type === 'error') log.warn({ url, name, reason: status.data }, 'NATS error')
    if (status.type !== 'reconnect') continue
    state.isUp = true
    log.info({ url, name }, 'NATS reconnected')
    for (const listener of state.listeners) guarded(() => listener('reconnected'))
  }
}

function settleRequest(state: LinkState, message: Msg): void {
  const { subject } = message
  const id = Number(subject.slice(subject.lastIndexOf('.') + 1))
  state.waiting.get(id)?.(null, message)
}

function request(
  nc: NatsConnection,
  state: LinkState,
  inbox: string,
  subject: string,
  data: Uint8Array | string,
  options: RequestOptions,
): Promise<NatsMessage> {
  return new Promise((resolve, reject) => {
    if (!state.isUp) return reject(unavailable('NATS is not connected'))
    if (options.signal?.aborted) return reject(timedOut(subject, options.signal.reason))
    const id = state.nextRequest++
    const settle = (error: OperationalError | null, message: Msg | null): void => {
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', onAbort)
      state.waiting.delete(id)
      if (error !== null || message === null) return reject(error)
      if (isNoResponders(message)) return reject(nobody(subject))
      resolve(toMessage(nc, message))
    }
    const onAbort = (): void => settle(timedOut(subject, options.signal?.reason), null)
    const timer = setTimeout(() => settle(timedOut(subject), null), options.timeoutMs)
    options.signal?.addEventListener('abort', onAbort, { once: true })
    state.waiting.set(id, settle)
    try {
      nc.publish(subject, data, publishOptions(`${inbox}.${id}`, options.headers))
    } catch (cause) {
      settle(unavailable(`cannot publish to ${subject}`, cause), null)
    }
  })
}

function publishOptions(reply: string | undefined, headers: MessageHeaders | undefined) {
  return {
    ...(reply === undefined ? {} : { reply }),
    ...(headers === undefined ? {} : { headers: toHeaders(headers) }),
  }
}

/** The server's "nobody listens on this subject". */
export function isNoResponders(message: {
  readonly data: Uint8Array
  readonly headers?: MsgHdrs
}): boolean {
  return message.data.length === 0 && message.headers?.code === 503
}

const nobody = (subject: string): OperationalError =>
  new OperationalError('TE_RPC_UNAVAILABLE', `nobody answers ${subject}`)

const timedOut = (subject: string, cause?: unknown): OperationalError =>
  new OperationalError('TE_RPC_TIMEOUT', `no answer in time from ${subject}`, { cause })

function toMessage(nc: NatsConnection, message: Msg): NatsMessage {
  return {
    get subject() {
      return message.subject
    },
    get reply() {
      return message.reply ?? ''
    },
    data: message.data,
    header: (name) => message.headers?.get(name) || undefined,
    get status() {
      return message.headers?.code ?? 0
    },
    respond: (data, headers) => {
      if (!message.reply || nc.isClosed()) return
      nc.publish(message.reply, data, publishOptions(undefined, headers))
    },
  }
}

async function rtt(nc: NatsConnection, state: LinkState, deadlineMs: number): Promise<number> {
  if (!state.isUp) throw unavailable('NATS is not connected')
  const startedAt = performance.now()
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(unavailable('NATS does not answer a ping')), deadlineMs)
  })
  const pong = nc.flush().catch((cause: unknown) => {
    throw unavailable('the connection to NATS was lost', cause)
  })
  try {
    await Promise.race([pong, deadline])
    return performance.now() - startedAt
  } finally {
    clearTimeout(timer)
  }
}

async function closeLink(nc: NatsConnection, state: LinkState): Promise<void> {
  if (state.isClosed || nc.isClosed()) return
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_MAX_MS)
  })
  if (state.isUp) await Promise.race([nc.flush().catch(() => undefined), deadline])
  clearTimeout(timer)
  await nc.close()
}
