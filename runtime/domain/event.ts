// Everything that comes out of the engine, as plain values. `cmdIndex` says which command of the
// batch caused it; sequence and time stand in the batch header.

import type { Instrument } from './instrument.ts'
import type { ExecType, OrdStatus, OrdType, Side, StpMode, TimeInForce } from './order.ts'
import type { RejectReason } from './reject-reason.ts'

interface Common {
  readonly cmdIndex: number
  readonly account: number
  readonly traceId: string
}

/**
 * One step in the life of one order. Units: px in ticks, qty in lots, notional and fee in quote
 * minor units. Always orderQty = cumQty + leavesQty + what ended; closed means leavesQty 0.
 * Each trade makes two of them with the same tradeID, the aggressor's and the maker's.
 * Source: FIX 4.4 vol. 4, ExecutionReport.
 */
export interface ExecutionReport extends Common {
  readonly type: 'ExecutionReport'
  readonly instrumentId: number
  readonly execType: ExecType
  readonly ordStatus: OrdStatus
  readonly side: Side
  readonly ordType: OrdType
  readonly timeInForce: TimeInForce
  readonly stpMode: StpMode
  readonly rejectReason: RejectReason
  readonly aggressor: boolean
  readonly postOnly: boolean
  readonly reduceOnly: boolean
  readonly orderID: number
  readonly execID: number
  /** 0 when this is no trade. */
  readonly tradeID: number
  readonly price: number
  readonly stopPx: number
  readonly orderQty: number
  readonly displayQty: number
  readonly lastQty: number
  readonly lastPx: number
  readonly leavesQty: number
  readonly cumQty: number
  readonly preventedQty: number
  readonly lastNotional: bigint
  readonly cumNotional: bigint
  /** Of this fill; positive: paid by the account. Always in the quote asset. */
  readonly fee: bigint
  readonly feeAssetId: number
  readonly clOrdID: string
  readonly origClOrdID: string
}

/** An account's balance after a command: one a command and (account, asset) that it changed. */
export interface BalanceChanged extends Common {
  readonly type: 'BalanceChanged'
  readonly assetId: number
  readonly reason: 'Trade' | 'Credit' | 'Debit' | 'Hold' | 'Release'
  /** Change of balance by this command. */
  readonly delta: bigint
  readonly balance: bigint
  /**
   * Part of balance that open orders hold; available = balance - hold. Where perpetuals settle in
   * the asset, margin and losses at the marks come off besides: they move without any event here.
   */
  readonly hold: bigint
  /** Of a Credit or Debit; else empty. */
  readonly transferId: string
  /** This transferId was seen before: nothing changed, the first result stands. */
  readonly duplicate: boolean
}

export interface InstrumentChanged extends Common {
  readonly type: 'InstrumentChanged'
  readonly instrument: Instrument
}

/** An account was opened or its settings changed. */
export interface AccountChanged extends Common {
  readonly type: 'AccountChanged'
  readonly killSwitch: boolean
  readonly maxOpenOrders: number
  readonly makerFeePpm: number | null
  readonly takerFeePpm: number | null
  /** Limits of position that differ from the instruments', by instrument. */
  readonly maxPositions?: readonly { readonly instrumentId: number; readonly lots: number }[]
  readonly maxOrdersPerSecond?: number
  /** 0 when the dead-man switch is not armed. */
  readonly deadManTimeoutMs?: number
}

/** The venue's kill switch changed. */
export interface VenueChanged extends Common {
  readonly type: 'VenueChanged'
  readonly killSwitch: boolean
}

/** Ends a mass cancel, after the single cancels. */
export interface MassCanceled extends Common {
  readonly type: 'MassCanceled'
  readonly instrumentId: number
  readonly side: Side | null
  readonly clOrdID: string
  readonly canceledCount: number
}

/** A command other than an order was refused; nothing changed. */
export interface CommandRejected extends Common {
  readonly type: 'CommandRejected'
  readonly command: string
  readonly rejectReason: RejectReason
  readonly transferId: string
}

/** A position in a perpetual after a command: one a command, account and instrument changed. */
export interface PositionChanged extends Common {
  readonly type: 'PositionChanged'
  readonly instrumentId: number
  /** Signed lots. */
  readonly netQty: number
  /** Cumulative cost of the open position, quote minor units, signed as netQty. */
  readonly cost: bigint
  /** Realised by this command, before fees. */
  readonly realizedPnl: bigint
  readonly reason: 'Trade' | 'Deleverage' | 'Liquidation'
}

/** The mark price of a perpetual changed. */
export interface MarkChanged extends Common {
  readonly type: 'MarkChanged'
  readonly instrumentId: number
  readonly price: number
}

/** What an uncross would do now; price 0 and volume 0 when nothing would trade. */
export interface AuctionIndication extends Common {
  readonly type: 'AuctionIndication'
  readonly instrumentId: number
  readonly indicativePrice: number
  readonly indicativeQty: number
  /** Lots that would be left at that price, and on which side; null when none. */
  readonly surplusQty: number
  readonly surplusSide: Side | null
}

/** A stop's condition holds; what it becomes follows in ExecutionReports. */
export interface StopElected extends Common {
  readonly type: 'StopElected'
  readonly instrumentId: number
  readonly orderID: number
  readonly clOrdID: string
  readonly stopPx: number
  /** The last trade price that elected it. */
  readonly lastPx: number
}

/** The dead-man switch of an account has fired; its cancels come before this. */
export interface DeadManFired extends Common {
  readonly type: 'DeadManFired'
  readonly canceledCount: number
}

/** Ends a liquidation. Money in the minor units of the asset. */
export interface Liquidated extends Common {
  readonly type: 'Liquidated'
  /** The asset in which the account was below its maintenance margin; one event for each. */
  readonly assetId: number
  readonly equityBefore: bigint
  readonly maintenanceBefore: bigint
  readonly canceledCount: number
  /** Paid by the insurance account; 0 when the account could pay. */
  readonly insurancePaid: bigint
  /** Lots taken over by deleveraged accounts. */
  readonly deleveragedQty: number
}

export interface StateHash extends Common {
  readonly type: 'StateHash'
  /** Hex SHA-256-sized or shorter digest of the whole state. */
  readonly hash: string
}

/** What travels often, in fixed binary records. */
export type HotEvent = ExecutionReport | BalanceChanged
/** What travels seldom, in JSON records. */
export type RareEvent =
  | InstrumentChanged
  | AccountChanged
  | VenueChanged
  | MassCanceled
  | CommandRejected
  | PositionChanged
  | MarkChanged
  | AuctionIndication
  | StopElected
  | DeadManFired
  | Liquidated
  | StateHash
export type EngineEvent = HotEvent | RareEvent
