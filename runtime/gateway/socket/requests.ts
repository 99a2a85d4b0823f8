// Requests on a socket: one table, one function an op. An op answers at once, later, or never
// synchronously (orders: their answer comes from the events).

import { type SocketOp, type SocketRequest, socketRequests } from '#contracts/api/socket.ts'
import { compileCheck } from '#contracts/api/validate.ts'
import type { Authenticator } from '../access/authenticator.ts'
import type { Identity } from '../access/identity.ts'
import type { RateGuard } from '../access/rate-guard.ts'
import type { Catalogue } from '../catalogue.ts'
import {
  cancelOrder,
  cancelReplace,
  massCancel,
  newOrder,
  type Origin,
  orderList,
  replaceOrder,
  setDeadMan,
  targetOf,
} from '../commands/order-commands.ts'
import type { DeskAnswer, DeskCommand, OrderDesk } from '../commands/order-desk.ts'
import { Refusal } from '../refusal.ts'
import { newTraceId } from '../trace.ts'
import type { Session } from './session.ts'

/** What the ops need. */
export interface SocketParts {
  readonly auth: Authenticator
  readonly catalogue: Catalogue
  readonly desk: OrderDesk
  readonly rates: RateGuard
}

/** One request under way. */
export interface SocketCall {
  readonly session: Session
  readonly traceId: string
  readonly answer: (answer: DeskAnswer) => void
}

/** Runs one op: a promise holds back the socket's later requests. Errors: Refusal, InputError. */
export type RunOp = (request: unknown, call: SocketCall) => Promise<void> | undefined

/** Ops that become a command of one of the session's accounts. */
type OrderOp = Exclude<SocketOp, 'logon' | 'subscribe' | 'unsubscribe' | 'ping'>

/** Makes the table of ops. */
export function createSocketOps(parts: SocketParts): Readonly<Record<SocketOp, RunOp>> {
  const { catalogue, desk } = parts
  const op = <Op extends SocketOp>(
    name: Op,
    run: (request: SocketRequest<Op>, call: SocketCall) => Promise<void> | undefined,
  ): RunOp => {
    const check = compileCheck(socketRequests[name])
    return (request, call) => run(check(request) as SocketRequest<Op>, call)
  }
  /** Whose order it is; one token of the rate. */
  const originOf = (accountId: number | undefined, { session, traceId }: SocketCall): Origin => {
    const account = session.accountFor(accountId, 'trade')
    parts.rates.passOrder(account)
    return { account, traceId }
  }
  const command = <Op extends OrderOp>(
    name: Op,
    make: (request: SocketRequest<Op>, origin: Origin, catalogue: Catalogue) => DeskCommand,
  ): RunOp =>
    op(name, (request, call) => {
      const origin = originOf(request.accountId, call)
      desk.submit(make(request, origin, catalogue), call.answer)
      return undefined
    })
  return {
    logon: op('logon', (request, call) => logOn(parts, request, call)),
    'order.place': command('order.place', newOrder),
    'order.replace': op('order.replace', (request, call) => {
      const origin = originOf(request.accountId, call)
      const target = targetOf(request)
      const listed = desk.instrumentOf(target, request.symbol, origin)
      if (listed instanceof Promise) {
        return listed.then((found) =>
          desk.submit(replaceOrder(request, target, origin, found), call.answer),
        )
      }
      desk.submit(replaceOrder(request, target, origin, listed), call.answer)
      return undefined
    }),
    'order.cancel': command('order.cancel', (request, origin) =>
      cancelOrder(targetOf(request), origin, request.clOrdID),
    ),
    'order.massCancel': command('order.massCancel', massCancel),
    'order.cancelReplace': command('order.cancelReplace', cancelReplace),
    'order.placeList': command('order.placeList', orderList),
    'deadMan.set': command('deadMan.set', ({ timeoutMs }, origin) => setDeadMan(timeoutMs, origin)),
    subscribe: op('subscribe', ({ channels }, { session, answer }) => {
      // The answer first: what a channel begins with follows it.
      session.subscribe(channels)
      answer({ channels })
      return undefined
    }),
    unsubscribe: op('unsubscribe', ({ channels }, { session, answer }) => {
      session.unsubscribe(channels)
      answer({ channels })
      return undefined
    }),
    ping: op('ping', (_request, { answer }) => {
      answer({ serverTimeMs: Date.now() })
      return undefined
    }),
  }
}

async function logOn(
  { auth }: SocketParts,
  { token, apiKey, cancelOnDisconnect = false }: SocketRequest<'logon'>,
  { session, answer }: SocketCall,
): Promise<void> {
  if ((token === undefined) === (apiKey === undefined)) {
    throw new Refusal('TE_INPUT_FIELD', 'exactly one of token and apiKey', { field: 'token' })
  }
  const verify = (): Promise<Identity> =>
    apiKey === undefined
      ? auth.verifyToken(token ?? '', newTraceId())
      : auth.verifyApiKey(apiKey, newTraceId())
  const identity = await verify()
  session.logOn({
    identity,
    cancelsOnDisconnect: cancelOnDisconnect,
    recheck: apiKey === undefined ? undefined : verify,
  })
  const scopes = [...identity.scopes]
  answer({ accountId: identity.accountId, scopes, sessionId: session.id })
}
