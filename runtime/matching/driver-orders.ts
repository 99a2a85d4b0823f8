// Orders of the scripted driver -> the engine's commands: what is placed, replaced, canceled, alone
// and in lists. FIX's long names for timeInForce are understood as well.

import { parseAmount } from '#contracts/decimal.ts'
import type { StepDecimal } from '#contracts/decimal-steps.ts'
import type { Command, OrderTerms } from '#domain/command.ts'
import { SYMBOL_PATTERN } from '#domain/instrument.ts'
import {
  CANCEL_REPLACE_MODES,
  CONTINGENCY_TYPES,
  ORD_TYPES,
  SIDES,
  STP_MODES,
  TIMES_IN_FORCE,
  type TimeInForce,
  TRAILING_OFFSET_UNITS,
} from '#domain/order.ts'
import { bad, type Fields } from './driver-fields.ts'
import {
  ACCOUNT_MAX,
  ACCOUNT_OFFSET,
  type Names,
  type ScriptInstrument,
  VENUE_ACCOUNTS,
} from './driver-names.ts'
import { TERM_WORDS } from './driver-words.ts'

const SYMBOL = new RegExp(SYMBOL_PATTERN)
const OFFSET_MAX = 2 ** 32 - 1
/** Legs of the longest list: a bracket. */
const LIST_ORDERS_MAX = 3

const LONG_NAMES: Readonly<Record<string, TimeInForce>> = {
  GoodTillCancel: 'GTC',
  ImmediateOrCancel: 'IOC',
  FillOrKill: 'FOK',
  Day: 'DAY',
  GoodTillDate: 'GTD',
  GoodForAuction: 'GFA',
}
const FORCE_NAMES = [...TIMES_IN_FORCE, ...Object.keys(LONG_NAMES)] as readonly string[]
/** PostOnly and Iceberg: a Limit order with that flag, or with a displayQty. */
const TYPE_NAMES = [...ORD_TYPES, 'PostOnly', 'Iceberg'] as const

export function readNewOrder(f: Fields, names: Names): Command {
  return { type: 'NewOrder', ...common(f, true), ...readTerms(f, instrumentOf(f, names)) }
}

/** The order that a request is about. A cancel with only a clOrdID means the order of that id. */
export function readCancel(f: Fields): Command {
  return { type: 'CancelOrder', ...readTarget(f, false) }
}

/** A replace names an order, and the order its instrument; a symbol may stand there too. */
export function readReplace(f: Fields, names: Names): Command {
  if (f.has('symbol') || f.has('instrumentId')) instrumentOf(f, names)
  const target = readTarget(f, true)
  const known = names.ofOrder(target.account, target.orderID, target.origClOrdID)
  const price = steps(f, 'price', known?.price)
  return { type: 'ReplaceOrder', ...target, price, orderQty: steps(f, 'orderQty', known?.qty) }
}

export function readCancelReplace(f: Fields, names: Names): Command {
  const mode = f.oneOf('mode', CANCEL_REPLACE_MODES, 'StopOnFailure')
  const origin = common(f, true)
  const target = orderNamed(f)
  if (target.orderID === 0 && target.origClOrdID === '') {
    throw bad('origClOrdID', 'orderID or origClOrdID is needed')
  }
  const terms = f.object('order')
  const order = readTerms(terms, instrumentOf(terms, names))
  terms.end(TERM_WORDS)
  return { type: 'CancelReplace', ...origin, mode, ...target, order }
}

/** A symbol of the list stands for every order that has none of its own. */
export function readOrderList(f: Fields, names: Names): Command {
  const contingencyType = f.oneOf('contingencyType', CONTINGENCY_TYPES)
  const origin = common(f, true)
  const shared = namesInstrument(f) ? instrumentOf(f, names) : undefined
  const orders = f.objects('orders', LIST_ORDERS_MAX).map((terms) => {
    const own = shared === undefined || namesInstrument(terms)
    const order = readTerms(terms, own ? instrumentOf(terms, names) : shared)
    terms.end(TERM_WORDS)
    return order
  })
  return { type: 'NewOrderList', ...origin, contingencyType, orders }
}

/** Whose command it is: a client's number, or the name of a venue's own account. */
export function common(f: Fields, isNeeded: boolean): { account: number; traceId: string } {
  return { account: accountOf(f, isNeeded), traceId: f.trace() }
}

