// The instruments as the events tell them: what symbols exist, how their numbers are written.

import { createInstrumentFormat, type InstrumentFormat } from '#contracts/api/instrument-format.ts'
import { type Asset, type Instrument, SYMBOL_PATTERN } from '#domain/instrument.ts'
import { Refusal } from './refusal.ts'

/** An instrument with its formatter. */
export interface Listed {
  readonly instrument: Instrument
  readonly format: InstrumentFormat
}

export interface Catalogue {
  readonly put: (instrument: Instrument) => void
  readonly list: () => readonly Listed[]
  readonly byId: (instrumentId: number) => Listed | undefined
  /** Errors: TE_NOT_FOUND_INSTRUMENT. */
  readonly bySymbol: (symbol: string) => Listed
  readonly assetById: (assetId: number) => Asset | undefined
  readonly assetByName: (name: string) => Asset | undefined
}

/** An empty catalogue. */
export function createCatalogue(): Catalogue {
  const bySymbol = new Map<string, Listed>()
  const byId = new Map<number, Listed>()
  const assets = new Map<number, Asset>()
  const assetNames = new Map<string, Asset>()
  return {
    put: (instrument) => {
      const listed = { instrument, format: createInstrumentFormat(instrument) }
      bySymbol.set(instrument.symbol, listed)
      byId.set(instrument.instrumentId, listed)
      for (const asset of [instrument.base, instrument.quote]) {
        assets.set(asset.assetId, asset)
        assetNames.set(asset.name, asset)
      }
    },
    list: () => [...bySymbol.values()],
    byId: (instrumentId) => byId.get(instrumentId),
    bySymbol: (symbol) => {
      const listed = bySymbol.get(symbol)
      if (listed === undefined) throw noInstrument()
      return listed
    },
    assetById: (assetId) => assets.get(assetId),
    assetByName: (name) => assetNames.get(name),
  }
}

const noInstrument = () =>
  new Refusal('TE_NOT_FOUND_INSTRUMENT', 'no such instrument', { field: 'symbol' })

/** An instrument as the API shows it. */
export function instrumentView({ instrument, format }: Listed): Record<string, unknown> {
  return {
    symbol: instrument.symbol,
    kind: instrument.kind,
    baseAsset: instrument.base.name,
    quoteAsset: instrument.quote.name,
    baseScale: instrument.base.scale,
    quoteScale: instrument.quote.scale,
    tickSize: instrument.tickSize,
    lotSize: instrument.lotSize,
    minQty: format.qty(instrument.minQty),
    maxQty: format.qty(instrument.maxQty),
    minNotional: format.quote(instrument.minNotional),
    maxNotional: format.quote(instrument.maxNotional),
    priceBandPpm: instrument.priceBandPpm,
    makerFeePpm: instrument.makerFeePpm,
    takerFeePpm: instrument.takerFeePpm,
    initialMarginPpm: instrument.initialMarginPpm,
    maintenanceMarginPpm: instrument.maintenanceMarginPpm,
    maxPosition: format.qty(instrument.maxPosition),
    maxOpenOrders: instrument.maxOpenOrders,
    tradingState: instrument.tradingState,
    volatilityGuard: instrument.volatilityGuard ?? null,
  }
}

const SYMBOL = new RegExp(SYMBOL_PATTERN)

/** Whether a text may be a symbol: asked before it becomes part of a subject. */
export const isSymbol = (text: string): boolean => SYMBOL.test(text)
