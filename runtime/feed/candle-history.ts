// Candles for whoever looks back: the newest from memory, older ones from InfluxDB. Memory is the
// truth where both have a bucket. Without InfluxDB the answer is what memory has, and says so.

import { type Influx, type InfluxSeries, quoteName, quoteText } from '#adapters/influx/index.ts'
import type { CandlesAnswer } from '#contracts/market-data.ts'
import type { Candle, CandleInterval } from '#domain/candle.ts'
import { CANDLES_MEASUREMENT } from './history-points.ts'
import type { InstrumentMarket } from './instrument-market.ts'
import { type CandleRow, toCandle } from './market-dump.ts'

/** Which candles: with `from` the first ones from there, else the last ones before `to`. */
export interface CandleQuestion {
  readonly interval: CandleInterval
  readonly from: number | null
  readonly to: number | null
  readonly limit: number
}

const COLUMNS = [
  'openTicks',
  'highTicks',
  'lowTicks',
  'closeTicks',
  'volumeLots',
  'quoteMinor',
  'trades',
] as const

/** Answers one question. Errors: none of InfluxDB; they become `degraded`. */
export async function candlesAnswer(
  market: InstrumentMarket,
  question: CandleQuestion,
  influx: Pick<Influx, 'query'>,
): Promise<CandlesAnswer> {
  const { interval, limit, from } = question
  const series = market.series(interval)
  const { open } = series
  const closed = series.closed()
  const memoryFrom = closed[0]?.openTimeMs ?? open?.openTimeMs ?? null
  const { candleText } = market.writer
  const inMemory = [
    ...closed.filter((c) => isWithin(c, question)).map((c) => candleText(c, true)),
    ...(open !== null && isWithin(open, question) ? [candleText(open, false)] : []),
  ]
  const { symbol } = market.instrument
  const isEnough =
    !series.isTrimmed ||
    memoryFrom === null ||
    (from === null ? inMemory.length >= limit : from >= memoryFrom)
  if (isEnough) return { symbol, interval, candles: cut(inMemory, question) }
  try {
    const missing = from === null ? limit - inMemory.length : limit
    const older = await readOlder(influx, symbol, { ...question, limit: missing }, memoryFrom)
    const texts = older.map((c) => candleText(c, true))
    return { symbol, interval, candles: cut([...texts, ...inMemory], question) }
  } catch {
    return { symbol, interval, candles: cut(inMemory, question), degraded: true }
  }
}

function isWithin({ openTimeMs }: Candle, { from, to }: CandleQuestion): boolean {
  return (from === null || openTimeMs >= from) && (to === null || openTimeMs < to)
}

function cut<T>(candles: readonly T[], { from, limit }: CandleQuestion): readonly T[] {
  return from === null ? candles.slice(-limit) : candles.slice(0, limit)
}

async function readOlder(
  influx: Pick<Influx, 'query'>,
  symbol: string,
  { interval, from, to, limit }: CandleQuestion,
  memoryFrom: number,
): Promise<Candle[]> {
  const before = to === null ? memoryFrom : Math.min(to, memoryFrom)
  const since = from === null ? '' : ` AND time >= ${from}ms`
  const series = await influx.query(
    `SELECT ${COLUMNS.map(quoteName).join(', ')} FROM ${quoteName(CANDLES_MEASUREMENT)} ` +
      `WHERE "symbol" = ${quoteText(symbol)} AND "width" = ${quoteText(interval)} ` +
      `AND time < ${before}ms${since} ORDER BY time ${from === null ? 'DESC' : 'ASC'} LIMIT ${limit}`,
  )
  const candles = candlesOf(series)
  return from === null ? candles.reverse() : candles
}

function candlesOf(series: readonly InfluxSeries[]): Candle[] {
  const candles: Candle[] = []
  for (const { columns, values } of series) {
    const places = ['time', ...COLUMNS].map((name) => columns.indexOf(name))
    for (const row of values) {
      const picked = places.map((place) => row[place] ?? null)
      if (!picked.includes(null)) candles.push(toCandle(picked as unknown as CandleRow))
    }
  }
  return candles
}
