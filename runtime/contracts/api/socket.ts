// Requests on the WebSocket: one schema an op. An answer is { id, op, ok, result | error }.

import { type Static, Type } from 'typebox'
import { AccountId, ClientId, Id, SideField, SymbolField, strict } from './fields.ts'
import { cancelReplaceFields, deadManFields, orderListFields } from './order-groups.ts'
import { orderFields, replaceFields } from './orders.ts'

/** Requests that one frame may carry, and bytes. */
export const FRAME_REQUESTS_MAX = 256
export const FRAME_BYTES_MAX = 65_536

const RequestId = Type.Optional(
  Type.Union([
    Type.String({ maxLength: 64 }),
    Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  ]),
)
/** Which of the session's accounts; the first that logged on when absent. */
const SessionAccount = Type.Optional(AccountId)
const common = <T extends string>(op: T) => ({ op: Type.Literal(op), id: RequestId })

const target = { orderID: Type.Optional(Id), origClOrdID: Type.Optional(ClientId) }

export const socketRequests = {
  logon: strict({
    ...common('logon'),
    token: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
    apiKey: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
    cancelOnDisconnect: Type.Optional(Type.Boolean()),
  }),
  'order.place': strict({ ...common('order.place'), accountId: SessionAccount, ...orderFields }),
  'order.replace': strict({
    ...common('order.replace'),
    accountId: SessionAccount,
    ...target,
    ...replaceFields,
  }),
  'order.cancel': strict({
    ...common('order.cancel'),
    accountId: SessionAccount,
    ...target,
    clOrdID: Type.Optional(ClientId),
  }),
  'order.massCancel': strict({
    ...common('order.massCancel'),
    accountId: SessionAccount,
    symbol: Type.Optional(SymbolField),
    side: Type.Optional(SideField),
  }),
  'order.cancelReplace': strict({
    ...common('order.cancelReplace'),
    accountId: SessionAccount,
    ...cancelReplaceFields,
  }),
  'order.placeList': strict({
    ...common('order.placeList'),
    accountId: SessionAccount,
    ...orderListFields,
  }),
  'deadMan.set': strict({
    ...common('deadMan.set'),
    accountId: SessionAccount,
    ...deadManFields,
  }),
  subscribe: strict({ ...common('subscribe'), channels: channelList() }),
  unsubscribe: strict({ ...common('unsubscribe'), channels: channelList() }),
  ping: strict(common('ping')),
}

function channelList() {
  return Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { minItems: 1, maxItems: 100 })
}

export type SocketOp = keyof typeof socketRequests
export type SocketRequest<Op extends SocketOp> = Static<(typeof socketRequests)[Op]>
