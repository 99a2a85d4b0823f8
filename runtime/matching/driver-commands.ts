// JSON commands of the scripted driver -> the engine's commands. Words are those of the order
// semantics; prices, quantities and amounts are decimal strings. Orders: driver-orders.ts.

import { decimalsOf, parseAmount } from '#contracts/decimal.ts'
import type { Command, ListInstrument } from '#domain/command.ts'
import {
  ASSET_PATTERN,
  SYMBOL_PATTERN,
  TRADING_STATES,
  VOLATILITY_ACTIONS,
  type VolatilityGuard,
} from '#domain/instrument.ts'
import { unitsOf } from '#domain/listing.ts'
import { SIDES, STP_MODES } from '#domain/order.ts'
import { bad, type Fields } from './driver-fields.ts'
import type { Names, ScriptInstrument } from './driver-names.ts'
import {
  amount,
  common,
  instrumentOf,
  namesInstrument,
  readCancel,
  readCancelReplace,
  readNewOrder,
  readOrderList,
  readReplace,
  steps,
} from './driver-orders.ts'
import { GUARD_WORDS } from './driver-words.ts'

const SYMBOL = new RegExp(SYMBOL_PATTERN)
const ASSET = new RegExp(ASSET_PATTERN)
const PPM = 1_000_000
const INT32_MAX = 2 ** 31 - 1
const INT64_MAX = 2n ** 63n - 1n

/** Reads a command of this type. Errors: InputError, also for a type that is none. */
export function readCommand(type: string, f: Fields, names: Names): Command {
  switch (type) {
    case 'NewOrder':
      return readNewOrder(f, names)
    case 'CancelOrder':
      if (namesInstrument(f)) instrumentOf(f, names)
      return readCancel(f)
    case 'ReplaceOrder':
      return readReplace(f, names)
    case 'CancelReplace':
      return readCancelReplace(f, names)
    case 'NewOrderList':
      return readOrderList(f, names)
    case 'MassCancel': {
      const instrumentId = namesInstrument(f) ? instrumentOf(f, names).instrumentId : 0
      const side = f.has('side') ? f.oneOf('side', SIDES) : null
      return { type, ...common(f, true), instrumentId, side, clOrdID: f.id('clOrdID', '') }
    }
    case 'OpenAccount':
    case 'Liquidate':
      return { type, ...common(f, true) }
    case 'Clock':
    case 'HashState':
      return { type, ...common(f, false) }
    default:
      return readSetting(type, f, names)
  }
}

function readSetting(type: string, f: Fields, names: Names): Command {
  switch (type) {
    case 'Credit':
    case 'Debit':
      return readTransfer(type, f, names)
    case 'SetLimits':
      return readLimits(f, names)
    case 'SetFeeTier': {
      const makerFeePpm = f.integerOrNull('makerFeePpm', -PPM, PPM)
      const takerFeePpm = f.integerOrNull('takerFeePpm', -PPM, PPM)
      return { type, ...common(f, true), makerFeePpm, takerFeePpm }
    }
    case 'SetKillSwitch':
      return { type, ...common(f, false), engaged: f.flag('engaged') }
    case 'SetDeadMan':
      return { type, ...common(f, true), timeoutMs: f.integer('timeoutMs', 0, INT32_MAX) }
    case 'SetMark': {
      const { instrumentId, known } = instrumentOf(f, names)
      return { type, ...common(f, false), instrumentId, price: wholeTicks(f, 'price', known) }
    }
    case 'ListInstrument':
      return readListing(f, names)
    case 'AmendInstrument':
      return readAmendment(f, names)
    case 'SetTradingState': {
      const { instrumentId } = instrumentOf(f, names)
      const tradingState = f.oneOf('tradingState', TRADING_STATES)
      return { type, ...common(f, false), instrumentId, tradingState }
    }
    default:
      throw bad('type', `unknown type ${type}`)
  }
}

function readTransfer(type: 'Credit' | 'Debit', f: Fields, names: Names): Command {
  const asset = f.text('asset', ASSET)
  const transferId = f.id('transferId')
  if (!f.has('amount')) throw bad('amount', 'amount is needed')
  return {
    type,
    ...common(f, true),
    asset,
    amount: amount(f, 'amount', names.scaleOf(asset), 0n),
    transferId,
  }
}

function readLimits(f: Fields, names: Names): Command {
  const maxOpenOrders = f.integerOrNull('maxOpenOrders', 0, INT32_MAX)
  const maxOrdersPerSecond = f.integerOrNull('maxOrdersPerSecond', 0, INT32_MAX)
  const origin = common(f, true)
  let maxPosition = null
  if (f.has('maxPosition')) {
    const { instrumentId, known } = instrumentOf(f, names)
    maxPosition = { instrumentId, lots: wholeLots(f, 'maxPosition', known) }
  }
  return { type: 'SetLimits', ...origin, maxOpenOrders, maxPosition, maxOrdersPerSecond }
}

function wholeLots(f: Fields, name: string, known: ScriptInstrument | undefined): number {
  const lots = steps(f, name, known?.qty)
  if (!Number.isSafeInteger(lots)) throw bad(name, `${name} must be a whole number of lots`)
  return lots
}

function wholeTicks(f: Fields, name: string, known: ScriptInstrument | undefined): number {
  const ticks = steps(f, name, known?.price)
  if (!Number.isSafeInteger(ticks)) throw bad(name, `${name} must be a whole number of ticks`)
  return ticks
}