function accountOf(f: Fields, isNeeded: boolean): number {
  if (f.isText('account')) {
    const role = f.oneOf('account', VENUE_ACCOUNTS)
    if (role !== '') return VENUE_ACCOUNTS.indexOf(role)
    throw bad('account', 'account is empty')
  }
  const account = f.integer('account', isNeeded ? 1 : 0, ACCOUNT_MAX, isNeeded ? undefined : 0)
  return account === 0 ? 0 : account + ACCOUNT_OFFSET
}

interface Named {
  readonly instrumentId: number
  /** Undefined: no such instrument, which is for the engine to say. */
  readonly known: ScriptInstrument | undefined
}

export function namesInstrument(f: Fields): boolean {
  return f.has('symbol') || f.has('instrumentId')
}

export function instrumentOf(f: Fields, names: Names): Named {
  if (f.has('symbol')) {
    const known = names.bySymbol(f.text('symbol', SYMBOL))
    return { instrumentId: known?.definition.instrumentId ?? 0, known }
  }
  const instrumentId = f.integer('instrumentId', 0, OFFSET_MAX)
  return { instrumentId, known: names.byId(instrumentId) }
}

/** Steps of a size; without an instrument only the grammar is looked at. */
export function steps(f: Fields, name: string, size: StepDecimal | undefined): number {
  const value = f.take(name)
  if (value === undefined) return 0
  if (size !== undefined) return size.parse(value as string, name)
  parseAmount(value as string, 18, name)
  return 1
}

export function amount(
  f: Fields,
  name: string,
  scale: number | undefined,
  fallback: bigint,
): bigint {
  const value = f.take(name)
  return value === undefined ? fallback : parseAmount(value as string, scale ?? 18, name)
}

function readTerms(f: Fields, { instrumentId, known }: Named): OrderTerms {
  const kind = f.oneOf('ordType', TYPE_NAMES)
  const force = f.oneOf('timeInForce', FORCE_NAMES, kind === 'Market' ? 'IOC' : 'GTC')
  const displayQty = steps(f, 'displayQty', known?.qty)
  if (kind === 'Iceberg' && displayQty === 0) throw bad('displayQty', 'displayQty is needed')
  return {
    instrumentId,
    clOrdID: f.id('clOrdID'),
    side: f.oneOf('side', SIDES),
    ordType: kind === 'PostOnly' || kind === 'Iceberg' ? 'Limit' : kind,
    timeInForce: LONG_NAMES[force] ?? (force as TimeInForce),
    stpMode: f.has('stpMode') ? f.oneOf('stpMode', STP_MODES) : null,
    postOnly: f.flag('postOnly', false) || kind === 'PostOnly',
    reduceOnly: f.flag('reduceOnly', false),
    price: steps(f, 'price', known?.price),
    orderQty: steps(f, 'orderQty', known?.qty),
    quoteAmount: amount(f, 'quoteAmount', known?.definition.quote.scale, 0n),
    stopPx: steps(f, 'stopPx', known?.price),
    displayQty,
    expireTimeNs: f.nanoseconds('expireTimeNs') ?? 0n,
    trailingOffset: f.integer('trailingOffset', 0, OFFSET_MAX, 0),
    trailingOffsetUnit: f.oneOf('trailingOffsetUnit', TRAILING_OFFSET_UNITS, 'Ticks'),
  }
}

function orderNamed(f: Fields): { orderID: number; origClOrdID: string } {
  const orderID = f.integer('orderID', 0, Number.MAX_SAFE_INTEGER, 0)
  return { orderID, origClOrdID: f.id('origClOrdID', '') }
}

function readTarget(f: Fields, needsID: boolean) {
  const { orderID, origClOrdID } = orderNamed(f)
  const clOrdID = f.id('clOrdID', needsID ? undefined : '')
  if (orderID !== 0 || origClOrdID !== '') {
    return { ...common(f, true), orderID, origClOrdID, clOrdID }
  }
  if (needsID || clOrdID === '') throw bad('origClOrdID', 'orderID or origClOrdID is needed')
  return { ...common(f, true), orderID, origClOrdID: clOrdID, clOrdID: '' }
}
