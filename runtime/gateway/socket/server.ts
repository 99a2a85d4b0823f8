// The sockets of this gateway: frames in, answers out, and the watch over those that are silent,
// slow, unauthenticated or no longer entitled.

import { randomUUID } from 'node:crypto'
import type { WebSocket } from 'ws'
import type { Logger } from '#adapters/service/index.ts'
import { parseJson } from '#contracts/api/json.ts'
import { FRAME_REQUESTS_MAX, type SocketOp } from '#contracts/api/socket.ts'
import { massCancel } from '../commands/order-commands.ts'
import { errorBody, internalRefusal, Refusal, refusalOf } from '../refusal.ts'
import { newTraceId } from '../trace.ts'
import type { MarketHub } from './market-hub.ts'
import type { CreateOutbox, Outbox } from './outbox.ts'
import type { PrivateHub } from './private-streams.ts'
import { createSocketOps, type RunOp, type SocketParts } from './requests.ts'
import { createSession, type Session } from './session.ts'

export interface SocketServerOptions extends SocketParts {
  readonly markets: MarketHub
  readonly privates: PrivateHub
  readonly createOutbox: CreateOutbox
  readonly log: Logger
}

export interface SocketServer {
  /** Serves a new socket. */
  readonly accept: (socket: WebSocket) => void
  readonly open: () => number
  /** Closes all with 1001 and waits for them, at most 2 s. */
  readonly close: () => Promise<void>
}

/** Requests a second of a socket that has not logged on. */
const ANONYMOUS_MAX_PER_S = 50
/** Requests that may wait behind a logon or lookup: four full frames. */
const WAITING_MAX = 4 * FRAME_REQUESTS_MAX
/** A client that leaves this much unread, private messages included, is gone for us. */
const BUFFERED_CLOSE = 16 * 1_048_576
const WATCH_MS = 5000
/** Three watches of silence after a ping. */
const PONG_MISSED_MAX = 12
const CLOSE_WAIT_MS = 2000

const CLOSE_GOING_AWAY = 1001
const CLOSE_TRY_AGAIN = 1013
const CLOSE_UNAUTHORIZED = 4401

interface Connection {
  readonly socket: WebSocket
  readonly session: Session
  readonly outbox: Outbox
  readonly waiting: unknown[]
  isBusy: boolean
  anonymous: { second: number; count: number }
  missedPongs: number
}

interface State {
  readonly options: SocketServerOptions
  readonly ops: Readonly<Record<SocketOp, RunOp>>
  readonly connections: Set<Connection>
}

/** Makes the server of sockets. */
export function createSocketServer(options: SocketServerOptions): SocketServer {
  const state: State = { options, ops: createSocketOps(options), connections: new Set() }
  const watch = setInterval(() => {
    for (const connection of state.connections) check(state, connection)
  }, WATCH_MS)
  return {
    accept: (socket) => accept(state, socket),
    open: () => state.connections.size,
    close: async () => {
      clearInterval(watch)
      await closeAll(state)
    },
  }
}

function accept(state: State, socket: WebSocket): void {
  const outbox = state.options.createOutbox(socket)
  const { markets, privates } = state.options
  const connection: Connection = {
    socket,
    outbox,
    session: createSession({ id: randomUUID(), outbox, markets, privates }),
    waiting: [],
    isBusy: false,
    anonymous: { second: 0, count: 0 },
    missedPongs: 0,
  }
  state.connections.add(connection)
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (isBinary) {
      refuseFrame(connection, new Refusal('TE_INPUT_BINARY_FRAME', 'frames must be text'))
    } else takeFrame(state, connection, data.toString('utf8'))
  })
  socket.on('pong', () => {
    connection.missedPongs = 0
  })
  // Broken or oversized frames: ws closes the socket itself with 1002, 1007 or 1009.
  socket.on('error', () => undefined)
  socket.on('close', () => end(state, connection))
}

function takeFrame(state: State, connection: Connection, text: string): void {
  let parsed: unknown
  try {
    parsed = parseJson(text)
  } catch (error) {
    return refuseFrame(connection, refusalOf(error) ?? internalRefusal())
  }
  if (!Array.isArray(parsed)) return takeRequest(state, connection, parsed)
  if (parsed.length === 0 || parsed.length > FRAME_REQUESTS_MAX) {
    const message = `a frame carries 1 to ${FRAME_REQUESTS_MAX} requests`
    return refuseFrame(connection, new Refusal('TE_INPUT_TOO_LARGE', message))
  }
  for (const request of parsed) takeRequest(state, connection, request)
}

function refuseFrame({ outbox }: Connection, refusal: Refusal): void {
  const body = errorBody(refusal, newTraceId())
  outbox.send(JSON.stringify({ id: null, op: null, ok: false, ...body }))
}

function takeRequest(state: State, connection: Connection, request: unknown): void {
  if (!connection.isBusy) return run(state, connection, request)
  if (connection.waiting.length < WAITING_MAX) return void connection.waiting.push(request)
  reply(connection, request, newTraceId(), new Refusal('TE_OVERLOADED', 'too many requests wait'))
}

