// The written form of a market: plain JSON values, candles as rows so that a snapshot stays small.

import type { AuctionMessage } from '#contracts/market-data.ts'
import type { BookOrder } from '#domain/book-view.ts'
import type { Candle, CandleSeries } from '#domain/candle.ts'
import type { FeedTrade } from './messages.ts'

/** [openTimeMs, open, high, low, close, volume, quoteVolume, trades]. */
export type CandleRow = readonly [number, number, number, number, number, string, string, number]

/** One width of candles. */
export interface SeriesDump {
  readonly open: CandleRow | null
  readonly closed: readonly CandleRow[]
  readonly isTrimmed: boolean
}

/** One instrument. */
export interface MarketDump {
  /** JSON text of contracts/binary-fields: an instrument holds bigints, nothing else here does. */
  readonly instrument: string
  readonly seq: number
  readonly bookSeq: number
  readonly bookTimeMs: number
  readonly lastTradeID: number
  readonly lastPrice: number | null
  /** In priority order. */
  readonly bids: readonly BookOrder[]
  readonly asks: readonly BookOrder[]
  readonly auction: AuctionMessage
  readonly trades: readonly FeedTrade[]
  readonly minutes: readonly CandleRow[]
  readonly series: readonly SeriesDump[]
}

export function toRow(c: Candle): CandleRow {
  const { openTimeMs, open, high, low, close, volume, quoteVolume, trades } = c
  return [openTimeMs, open, high, low, close, volume.toString(), quoteVolume.toString(), trades]
}

export function toCandle(row: CandleRow): Candle {
  const [openTimeMs, open, high, low, close, volume, quoteVolume, trades] = row
  return {
    openTimeMs,
    open,
    high,
    low,
    close,
    volume: BigInt(volume),
    quoteVolume: BigInt(quoteVolume),
    trades,
  }
}

/** The newest candles of a series. */
export function dumpSeries(series: CandleSeries, keptMax: number): SeriesDump {
  const { open, closed, isTrimmed } = series.dump()
  return {
    open: open === null ? null : toRow(open),
    closed: closed.slice(-keptMax).map(toRow),
    isTrimmed: isTrimmed || closed.length > keptMax,
  }
}

/** Gives a series what `dumpSeries` took. */
export function loadSeries(series: CandleSeries, dump: SeriesDump): void {
  series.load({
    open: dump.open === null ? null : toCandle(dump.open),
    closed: dump.closed.map(toCandle),
    isTrimmed: dump.isTrimmed,
  })
}
