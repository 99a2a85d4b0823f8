// The market data messages of one instrument as JSON text, built once each and without a generic
// encoder: symbols come from a closed alphabet and all else is numbers, so nothing needs escaping.
// Tests parse the text back and compare it with contracts/market-data.ts.

import { formatAmount, ratio } from '#contracts/decimal.ts'
import type { AuctionMessage, CandleText, LevelText, OrderText } from '#contracts/market-data.ts'
import { marketDataSubject } from '#contracts/subjects.ts'
import type { BookChanges, BookLevel, BookOrder } from '#domain/book-view.ts'
import { CANDLE_INTERVALS, type Candle, type CandleInterval } from '#domain/candle.ts'
import type { AuctionIndication } from '#domain/event.ts'
import type { Instrument } from '#domain/instrument.ts'
import type { DayFigures } from '#domain/ticker-day.ts'
import { createStepText, createSumText, type StepText } from './step-text.ts'

/** One trade as it is kept and shown. */
export interface FeedTrade {
  readonly seq: number
  readonly tradeID: number
  readonly price: number
  readonly qty: number
  readonly isBuy: boolean
  readonly timestampMs: number
}

/** What a ticker is made of. */
export interface TickerParts {
  readonly timestampMs: number
  readonly last: number | null
  readonly bid: BookLevel | null
  readonly ask: BookLevel | null
  readonly day: DayFigures
}

/** Writes the messages of one instrument. */
export interface MessageWriter {
  readonly subjects: {
    readonly book: string
    readonly trades: string
    readonly ticker: string
    readonly auction: string
    readonly candles: Readonly<Record<CandleInterval, string>>
  }
  readonly price: StepText
  readonly qty: StepText
  readonly bookDiff: (seq: number, prevSeq: number, timeMs: number, changes: BookChanges) => string
  readonly trade: (trade: FeedTrade) => string
  readonly candle: (interval: CandleInterval, candle: Candle, isClosed: boolean) => string
  /** `key` is the text without its time: equal keys say the same. */
  readonly ticker: (parts: TickerParts) => { readonly text: string; readonly key: string }
  readonly topOfBook: (seq: number, bid: BookLevel | null, ask: BookLevel | null) => string
  readonly levelText: (level: BookLevel) => LevelText
  readonly orderText: (order: BookOrder) => OrderText
  readonly auction: (indication: AuctionIndication, timeMs: number) => AuctionMessage
  /** When no auction is on. */
  readonly noAuction: (timeMs: number) => AuctionMessage
  readonly candleText: (candle: Candle, isClosed: boolean) => CandleText
}

/** Makes the writer of one instrument. */
export function createMessageWriter(instrument: Instrument): MessageWriter {
  const { symbol, quote } = instrument
  const price = createStepText(instrument.tickSize)
  const qty = createStepText(instrument.lotSize)
  const lots = createSumText(instrument.lotSize)
  const head = (type: string, channel: string): string =>
    `{"type":"${type}","channel":"${channel}:${symbol}","symbol":"${symbol}",`
  const diffHead = `${head('diff', 'book')}"seq":`
  const tradeHead = `${head('trade', 'trades')}"seq":`
  const tickerHead = `${head('ticker', 'ticker')}"timestampMs":`
  const levels = (list: readonly BookLevel[]): string => {
    let text = ''
    for (const [p, q] of list) text += `${text === '' ? '' : ','}["${price(p)}","${qty(q)}"]`
    return text
  }
  const candleText = (c: Candle, closed: boolean): CandleText => ({
    openTimeMs: c.openTimeMs,
    open: price(c.open),
    high: price(c.high),
    low: price(c.low),
    close: price(c.close),
    volume: lots(c.volume),
    quoteVolume: formatAmount(c.quoteVolume, quote.scale),
    trades: c.trades,
    closed,
  })
  return {
    subjects: subjectsOf(symbol),
    price,
    qty,
    bookDiff: (seq, prevSeq, timeMs, { bids, asks }) =>
      `${diffHead}${seq},"prevSeq":${prevSeq},"timestampMs":${timeMs},` +
      `"bids":[${levels(bids)}],"asks":[${levels(asks)}]}`,
    trade: (t) =>
      `${tradeHead}${t.seq},"tradeID":${t.tradeID},"price":"${price(t.price)}",` +
      `"qty":"${qty(t.qty)}","side":"${t.isBuy ? 'Buy' : 'Sell'}","timestampMs":${t.timestampMs}}`,
    candle: (interval, candle, isClosed) =>
      `${head('candle', `candles-${interval}`)}"interval":"${interval}",` +
      JSON.stringify(candleText(candle, isClosed)).slice(1),
    ticker: (parts) => {
      const key = tickerBody(parts, price, qty, lots, quote.scale)
      return { key, text: `${tickerHead}${parts.timestampMs},${key}` }
    },
    topOfBook: (seq, bid, ask) => JSON.stringify({ symbol, seq, ...topText(bid, ask, price, qty) }),
    levelText: ([p, q]) => [price(p), qty(q)],
    orderText: ([orderID, p, q]) => [price(p), qty(q), orderID],
    candleText,
    ...auctionWriter(symbol, price, qty),
  }
}

