// Answers `rpc.feed.*`: what a subscriber needs before the stream, and what REST shows. Parameters
// come from gateways that checked them already; they are checked again, for other callers.

import type { Influx } from '#adapters/influx/index.ts'
import { toJson } from '#contracts/binary-fields.ts'
import { type ErrorCode, InputError } from '#contracts/errors.ts'
import { CANDLE_INTERVALS } from '#domain/candle.ts'
import { candlesAnswer } from './candle-history.ts'
import { CANDLES_KEPT_MAX, type InstrumentMarket, TRADES_KEPT_MAX } from './instrument-market.ts'
import type { MarketState } from './market-state.ts'

/** The methods: last token of the subject. */
export const FEED_METHODS = [
  'book',
  'trades',
  'candles',
  'tickers',
  'instruments',
  'auction',
] as const
export type FeedMethod = (typeof FEED_METHODS)[number]

type Params = Readonly<Record<string, unknown>>

const DEPTH_MAX = 1_000
/** Questions to InfluxDB at once; more are answered from memory. Each holds at most 225 kB. */
const HISTORY_INFLIGHT_MAX = 16

/** Answers one request body with one reply body; never throws. */
export type FeedResponder = (method: FeedMethod, body: string) => Promise<string>

/** Makes the responder over a state. */
export function createFeedResponder(
  state: MarketState,
  influx: Pick<Influx, 'query'>,
  now: () => number,
): FeedResponder {
  const history = limited(influx)
  const answer = async (method: FeedMethod, params: Params): Promise<unknown> => {
    switch (method) {
      case 'book':
        return bookAnswer(marketOf(state, params), params)
      case 'trades':
        return marketOf(state, params).lastTrades(integer(params, 'limit', 1, TRADES_KEPT_MAX, 50))
      case 'candles':
        return candlesAnswer(marketOf(state, params), candleQuestion(params), history)
      case 'tickers':
        return tickers(state, params, now())
      case 'auction':
        return marketOf(state, params).auction
      case 'instruments':
        return state.markets().map(({ instrument }) => instrument)
    }
  }
  return async (method, body) => {
    try {
      const result = await answer(method, parseParams(body))
      const encode = method === 'instruments' ? toJson : JSON.stringify
      return encode({ ok: true, result, seq: state.seq })
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      const { code, message, field } = error
      return JSON.stringify({ ok: false, error: { code, message, field } })
    }
  }
}

function bookAnswer(market: InstrumentMarket, params: Params): unknown {
  const level = integer(params, 'level', 1, 3, 2)
  const depth = integer(params, 'depth', 1, DEPTH_MAX, 50)
  if (level === 3) return market.ordersSnapshot(depth)
  return market.bookSnapshot(level === 1 ? 1 : depth)
}

function candleQuestion(params: Params) {
  const wanted = params['interval'] ?? '1m'
  const interval = CANDLE_INTERVALS.find((known) => known === wanted)
  if (interval === undefined) {
    throw refusal('interval', `interval must be one of ${CANDLE_INTERVALS.join(', ')}`)
  }
  return {
    interval,
    from: timeOf(params, 'from'),
    to: timeOf(params, 'to'),
    limit: integer(params, 'limit', 1, CANDLES_KEPT_MAX, 500),
  }
}

function tickers(state: MarketState, params: Params, nowMs: number): unknown[] {
  const asked = params['symbol'] === undefined ? state.markets() : [marketOf(state, params)]
  return asked.map((market) => JSON.parse(market.tickerText(nowMs).text) as unknown)
}

function parseParams(body: string): Params {
  if (body === '') return {}
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    throw new InputError('TE_INPUT_JSON', 'the parameters are no JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InputError('TE_INPUT_BODY', 'the parameters must be an object')
  }
  return value as Params
}

function marketOf(state: MarketState, params: Params): InstrumentMarket {
  const { symbol } = params
  if (typeof symbol !== 'string') throw refusal('symbol', 'symbol must be a text')
  const market = state.market(symbol)
  if (market === undefined) {
    throw refusal('symbol', 'no such instrument', 'TE_NOT_FOUND_INSTRUMENT')
  }
  return market
}

function integer(params: Params, name: string, min: number, max: number, fallback: number) {
  const value = params[name] ?? fallback
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) {
    return value
  }
  throw refusal(name, `${name} must be a whole number from ${min} to ${max}`)
}

function timeOf(params: Params, name: string): number | null {
  if (params[name] === undefined || params[name] === null) return null
  return integer(params, name, 0, Number.MAX_SAFE_INTEGER, 0)
}

function refusal(field: string, message: string, code: ErrorCode = 'TE_INPUT_FIELD'): InputError {
  return new InputError(code, message, field)
}

/** Refuses questions beyond the bound at once, so that a slow server collects none. */
function limited(influx: Pick<Influx, 'query'>): Pick<Influx, 'query'> {
  let inFlight = 0
  return {
    query: async (q) => {
      if (inFlight >= HISTORY_INFLIGHT_MAX) throw new Error('too many questions at once')
      inFlight++
      try {
        return await influx.query(q)
      } finally {
        inFlight--
      }
    },
  }
}
