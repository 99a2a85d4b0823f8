// Orders at the edge: what a client sends to place, replace and cancel, and what it gets back.

import { type Static, Type } from 'typebox'
import {
  ORD_STATUSES,
  ORD_TYPES,
  SIDES,
  TIMES_IN_FORCE,
  TRAILING_OFFSET_UNITS,
} from '#domain/order.ts'
import { INSTANT_PATTERN } from '../instant.ts'
import {
  Amount,
  AmountOrNull,
  ClientId,
  Cursor,
  Decimal,
  Id,
  Limit,
  MinSeq,
  SeqField,
  SideField,
  StpModeField,
  SymbolField,
  strict,
} from './fields.ts'

const TIME_IN_FORCE = 'Market: IOC by default, every other type: GTC'
const Instant = Type.String({
  pattern: INSTANT_PATTERN,
  description: 'GTD only: the first instant at which the order is gone, UTC',
  examples: ['2026-12-31T23:59:59.5Z'],
})

export const orderFields = {
  symbol: SymbolField,
  side: SideField,
  ordType: Type.Enum([...ORD_TYPES]),
  timeInForce: Type.Optional(Type.Enum([...TIMES_IN_FORCE], { description: TIME_IN_FORCE })),
  price: Type.Optional(Decimal('Limit, StopLimit and TakeProfitLimit: a multiple of the tick')),
  orderQty: Type.Optional(Decimal('A multiple of the lot size')),
  quoteAmount: Type.Optional(Decimal('Market orders only, instead of orderQty')),
  stopPx: Type.Optional(Decimal('Stop and TakeProfit types: the last price that elects the order')),
  trailingOffset: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 4_294_967_295,
      description: 'TrailingStop: how far the stop stays behind the best last price',
    }),
  ),
  trailingOffsetUnit: Type.Optional(Type.Enum([...TRAILING_OFFSET_UNITS], { default: 'Ticks' })),
  displayQty: Type.Optional(Decimal('Iceberg: how much of a resting Limit order is shown')),
  expireTime: Type.Optional(Instant),
  postOnly: Type.Optional(Type.Boolean()),
  reduceOnly: Type.Optional(Type.Boolean()),
  stpMode: Type.Optional(StpModeField),
  clOrdID: Type.Optional(ClientId),
}
export const replaceFields = {
  price: Type.Optional(Decimal('Absent: unchanged')),
  orderQty: Type.Optional(Decimal('The new total, fills included; absent: unchanged')),
  clOrdID: Type.Optional(ClientId),
  symbol: Type.Optional(SymbolField),
}

export const NewOrderBody = strict(orderFields)
export type NewOrderRequest = Static<typeof NewOrderBody>
export const ReplaceOrderBody = strict(replaceFields)
export type ReplaceOrderRequest = Static<typeof ReplaceOrderBody>
export const OrderParams = strict({ orderID: Id })
export const MassCancelQuery = strict({
  symbol: Type.Optional(SymbolField),
  side: Type.Optional(SideField),
})

export const FillSchema = Type.Object({
  tradeID: Id,
  execID: Id,
  lastPx: Amount,
  lastQty: Amount,
  fee: Amount,
  feeAsset: Type.String(),
  aggressor: Type.Boolean(),
})

/** What one order command did. */
export const OrderResultSchema = Type.Object({
  orderID: Id,
  clOrdID: Type.String(),
  symbol: Type.String(),
  side: Type.Enum([...SIDES]),
  ordType: Type.String(),
  timeInForce: Type.String(),
  price: AmountOrNull,
  stopPx: AmountOrNull,
  orderQty: Amount,
  displayQty: AmountOrNull,
  ordStatus: Type.Enum([...ORD_STATUSES]),
  cumQty: Amount,
  leavesQty: Amount,
  avgPx: AmountOrNull,
  cumNotional: Amount,
  fee: Amount,
  fills: Type.Array(FillSchema),
  seq: SeqField,
  transactTimeNs: Type.String(),
  traceId: Type.String(),
})
export type OrderResult = Static<typeof OrderResultSchema>

export const MassCancelResultSchema = Type.Object({
  canceledCount: Type.Integer(),
  orderIDs: Type.Array(Id),
  seq: SeqField,
})

/** An order as the history shows it. */
export const OrderSchema = Type.Object({
  orderID: Id,
  clOrdID: Type.String(),
  symbol: Type.String(),
  side: Type.String(),
  ordType: Type.String(),
  timeInForce: Type.String(),
  price: AmountOrNull,
  stopPx: AmountOrNull,
  orderQty: Amount,
  displayQty: AmountOrNull,
  ordStatus: Type.String(),
  cumQty: Amount,
  leavesQty: Amount,
  avgPx: AmountOrNull,
  cumNotional: Amount,
  fees: Amount,
  postOnly: Type.Boolean(),
  reduceOnly: Type.Boolean(),
  rejectReason: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  createdAtMs: Type.Integer(),
  updatedAtMs: Type.Integer(),
  seq: SeqField,
})

export const OrdersQuery = strict({
  status: Type.Optional(Type.Enum(['open', 'closed', 'all'], { default: 'open' })),
  symbol: Type.Optional(SymbolField),
  clOrdID: Type.Optional(ClientId),
  limit: Type.Optional(Limit(100)),
  cursor: Type.Optional(Cursor),
  minSeq: Type.Optional(MinSeq),
})
const NextCursor = Type.Union([Type.String(), Type.Null()])
export const OrdersPage = Type.Object({
  orders: Type.Array(OrderSchema),
  nextCursor: NextCursor,
  seq: SeqField,
})

export const ExecutionSchema = Type.Object({
  execID: Id,
  tradeID: Type.Union([Type.Integer(), Type.Null()]),
  orderID: Id,
  clOrdID: Type.String(),
  symbol: Type.String(),
  side: Type.String(),
  execType: Type.String(),
  lastPx: AmountOrNull,
  lastQty: AmountOrNull,
  lastNotional: AmountOrNull,
  fee: AmountOrNull,
  feeAsset: Type.Union([Type.String(), Type.Null()]),
  aggressor: Type.Union([Type.Boolean(), Type.Null()]),
  ordStatus: Type.String(),
  seq: SeqField,
  transactTimeMs: Type.Integer(),
  traceId: Type.String(),
})
export const ExecutionsQuery = strict({
  symbol: Type.Optional(SymbolField),
  orderID: Type.Optional(Id),
  limit: Type.Optional(Limit(100)),
  cursor: Type.Optional(Cursor),
  minSeq: Type.Optional(MinSeq),
})
export const ExecutionsPage = Type.Object({
  executions: Type.Array(ExecutionSchema),
  nextCursor: NextCursor,
  seq: SeqField,
})
