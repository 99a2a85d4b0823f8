// The hand-written JSON says exactly what contracts/market-data.ts promises.

import test from 'ava'
import type {
  BookDiff,
  CandleMessage,
  TickerMessage,
  TradeMessage,
} from '#contracts/market-data.ts'
import { createMessageWriter } from '../../../runtime/feed/messages.ts'
import { BTC_USD } from '../../helpers/events.ts'

const writer = createMessageWriter(BTC_USD)
const parse = <T>(text: string): T => JSON.parse(text) as T

test('a book diff carries its chain and absolute quantities, zero for a level that is gone', (t) => {
  const changes = { bids: [[6_500_000, 5_000_000] as const], asks: [[6_500_001, 0] as const] }
  const expected: BookDiff = {
    type: 'diff',
    channel: 'book:BTC-USD',
    symbol: 'BTC-USD',
    seq: 9,
    prevSeq: 7,
    timestampMs: 1_700_000_000_000,
    bids: [['65000', '0.05']],
    asks: [['65000.01', '0']],
  }
  t.deepEqual(parse<BookDiff>(writer.bookDiff(9, 7, 1_700_000_000_000, changes)), expected)
  const none = parse<BookDiff>(writer.bookDiff(9, 7, 1, { bids: [], asks: [] }))
  t.deepEqual([none.bids, none.asks], [[], []])
})

test('a trade names its aggressor', (t) => {
  const trade = { seq: 3, tradeID: 12, price: 1, qty: 100_000_000, isBuy: false, timestampMs: 5 }
  const expected: TradeMessage = {
    type: 'trade',
    channel: 'trades:BTC-USD',
    symbol: 'BTC-USD',
    seq: 3,
    tradeID: 12,
    price: '0.01',
    qty: '1',
    side: 'Sell',
    timestampMs: 5,
  }
  t.deepEqual(parse<TradeMessage>(writer.trade(trade)), expected)
})

test('a candle keeps sums beyond 2^53 exact', (t) => {
  const volume = 2n ** 60n + 1n
  const candle = { openTimeMs: 60_000, open: 1, high: 4, low: 1, close: 2, trades: 3 }
  const text = writer.candle('1m', { ...candle, volume, quoteVolume: volume }, true)
  const expected: CandleMessage = {
    type: 'candle',
    channel: 'candles-1m:BTC-USD',
    symbol: 'BTC-USD',
    interval: '1m',
    openTimeMs: 60_000,
    open: '0.01',
    high: '0.04',
    low: '0.01',
    close: '0.02',
    volume: '11529215046.06846977',
    quoteVolume: '115292150.4606846977',
    trades: 3,
    closed: true,
  }
  t.deepEqual(parse<CandleMessage>(text), expected)
})

test('a ticker of a market without orders and trades is null where there is nothing', (t) => {
  const day = { open: null, high: null, low: null, volume: 0n, quoteVolume: 0n, trades: 0 }
  const parts = { timestampMs: 1, last: null, bid: null, ask: null, day }
  const expected: TickerMessage = {
    type: 'ticker',
    channel: 'ticker:BTC-USD',
    symbol: 'BTC-USD',
    timestampMs: 1,
    last: null,
    bid: null,
    bidQty: null,
    ask: null,
    askQty: null,
    open24h: null,
    high24h: null,
    low24h: null,
    volume24h: '0',
    quoteVolume24h: '0',
    change24hPct: null,
    trades24h: 0,
  }
  t.deepEqual(parse<TickerMessage>(writer.ticker(parts).text), expected)
  t.is(writer.ticker(parts).key, writer.ticker({ ...parts, timestampMs: 2 }).key)
})
