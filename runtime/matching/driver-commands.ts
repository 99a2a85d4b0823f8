// JSON commands of the scripted driver -> the engine's commands. Words are those of the order
// semantics; FIX's long names for timeInForce are understood as well. Prices, quantities and amounts
// are decimal strings.

import { decimalsOf, parseAmount } from '#contracts/decimal.ts'
import type { StepDecimal } from '#contracts/decimal-steps.ts'
import type { Command, ListInstrument } from '#domain/command.ts'
import type { Instrument } from '#domain/instrument.ts'
import { ASSET_PATTERN, SYMBOL_PATTERN, TRADING_STATES } from '#domain/instrument.ts'
import { unitsOf } from '#domain/listing.ts'
import {
  ORD_TYPES,
  SIDES,
  STP_MODES,
  TIMES_IN_FORCE,
  type TimeInForce,
  TRAILING_OFFSET_UNITS,
} from '#domain/order.ts'
import { bad, type Fields } from './driver-fields.ts'

const SYMBOL = new RegExp(SYMBOL_PATTERN)
const ASSET = new RegExp(ASSET_PATTERN)
const PPM = 1_000_000
const INT64_MAX = 2n ** 63n - 1n

/** Accounts 1, 2, 3 ... of a script stand for the engine's clients; 0 is nobody. */
export const ACCOUNT_OFFSET = 999
const ACCOUNT_MAX = 4_294_967_295 - ACCOUNT_OFFSET

const LONG_NAMES: Readonly<Record<string, TimeInForce>> = {
  GoodTillCancel: 'GTC',
  ImmediateOrCancel: 'IOC',
  FillOrKill: 'FOK',
  Day: 'DAY',
  GoodTillDate: 'GTD',
  GoodForAuction: 'GFA',
}
const FORCE_NAMES = [...TIMES_IN_FORCE, ...Object.keys(LONG_NAMES)] as readonly string[]
const TYPE_NAMES = [...ORD_TYPES, 'PostOnly', 'Iceberg'] as const

/** An instrument and its two conversions. */
export interface ScriptInstrument {
  readonly definition: Instrument
  readonly price: StepDecimal
  readonly qty: StepDecimal
}

/** What the commands refer to. */
export interface Names {
  bySymbol(symbol: string): ScriptInstrument | undefined
  byId(instrumentId: number): ScriptInstrument | undefined
  scaleOf(asset: string): number | undefined
  /** The instrument of an open order of an account (the engine's number). */
  ofOrder(account: number, orderID: number, clOrdID: string): ScriptInstrument | undefined
}

/** Reads a command of this type. Errors: InputError, also for a type that is none. */
export function readCommand(type: string, f: Fields, names: Names): Command {
  switch (type) {
    case 'NewOrder':
      return readNewOrder(f, names)
    case 'CancelOrder':
      return { type, ...readTarget(f, false) }
    case 'ReplaceOrder':
      return readReplace(f, names)
    case 'OpenAccount':
    case 'HashState':
      return { type, ...common(f, type === 'OpenAccount') }
    case 'Clock':
      f.take('timestampNs')
      return { type, ...common(f, false) }
    case 'Credit':
    case 'Debit':
      return readTransfer(type, f, names)
    case 'SetLimits':
      return readLimits(f, names)
    case 'SetFeeTier': {
      const makerFeePpm = optionalPpm(f, 'makerFeePpm')
      return { type, ...common(f, true), makerFeePpm, takerFeePpm: optionalPpm(f, 'takerFeePpm') }
    }
    case 'SetKillSwitch':
      return { type, ...common(f, false), engaged: f.flag('engaged') }
    case 'ListInstrument':
      return readListing(f, names)
    case 'AmendInstrument':
      return readAmendment(f, names)
    case 'SetTradingState': {
      const { instrumentId } = instrumentOf(f, names)
      const tradingState = f.oneOf('tradingState', TRADING_STATES)
      return { type, ...common(f, false), instrumentId, tradingState }
    }
    case 'MassCancel': {
      const hasInstrument = f.has('symbol') || f.has('instrumentId')
      const instrumentId = hasInstrument ? instrumentOf(f, names).instrumentId : 0
      const side = f.has('side') ? f.oneOf('side', SIDES) : null
      return { type, ...common(f, true), instrumentId, side, clOrdID: f.id('clOrdID', '') }
    }
    default:
      throw bad('type', `unknown type ${type}`)
  }
}

function common(f: Fields, isNeeded: boolean): { account: number; traceId: string } {
  const account = f.integer('account', isNeeded ? 1 : 0, ACCOUNT_MAX, isNeeded ? undefined : 0)
  return { account: account === 0 ? 0 : account + ACCOUNT_OFFSET, traceId: f.trace() }
}

interface Named {
  readonly instrumentId: number
  /** Undefined: no such instrument, which is for the engine to say. */
  readonly known: ScriptInstrument | undefined
}

function instrumentOf(f: Fields, names: Names): Named {
  if (f.has('symbol')) {
    const known = names.bySymbol(f.text('symbol', SYMBOL))
    return { instrumentId: known?.definition.instrumentId ?? 0, known }
  }
  const instrumentId = f.integer('instrumentId', 0, Number.MAX_SAFE_INTEGER)
  return { instrumentId, known: names.byId(instrumentId) }
}

