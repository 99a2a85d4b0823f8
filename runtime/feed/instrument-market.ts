// Everything the feed knows of one instrument: book, last trades, candles, rolling day, and the one
// sequence that counts its book and trade messages. A function of the event log and nothing else;
// only `conflate`, which says again what is known, is driven by the wall clock.

import { fromJson, toJson } from '#contracts/binary-fields.ts'
import type {
  AuctionMessage,
  BookSnapshot,
  OrdersSnapshot,
  TradesAnswer,
} from '#contracts/market-data.ts'
import { BookView } from '#domain/book-view.ts'
import {
  CANDLE_INTERVALS,
  CANDLE_WIDTH_MS,
  type Candle,
  type CandleInterval,
  CandleSeries,
} from '#domain/candle.ts'
import type { AuctionIndication } from '#domain/event.ts'
import type { Instrument } from '#domain/instrument.ts'
import { TickerDay } from '#domain/ticker-day.ts'
import type { FeedReport } from './batch-reader.ts'
import { candleLine, tradeLine } from './history-points.ts'
import { dumpSeries, loadSeries, type MarketDump, toCandle, toRow } from './market-dump.ts'
import { createMessageWriter, type FeedTrade, type MessageWriter } from './messages.ts'

export type MarketChannel = 'book' | 'trades' | 'candles' | 'ticker' | 'auction'

/** Where a market says what happened. Never waits. */
export interface MarketSink {
  /** False while the log is being caught up: nothing is encoded, only numbered. */
  readonly isLive: boolean
  readonly publish: (channel: MarketChannel, subject: string, text: string) => void
  /** A point for InfluxDB. */
  readonly history: (line: string) => void
  /** The newest ticker and top of the book, for the cache. */
  readonly latest: (symbol: string, ticker: string, top: string) => void
  /** A trade id that does not follow the one before. */
  readonly onTradeGap: (symbol: string, expected: number, got: number) => void
}

/** Closed candles kept per width: what is answered when InfluxDB cannot be. */
export const CANDLES_KEPT_MAX = 1_500
/** Last trades kept: the most that one question can ask for. */
export const TRADES_KEPT_MAX = 1_000
/** How long after its end a bucket is called closed when no later event says so. */
const CLOSE_GRACE_MS = 1_000

interface Width {
  readonly interval: CandleInterval
  readonly series: CandleSeries
  isDirty: boolean
  /** The bucket that was called closed by the clock. */
  calledClosed: number
}

/** Owns the market data of one instrument. */
export class InstrumentMarket {
  #instrument: Instrument
  readonly #writer: MessageWriter
  readonly #book = new BookView()
  readonly #widths: readonly Width[]
  readonly #day = new TickerDay()
  #trades: FeedTrade[] = []
  #seq = 0
  #bookSeq = 0
  #bookTimeMs = 0
  #lastTradeID = 0
  #lastPrice: number | null = null
  #tickerKey = ''
  #auction: AuctionMessage

