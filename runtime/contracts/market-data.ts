// Public market data as it crosses processes and reaches clients: JSON, decimals as strings.
// The feed encodes each message once; gateways forward its bytes. `seq` is one sequence per
// instrument across book and trades: it rises by one with each message of `book` and `trades`
// together, so that a client can order both and see a gap. Within one command the trades come first,
// then the one book message that they and the order led to. The numbers are a function of the event
// log alone: they are the same after a restart, and a message seen twice has the same number twice.
//
// To hold a book: subscribe, ask for the snapshot, drop diffs with seq <= snapshot.seq, then every
// diff must have prevSeq === seq of the message before (the snapshot's for the first); else ask again.
// An iceberg counts with what it shows. While an instrument is in Auction its book may be crossed.
// Diffs name changes at every depth; a snapshot holds the best levels only (at most 1,000 a side), so
// that levels deeper than the snapshot's last become known when they change.

import { CANDLE_INTERVALS, type CandleInterval } from '#domain/candle.ts'

export { CANDLE_INTERVALS, type CandleInterval }

/** [price, quantity], decimal strings; quantity "0" in a diff means the level is gone. */
export type LevelText = readonly [string, string]
/** [price, quantity, orderID] of one resting order, in priority order. */
export type OrderText = readonly [string, string, number]

/**
 * Answer of `rpc.feed.book` and first message of a `book:` subscription. `seq` is that of the last
 * book message (0 before the first): what the next diff carries as prevSeq.
 */
export interface BookSnapshot {
  readonly type: 'snapshot'
  readonly channel: string
  readonly symbol: string
  readonly seq: number
  readonly timestampMs: number
  readonly bids: readonly LevelText[]
  readonly asks: readonly LevelText[]
}

/** Level 3: every resting order. */
export interface OrdersSnapshot {
  readonly symbol: string
  readonly seq: number
  readonly bids: readonly OrderText[]
  readonly asks: readonly OrderText[]
}

/** Levels that changed by one command; `prevSeq` is the seq of the book message before it. */
export interface BookDiff {
  readonly type: 'diff'
  readonly channel: string
  readonly symbol: string
  readonly seq: number
  readonly prevSeq: number
  readonly timestampMs: number
  readonly bids: readonly LevelText[]
  readonly asks: readonly LevelText[]
}

export interface TradeMessage {
  readonly type: 'trade'
  readonly channel: string
  readonly symbol: string
  readonly seq: number
  readonly tradeID: number
  readonly price: string
  readonly qty: string
  /** Side of the aggressor. */
  readonly side: 'Buy' | 'Sell'
  readonly timestampMs: number
}

/**
 * One candle. Times in ms, UTC, start of the bucket (floor division). Buckets without trades do not
 * exist: a chart leaves a gap or carries the last close. `closed`: the bucket is over, by a later
 * event or by the clock; a trade that the log stamped inside it but that arrives more than a second
 * late is still counted, and the candle is sent again.
 */
export interface CandleMessage {
  readonly type: 'candle'
  readonly channel: string
  readonly symbol: string
  readonly interval: CandleInterval
  readonly openTimeMs: number
  readonly open: string
  readonly high: string
  readonly low: string
  readonly close: string
  readonly volume: string
  readonly quoteVolume: string
  readonly trades: number
  readonly closed: boolean
}

/** Rolling 24 hours and the top of the book; null where there is nothing yet. */
export interface TickerMessage {
  readonly type: 'ticker'
  readonly channel: string
  readonly symbol: string
  readonly timestampMs: number
  readonly last: string | null
  readonly bid: string | null
  readonly bidQty: string | null
  readonly ask: string | null
  readonly askQty: string | null
  readonly open24h: string | null
  readonly high24h: string | null
  readonly low24h: string | null
  readonly volume24h: string
  readonly quoteVolume24h: string
  readonly change24hPct: string | null
  readonly trades24h: number
}

/**
 * What an uncross would do now: told after each change while the instrument is in Auction, and once
 * with nulls when the auction is over. Price null and quantities "0" when nothing would trade.
 */
export interface AuctionMessage {
  readonly type: 'auction'
  readonly channel: string
  readonly symbol: string
  readonly indicativePrice: string | null
  readonly indicativeQty: string
  readonly surplusQty: string
  /** Of what would be left over at that price. */
  readonly surplusSide: 'Buy' | 'Sell' | null
  readonly timestampMs: number
}

/** One candle in an answer: the message without what the question said already. */
export type CandleText = Omit<CandleMessage, 'type' | 'channel' | 'symbol' | 'interval'>

/** Answer of `rpc.feed.candles`, oldest first. `degraded`: older history could not be read now. */
export interface CandlesAnswer {
  readonly symbol: string
  readonly interval: CandleInterval
  readonly candles: readonly CandleText[]
  readonly degraded?: true
}

/** First message of a `trades:` subscription and answer of `rpc.feed.trades`, oldest first. */
export interface TradesAnswer {
  readonly symbol: string
  readonly trades: readonly TradeMessage[]
}
