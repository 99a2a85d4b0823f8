// The shapes of the commands that travel as JSON: the engine may rely on every field being there
// and of its kind. Whether a value makes sense is the engine's question, not this file's.

import { CLIENT_ID_PATTERN } from '#domain/client-id.ts'
import type { AdminCommand } from '#domain/command.ts'
import {
  INSTRUMENT_KINDS,
  SYMBOL_PATTERN,
  TRADING_STATES,
  VOLATILITY_ACTIONS,
} from '#domain/instrument.ts'
import {
  CANCEL_REPLACE_MODES,
  CONTINGENCY_TYPES,
  ORD_TYPES,
  SIDES,
  STP_MODES,
  TIMES_IN_FORCE,
  TRAILING_OFFSET_UNITS,
} from '#domain/order.ts'

type Check = (value: unknown) => boolean
type Shape = Readonly<Record<string, Check>>

const INT64_MAX = 2n ** 63n - 1n
const ID = new RegExp(CLIENT_ID_PATTERN)
const SYMBOL = new RegExp(SYMBOL_PATTERN)

const isId32: Check = (v) => Number.isInteger(v) && (v as number) >= 0 && (v as number) < 2 ** 32
const isNumber: Check = (v) => typeof v === 'number' && !Number.isNaN(v)
const isInteger: Check = (v) => Number.isSafeInteger(v)
const isMoney: Check = (v) => typeof v === 'bigint' && v <= INT64_MAX && v >= -INT64_MAX
const isBoolean: Check = (v) => typeof v === 'boolean'
const isTrace: Check = (v) => typeof v === 'string' && /^[0-9a-f]{32}$/.test(v)
const isClientId: Check = (v) => typeof v === 'string' && ID.test(v)
const isShortText: Check = (v) => typeof v === 'string' && /^[\x20-\x7e]{1,40}$/.test(v)
const isSymbol: Check = (v) => typeof v === 'string' && SYMBOL.test(v)
const isStpMode: Check = (v) => (STP_MODES as readonly unknown[]).includes(v)
const isSide: Check = (v) => (SIDES as readonly unknown[]).includes(v)
const isTradingState: Check = (v) => (TRADING_STATES as readonly unknown[]).includes(v)
const isKind: Check = (v) => (INSTRUMENT_KINDS as readonly unknown[]).includes(v)
/** Legs of the longest list: a bracket. */
const LIST_ORDERS_MAX = 3
const oneOf =
  (values: readonly unknown[]): Check =>
  (v) =>
    values.includes(v)
const optional =
  (check: Check): Check =>
  (v) =>
    v === undefined || v === null || check(v)
const orNull =
  (check: Check): Check =>
  (v) =>
    v === null || check(v)
const orEmpty =
  (check: Check): Check =>
  (v) =>
    v === '' || check(v)

const transfer: Shape = { asset: isShortText, amount: isMoney, transferId: isClientId }

const orderTerms: Shape = {
  instrumentId: isId32,
  clOrdID: orEmpty(isClientId),
  side: isSide,
  ordType: oneOf(ORD_TYPES),
  timeInForce: oneOf(TIMES_IN_FORCE),
  stpMode: orNull(isStpMode),
  postOnly: isBoolean,
  reduceOnly: isBoolean,
  price: isNumber,
  orderQty: isNumber,
  quoteAmount: isMoney,
  stopPx: isNumber,
  displayQty: isNumber,
  expireTimeNs: isMoney,
  trailingOffset: isId32,
  trailingOffsetUnit: oneOf(TRAILING_OFFSET_UNITS),
}
const volatilityGuard: Check = (v) =>
  hasShape(v, { bandPpm: isInteger, action: oneOf(VOLATILITY_ACTIONS) })

const SHAPES: Readonly<Record<AdminCommand['type'], Shape>> = {
  MassCancel: { instrumentId: isId32, side: orNull(isSide), clOrdID: orEmpty(isClientId) },
  CancelReplace: {
    mode: oneOf(CANCEL_REPLACE_MODES),
    orderID: isNumber,
    origClOrdID: orEmpty(isClientId),
    order: (v) => hasShape(v, orderTerms),
  },
  NewOrderList: {
    contingencyType: oneOf(CONTINGENCY_TYPES),
    orders: (v) =>
      Array.isArray(v) && v.length <= LIST_ORDERS_MAX && v.every((o) => hasShape(o, orderTerms)),
  },
  SetDeadMan: { timeoutMs: isInteger },
  SetMark: { instrumentId: isId32, price: isInteger },
  Liquidate: {},
  OpenAccount: {},
  Credit: transfer,
  Debit: transfer,
  SetLimits: {
    maxOpenOrders: orNull(isInteger),
    maxPosition: orNull((v) => hasShape(v, { instrumentId: isId32, lots: isInteger })),
    maxOrdersPerSecond: optional(isInteger),
  },
  SetFeeTier: { makerFeePpm: orNull(isInteger), takerFeePpm: orNull(isInteger) },
  SetKillSwitch: { engaged: isBoolean },
  ListInstrument: {
    symbol: isSymbol,
    kind: isKind,
    baseAsset: isShortText,
    quoteAsset: isShortText,
    baseScale: isInteger,
    quoteScale: isInteger,
    tickSize: isShortText,
    lotSize: isShortText,
    minQty: isInteger,
    maxQty: isInteger,
    minNotional: isMoney,
    maxNotional: isMoney,
    priceBandPpm: isInteger,
    makerFeePpm: isInteger,
    takerFeePpm: isInteger,
    initialMarginPpm: isInteger,
    maintenanceMarginPpm: isInteger,
    maxPosition: isInteger,
    maxOpenOrders: isInteger,
    allowedStpModes: (v) => Array.isArray(v) && v.length <= STP_MODES.length && v.every(isStpMode),
    defaultStpMode: isStpMode,
    tradingState: isTradingState,
    volatilityGuard: optional(volatilityGuard),
  },
  AmendInstrument: {
    instrumentId: isId32,
    priceBandPpm: orNull(isInteger),
    makerFeePpm: orNull(isInteger),
    takerFeePpm: orNull(isInteger),
    maxOpenOrders: orNull(isInteger),
    maxPosition: orNull(isInteger),
    initialMarginPpm: optional(isInteger),
    maintenanceMarginPpm: optional(isInteger),
    volatilityGuard: optional(volatilityGuard),
  },
  SetTradingState: { instrumentId: isId32, tradingState: isTradingState },
  Clock: {},
  HashState: {},
}

/** Whether a decoded JSON value is one of the commands, with every field of its kind. */
export function isAdminCommand(value: unknown): value is AdminCommand {
  if (!hasShape(value, { account: isId32, traceId: isTrace })) return false
  const type = (value as { type?: unknown }).type
  if (typeof type !== 'string' || !Object.hasOwn(SHAPES, type)) return false
  return hasShape(value, SHAPES[type as AdminCommand['type']])
}

function hasShape(value: unknown, shape: Shape): boolean {
  if (typeof value !== 'object' || value === null) return false
  const fields = value as Record<string, unknown>
  return Object.keys(shape).every((name) => shape[name]?.(fields[name]) === true)
}
