// What is known of an order besides what the matcher reads (book/order-pool.ts), under the same
// handle: 64 bytes that only reports, settlement and queries touch.

/** Words (f64 fields: doubles) of one order's details. */
export const DETAIL = {
  words: 16,
  doubles: 8,
  /** f64, lots. Open: orderQty = cumQty + leaves + prevented. */
  orderQty: 0,
  cumQty: 1,
  /** int64, quote minor units. */
  cumNotional: 4,
  /** f64: when it took its place in the queue; a counter over all books. */
  queuedAt: 3,
  /** Entry of its clOrdID in the id memory, which also knows the orderID. */
  idEntry: 8,
  /** Neighbours in the account's list of open orders. */
  accountNext: 9,
  accountPrevious: 10,
  /** Rates from when it was accepted or last replaced. */
  makerFeePpm: 11,
  takerFeePpm: 12,
  /** What its fills have paid above the exact fee, in millionths of a unit: see domain/fee.ts. */
  feeResidue: 13,
  /** ordType, timeInForce, stpMode (4 bits each), flags. */
  attributes: 14,
  /** Its record in order-extras.ts, or NONE. */
  extra: 15,
} as const

export const ATTRIBUTE_POST_ONLY = 1 << 12

export function packAttributes(
  ordType: number,
  timeInForce: number,
  stpMode: number,
  postOnly: boolean,
): number {
  return ordType | (timeInForce << 4) | (stpMode << 8) | (postOnly ? ATTRIBUTE_POST_ONLY : 0)
}

export function ordTypeOf(attributes: number): number {
  return attributes & 15
}

export function timeInForceOf(attributes: number): number {
  return (attributes >>> 4) & 15
}

export function stpModeOf(attributes: number): number {
  return (attributes >>> 8) & 15
}
