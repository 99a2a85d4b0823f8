// Trades and closed candles as InfluxDB points: floats for the eye, exact integers beside them.
//
// A point that is written again must fall on itself, and two trades must never fall together: the
// time of a trade is its millisecond plus (tradeID mod 1,000,000) nanoseconds. Trade ids of an
// instrument have no gaps, so trades of one millisecond differ (unless a million share it), and a
// replay of the log gives the same points. Order inside a millisecond is that of field tradeID.

import { encodePoint } from '#adapters/influx/index.ts'
import type { Candle, CandleInterval } from '#domain/candle.ts'
import type { FeedTrade, MessageWriter } from './messages.ts'

export const TRADES_MEASUREMENT = 'trades'
export const CANDLES_MEASUREMENT = 'candles'

/** The line of one trade. */
export function tradeLine(
  symbol: string,
  trade: FeedTrade,
  notional: bigint,
  writer: Pick<MessageWriter, 'price' | 'qty'>,
): string {
  return encodePoint({
    measurement: TRADES_MEASUREMENT,
    tags: { symbol },
    fields: {
      price: Number(writer.price(trade.price)),
      qty: Number(writer.qty(trade.qty)),
      ticks: BigInt(trade.price),
      lots: BigInt(trade.qty),
      notionalMinor: notional,
      tradeID: BigInt(trade.tradeID),
      side: trade.isBuy ? 'Buy' : 'Sell',
    },
    timeNs: `${trade.timestampMs}${String(trade.tradeID % 1_000_000).padStart(6, '0')}`,
  })
}

/** The line of one candle. Sums are text as well: a day's quote volume may pass 64 bits. */
export function candleLine(
  symbol: string,
  interval: CandleInterval,
  candle: Candle,
  writer: Pick<MessageWriter, 'candleText'>,
): string {
  const text = writer.candleText(candle, true)
  return encodePoint({
    measurement: CANDLES_MEASUREMENT,
    tags: { symbol, width: interval },
    fields: {
      open: Number(text.open),
      high: Number(text.high),
      low: Number(text.low),
      close: Number(text.close),
      volume: Number(text.volume),
      quoteVolume: Number(text.quoteVolume),
      openTicks: BigInt(candle.open),
      highTicks: BigInt(candle.high),
      lowTicks: BigInt(candle.low),
      closeTicks: BigInt(candle.close),
      volumeLots: candle.volume.toString(),
      quoteMinor: candle.quoteVolume.toString(),
      trades: BigInt(candle.trades),
    },
    timeNs: `${candle.openTimeMs}000000`,
  })
}