function auctionWriter(symbol: string, price: StepText, qty: StepText) {
  const head = { type: 'auction', channel: `auction:${symbol}`, symbol } as const
  const none = { indicativePrice: null, indicativeQty: '0', surplusQty: '0', surplusSide: null }
  return {
    noAuction: (timestampMs: number): AuctionMessage => ({ ...head, ...none, timestampMs }),
    auction: (indication: AuctionIndication, timestampMs: number): AuctionMessage => {
      const { indicativePrice, indicativeQty, surplusQty, surplusSide } = indication
      return {
        ...head,
        indicativePrice: indicativePrice === 0 ? null : price(indicativePrice),
        indicativeQty: qty(indicativeQty),
        surplusQty: qty(surplusQty),
        surplusSide,
        timestampMs,
      }
    },
  }
}

function subjectsOf(symbol: string): MessageWriter['subjects'] {
  const candles = Object.fromEntries(
    CANDLE_INTERVALS.map((i) => [i, marketDataSubject(`candles-${i}`, symbol)]),
  ) as Record<CandleInterval, string>
  return {
    book: marketDataSubject('book', symbol),
    trades: marketDataSubject('trades', symbol),
    ticker: marketDataSubject('ticker', symbol),
    auction: marketDataSubject('auction', symbol),
    candles,
  }
}

function topText(bid: BookLevel | null, ask: BookLevel | null, price: StepText, qty: StepText) {
  return {
    bid: bid && price(bid[0]),
    bidQty: bid && qty(bid[1]),
    ask: ask && price(ask[0]),
    askQty: ask && qty(ask[1]),
  }
}

function tickerBody(
  { last, bid, ask, day }: TickerParts,
  price: StepText,
  qty: StepText,
  lots: (steps: bigint) => string,
  quoteScale: number,
): string {
  const priceOf = (ticks: number | null): string | null => (ticks === null ? null : price(ticks))
  const fields = {
    last: priceOf(last),
    ...topText(bid, ask, price, qty),
    open24h: priceOf(day.open),
    high24h: priceOf(day.high),
    low24h: priceOf(day.low),
    volume24h: lots(day.volume),
    quoteVolume24h: formatAmount(day.quoteVolume, quoteScale),
    change24hPct: changePct(day.open, last),
    trades24h: day.trades,
  }
  return JSON.stringify(fields).slice(1)
}

/** (last - open) / open in percent, two places; null without a base to divide by. */
export function changePct(open: number | null, last: number | null): string | null {
  if (open === null || last === null) return null
  return ratio((BigInt(last) - BigInt(open)) * 100n, BigInt(open), 2)
}
