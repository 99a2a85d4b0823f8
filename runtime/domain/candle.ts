// Candles: what the trades of one stretch of time come to. Buckets are cut by floor division of
// UTC milliseconds, so a boundary instant opens the next bucket, on either side of 1970 and in
// every time zone. Only buckets with trades exist; whoever draws fills the gaps.

import { assert } from './assert.ts'

/** Candle widths, shortest first. */
export const CANDLE_INTERVALS = ['1s', '1m', '5m', '1h', '1d'] as const
export type CandleInterval = (typeof CANDLE_INTERVALS)[number]

/** Milliseconds of each width. */
export const CANDLE_WIDTH_MS: Readonly<Record<CandleInterval, number>> = {
  '1s': 1000,
  '1m': 60_000,
  '5m': 300_000,
  '1h': 3_600_000,
  '1d': 86_400_000,
}

/** One trade, as far as candles care. Units: ticks, lots, quote minor units. */
export interface CandleTrade {
  readonly timeMs: number
  readonly price: number
  readonly qty: bigint
  readonly notional: bigint
}

/** One bucket. Prices in ticks, volume in lots, quoteVolume in quote minor units. */
export interface Candle {
  readonly openTimeMs: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: bigint
  readonly quoteVolume: bigint
  readonly trades: number
}

type Draft = { -readonly [K in keyof Candle]: Candle[K] }

/** Start of the bucket that holds an instant: floor division, never a negative remainder. */
export function bucketStart(timeMs: number, widthMs: number): number {
  const rest = timeMs % widthMs
  return timeMs - (rest < 0 ? rest + widthMs : rest)
}

/** The first trade of a bucket. */
export function candleOf(trade: CandleTrade, widthMs: number): Candle {
  return {
    openTimeMs: bucketStart(trade.timeMs, widthMs),
    open: trade.price,
    high: trade.price,
    low: trade.price,
    close: trade.price,
    volume: trade.qty,
    quoteVolume: trade.notional,
    trades: 1,
  }
}

/** Folds candles, ascending in time, into wider ones. 60 one-minute candles make the hour exactly. */
export function foldCandles(candles: readonly Candle[], widthMs: number): Candle[] {
  const folded: Draft[] = []
  for (const candle of candles) {
    const openTimeMs = bucketStart(candle.openTimeMs, widthMs)
    const last = folded.at(-1)
    if (last?.openTimeMs === openTimeMs) mergeInto(last, candle)
    else folded.push({ ...candle, openTimeMs })
  }
  return folded
}

function mergeInto(target: Draft, later: Candle): void {
  if (later.high > target.high) target.high = later.high
  if (later.low < target.low) target.low = later.low
  target.close = later.close
  target.volume += later.volume
  target.quoteVolume += later.quoteVolume
  target.trades += later.trades
}

/** What a series is made of when it is written down. */
export interface CandleSeriesState {
  readonly open: Candle | null
  readonly closed: readonly Candle[]
  readonly isTrimmed: boolean
}

/** The open candle of one width and the newest closed ones. Times must not go backwards. */
export class CandleSeries {
  readonly widthMs: number
  readonly #keptMax: number
  #open: Draft | null = null
  #closed: Candle[] = []
  #isTrimmed = false

  constructor(widthMs: number, keptMax: number) {
    this.widthMs = widthMs
    this.#keptMax = keptMax
  }

  /** Adds a trade; answers the candle that it closed by being later, else null. */
  add(trade: CandleTrade): Candle | null {
    const open = this.#open
    if (open === null || trade.timeMs >= open.openTimeMs + this.widthMs) {
      const closed = this.closeUntil(trade.timeMs)
      this.#open = candleOf(trade, this.widthMs)
      return closed
    }
    assert(trade.timeMs >= open.openTimeMs, 'candle time goes forward')
    if (trade.price > open.high) open.high = trade.price
    if (trade.price < open.low) open.low = trade.price
    open.close = trade.price
    open.volume += trade.qty
    open.quoteVolume += trade.notional
    open.trades++
    return null
  }

  /** Closes the open candle when its bucket ended at or before an instant; answers it. */
  closeUntil(timeMs: number): Candle | null {
    const open = this.#open
    if (open === null || timeMs < open.openTimeMs + this.widthMs) return null
    this.#open = null
    this.#closed.push(open)
    // Twice the bound before cutting: each candle is moved at most once.
    if (this.#closed.length > 2 * this.#keptMax) {
      this.#closed = this.#closed.slice(-this.#keptMax)
      this.#isTrimmed = true
    }
    return open
  }

  /** The candle that trades still change, or null. */
  get open(): Candle | null {
    return this.#open
  }

  /** Whether candles older than `closed()` were let go. */
  get isTrimmed(): boolean {
    return this.#isTrimmed
  }

  /** The kept closed candles, oldest first; a view, not to be changed. */
  closed(): readonly Candle[] {
    return this.#closed
  }

  /** Everything, to be written down. */
  dump(): CandleSeriesState {
    const open = this.#open === null ? null : { ...this.#open }
    return { open, closed: [...this.#closed], isTrimmed: this.#isTrimmed }
  }

  /** Takes up what `dump` gave. */
  load(state: CandleSeriesState): void {
    this.#open = state.open === null ? null : { ...state.open }
    this.#closed = [...state.closed]
    this.#isTrimmed = state.isTrimmed
  }
}
