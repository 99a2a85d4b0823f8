// What is traded: an instrument's definition as the engine holds it, in integers.

export const INSTRUMENT_KINDS = ['Spot', 'LinearPerpetual'] as const
export type InstrumentKind = (typeof INSTRUMENT_KINDS)[number]

/** What passes in each, and where each may lead: docs/reference/order-semantics.md. */
export const TRADING_STATES = [
  'PreOpen',
  'Auction',
  'Open',
  'CancelOnly',
  'Halted',
  'Closed',
] as const
export type TradingState = (typeof TRADING_STATES)[number]

/** What a trade outside the volatility band does besides ending the sweep. */
export const VOLATILITY_ACTIONS = ['EndSweep', 'Auction'] as const
export type VolatilityAction = (typeof VOLATILITY_ACTIONS)[number]

/** Ends a sweep before it trades further from the last trade before the command than the band. */
export interface VolatilityGuard {
  /** Parts per million around the last trade before the command. */
  readonly bandPpm: number
  readonly action: VolatilityAction
}

/** Symbols are part of subjects and keys, so their alphabet is closed. */
export const SYMBOL_PATTERN = '^[A-Z0-9]{2,12}-[A-Z0-9]{2,12}$'
/** Asset names: the halves of a symbol. */
export const ASSET_PATTERN = '^[A-Z0-9]{2,12}$'

/** One asset; amounts are integers of 10^-scale. */
export interface Asset {
  readonly assetId: number
  readonly name: string
  readonly scale: number
}

/**
 * One listed instrument. Prices are ticks, quantities lots. With p in ticks and q in lots:
 * quote minor units = p * q * notionalFactor, base minor units = q * lotBaseMinor; both exact.
 */
export interface Instrument {
  readonly instrumentId: number
  readonly symbol: string
  readonly kind: InstrumentKind
  readonly base: Asset
  readonly quote: Asset
  /** Decimal strings as listed. */
  readonly tickSize: string
  readonly lotSize: string
  readonly notionalFactor: bigint
  readonly lotBaseMinor: bigint
  readonly minQty: number
  readonly maxQty: number
  /** Quote minor units. */
  readonly minNotional: bigint
  readonly maxNotional: bigint
  /** Parts per million around the reference price; 0 = no band. */
  readonly priceBandPpm: number
  readonly makerFeePpm: number
  readonly takerFeePpm: number
  readonly initialMarginPpm: number
  readonly maintenanceMarginPpm: number
  /** Lots; 0 = unlimited. */
  readonly maxPosition: number
  readonly maxOpenOrders: number
  readonly defaultStpMode: string
  readonly allowedStpModes: readonly string[]
  readonly tradingState: TradingState
  /** Null or absent: none. */
  readonly volatilityGuard?: VolatilityGuard | null
}
