// The demo market's bots: makers and takers, ordinary API clients. Without them the venue works the same.

import process, { env } from 'node:process'
import { createLogger, installProcessGuards } from '#adapters/service/index.ts'
import { createRest } from '../client/rest.ts'
import { keepRunning } from './bot-session.ts'
import { type MarketConfig, readBotsConfig } from './config.ts'
import { type MarketSpec, makerWork } from './maker.ts'
import { createRandom } from './random.ts'
import { takerWork } from './taker.ts'

const log = createLogger({ name: 'bots', level: env['TE_LOG_LEVEL'] ?? 'info' })
const config = readBotsConfig()
const rest = createRest(config.gatewayUrl)
const stop = new AbortController()
installProcessGuards(log, async () => {
  stop.abort()
  await Promise.all(running)
  await rest[Symbol.asyncDispose]()
})

const running: Promise<void>[] = []
log.info({ seed: config.seed, markets: config.markets.map((m) => m.symbol) }, 'bots start')
for (const [index, market] of config.markets.entries()) running.push(runMarket(market, index))
await Promise.all(running)
process.exitCode = 0

async function runMarket(market: MarketConfig, index: number): Promise<void> {
  const spec = await waitForSpec(market.symbol)
  if (spec === null) return
  const session = (apiKey: string, name: string) => ({
    gatewayUrl: config.gatewayUrl,
    apiKey,
    name,
    log,
    signal: stop.signal,
  })
  const makers = market.makerKeys.map((key, rank) => {
    const random = createRandom(config.seed + index * 1000 + rank)
    const work = makerWork(rest.as({ apiKey: key }), spec, market, rank, random)
    return keepRunning(session(key, `${market.symbol} maker ${rank}`), work)
  })
  const takers = market.takerKeys.map((key, rank) => {
    const random = createRandom(config.seed + index * 1000 + 500 + rank)
    return keepRunning(
      session(key, `${market.symbol} taker ${rank}`),
      takerWork(spec, market, random),
    )
  })
  await Promise.all([...makers, ...takers])
}

async function waitForSpec(symbol: string): Promise<MarketSpec | null> {
  while (!stop.signal.aborted) {
    try {
      return await rest.get<MarketSpec>(`/v1/instruments/${symbol}`)
    } catch (error) {
      log.warn({ symbol, err: error }, 'instrument not there yet, trying again')
      await new Promise((resolve) => setTimeout(resolve, 1_000))
    }
  }
  return null
}
