// What operators may ask of the venue, with the admin token.

import { type Static, Type } from 'typebox'
import { INSTRUMENT_KINDS, VOLATILITY_ACTIONS } from '#domain/instrument.ts'
import {
  AccountId,
  Amount,
  AssetField,
  Decimal,
  PpmField,
  SeqField,
  StpModeField,
  SymbolField,
  strict,
  TradingStateField,
} from './fields.ts'

const Scale = Type.Integer({ minimum: 0, maximum: 18 })
const Count = Type.Integer({ minimum: 0, maximum: 1_000_000_000 })

const MarginField = Type.Integer({
  minimum: 0,
  maximum: 1_000_000,
  description: 'LinearPerpetual: parts per million of the notional',
})
const GuardField = strict(
  {
    bandPpm: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
    action: Type.Enum([...VOLATILITY_ACTIONS]),
  },
  { description: 'Ends a sweep that leaves the band around the last trade before it' },
)

export const ListInstrumentBody = strict({
  symbol: SymbolField,
  kind: Type.Optional(Type.Enum([...INSTRUMENT_KINDS], { default: 'Spot' })),
  baseAsset: AssetField,
  quoteAsset: AssetField,
  baseScale: Scale,
  quoteScale: Scale,
  tickSize: Decimal(),
  lotSize: Decimal(),
  minQty: Decimal('Base asset'),
  maxQty: Decimal('Base asset'),
  minNotional: Decimal('Quote asset'),
  maxNotional: Decimal('Quote asset'),
  priceBandPpm: Type.Optional(Count),
  makerFeePpm: PpmField,
  takerFeePpm: PpmField,
  initialMarginPpm: Type.Optional(MarginField),
  maintenanceMarginPpm: Type.Optional(MarginField),
  maxPosition: Type.Optional(Decimal('Base asset; 0 = unlimited')),
  maxOpenOrders: Type.Optional(Count),
  defaultStpMode: Type.Optional(StpModeField),
  allowedStpModes: Type.Optional(Type.Array(StpModeField, { minItems: 1, maxItems: 5 })),
  tradingState: Type.Optional(TradingStateField),
  volatilityGuard: Type.Optional(GuardField),
})
export type ListInstrumentRequest = Static<typeof ListInstrumentBody>

export const AmendInstrumentBody = strict({
  priceBandPpm: Type.Optional(Count),
  makerFeePpm: Type.Optional(PpmField),
  takerFeePpm: Type.Optional(PpmField),
  maxOpenOrders: Type.Optional(Count),
  maxPosition: Type.Optional(Decimal('Base asset; 0 = unlimited')),
  initialMarginPpm: Type.Optional(MarginField),
  maintenanceMarginPpm: Type.Optional(MarginField),
  volatilityGuard: Type.Optional(GuardField),
})
export const MarkBody = strict({ price: Decimal('A multiple of the tick size') })
export const MarkSchema = Type.Object({
  symbol: Type.String(),
  markPrice: Amount,
  seq: SeqField,
})
export const TradingStateBody = strict({ tradingState: TradingStateField })
export const AdminAccountParams = strict({ accountId: AccountId })
export const LimitsBody = strict({
  maxOpenOrders: Type.Optional(Count),
  maxOrdersPerSecond: Type.Optional(Count),
  maxPosition: Type.Optional(
    strict({ symbol: SymbolField, qty: Decimal('Base asset; 0 = unlimited') }),
  ),
})
export const FeesBody = strict({
  makerFeePpm: Type.Union([PpmField, Type.Null()]),
  takerFeePpm: Type.Union([PpmField, Type.Null()]),
})
export const KillSwitchBody = strict({ engaged: Type.Boolean() })

export const AdminAccountSchema = Type.Object({
  accountId: AccountId,
  killSwitch: Type.Boolean(),
  maxOpenOrders: Type.Integer(),
  makerFeePpm: Type.Union([Type.Integer(), Type.Null()]),
  takerFeePpm: Type.Union([Type.Integer(), Type.Null()]),
  maxOrdersPerSecond: Type.Integer(),
  seq: SeqField,
})
/** One row for each asset in which the account was below its maintenance margin. */
export const LiquidationSchema = Type.Object({
  accountId: AccountId,
  canceledCount: Type.Integer(),
  assets: Type.Array(
    Type.Object({
      asset: Type.String(),
      equityBefore: Amount,
      maintenanceBefore: Amount,
      insurancePaid: Amount,
    }),
  ),
  seq: SeqField,
})
export const VenueSchema = Type.Object({ killSwitch: Type.Boolean(), seq: SeqField })
export const TrialBalanceSchema = Type.Object({
  assets: Type.Array(
    Type.Object({ asset: Type.String(), debit: Amount, credit: Amount, sum: Amount }),
  ),
  seq: SeqField,
})
export const ReconciliationSchema = Type.Object(
  {
    seq: SeqField,
    matched: Type.Boolean(),
    differences: Type.Array(Type.Object({}, { additionalProperties: true })),
    accountsChecked: Type.Integer(),
  },
  { additionalProperties: true },
)
export const SnapshotSchema = Type.Object({}, { additionalProperties: true })
