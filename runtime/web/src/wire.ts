// Shapes of the public API that the page reads; market data messages come from the contracts.

import type {
  BookDiff,
  BookSnapshot,
  CandleMessage,
  TickerMessage,
  TradeMessage,
} from '#contracts/market-data.ts'
import type { OrdStatus } from '#domain/order.ts'

export interface InstrumentInfo {
  readonly symbol: string
  readonly baseAsset: string
  readonly quoteAsset: string
  readonly tickSize: string
  readonly lotSize: string
  readonly tradingState: string
}

export interface OrderInfo {
  readonly orderID: number
  readonly clOrdID: string
  readonly symbol: string
  readonly side: 'Buy' | 'Sell'
  readonly ordType: string
  /** Null for what has no limit: then it waits for `stopPx`. */
  readonly price: string | null
  readonly stopPx: string | null
  readonly orderQty: string
  readonly leavesQty: string
  readonly cumQty: string
  readonly ordStatus: OrdStatus
}

export interface ReportMessage {
  readonly channel: 'orders'
  readonly report: OrderInfo & {
    readonly execType: string
    readonly lastQty: string
    readonly lastPx: string
    readonly rejectReason: string
  }
}

export interface BalanceInfo {
  readonly asset: string
  readonly total: string
  readonly hold: string
  readonly available: string
}

export type StreamMessage =
  | BookSnapshot
  | BookDiff
  | TradeMessage
  | CandleMessage
  | TickerMessage
  | ReportMessage
  | (BalanceInfo & { readonly channel: 'balances' })
  | { readonly channel: string; readonly type: 'trades'; readonly trades: readonly TradeMessage[] }

export interface WireError {
  readonly code: string
  readonly message: string
}