/** Steps of a size; without an instrument only the grammar is looked at. */
function steps(f: Fields, name: string, size: StepDecimal | undefined): number {
  const value = f.take(name)
  if (value === undefined) return 0
  if (size !== undefined) return size.parse(value as string, name)
  parseAmount(value as string, 18, name)
  return 1
}

function amount(f: Fields, name: string, scale: number | undefined, fallback: bigint): bigint {
  const value = f.take(name)
  return value === undefined ? fallback : parseAmount(value as string, scale ?? 18, name)
}

function readNewOrder(f: Fields, names: Names): Command {
  const { instrumentId, known } = instrumentOf(f, names)
  const kind = f.oneOf('ordType', TYPE_NAMES)
  const force = f.oneOf('timeInForce', FORCE_NAMES, kind === 'Market' ? 'IOC' : 'GTC')
  const ordType = kind === 'PostOnly' || kind === 'Iceberg' ? 'Limit' : kind
  return {
    type: 'NewOrder',
    ...common(f, true),
    instrumentId,
    clOrdID: f.id('clOrdID'),
    side: f.oneOf('side', SIDES),
    ordType,
    timeInForce: LONG_NAMES[force] ?? (force as TimeInForce),
    stpMode: f.has('stpMode') ? f.oneOf('stpMode', STP_MODES) : null,
    postOnly: f.flag('postOnly', false) || kind === 'PostOnly',
    reduceOnly: f.flag('reduceOnly', false),
    price: steps(f, 'price', known?.price),
    orderQty: steps(f, 'orderQty', known?.qty),
    quoteAmount: amount(f, 'quoteAmount', known?.definition.quote.scale, 0n),
    stopPx: steps(f, 'stopPx', known?.price),
    displayQty: steps(f, 'displayQty', known?.qty),
    expireTimeNs: nanoseconds(f, 'expireTimeNs'),
    trailingOffset: f.integer('trailingOffset', 0, 2 ** 32 - 1, 0),
    trailingOffsetUnit: f.oneOf('trailingOffsetUnit', TRAILING_OFFSET_UNITS, 'Ticks'),
  }
}

/** A point in time, as a decimal string of nanoseconds; 0 when absent. */
export function nanoseconds(f: Fields, name: string): bigint {
  const value = f.take(name)
  return value === undefined ? 0n : parseAmount(value as string, 0, name)
}

/** The order that a request is about. A cancel with only a clOrdID means the order of that id. */
function readTarget(f: Fields, needsID: boolean) {
  const orderID = f.integer('orderID', 0, Number.MAX_SAFE_INTEGER, 0)
  let origClOrdID = f.id('origClOrdID', '')
  let clOrdID = f.id('clOrdID', needsID ? undefined : '')
  if (orderID === 0 && origClOrdID === '') {
    if (needsID || clOrdID === '') throw bad('origClOrdID', 'orderID or origClOrdID is needed')
    origClOrdID = clOrdID
    clOrdID = ''
  }
  return { ...common(f, true), orderID, origClOrdID, clOrdID }
}

/** A replace names an order, and the order its instrument; a symbol may stand there too. */
function readReplace(f: Fields, names: Names): Command {
  if (f.has('symbol') || f.has('instrumentId')) instrumentOf(f, names)
  const target = readTarget(f, true)
  const known = names.ofOrder(target.account, target.orderID, target.origClOrdID)
  return {
    type: 'ReplaceOrder',
    ...target,
    price: steps(f, 'price', known?.price),
    orderQty: steps(f, 'orderQty', known?.qty),
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
  const maxOpenOrders = f.has('maxOpenOrders') ? f.integer('maxOpenOrders', 0, 2 ** 31 - 1) : null
  const { account, traceId } = common(f, true)
  if (!f.has('maxPosition')) {
    return { type: 'SetLimits', account, traceId, maxOpenOrders, maxPosition: null }
  }
  const { instrumentId, known } = instrumentOf(f, names)
  const maxPosition = { instrumentId, lots: wholeSteps(f, 'maxPosition', known) }
  return { type: 'SetLimits', account, traceId, maxOpenOrders, maxPosition }
}

function wholeSteps(f: Fields, name: string, known: ScriptInstrument | undefined): number {
  const lots = steps(f, name, known?.qty)
  if (!Number.isSafeInteger(lots)) throw bad(name, `${name} must be a whole number of lots`)
  return lots
}

function optionalPpm(f: Fields, name: string): number | null {
  return f.has(name) ? f.integer(name, -PPM, PPM) : null
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
  const integer = (name: string, max: number) => (f.has(name) ? f.integer(name, 0, max) : null)
  return {
    type: 'AmendInstrument',
    ...common(f, false),
    instrumentId,
    priceBandPpm: integer('priceBandPpm', PPM),
    makerFeePpm: optionalPpm(f, 'makerFeePpm'),
    takerFeePpm: optionalPpm(f, 'takerFeePpm'),
    maxOpenOrders: integer('maxOpenOrders', Number.MAX_SAFE_INTEGER),
    maxPosition: f.has('maxPosition') ? wholeSteps(f, 'maxPosition', known) : null,
  }
}
