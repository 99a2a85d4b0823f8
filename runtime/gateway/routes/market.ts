// Public market data: instruments from the catalogue, everything else from the feed.

import { answers } from '#contracts/api/fields.ts'
import {
  BookQuery,
  BookSchema,
  CandlesQuery,
  CandlesSchema,
  InstrumentSchema,
  InstrumentsSchema,
  SymbolParams,
  TickerSchema,
  TickersSchema,
  TimeSchema,
  TradesQuery,
  TradesSchema,
} from '#contracts/api/market.ts'
import type { App } from '../app.ts'
import { instrumentView } from '../catalogue.ts'
import type { GatewayParts } from '../parts.ts'

/** Adds the routes. */
export function addMarketRoutes(app: App, { catalogue, rpc }: GatewayParts): void {
  const config = { access: 'public' } as const
  const tags = ['market']
  app.get('/v1/time', { config, schema: { tags, response: answers(200, TimeSchema) } }, () => ({
    serverTimeMs: Date.now(),
  }))
  app.get(
    '/v1/instruments',
    { config, schema: { tags, response: answers(200, InstrumentsSchema) } },
    async (_request, reply) => reply.send(catalogue.list().map(instrumentView)),
  )
  app.get(
    '/v1/instruments/:symbol',
    { config, schema: { tags, params: SymbolParams, response: answers(200, InstrumentSchema) } },
    async ({ params }, reply) => reply.send(instrumentView(catalogue.bySymbol(params.symbol))),
  )
  app.get(
    '/v1/book/:symbol',
    {
      config,
      schema: {
        tags,
        params: SymbolParams,
        querystring: BookQuery,
        response: answers(200, BookSchema),
      },
    },
    async ({ params: { symbol }, query: { level = 2, depth = 50 }, id, gone }, reply) => {
      catalogue.bySymbol(symbol)
      const asked = { symbol, level, depth }
      return reply.send((await rpc.feed('book', asked, { traceId: id, signal: gone })).result)
    },
  )
  app.get(
    '/v1/trades/:symbol',
    {
      config,
      schema: {
        tags,
        params: SymbolParams,
        querystring: TradesQuery,
        response: answers(200, TradesSchema),
      },
    },
    async ({ params: { symbol }, query: { limit = 50 }, id, gone }, reply) => {
      catalogue.bySymbol(symbol)
      const { result } = await rpc.feed('trades', { symbol, limit }, { traceId: id, signal: gone })
      return reply.send(result)
    },
  )
  addSeriesRoutes(app, { catalogue, rpc })
}

function addSeriesRoutes(app: App, { catalogue, rpc }: Pick<GatewayParts, 'catalogue' | 'rpc'>) {
  const config = { access: 'public' } as const
  const tags = ['market']
  app.get(
    '/v1/candles/:symbol',
    {
      config,
      schema: {
        tags,
        params: SymbolParams,
        querystring: CandlesQuery,
        response: answers(200, CandlesSchema),
      },
    },
    async ({ params: { symbol }, query, id, gone }, reply) => {
      catalogue.bySymbol(symbol)
      const asked = { interval: '1m', limit: 500, ...query, symbol }
      return reply.send((await rpc.feed('candles', asked, { traceId: id, signal: gone })).result)
    },
  )
  app.get(
    '/v1/tickers',
    { config, schema: { tags, response: answers(200, TickersSchema) } },
    async ({ id, gone }, reply) =>
      reply.send((await rpc.feed('tickers', {}, { traceId: id, signal: gone })).result),
  )
  app.get(
    '/v1/tickers/:symbol',
    { config, schema: { tags, params: SymbolParams, response: answers(200, TickerSchema) } },
    async ({ params: { symbol }, id, gone }, reply) => {
      catalogue.bySymbol(symbol)
      const { result } = await rpc.feed('tickers', { symbol }, { traceId: id, signal: gone })
      return reply.send(Array.isArray(result) ? result[0] : result)
    },
  )
}
