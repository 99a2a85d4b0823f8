// (1) From a client's request to a command: decimal strings become ticks, lots and minor units by
// the instrument; combinations without meaning are refused here, everything that depends on the
// state of the market or the account is the engine's to refuse.

import { randomUUID } from 'node:crypto'
import type { CancelReplaceRequest, OrderListRequest } from '#contracts/api/order-groups.ts'
import type { NewOrderRequest, ReplaceOrderRequest } from '#contracts/api/orders.ts'
import { InputError } from '#contracts/errors.ts'
import { parseInstant } from '#contracts/instant.ts'
import type {
  CancelOrder,
  CancelReplace,
  MassCancel,
  NewOrder,
  NewOrderList,
  OrderTerms,
  ReplaceOrder,
  SetDeadMan,
} from '#domain/command.ts'
import type { OrdType, Side } from '#domain/order.ts'
import type { Catalogue, Listed } from '../catalogue.ts'

/** Whose command, in which trace. */
export interface Origin {
  readonly account: number
  readonly traceId: string
}

/** Which order: by its id, or by the client's id when orderID is 0. */
export interface OrderTarget {
  readonly orderID: number
  readonly origClOrdID: string
}

/** A new order. Errors: TE_INPUT_*, TE_NOT_FOUND_INSTRUMENT. */
export function newOrder(request: NewOrderRequest, origin: Origin, catalogue: Catalogue): NewOrder {
  return { type: 'NewOrder', ...origin, ...orderTerms(request, catalogue) }
}

/** Cancel and new order in one. Errors: TE_INPUT_*, TE_NOT_FOUND_INSTRUMENT. */
export function cancelReplace(
  request: CancelReplaceRequest,
  origin: Origin,
  catalogue: Catalogue,
): CancelReplace {
  const { mode = 'StopOnFailure' } = request
  const order = orderTerms(request.order, catalogue)
  return { type: 'CancelReplace', ...origin, mode, ...targetOf(request), order }
}

/** Orders that depend on each other. Errors: TE_INPUT_*, TE_NOT_FOUND_INSTRUMENT. */
export function orderList(
  { contingencyType, orders }: OrderListRequest,
  origin: Origin,
  catalogue: Catalogue,
): NewOrderList {
  const terms = orders.map((order) => orderTerms(order, catalogue))
  return { type: 'NewOrderList', ...origin, contingencyType, orders: terms }
}

export function setDeadMan(timeoutMs: number, origin: Origin): SetDeadMan {
  return { type: 'SetDeadMan', ...origin, timeoutMs }
}

const PRICED: readonly OrdType[] = ['Limit', 'StopLimit', 'TakeProfitLimit']

/** What every new order says, alone or as a part of something. */
function orderTerms(request: NewOrderRequest, catalogue: Catalogue): OrderTerms {
  const { instrument, format } = catalogue.bySymbol(request.symbol)
  const { price, orderQty, quoteAmount, stopPx, displayQty, expireTime, ordType } = request
  assertFields(request)
  const ticks = (text: string, field: string) => positive(format.parsePrice(text, field), field)
  const lots = (text: string, field: string) => positive(format.parseQty(text, field), field)
  const money = (text: string, field: string) => positive(format.parseQuote(text, field), field)
  return {
    instrumentId: instrument.instrumentId,
    clOrdID: request.clOrdID ?? randomUUID(),
    side: request.side,
    ordType,
    timeInForce: request.timeInForce ?? (ordType === 'Market' ? 'IOC' : 'GTC'),
    stpMode: request.stpMode ?? null,
    postOnly: request.postOnly ?? false,
    reduceOnly: request.reduceOnly ?? false,
    price: price === undefined ? 0 : ticks(price, 'price'),
    orderQty: orderQty === undefined ? 0 : lots(orderQty, 'orderQty'),
    quoteAmount: quoteAmount === undefined ? 0n : money(quoteAmount, 'quoteAmount'),
    stopPx: stopPx === undefined ? 0 : ticks(stopPx, 'stopPx'),
    displayQty: displayQty === undefined ? 0 : lots(displayQty, 'displayQty'),
    trailingOffset: request.trailingOffset ?? 0,
    trailingOffsetUnit: request.trailingOffsetUnit ?? 'Ticks',
    expireTimeNs: expireTime === undefined ? 0n : parseInstant(expireTime, 'expireTime'),
  }
}

/** Fields that a type must have, or cannot have. Errors: TE_INPUT_FIELD. */
function assertFields(request: NewOrderRequest): void {
  const { ordType, price, orderQty, quoteAmount } = request
  const isPriced = PRICED.includes(ordType)
  if (isPriced && price === undefined) throw wrong('price', `a ${ordType} order needs a price`)
  if (!isPriced && price !== undefined) throw wrong('price', `a ${ordType} order has no price`)
  if (ordType !== 'Market' && quoteAmount !== undefined) {
    throw wrong('quoteAmount', 'only a Market order is by quoteAmount')
  }
  if ((orderQty === undefined) === (quoteAmount === undefined)) {
    throw wrong('orderQty', 'exactly one of orderQty and quoteAmount')
  }
  if (request.timeInForce === 'GTD' && request.expireTime === undefined) {
    throw wrong('expireTime', 'a GTD order needs an expireTime')
  }
}

/** A change of an order of `listed`; 0 in price or quantity leaves it. Errors: TE_INPUT_*. */
export function replaceOrder(
  request: ReplaceOrderRequest,
  target: OrderTarget,
  origin: Origin,
  { format }: Listed,
): ReplaceOrder {
  const { price, orderQty } = request
  if (price === undefined && orderQty === undefined) {
    throw wrong('orderQty', 'at least one of price and orderQty')
  }
  return {
    type: 'ReplaceOrder',
    ...origin,
    ...target,
    clOrdID: request.clOrdID ?? randomUUID(),
    price: price === undefined ? 0 : positive(format.parsePrice(price, 'price'), 'price'),
    orderQty:
      orderQty === undefined ? 0 : positive(format.parseQty(orderQty, 'orderQty'), 'orderQty'),
  }
}

export function cancelOrder(target: OrderTarget, origin: Origin, clOrdID = ''): CancelOrder {
  return { type: 'CancelOrder', ...origin, ...target, clOrdID }
}

/** Errors: TE_NOT_FOUND_INSTRUMENT. */
export function massCancel(
  request: { readonly symbol?: string; readonly side?: Side },
  origin: Origin,
  catalogue: Catalogue,
): MassCancel {
  const instrumentId =
    request.symbol === undefined ? 0 : catalogue.bySymbol(request.symbol).instrument.instrumentId
  return { type: 'MassCancel', ...origin, instrumentId, side: request.side ?? null, clOrdID: '' }
}

/** The order that a socket request names. Errors: TE_INPUT_FIELD unless exactly one id is given. */
export function targetOf(request: {
  readonly orderID?: number
  readonly origClOrdID?: string
}): OrderTarget {
  const { orderID, origClOrdID } = request
  if ((orderID === undefined) === (origClOrdID === undefined)) {
    throw wrong('orderID', 'exactly one of orderID and origClOrdID')
  }
  return { orderID: orderID ?? 0, origClOrdID: origClOrdID ?? '' }
}

function wrong(field: string, message: string): InputError {
  return new InputError('TE_INPUT_FIELD', message, field)
}

function positive<T extends number | bigint>(value: T, field: string): T {
  if (value > 0) return value
  throw new InputError('TE_INPUT_DECIMAL', `${field} must be greater than zero`, field)
}
