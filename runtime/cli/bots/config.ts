// What the bots process needs, from one JSON file: the operator (or npm start) writes it.

import { readFileSync } from 'node:fs'
import { env } from 'node:process'

/** One market's bots. Prices and quantities are decimal strings. */
export interface MarketConfig {
  readonly symbol: string
  /** Where the maker starts while it holds exactly its target inventory. */
  readonly startPrice: string
  /** Quantity of one quote. */
  readonly quoteQty: string
  /** Base asset that the maker wants to hold: what it was given. */
  readonly targetBase: string
  readonly makerKeys: readonly string[]
  readonly takerKeys: readonly string[]
}

export interface BotsConfig {
  readonly gatewayUrl: string
  readonly seed: number
  readonly markets: readonly MarketConfig[]
}

/** Reads TE_BOTS_CONFIG. Errors: a plain message when it is missing or no JSON of this shape. */
export function readBotsConfig(): BotsConfig {
  const path = env['TE_BOTS_CONFIG']
  if (path === undefined || path === '') throw new Error('TE_BOTS_CONFIG names no file')
  const config = JSON.parse(readFileSync(path, 'utf8')) as BotsConfig
  if (typeof config.gatewayUrl !== 'string' || !Array.isArray(config.markets)) {
    throw new Error(`${path} is no bots configuration: gatewayUrl, seed, markets`)
  }
  return config
}
