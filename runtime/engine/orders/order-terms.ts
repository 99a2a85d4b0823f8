// A new order that came inside another command, as JSON: its terms into the record that the ladder
// of checks reads.

import type { OrderTerms } from '#domain/command.ts'
import {
  ORD_TYPES,
  SIDES,
  STP_MODES,
  TIMES_IN_FORCE,
  TRAILING_OFFSET_UNITS,
} from '#domain/order.ts'
import { type NewOrderCommand, STP_DEFAULT_CODE } from '../hot-command.ts'
import { Int64 } from '../money/int64.ts'
import { idToWords } from '../words.ts'

const amount = new Int64()

/**
 * Fills `into` with an account's order. False, and `into` is of no use, when a field is missing, of
 * another type, not of its set or beyond 64 bits. What numbers may be is for the checks to say.
 */
export function loadOrderTerms(terms: OrderTerms, account: number, into: NewOrderCommand): boolean {
  if (typeof terms !== 'object' || terms === null) return false
  const { price, orderQty, stopPx, displayQty, trailingOffset, instrumentId } = terms
  for (const value of [price, orderQty, stopPx, displayQty, trailingOffset, instrumentId]) {
    if (typeof value !== 'number') return false
  }
  const { postOnly, reduceOnly } = terms
  if (typeof postOnly !== 'boolean' || typeof reduceOnly !== 'boolean') return false
  const stpMode = terms.stpMode === null ? STP_DEFAULT_CODE : STP_MODES.indexOf(terms.stpMode)
  const side = SIDES.indexOf(terms.side)
  const ordType = ORD_TYPES.indexOf(terms.ordType)
  const timeInForce = TIMES_IN_FORCE.indexOf(terms.timeInForce)
  if (stpMode < 0 || side < 0 || ordType < 0 || timeInForce < 0) return false
  if (!TRAILING_OFFSET_UNITS.includes(terms.trailingOffsetUnit)) return false
  if (!loadBigInt(terms.quoteAmount, into.quoteAmount)) return false
  if (!loadBigInt(terms.expireTimeNs, into.expireTimeNs)) return false
  if (!idToWords(terms.clOrdID, into.clOrdID)) return false
  into.account = account
  into.instrumentId = instrumentId
  into.side = side
  into.ordType = ordType
  into.timeInForce = timeInForce
  into.stpMode = stpMode
  into.postOnly = postOnly
  into.reduceOnly = reduceOnly
  into.price = price
  into.orderQty = orderQty
  into.stopPx = stopPx
  into.displayQty = displayQty
  into.trailingOffset = trailingOffset
  into.isTrailingPpm = terms.trailingOffsetUnit === 'Ppm'
  return true
}

function loadBigInt(value: unknown, into: Int32Array): boolean {
  if (typeof value !== 'bigint') return false
  amount.setBigInt(value)
  if (!amount.fits()) return false
  amount.store(into, 0)
  return true
}
