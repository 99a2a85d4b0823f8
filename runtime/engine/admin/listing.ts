// ListInstrument, AmendInstrument.

import { CLEARING_ACCOUNT, FEE_ACCOUNT } from '#domain/accounts.ts'
import type { AmendInstrument, ListInstrument } from '#domain/command.ts'
import type { Asset, Instrument } from '#domain/instrument.ts'
import {
  isBand,
  isFeeRate,
  isLimit,
  isSoundListing,
  isSoundMargin,
  isVolatilityGuard,
  unitsOf,
} from '#domain/listing.ts'
import { ASSETS_MAX } from '../accounts/balances.ts'
import { INSTRUMENTS_MAX } from '../accounts/positions.ts'
import { REJECT } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import { InstrumentState } from '../instruments/instrument-state.ts'
import { NONE } from '../memory/slot-pool.ts'

/** Lists an instrument. Answers a code of REJECT_REASONS; 0 when done. */
export function listInstrument(s: EngineState, command: ListInstrument): number {
  const units = unitsOf(command)
  if (units === null || !isSoundListing(command, units.lotBaseMinor)) return REJECT.InvalidListing
  const { notionalFactor, lotBaseMinor } = units
  if (notionalFactor > BigInt(Number.MAX_SAFE_INTEGER)) return REJECT.InvalidListing
  if (lotBaseMinor > BigInt(Number.MAX_SAFE_INTEGER)) return REJECT.InvalidListing
  if (s.instruments.some((known) => known?.definition.symbol === command.symbol)) {
    return REJECT.DuplicateInstrument
  }
  if (s.instruments.length >= INSTRUMENTS_MAX || s.assets.length + 2 >= ASSETS_MAX) {
    return REJECT.InvalidListing
  }
  if (!agrees(s, command.baseAsset, command.baseScale)) return REJECT.InvalidListing
  if (!agrees(s, command.quoteAsset, command.quoteScale)) return REJECT.InvalidListing
  const definition: Instrument = {
    instrumentId: s.instruments.length,
    symbol: command.symbol,
    kind: command.kind,
    base: assetOf(s, command.baseAsset, command.baseScale),
    quote: assetOf(s, command.quoteAsset, command.quoteScale),
    tickSize: command.tickSize,
    lotSize: command.lotSize,
    notionalFactor,
    lotBaseMinor,
    minQty: command.minQty,
    maxQty: command.maxQty,
    minNotional: command.minNotional,
    maxNotional: command.maxNotional,
    priceBandPpm: command.priceBandPpm,
    makerFeePpm: command.makerFeePpm,
    takerFeePpm: command.takerFeePpm,
    initialMarginPpm: command.initialMarginPpm,
    maintenanceMarginPpm: command.maintenanceMarginPpm,
    maxPosition: command.maxPosition,
    maxOpenOrders: command.maxOpenOrders,
    defaultStpMode: command.defaultStpMode,
    allowedStpModes: [...command.allowedStpModes],
    tradingState: command.tradingState,
    ...guardOf(command),
  }
  addInstrument(s, definition)
  announce(s, definition, command.account, command.traceId)
  return 0
}

/** Puts a definition into the state; also for a snapshot. */
export function addInstrument(s: EngineState, definition: Instrument): InstrumentState {
  const { assetId } = definition.quote
  const fees = s.balances.of(s.accounts.find(FEE_ACCOUNT), assetId)
  const isSpot = definition.kind === 'Spot'
  const clearing = isSpot ? NONE : s.balances.of(s.accounts.find(CLEARING_ACCOUNT), assetId)
  const instrument = new InstrumentState(definition, s.memory, fees, clearing)
  s.instruments.push(instrument)
  return instrument
}

/** Changes settings of an instrument; null leaves one as it is. */
export function amendInstrument(s: EngineState, command: AmendInstrument): number {
  const instrument = s.findInstrument(command.instrumentId)
  if (instrument === undefined) return REJECT.UnknownInstrument
  const { priceBandPpm, makerFeePpm, takerFeePpm, maxOpenOrders, maxPosition } = command
  const isSound =
    isUnset(priceBandPpm, isBand) &&
    isUnset(makerFeePpm, isFeeRate) &&
    isUnset(takerFeePpm, isFeeRate) &&
    isUnset(maxOpenOrders, isLimit) &&
    isUnset(maxPosition, isLimit) &&
    isUnset(command.volatilityGuard, isVolatilityGuard)
  const old = instrument.definition
  const initialMarginPpm = command.initialMarginPpm ?? old.initialMarginPpm
  const maintenanceMarginPpm = command.maintenanceMarginPpm ?? old.maintenanceMarginPpm
  if (!isSound || !isSoundMargin(old.kind, initialMarginPpm, maintenanceMarginPpm)) {
    return REJECT.InvalidTransition
  }
  instrument.define({
    ...old,
    priceBandPpm: priceBandPpm ?? old.priceBandPpm,
    makerFeePpm: makerFeePpm ?? old.makerFeePpm,
    takerFeePpm: takerFeePpm ?? old.takerFeePpm,
    maxOpenOrders: maxOpenOrders ?? old.maxOpenOrders,
    maxPosition: maxPosition ?? old.maxPosition,
    initialMarginPpm,
    maintenanceMarginPpm,
    ...guardOf(command),
  })
  announce(s, instrument.definition, command.account, command.traceId)
  return 0
}

/** A guard as it was given, if it was. */
function guardOf({ volatilityGuard }: ListInstrument | AmendInstrument): Partial<Instrument> {
  if (volatilityGuard === undefined || volatilityGuard === null) return {}
  const { bandPpm, action } = volatilityGuard
  return { volatilityGuard: { bandPpm, action } }
}

function isUnset(value: unknown, isValid: (value: unknown) => boolean): boolean {
  return value === null || value === undefined || isValid(value)
}

/** An asset has one scale for all instruments. */
function agrees(s: EngineState, name: string, scale: number): boolean {
  const known = s.assets.find((asset) => asset.name === name)
  return known === undefined || known.scale === scale
}

function assetOf(s: EngineState, name: string, scale: number): Asset {
  const known = s.assets.find((asset) => asset.name === name)
  if (known !== undefined) return known
  const asset: Asset = { assetId: s.assets.length + 1, name, scale }
  s.assets.push(asset)
  return asset
}

function announce(s: EngineState, instrument: Instrument, account: number, traceId: string): void {
  s.sink.rare({ type: 'InstrumentChanged', cmdIndex: s.cmdIndex, account, traceId, instrument })
}