  constructor(instrument: Instrument) {
    this.#instrument = instrument
    this.#writer = createMessageWriter(instrument)
    this.#auction = this.#writer.noAuction(0)
    this.#book.isUncrossing = instrument.tradingState !== 'Open'
    this.#widths = CANDLE_INTERVALS.map((interval) => ({
      interval,
      series: new CandleSeries(CANDLE_WIDTH_MS[interval], CANDLES_KEPT_MAX),
      isDirty: false,
      calledClosed: Number.NaN,
    }))
  }

  get instrument(): Instrument {
    return this.#instrument
  }

  get writer(): MessageWriter {
    return this.#writer
  }

  /** Settings that may change after listing; steps and scales cannot. */
  amend(instrument: Instrument, timeMs: number, sink: MarketSink): void {
    this.#instrument = instrument
    this.#book.isUncrossing = instrument.tradingState !== 'Open'
    if (instrument.tradingState === 'Auction' || this.#auction.indicativePrice === null) return
    this.#sayAuction(this.#writer.noAuction(timeMs), sink)
  }

  /** What an uncross would do now. */
  indicate(indication: AuctionIndication, timeMs: number, sink: MarketSink): void {
    this.#sayAuction(this.#writer.auction(indication, timeMs), sink)
  }

  /** The last indication; nulls when no auction is on or nothing would trade. */
  get auction(): AuctionMessage {
    return this.#auction
  }

  /** Takes one report of this instrument. */
  apply(report: FeedReport, timeMs: number, sink: MarketSink): void {
    this.#book.apply(report)
    if (report.execType === 'Trade' && report.aggressor) this.#trade(report, timeMs, sink)
  }

  /** After the last report of a command: one book message when levels changed. */
  endCommand(timeMs: number, sink: MarketSink): void {
    const changes = this.#book.takeChanges()
    if (changes === null) return
    const prevSeq = this.#bookSeq
    this.#bookSeq = ++this.#seq
    this.#bookTimeMs = timeMs
    if (!sink.isLive) return
    const text = this.#writer.bookDiff(this.#bookSeq, prevSeq, timeMs, changes)
    sink.publish('book', this.#writer.subjects.book, text)
  }

  /** Closes what ended at or before an instant of the log. */
  closeUntil(timeMs: number, sink: MarketSink): void {
    for (const width of this.#widths) {
      const closed = width.series.closeUntil(timeMs)
      if (closed !== null) this.#closed(width, closed, sink)
    }
  }

  /** Says what changed since the last call: ticker, open candles, buckets that the clock ended. */
  conflate(nowMs: number, sink: MarketSink): void {
    this.#sayTicker(nowMs, sink)
    for (const width of this.#widths) this.#sayCandle(width, nowMs, sink)
  }

  bookSnapshot(depth: number): BookSnapshot {
    const { symbol } = this.#instrument
    const { levelText } = this.#writer
    return {
      type: 'snapshot',
      channel: `book:${symbol}`,
      symbol,
      seq: this.#bookSeq,
      timestampMs: this.#bookTimeMs,
      bids: this.#book.levels('Buy', depth).map(levelText),
      asks: this.#book.levels('Sell', depth).map(levelText),
    }
  }

  ordersSnapshot(depth: number): OrdersSnapshot {
    const { orderText } = this.#writer
    return {
      symbol: this.#instrument.symbol,
      seq: this.#bookSeq,
      bids: this.#book.orders('Buy', depth).map(orderText),
      asks: this.#book.orders('Sell', depth).map(orderText),
    }
  }

  lastTrades(limit: number): TradesAnswer {
    const { price, qty } = this.#writer
    const { symbol } = this.#instrument
    return {
      symbol,
      trades: this.#trades.slice(-limit).map((t) => ({
        type: 'trade',
        channel: `trades:${symbol}`,
        symbol,
        seq: t.seq,
        tradeID: t.tradeID,
        price: price(t.price),
        qty: qty(t.qty),
        side: t.isBuy ? 'Buy' : 'Sell',
        timestampMs: t.timestampMs,
      })),
    }
  }

  series(interval: CandleInterval): CandleSeries {
    const width = this.#widths[CANDLE_INTERVALS.indexOf(interval)]
    if (width === undefined) throw new Error(`no series ${interval}`)
    return width.series
  }

  /** The ticker message as of an instant. */
  tickerText(nowMs: number): { readonly text: string; readonly key: string } {
    return this.#writer.ticker({
      timestampMs: nowMs,
      last: this.#lastPrice,
      bid: this.#book.best('Buy'),
      ask: this.#book.best('Sell'),
      day: this.#day.at(nowMs),
    })
  }

  /** All of it, to be written down; shares nothing with the live state. */
  dump(): MarketDump {
    return {
      instrument: toJson(this.#instrument),
      seq: this.#seq,
      bookSeq: this.#bookSeq,
      bookTimeMs: this.#bookTimeMs,
      lastTradeID: this.#lastTradeID,
      lastPrice: this.#lastPrice,
      bids: this.#book.orders('Buy', Number.POSITIVE_INFINITY),
      asks: this.#book.orders('Sell', Number.POSITIVE_INFINITY),
      auction: this.#auction,
      trades: this.#trades.slice(-TRADES_KEPT_MAX),
      minutes: this.#day.minutes().map(toRow),
      series: this.#widths.map(({ series }) => dumpSeries(series, CANDLES_KEPT_MAX)),
    }
  }

  /** Makes a market from what `dump` gave. */
  static load(dump: MarketDump): InstrumentMarket {
    const market = new InstrumentMarket(fromJson(dump.instrument) as Instrument)
    market.#seq = dump.seq
    market.#bookSeq = dump.bookSeq
    market.#bookTimeMs = dump.bookTimeMs
    market.#lastTradeID = dump.lastTradeID
    market.#lastPrice = dump.lastPrice
    market.#book.load(dump.bids, dump.asks)
    market.#auction = dump.auction
    market.#trades = [...dump.trades]
    market.#day.load(dump.minutes.map(toCandle))
    market.#widths.forEach(({ series }, i) => {
      const state = dump.series[i]
      if (state !== undefined) loadSeries(series, state)
    })
    return market
  }

  #trade(report: FeedReport, timestampMs: number, sink: MarketSink): void {
    const { tradeID, lastPx: price, lastQty: qty, lastNotional: notional } = report
    const { symbol } = this.#instrument
    if (tradeID <= this.#lastTradeID) return
    if (tradeID !== this.#lastTradeID + 1) sink.onTradeGap(symbol, this.#lastTradeID + 1, tradeID)
    this.#lastTradeID = tradeID
    this.#lastPrice = price
    const isBuy = report.side === 'Buy'
    const trade: FeedTrade = { seq: ++this.#seq, tradeID, price, qty, isBuy, timestampMs }
    this.#keep(trade)
    if (sink.isLive) {
      sink.publish('trades', this.#writer.subjects.trades, this.#writer.trade(trade))
    }
    sink.history(tradeLine(symbol, trade, notional, this.#writer))
    const counted = { timeMs: timestampMs, price, qty: BigInt(qty), notional }
    this.#day.add(counted)
    for (const width of this.#widths) {
      const closed = width.series.add(counted)
      if (closed !== null) this.#closed(width, closed, sink)
      width.isDirty = true
    }
  }

  #keep(trade: FeedTrade): void {
    this.#trades.push(trade)
    if (this.#trades.length > 2 * TRADES_KEPT_MAX) {
      this.#trades = this.#trades.slice(-TRADES_KEPT_MAX)
    }
  }

  #closed(width: Width, candle: Candle, sink: MarketSink): void {
    const isSaid = width.calledClosed === candle.openTimeMs && !width.isDirty
    width.isDirty = false
    if (!isSaid) this.#sayClosed(width, candle, sink)
  }

  #sayClosed({ interval }: Width, candle: Candle, sink: MarketSink): void {
    sink.history(candleLine(this.#instrument.symbol, interval, candle, this.#writer))
    if (!sink.isLive) return
    const text = this.#writer.candle(interval, candle, true)
    sink.publish('candles', this.#writer.subjects.candles[interval], text)
  }

  #sayCandle(width: Width, nowMs: number, sink: MarketSink): void {
    const { open } = width.series
    if (open === null) return
    const isOver = nowMs >= open.openTimeMs + width.series.widthMs + CLOSE_GRACE_MS
    if (isOver && (width.isDirty || width.calledClosed !== open.openTimeMs)) {
      width.calledClosed = open.openTimeMs
      width.isDirty = false
      this.#sayClosed(width, open, sink)
    } else if (width.isDirty) {
      width.isDirty = false
      const text = this.#writer.candle(width.interval, open, false)
      sink.publish('candles', this.#writer.subjects.candles[width.interval], text)
    }
  }

  #sayAuction(message: AuctionMessage, sink: MarketSink): void {
    this.#auction = message
    if (sink.isLive) sink.publish('auction', this.#writer.subjects.auction, JSON.stringify(message))
  }

  #sayTicker(nowMs: number, sink: MarketSink): void {
    const { text, key } = this.tickerText(nowMs)
    if (key === this.#tickerKey) return
    this.#tickerKey = key
    sink.publish('ticker', this.#writer.subjects.ticker, text)
    const top = this.#writer.topOfBook(
      this.#bookSeq,
      this.#book.best('Buy'),
      this.#book.best('Sell'),
    )
    sink.latest(this.#instrument.symbol, text, top)
  }
}
