// Public market data over REST; the WebSocket messages are those of contracts/market-data.ts.

import { Type } from 'typebox'
import { CANDLE_INTERVALS } from '../market-data.ts'
import { Amount, AmountOrNull, Id, Limit, SymbolField, strict, TimeMs } from './fields.ts'

export const SymbolParams = strict({ symbol: SymbolField })

export const InstrumentSchema = Type.Object({
  symbol: Type.String(),
  kind: Type.String(),
  baseAsset: Type.String(),
  quoteAsset: Type.String(),
  baseScale: Type.Integer(),
  quoteScale: Type.Integer(),
  tickSize: Amount,
  lotSize: Amount,
  minQty: Amount,
  maxQty: Amount,
  minNotional: Amount,
  maxNotional: Amount,
  priceBandPpm: Type.Integer(),
  makerFeePpm: Type.Integer(),
  takerFeePpm: Type.Integer(),
  initialMarginPpm: Type.Integer(),
  maintenanceMarginPpm: Type.Integer(),
  maxPosition: Amount,
  maxOpenOrders: Type.Integer(),
  tradingState: Type.String(),
  volatilityGuard: Type.Union([
    Type.Object({ bandPpm: Type.Integer(), action: Type.String() }),
    Type.Null(),
  ]),
})
export const InstrumentsSchema = Type.Array(InstrumentSchema)

export const BookQuery = strict({
  level: Type.Optional(Type.Integer({ minimum: 1, maximum: 3, default: 2 })),
  depth: Type.Optional(Limit(50)),
})
const Level = Type.Array(Type.String(), { minItems: 2, maxItems: 2 })
const OrderLevel = Type.Array(Type.Union([Type.String(), Type.Integer()]))
export const BookSchema = Type.Object({
  symbol: Type.String(),
  seq: Type.Integer(),
  bids: Type.Array(Type.Union([Level, OrderLevel])),
  asks: Type.Array(Type.Union([Level, OrderLevel])),
})

export const TradesQuery = strict({ limit: Type.Optional(Limit(50)) })
export const TradeSchema = Type.Object({
  symbol: Type.String(),
  seq: Type.Integer(),
  tradeID: Id,
  price: Amount,
  qty: Amount,
  side: Type.String(),
  timestampMs: Type.Integer(),
})
export const TradesSchema = Type.Object({
  symbol: Type.String(),
  trades: Type.Array(TradeSchema),
})

export const CandlesQuery = strict({
  interval: Type.Optional(Type.Enum([...CANDLE_INTERVALS], { default: '1m' })),
  from: Type.Optional(TimeMs),
  to: Type.Optional(TimeMs),
  limit: Type.Optional(Limit(500)),
})
export const CandlesSchema = Type.Object({
  symbol: Type.String(),
  interval: Type.String(),
  candles: Type.Array(
    Type.Object({
      openTimeMs: Type.Integer(),
      open: Amount,
      high: Amount,
      low: Amount,
      close: Amount,
      volume: Amount,
      quoteVolume: Amount,
      trades: Type.Integer(),
      closed: Type.Boolean(),
    }),
  ),
})

export const TickerSchema = Type.Object({
  symbol: Type.String(),
  timestampMs: Type.Integer(),
  last: AmountOrNull,
  bid: AmountOrNull,
  bidQty: AmountOrNull,
  ask: AmountOrNull,
  askQty: AmountOrNull,
  open24h: AmountOrNull,
  high24h: AmountOrNull,
  low24h: AmountOrNull,
  volume24h: Amount,
  quoteVolume24h: Amount,
  change24hPct: AmountOrNull,
  trades24h: Type.Integer(),
})
export const TickersSchema = Type.Array(TickerSchema)
export const TimeSchema = Type.Object({ serverTimeMs: Type.Integer() })
