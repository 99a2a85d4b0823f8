// (1) From a client's request to a command: decimal strings become ticks, lots and minor units by
// the instrument; combinations without meaning are refused here, everything that depends on the
// state of the market or the account is the engine's to refuse.

import { randomUUID } from 'node:crypto'
import type { NewOrderRequest, ReplaceOrderRequest } from '#contracts/api/orders.ts'
import { InputError } from '#contracts/errors.ts'
import type { CancelOrder, MassCancel, NewOrder, ReplaceOrder } from '#domain/command.ts'
import type { Side } from '#domain/order.ts'
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
  const { instrument, format } = catalogue.bySymbol(request.symbol)
  const { price, orderQty, quoteAmount, ordType } = request
  const isLimit = ordType === 'Limit'
  if (isLimit && price === undefined) throw wrong('price', 'a Limit order needs a price')
  if (!isLimit && price !== undefined) throw wrong('price', 'a Market order has no price')
  if (isLimit && quoteAmount !== undefined) {
    throw wrong('quoteAmount', 'only a Market order is by quoteAmount')
  }
  if ((orderQty === undefined) === (quoteAmount === undefined)) {
    throw wrong('orderQty', 'exactly one of orderQty and quoteAmount')
  }
  return {
    type: 'NewOrder',
    ...origin,
    instrumentId: instrument.instrumentId,
    clOrdID: request.clOrdID ?? randomUUID(),
    side: request.side,
    ordType,
    timeInForce: request.timeInForce ?? (isLimit ? 'GTC' : 'IOC'),
    stpMode: request.stpMode ?? null,
    postOnly: request.postOnly ?? false,
    reduceOnly: request.reduceOnly ?? false,
    price: price === undefined ? 0 : positive(format.parsePrice(price, 'price'), 'price'),
    orderQty:
      orderQty === undefined ? 0 : positive(format.parseQty(orderQty, 'orderQty'), 'orderQty'),
    quoteAmount:
      quoteAmount === undefined
        ? 0n
        : positive(format.parseQuote(quoteAmount, 'quoteAmount'), 'quoteAmount'),
    stopPx: 0,
    displayQty: 0,
    trailingOffset: 0,
    trailingOffsetUnit: 'Ticks',
    expireTimeNs: 0n,
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
