// The commands that travel often, as reusable mutable objects: whoever reads a batch keeps one of
// each and fills it anew for every record, so that a command costs no allocation. Closed sets are
// codes (index in the domain's list), ids are nine little-endian words, 64-bit integers are two
// words [low, high] of a little-endian signed integer.

import { CLIENT_ID_BYTES } from '#domain/client-id.ts'

/** Words of one clOrdID or transferId. */
export const ID_WORDS = CLIENT_ID_BYTES / 4
/** Words of one trace id. */
export const TRACE_WORDS = 4
/** stpMode code that leaves the choice to the instrument. */
export const STP_DEFAULT_CODE = 255

/**
 * One new order. Units: price and stopPx in ticks, orderQty and displayQty in lots, quoteAmount in
 * quote minor units. Numbers may be anything a float64 can hold: the engine checks them.
 */
export class NewOrderCommand {
  account = 0
  instrumentId = 0
  side = 0
  ordType = 0
  timeInForce = 0
  stpMode = STP_DEFAULT_CODE
  postOnly = false
  reduceOnly = false
  price = Number.NaN
  orderQty = Number.NaN
  stopPx = Number.NaN
  displayQty = Number.NaN
  /** Ticks, or parts per million of the price. */
  trailingOffset = 0
  isTrailingPpm = false
  readonly quoteAmount: Int32Array = new Int32Array(2)
  readonly expireTimeNs: Int32Array = new Int32Array(2)
  readonly clOrdID: Int32Array = new Int32Array(ID_WORDS)
  readonly traceId: Int32Array = new Int32Array(TRACE_WORDS)
}

/** Cancels one order, by orderID, or by origClOrdID when orderID is 0. */
export class CancelOrderCommand {
  account = 0
  orderID = Number.NaN
  readonly clOrdID: Int32Array = new Int32Array(ID_WORDS)
  readonly origClOrdID: Int32Array = new Int32Array(ID_WORDS)
  readonly traceId: Int32Array = new Int32Array(TRACE_WORDS)
}

/** Changes price and whole quantity of one order, named as in a cancel. */
export class ReplaceOrderCommand {
  account = 0
  orderID = Number.NaN
  price = Number.NaN
  orderQty = Number.NaN
  readonly clOrdID: Int32Array = new Int32Array(ID_WORDS)
  readonly origClOrdID: Int32Array = new Int32Array(ID_WORDS)
  readonly traceId: Int32Array = new Int32Array(TRACE_WORDS)
}