/** Absent or null: none. */
function readGuard(f: Fields): VolatilityGuard | null {
  if (!f.has('volatilityGuard')) return null
  if (f.isNull('volatilityGuard')) {
    f.take('volatilityGuard')
    return null
  }
  const guard = f.object('volatilityGuard')
  const bandPpm = guard.integer('bandPpm', 0, PPM)
  const action = guard.oneOf('action', VOLATILITY_ACTIONS, 'EndSweep')
  guard.end(GUARD_WORDS)
  return { bandPpm, action }
}

/**
 * Scales: as known of the asset; else a base's minor unit is the lot's last decimal, a quote's that
 * of tick x lot. Bounds: none but those of 64 bits. Fees, band, margins: 0. STP: None unless asked.
 */
function readListing(f: Fields, names: Names): ListInstrument {
  const symbol = f.text('symbol', SYMBOL)
  const [left = '', right = ''] = symbol.split('-')
  const baseAsset = f.text('baseAsset', ASSET, left)
  const quoteAsset = f.text('quoteAsset', ASSET, right)
  const tickSize = decimal(f, 'tickSize')
  const lotSize = decimal(f, 'lotSize')
  const lotDecimals = decimalsOf(lotSize)
  const baseScale = f.integer('baseScale', 0, 18, names.scaleOf(baseAsset) ?? lotDecimals)
  const quoteDecimals = names.scaleOf(quoteAsset) ?? lotDecimals + decimalsOf(tickSize)
  const quoteScale = f.integer('quoteScale', 0, 18, quoteDecimals)
  const lotBaseMinor = unitsOf({ tickSize, lotSize, baseScale, quoteScale })?.lotBaseMinor ?? 1n
  const most = INT64_MAX / lotBaseMinor
  const mostLots = Number(most < BigInt(Number.MAX_SAFE_INTEGER) ? most : Number.MAX_SAFE_INTEGER)
  const lots = (name: string, fallback: number) =>
    f.has(name) ? lotsOf(f.take(name) as string, lotSize, name) : fallback
  return {
    type: 'ListInstrument',
    ...common(f, false),
    symbol,
    kind: f.oneOf('kind', ['Spot', 'LinearPerpetual'] as const, 'Spot'),
    baseAsset,
    quoteAsset,
    baseScale,
    quoteScale,
    tickSize,
    lotSize,
    minQty: lots('minQty', 1),
    maxQty: lots('maxQty', mostLots),
    minNotional: amount(f, 'minNotional', quoteScale, 0n),
    maxNotional: amount(f, 'maxNotional', quoteScale, INT64_MAX),
    priceBandPpm: f.integer('priceBandPpm', 0, PPM, 0),
    makerFeePpm: f.integer('makerFeePpm', -PPM, PPM, 0),
    takerFeePpm: f.integer('takerFeePpm', -PPM, PPM, 0),
    initialMarginPpm: f.integer('initialMarginPpm', 0, PPM, 0),
    maintenanceMarginPpm: f.integer('maintenanceMarginPpm', 0, PPM, 0),
    maxPosition: lots('maxPosition', 0),
    maxOpenOrders: f.integer('maxOpenOrders', 0, Number.MAX_SAFE_INTEGER, 0),
    allowedStpModes: readModes(f),
    defaultStpMode: f.oneOf('defaultStpMode', STP_MODES, 'None'),
    tradingState: f.oneOf('tradingState', TRADING_STATES, 'Open'),
    volatilityGuard: readGuard(f),
  }
}

function decimal(f: Fields, name: string): string {
  const text = f.text(name, null)
  parseAmount(text, 18, name)
  return text
}

function lotsOf(text: string, lotSize: string, name: string): number {
  const scale = decimalsOf(lotSize)
  const lot = parseAmount(lotSize, scale, 'lotSize')
  const minor = parseAmount(text, scale, name)
  if (lot === 0n || minor % lot !== 0n) throw bad(name, `${name} must be a whole number of lots`)
  const lots = minor / lot
  if (lots > BigInt(Number.MAX_SAFE_INTEGER)) throw bad(name, `${name} is too large`)
  return Number(lots)
}

function readModes(f: Fields): ListInstrument['allowedStpModes'] {
  const modes = f.take('allowedStpModes')
  if (modes === undefined) return STP_MODES
  if (!Array.isArray(modes) || !modes.every((mode) => STP_MODES.includes(mode))) {
    throw bad('allowedStpModes', 'allowedStpModes must be a list of self-trade modes')
  }
  return modes as ListInstrument['allowedStpModes']
}

function readAmendment(f: Fields, names: Names): Command {
  const { instrumentId, known } = instrumentOf(f, names)
  return {
    type: 'AmendInstrument',
    ...common(f, false),
    instrumentId,
    priceBandPpm: f.integerOrNull('priceBandPpm', 0, PPM),
    makerFeePpm: f.integerOrNull('makerFeePpm', -PPM, PPM),
    takerFeePpm: f.integerOrNull('takerFeePpm', -PPM, PPM),
    maxOpenOrders: f.integerOrNull('maxOpenOrders', 0, Number.MAX_SAFE_INTEGER),
    maxPosition: f.has('maxPosition') ? wholeLots(f, 'maxPosition', known) : null,
    initialMarginPpm: f.integerOrNull('initialMarginPpm', 0, PPM),
    maintenanceMarginPpm: f.integerOrNull('maintenanceMarginPpm', 0, PPM),
    volatilityGuard: readGuard(f),
  }
}
