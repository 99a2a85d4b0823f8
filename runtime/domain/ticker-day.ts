// The rolling 24 hours behind a ticker, kept as one-minute buckets. The window at an instant is the
// minute that holds it and the 1,439 before: a trade leaves when the minute 24 hours after its own
// begins, so the figures cover between 23 h 59 min and 24 h, and expiry is exact to the minute.

import { bucketStart, type Candle, CandleSeries, type CandleTrade } from './candle.ts'

const MINUTE_MS = 60_000
const DAY_MINUTES = 1440

/** Figures over the window; prices null when it holds no trade. */
export interface DayFigures {
  readonly open: number | null
  readonly high: number | null
  readonly low: number | null
  readonly volume: bigint
  readonly quoteVolume: bigint
  readonly trades: number
}

const NOTHING: DayFigures = {
  open: null,
  high: null,
  low: null,
  volume: 0n,
  quoteVolume: 0n,
  trades: 0,
}

/** Owns the minutes of one instrument. Reads are cached: they cost a scan only after a change. */
export class TickerDay {
  readonly #minutes = new CandleSeries(MINUTE_MS, DAY_MINUTES)
  #cache: DayFigures = NOTHING
  #cachedMinute = Number.NaN
  #isDirty = true

  add(trade: CandleTrade): void {
    this.#minutes.add(trade)
    this.#isDirty = true
  }

  /** Figures of the window that ends at an instant. */
  at(nowMs: number): DayFigures {
    const minute = bucketStart(nowMs, MINUTE_MS)
    if (this.#isDirty || minute !== this.#cachedMinute) {
      this.#cache = figures(this.minutes(), minute - (DAY_MINUTES - 1) * MINUTE_MS)
      this.#cachedMinute = minute
      this.#isDirty = false
    }
    return this.#cache
  }

  /** The minutes with trades, oldest first, the running one last; at most a day counts. */
  minutes(): Candle[] {
    const open = this.#minutes.open
    return [...this.#minutes.closed(), ...(open === null ? [] : [open])].slice(-DAY_MINUTES)
  }

  /** Takes up what `minutes` gave. */
  load(minutes: readonly Candle[]): void {
    this.#minutes.load({
      open: minutes.at(-1) ?? null,
      closed: minutes.slice(0, -1),
      isTrimmed: false,
    })
    this.#isDirty = true
  }
}

function figures(minutes: readonly Candle[], fromMs: number): DayFigures {
  let open: number | null = null
  let high = 0
  let low = 0
  let volume = 0n
  let quoteVolume = 0n
  let trades = 0
  for (const minute of minutes) {
    if (minute.openTimeMs < fromMs) continue
    if (open === null) {
      open = minute.open
      high = minute.high
      low = minute.low
    }
    if (minute.high > high) high = minute.high
    if (minute.low < low) low = minute.low
    volume += minute.volume
    quoteVolume += minute.quoteVolume
    trades += minute.trades
  }
  return open === null ? NOTHING : { open, high, low, volume, quoteVolume, trades }
}
