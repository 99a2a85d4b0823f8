// What is known of an order besides what the matcher reads (book/order-pool.ts), under the same
// handle: 96 bytes that only reports, settlement, ids and queries touch.

/** Words (f64 fields: doubles) of one order's details. */
const FIELDS = {
  words: 24,
  doubles: 12,
  /** Nine words. */
  clOrdID: 0,
  /** Of account and clOrdID: its place in the table of client ids. */
  idHash: 9,
  /** f64. */
  orderID: 5,
  /** f64, lots. Open: orderQty = cumQty + leaves + prevented. */
  orderQty: 6,
  cumQty: 7,
  /** int64, quote minor units. */
  cumNotional: 16,
  /** Neighbours in the account's list of open orders, which is in the order of their queues. */
  accountNext: 18,
  accountPrevious: 19,
  /** Two words, see feesOf. */
  fees: 20,
  /** See packAttributes. */
  attributes: 22,
  /** Its record in order-extras.ts, or NONE. */
  extra: 23,
} as const
/** The fields above, for other modules: what a module exports it reads from memory itself. */
export const DETAIL = FIELDS

export const ATTRIBUTE_POST_ONLY = 1 << 9
export const ATTRIBUTE_REDUCE_ONLY = 1 << 10
/** Shows a part only: what it has open stands in EXTRA.openQty. */
export const ATTRIBUTE_ICEBERG = 1 << 11
const INSTRUMENT_SHIFT = 12

/** ordType, timeInForce, stpMode (3 bits each), three flags, instrument (20 bits). */
export function packAttributes(
  ordType: number,
  timeInForce: number,
  stpMode: number,
  flags: number,
  instrumentId: number,
): number {
  const kind = ordType | (timeInForce << 3) | (stpMode << 6)
  return kind | flags | (instrumentId << INSTRUMENT_SHIFT)
}

export function ordTypeOf(attributes: number): number {
  return attributes & 7
}

export function timeInForceOf(attributes: number): number {
  return (attributes >>> 3) & 7
}

export function stpModeOf(attributes: number): number {
  return (attributes >>> 6) & 7
}

export function instrumentIdOf(attributes: number): number {
  return attributes >>> INSTRUMENT_SHIFT
}

// Fees, in two words: a rate (21 bits, signed) above 11 bits of the residue in each. Rates are from
// when the order was accepted or last replaced; the residue is what its fills have paid above the
// exact fee, in millionths of a unit (below 10^6): see domain/fee.ts.

const RESIDUE_BITS = 11
const RESIDUE_MASK = (1 << RESIDUE_BITS) - 1

export function makerFeeOf(i32: Int32Array, order: number): number {
  return (i32[order * FIELDS.words + FIELDS.fees] as number) >> RESIDUE_BITS
}

export function takerFeeOf(i32: Int32Array, order: number): number {
  return (i32[order * FIELDS.words + FIELDS.fees + 1] as number) >> RESIDUE_BITS
}

export function feeResidueOf(i32: Int32Array, order: number): number {
  const at = order * FIELDS.words + FIELDS.fees
  const low = (i32[at] as number) & RESIDUE_MASK
  return low | (((i32[at + 1] as number) & RESIDUE_MASK) << RESIDUE_BITS)
}

export function setFees(
  i32: Int32Array,
  order: number,
  makerFeePpm: number,
  takerFeePpm: number,
  residue: number,
): void {
  const at = order * FIELDS.words + FIELDS.fees
  i32[at] = (makerFeePpm << RESIDUE_BITS) | (residue & RESIDUE_MASK)
  i32[at + 1] = (takerFeePpm << RESIDUE_BITS) | (residue >>> RESIDUE_BITS)
}
