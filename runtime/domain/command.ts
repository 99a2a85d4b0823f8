// Everything that can be asked of the engine, as plain values. Prices in ticks, quantities in lots,
// money in minor units. `traceId` is 32 hex digits; `account` is whose command it is.

import type { TradingState, VolatilityGuard } from './instrument.ts'
import type {
  CancelReplaceMode,
  ContingencyType,
  OrdType,
  Side,
  StpMode,
  TimeInForce,
  TrailingOffsetUnit,
} from './order.ts'

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
  /** Lots that an iceberg shows; 0 = all. */
  readonly displayQty: number
  /** GTD: the first instant at which the order is gone, nanoseconds of the epoch; else 0. */
  readonly expireTimeNs: bigint
  /** TrailingStop: distance of the stop from the best last price since it was accepted; else 0. */
  readonly trailingOffset: number
  readonly trailingOffsetUnit: TrailingOffsetUnit
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

/** Cancel and new order in one command; the new order always goes to the tail. */
export interface CancelReplace extends Common {
  readonly type: 'CancelReplace'
  /** StopOnFailure: no new order when the cancel is refused. AllowFailure: the new order anyway. */
  readonly mode: CancelReplaceMode
  /** The order to cancel, as in CancelOrder. */
  readonly orderID: number
  readonly origClOrdID: string
  /** Account and traceId are those of the command. */
  readonly order: OrderTerms
}

/** What a new order says, without who says it. */
export type OrderTerms = Omit<NewOrder, 'type' | 'account' | 'traceId'>

/**
 * Orders that depend on each other. OneCancelsOther: two legs, the first fill or election of one
 * cancels the other. Bracket: entry, take-profit, stop-loss; the entry's fill arms the other two
 * with what was filled, and these are OCO. Each order is reported by its own clOrdID.
 */
export interface NewOrderList extends Common {
  readonly type: 'NewOrderList'
  readonly contingencyType: ContingencyType
  readonly orders: readonly OrderTerms[]
}

/** All of the account's orders are canceled unless this is sent again in time; 0 disarms. */
export interface SetDeadMan extends Common {
  readonly type: 'SetDeadMan'
  readonly timeoutMs: number
}

/** The mark price of a perpetual, in ticks; account is 0. */
export interface SetMark extends Common {
  readonly type: 'SetMark'
  readonly instrumentId: number
  readonly price: number
}

/** Asks for the account's liquidation; obeyed only when the engine finds it below maintenance. */
export interface Liquidate extends Common {
  readonly type: 'Liquidate'
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
  /** New orders in one second of the log's time. */
  readonly maxOrdersPerSecond?: number | null
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
  readonly volatilityGuard?: VolatilityGuard | null
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
  readonly initialMarginPpm?: number | null
  readonly maintenanceMarginPpm?: number | null
  readonly volatilityGuard?: VolatilityGuard | null
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
  | CancelReplace
  | NewOrderList
  | SetDeadMan
  | SetMark
  | Liquidate
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
