// Everything that can be asked of the engine, as plain values. Prices in ticks, quantities in lots,
// money in minor units. `traceId` is 32 hex digits; `account` is whose command it is.

import type { TradingState } from './instrument.ts'
import type { OrdType, Side, StpMode, TimeInForce } from './order.ts'

interface Common {
  readonly account: number
  readonly traceId: string
}

/** A new order. `quoteAmount` (minor units) replaces `orderQty` in a Market order by amount. */
export interface NewOrder extends Common {
  readonly type: 'NewOrder'
  readonly instrumentId: number
  readonly clOrdID: string
  readonly side: Side
  readonly ordType: OrdType
  readonly timeInForce: TimeInForce
  /** Null: the instrument's default. */
  readonly stpMode: StpMode | null
  readonly postOnly: boolean
  readonly reduceOnly: boolean
  /** 0 where the type has none. */
  readonly price: number
  readonly orderQty: number
  readonly quoteAmount: bigint
  readonly stopPx: number
  readonly displayQty: number
  readonly expireTimeNs: bigint
}

/** Cancels one order, named by orderID, or by origClOrdID when orderID is 0. */
export interface CancelOrder extends Common {
  readonly type: 'CancelOrder'
  readonly orderID: number
  readonly origClOrdID: string
  /** The request's own id; may be empty. */
  readonly clOrdID: string
}

/**
 * Changes price and quantity of one order; fills stay, orderID stays, clOrdID becomes the new one.
 * A price or orderQty of 0 leaves that as it is.
 */
export interface ReplaceOrder extends Common {
  readonly type: 'ReplaceOrder'
  readonly orderID: number
  readonly origClOrdID: string
  readonly clOrdID: string
  readonly price: number
  readonly orderQty: number
}

/** Cancels all open orders of the account; instrumentId 0 = all instruments, side null = both. */
export interface MassCancel extends Common {
  readonly type: 'MassCancel'
  readonly instrumentId: number
  readonly side: Side | null
  readonly clOrdID: string
}

export interface OpenAccount extends Common {
  readonly type: 'OpenAccount'
}

/** Money from (Credit) or to (Debit) the outside. Idempotent by transferId. */
export interface Transfer extends Common {
  readonly type: 'Credit' | 'Debit'
  readonly asset: string
  readonly amount: bigint
  readonly transferId: string
}

/** Limits of one account; null leaves a limit as it is, 0 means none. */
export interface SetLimits extends Common {
  readonly type: 'SetLimits'
  readonly maxOpenOrders: number | null
  /** Per instrument: lots of position plus open orders on one side. */
  readonly maxPosition: { readonly instrumentId: number; readonly lots: number } | null
}

/** An account's own fee rates; null: the instrument's. */
export interface SetFeeTier extends Common {
  readonly type: 'SetFeeTier'
  readonly makerFeePpm: number | null
  readonly takerFeePpm: number | null
}

/** Stops new orders of one account, or of the venue (account 0). Cancels pass. */
export interface SetKillSwitch extends Common {
  readonly type: 'SetKillSwitch'
  readonly engaged: boolean
}

/** Lists an instrument. Scales are the decimals of one minor unit of each asset. */
export interface ListInstrument extends Common {
  readonly type: 'ListInstrument'
  readonly symbol: string
  readonly kind: 'Spot' | 'LinearPerpetual'
  readonly baseAsset: string
  readonly quoteAsset: string
  readonly baseScale: number
  readonly quoteScale: number
  readonly tickSize: string
  readonly lotSize: string
  readonly minQty: number
  readonly maxQty: number
  readonly minNotional: bigint
  readonly maxNotional: bigint
  readonly priceBandPpm: number
  readonly makerFeePpm: number
  readonly takerFeePpm: number
  readonly initialMarginPpm: number
  readonly maintenanceMarginPpm: number
  readonly maxPosition: number
  readonly maxOpenOrders: number
  readonly allowedStpModes: readonly StpMode[]
  readonly defaultStpMode: StpMode
  readonly tradingState: TradingState
}

/** Changes what may change after listing; null leaves a field as it is. */
export interface AmendInstrument extends Common {
  readonly type: 'AmendInstrument'
  readonly instrumentId: number
  readonly priceBandPpm: number | null
  readonly makerFeePpm: number | null
  readonly takerFeePpm: number | null
  readonly maxOpenOrders: number | null
  readonly maxPosition: number | null
}

export interface SetTradingState extends Common {
  readonly type: 'SetTradingState'
  readonly instrumentId: number
  readonly tradingState: TradingState
}

/** The leader's clock: lets time pass for whatever expires. */
export interface Clock extends Common {
  readonly type: 'Clock'
}

/** Asks for a StateHash event: proof that two replicas hold the same state. */
export interface HashState extends Common {
  readonly type: 'HashState'
}

/** What travels often, in fixed binary records. */
export type HotCommand = NewOrder | CancelOrder | ReplaceOrder
/** What travels seldom, in JSON records. */
export type AdminCommand =
  | MassCancel
  | OpenAccount
  | Transfer
  | SetLimits
  | SetFeeTier
  | SetKillSwitch
  | ListInstrument
  | AmendInstrument
  | SetTradingState
  | Clock
  | HashState
export type Command = HotCommand | AdminCommand
