// Whether an instrument can be listed, and what its sizes mean in integers: tick and lot are chosen
// so that every notional is a whole number of quote minor units.

import { FEE_PPM_MAX } from './fee.ts'
import {
  ASSET_PATTERN,
  INSTRUMENT_KINDS,
  SYMBOL_PATTERN,
  TRADING_STATES,
  VOLATILITY_ACTIONS,
  type VolatilityGuard,
} from './instrument.ts'
import { STP_MODES } from './order.ts'

/** Decimals of one minor unit. */
export const ASSET_SCALE_MAX = 18
const INT64_MAX = 2n ** 63n - 1n
/** All of the exposure: no leverage. */
const MARGIN_PPM_MAX = 1_000_000
const STEP = /^(0|[1-9][0-9]{0,18})(?:\.([0-9]{1,18}))?$/
const SYMBOL = new RegExp(SYMBOL_PATTERN)
const ASSET = new RegExp(ASSET_PATTERN)

/** A decimal as digits and the power of ten they are divided by. */
function parseStep(text: unknown): { readonly digits: bigint; readonly scale: number } | null {
  const match = typeof text === 'string' ? STEP.exec(text) : null
  if (match === null) return null
  const rest = match[2] ?? ''
  const digits = BigInt(`${match[1]}${rest}`)
  return digits > 0n ? { digits, scale: rest.length } : null
}

/**
 * Quote minor units of one lot at one tick, and base minor units of one lot.
 * Null when a step is no positive decimal or a unit is not whole.
 */
export function unitsOf(listing: {
  readonly tickSize: string
  readonly lotSize: string
  readonly baseScale: number
  readonly quoteScale: number
}): { readonly notionalFactor: bigint; readonly lotBaseMinor: bigint } | null {
  const tick = parseStep(listing.tickSize)
  const lot = parseStep(listing.lotSize)
  if (tick === null || lot === null) return null
  if (!isScale(listing.baseScale) || !isScale(listing.quoteScale)) return null
  const notional = tick.digits * lot.digits * 10n ** BigInt(listing.quoteScale)
  const notionalFactor = notional / 10n ** BigInt(tick.scale + lot.scale)
  const base = lot.digits * 10n ** BigInt(listing.baseScale)
  const lotBaseMinor = base / 10n ** BigInt(lot.scale)
  if (notionalFactor * 10n ** BigInt(tick.scale + lot.scale) !== notional) return null
  if (lotBaseMinor * 10n ** BigInt(lot.scale) !== base) return null
  return { notionalFactor, lotBaseMinor }
}

/** Terms that decide whether a listing can be traded without any number leaving its type. */
export interface ListingTerms {
  readonly symbol: string
  readonly kind: string
  readonly baseAsset: string
  readonly quoteAsset: string
  readonly minQty: number
  readonly maxQty: number
  readonly minNotional: bigint
  readonly maxNotional: bigint
  readonly priceBandPpm: number
  readonly makerFeePpm: number
  readonly takerFeePpm: number
  readonly initialMarginPpm: number
  readonly maintenanceMarginPpm: number
  readonly maxPosition: number
  readonly maxOpenOrders: number
  readonly allowedStpModes: readonly string[]
  readonly defaultStpMode: string
  readonly tradingState: string
  readonly volatilityGuard?: unknown
}

/** Whether names, bounds, rates and sets of a listing are sound. Never throws, whatever it is given. */
export function isSoundListing(terms: ListingTerms, lotBaseMinor: bigint): boolean {
  const { minQty, maxQty, minNotional, maxNotional, allowedStpModes: modes } = terms
  return (
    typeof terms.symbol === 'string' &&
    SYMBOL.test(terms.symbol) &&
    isAssetName(terms.baseAsset) &&
    isAssetName(terms.quoteAsset) &&
    terms.baseAsset !== terms.quoteAsset &&
    Number.isSafeInteger(minQty) &&
    Number.isSafeInteger(maxQty) &&
    minQty >= 1 &&
    maxQty >= minQty &&
    typeof minNotional === 'bigint' &&
    typeof maxNotional === 'bigint' &&
    minNotional >= 0n &&
    maxNotional >= 1n &&
    minNotional <= maxNotional &&
    maxNotional <= INT64_MAX &&
    BigInt(maxQty) * lotBaseMinor <= INT64_MAX &&
    isBand(terms.priceBandPpm) &&
    isFeeRate(terms.makerFeePpm) &&
    isFeeRate(terms.takerFeePpm) &&
    isSoundMargin(terms.kind, terms.initialMarginPpm, terms.maintenanceMarginPpm) &&
    isLimit(terms.maxPosition) &&
    isLimit(terms.maxOpenOrders) &&
    Array.isArray(modes) &&
    modes.length > 0 &&
    modes.every((mode) => (STP_MODES as readonly string[]).includes(mode)) &&
    modes.includes(terms.defaultStpMode) &&
    (TRADING_STATES as readonly string[]).includes(terms.tradingState) &&
    (isNone(terms.volatilityGuard) || isVolatilityGuard(terms.volatilityGuard))
  )
}

/** A band of 0 is none; one of 10^6 or more would let a price fall to nothing. */
export function isBand(ppm: unknown): ppm is number {
  return isWhole(ppm) && ppm >= 0 && ppm < 1_000_000
}

/** A band of 0 is none, whatever the action. */
export function isVolatilityGuard(guard: unknown): guard is VolatilityGuard {
  if (typeof guard !== 'object' || guard === null) return false
  const { bandPpm, action } = guard as { bandPpm?: unknown; action?: unknown }
  return isBand(bandPpm) && (VOLATILITY_ACTIONS as readonly unknown[]).includes(action)
}

/** Negative: a rebate. */
export function isFeeRate(ppm: unknown): ppm is number {
  return isWhole(ppm) && Math.abs(ppm) <= FEE_PPM_MAX
}

/** Spot has no margin; a perpetual's maintenance is some of it, and at most the initial one. */
export function isSoundMargin(
  kind: unknown,
  initialPpm: unknown,
  maintenancePpm: unknown,
): boolean {
  if (!(INSTRUMENT_KINDS as readonly unknown[]).includes(kind)) return false
  if (!isWhole(initialPpm) || !isWhole(maintenancePpm)) return false
  if (kind === 'Spot') return initialPpm === 0 && maintenancePpm === 0
  return maintenancePpm > 0 && maintenancePpm <= initialPpm && initialPpm <= MARGIN_PPM_MAX
}

/** 0 = no limit. */
export function isLimit(value: unknown): value is number {
  return isWhole(value) && value >= 0
}

function isNone(value: unknown): boolean {
  return value === null || value === undefined
}

function isAssetName(value: unknown): boolean {
  return typeof value === 'string' && ASSET.test(value)
}

function isScale(value: unknown): boolean {
  return isWhole(value) && value >= 0 && value <= ASSET_SCALE_MAX
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value)
}
