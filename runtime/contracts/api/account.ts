// What belongs to one account: balances, positions, money in and out, alerts, keys, limits.

import { type Static, Type } from 'typebox'
import {
  Amount,
  AmountOrNull,
  AssetField,
  ClientId,
  Cursor,
  Decimal,
  Id,
  Limit,
  MinSeq,
  SeqField,
  SymbolField,
  strict,
} from './fields.ts'

export const MinSeqQuery = strict({ minSeq: Type.Optional(MinSeq) })

export const BalancesSchema = Type.Object({
  balances: Type.Array(
    Type.Object({ asset: Type.String(), total: Amount, hold: Amount, available: Amount }),
  ),
  seq: SeqField,
})
export const PositionsSchema = Type.Object({
  positions: Type.Array(
    Type.Object({
      symbol: Type.String(),
      netQty: Amount,
      cost: Amount,
      avgCost: AmountOrNull,
      realizedPnl: Amount,
      fees: Amount,
      lastPx: AmountOrNull,
      markPx: AmountOrNull,
      unrealizedPnl: AmountOrNull,
    }),
  ),
  seq: SeqField,
})
export const PortfolioQuery = strict({
  minSeq: Type.Optional(MinSeq),
  points: Type.Optional(Limit(200)),
})
export const PortfolioSchema = Type.Object({
  equity: Amount,
  currency: Type.String(),
  unrealizedPnl: Amount,
  realizedPnl: Amount,
  assets: Type.Array(
    Type.Object({ asset: Type.String(), total: Amount, price: AmountOrNull, value: AmountOrNull }),
  ),
  equityCurve: Type.Array(Type.Object({ timeMs: Type.Integer(), equity: Amount })),
  seq: SeqField,
})

export const EntriesQuery = strict({
  asset: Type.Optional(AssetField),
  limit: Type.Optional(Limit(100)),
  cursor: Type.Optional(Cursor),
  minSeq: Type.Optional(MinSeq),
})
export const EntriesPage = Type.Object({
  entries: Type.Array(
    Type.Object({
      entryId: Type.Union([Type.Integer(), Type.String()]),
      transferId: Type.Union([Type.String(), Type.Null()]),
      kind: Type.String(),
      asset: Type.String(),
      amount: Amount,
      balanceAfter: Amount,
      seq: SeqField,
      timeMs: Type.Integer(),
      ref: Type.Object({
        tradeID: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
        transferId: Type.Optional(Type.Union([Type.String(), Type.Null()])),
      }),
      traceId: Type.String(),
    }),
  ),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
  seq: SeqField,
})

export const TransferBody = strict({
  asset: AssetField,
  amount: Decimal('Greater than zero'),
  transferId: Type.Optional(ClientId),
})
export type TransferRequest = Static<typeof TransferBody>
export const TransferSchema = Type.Object({
  transferId: Type.String(),
  asset: Type.String(),
  amount: Amount,
  balance: Amount,
  seq: SeqField,
  duplicate: Type.Boolean(),
})

export const AlertBody = strict({
  kind: Type.Enum(['PriceAbove', 'PriceBelow', 'OrderFilled']),
  symbol: Type.Optional(SymbolField),
  price: Type.Optional(Decimal('PriceAbove and PriceBelow')),
  orderID: Type.Optional(Id),
})
export type AlertRequest = Static<typeof AlertBody>
export const AlertParams = strict({ alertId: Id })
export const AlertSchema = Type.Object({
  alertId: Id,
  kind: Type.String(),
  symbol: Type.Union([Type.String(), Type.Null()]),
  price: AmountOrNull,
  orderID: Type.Union([Type.Integer(), Type.Null()]),
  status: Type.String(),
  createdAtMs: Type.Integer(),
  firedAtMs: Type.Union([Type.Integer(), Type.Null()]),
  firedSeq: Type.Union([Type.Integer(), Type.Null()]),
  firedPrice: AmountOrNull,
})
export const AlertsSchema = Type.Object({ alerts: Type.Array(AlertSchema) })

export const LimitsSchema = Type.Object(
  {
    maxOpenOrders: Type.Union([Type.Integer(), Type.Null()]),
    maxPosition: Type.Array(Type.Object({}, { additionalProperties: true })),
    maxOrdersPerSecond: Type.Union([Type.Integer(), Type.Null()]),
    deadManTimeoutMs: Type.Union([Type.Integer(), Type.Null()]),
    killSwitch: Type.Boolean(),
    exposure: Type.Array(Type.Object({}, { additionalProperties: true })),
  },
  { additionalProperties: true },
)