function run(state: State, connection: Connection, request: unknown): void {
  const traceId = newTraceId()
  const answer = (answered: object) => reply(connection, request, traceId, answered)
  const fail = (error: unknown) => {
    const refusal = refusalOf(error)
    if (refusal === undefined) state.options.log.error({ err: error, traceId }, 'op failed')
    answer(refusal ?? internalRefusal())
  }
  try {
    const op = opOf(state, connection, request)
    const work = op(request, { session: connection.session, traceId, answer })
    if (work === undefined) return
    connection.isBusy = true
    work.catch(fail).finally(() => {
      connection.isBusy = false
      while (!connection.isBusy && connection.waiting.length > 0) {
        run(state, connection, connection.waiting.shift())
      }
    })
  } catch (error) {
    fail(error)
  }
}

function opOf(state: State, connection: Connection, request: unknown): RunOp {
  if (!connection.session.hasAccounts()) countAnonymous(connection)
  if (typeof request !== 'object' || request === null) {
    throw new Refusal('TE_INPUT_BODY', 'a request is a JSON object')
  }
  const { op } = request as { op?: unknown }
  if (typeof op === 'string' && Object.hasOwn(state.ops, op)) return state.ops[op as SocketOp]
  throw new Refusal('TE_INPUT_UNKNOWN_OP', 'no such op', { field: 'op' })
}

function countAnonymous({ anonymous }: Connection): void {
  const second = Math.floor(performance.now() / 1000)
  if (anonymous.second !== second) {
    anonymous.second = second
    anonymous.count = 0
  }
  anonymous.count++
  if (anonymous.count <= ANONYMOUS_MAX_PER_S) return
  throw new Refusal('TE_RATE_LIMITED', 'too many requests before a logon')
}

function reply(connection: Connection, request: unknown, traceId: string, answer: object): void {
  const { id, op } = (request ?? {}) as { id?: unknown; op?: unknown }
  const head = { id: echoed(id), op: typeof op === 'string' ? op.slice(0, 32) : null }
  const message =
    answer instanceof Refusal
      ? { ...head, ok: false, ...errorBody(answer, traceId) }
      : { ...head, ok: true, result: answer }
  connection.outbox.send(JSON.stringify(message))
}

/** A request's id as far as it is one: nothing else of a malformed request is sent back. */
function echoed(id: unknown): string | number | null {
  if (typeof id === 'string' && id.length <= 64) return id
  return typeof id === 'number' && Number.isSafeInteger(id) ? id : null
}

/** Every few seconds: is the client there, does it read, does it still have its rights? */
function check(state: State, connection: Connection): void {
  const { socket, session } = connection
  if (connection.outbox.bufferedBytes() > BUFFERED_CLOSE) {
    return socket.close(CLOSE_TRY_AGAIN, 'too slow')
  }
  connection.missedPongs++
  if (connection.missedPongs > PONG_MISSED_MAX) return socket.terminate()
  socket.ping()
  for (const [accountId, { identity, recheck }] of session.accounts) {
    if (identity.expiresAtMs <= Date.now()) logOff(state, connection, accountId)
    else if (recheck !== undefined) void checkKey(state, connection, accountId, recheck)
  }
}

async function checkKey(
  state: State,
  connection: Connection,
  accountId: number,
  recheck: () => Promise<unknown>,
): Promise<void> {
  try {
    await recheck()
  } catch (error) {
    // Only a clear no counts: while the auth function is away, who is logged on stays logged on.
    if (refusalOf(error)?.status === 401) logOff(state, connection, accountId)
  }
}

function logOff(state: State, connection: Connection, accountId: number): void {
  cancelOpenOrders(state, connection, accountId)
  connection.session.logOff(accountId)
  if (!connection.session.hasAccounts()) {
    connection.socket.close(CLOSE_UNAUTHORIZED, 'credentials ended')
  }
}

function end(state: State, connection: Connection): void {
  if (!state.connections.delete(connection)) return
  connection.waiting.length = 0
  for (const accountId of connection.session.accounts.keys()) {
    cancelOpenOrders(state, connection, accountId)
  }
  connection.session.close()
}

function cancelOpenOrders(state: State, { session }: Connection, accountId: number): void {
  if (session.accounts.get(accountId)?.cancelsOnDisconnect !== true) return
  const { desk, catalogue, log } = state.options
  const traceId = newTraceId()
  desk.submit(massCancel({}, { account: accountId, traceId }, catalogue), (answer) => {
    if (!(answer instanceof Refusal)) return
    log.warn({ accountId, traceId, code: answer.code }, 'cancel on disconnect failed')
  })
}

async function closeAll(state: State): Promise<void> {
  for (const { socket } of state.connections) socket.close(CLOSE_GOING_AWAY, 'going away')
  const deadline = performance.now() + CLOSE_WAIT_MS
  while (state.connections.size > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  for (const { socket } of state.connections) socket.terminate()
}
