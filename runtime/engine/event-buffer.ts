// The memory into which the hot events are written, each once and in place: execution reports and
// balance changes as fixed records, in the layout that the event log has (a test holds the two
// equal). Whoever takes the events reads them here between two commands, or hands the bytes on.

import { assert } from '#domain/assert.ts'

/** First word of every record: type, flags (a byte each), size in bytes (two bytes). */
const SIZE_SHIFT = 16

/**
 * Words (f64 fields: doubles) of one execution report. Codes are places in the domain's closed sets;
 * int64 fields take two words.
 */
export const REPORT = {
  words: 60,
  doubles: 30,
  head: 0,
  account: 1,
  instrumentId: 2,
  cmdIndex: 3,
  /** execType, ordStatus, side, ordType: a byte each, the first lowest. */
  codes: 4,
  /** timeInForce, rejectReason, stpMode. */
  moreCodes: 5,
  orderID: 3,
  execID: 4,
  tradeID: 5,
  price: 6,
  stopPx: 7,
  orderQty: 8,
  displayQty: 9,
  lastQty: 10,
  lastPx: 11,
  leavesQty: 12,
  cumQty: 13,
  preventedQty: 14,
  lastNotional: 30,
  cumNotional: 32,
  fee: 34,
  feeAssetId: 36,
  traceId: 37,
  clOrdID: 41,
  origClOrdID: 50,
  /** Zero. */
  rest: 59,
} as const
export const REPORT_POST_ONLY = 1
export const REPORT_REDUCE_ONLY = 2
export const REPORT_AGGRESSOR = 4

/** Words of one balance change. */
export const CHANGE = {
  words: 24,
  head: 0,
  account: 1,
  assetId: 2,
  cmdIndex: 3,
  delta: 4,
  balance: 6,
  hold: 8,
  /** reason and duplicate: a byte each. */
  codes: 10,
  traceId: 11,
  transferId: 15,
} as const

export const TYPE_REPORT = 1
export const TYPE_CHANGE = 2
export const REPORT_HEAD = TYPE_REPORT | ((REPORT.words * 4) << SIZE_SHIFT)
export const CHANGE_HEAD = TYPE_CHANGE | ((CHANGE.words * 4) << SIZE_SHIFT)
export const FLAGS_SHIFT = 8

/** A buffer that has grown beyond this, in bytes, is not kept for the next batch. */
const KEPT_MAX = 2 ** 20

/** Places are 32-bit integers: some nine million reports of one batch. */
const CAPACITY_MAX = 2 ** 31 - 8

/** Grows; whoever has asked for room reads the views anew (hazard B7). */
export class EventBuffer {
  bytes: Uint8Array
  i32: Int32Array
  f64: Float64Array
  /** Bytes written; a multiple of 8. */
  length = 0
  /** Events among them. */
  count = 0
  /** Trades among them: two reports each, counted once. */
  trades = 0

  /** Shapes: capacity in bytes. */
  constructor(capacity: number) {
    const buffer = new ArrayBuffer(Math.ceil(Math.max(capacity, 64) / 8) * 8)
    this.bytes = new Uint8Array(buffer)
    this.i32 = new Int32Array(buffer)
    this.f64 = new Float64Array(buffer)
  }

  /** Forgets what was written and leaves so many bytes free at the start. */
  clear(start: number): void {
    if (this.bytes.length > KEPT_MAX) {
      this.length = 0
      this.#resize(KEPT_MAX)
    }
    this.length = start
    this.count = 0
    this.trades = 0
  }

  /** Takes room for one event of so many words; answers the word where it begins. */
  add(words: number): number {
    const at = this.length >> 2
    if (at + words > this.i32.length) {
      const needed = (at + words) * 4
      assert(needed <= CAPACITY_MAX, 'the events of one batch stay below 2 GiB')
      this.#resize(Math.max(needed, Math.min(this.bytes.length * 2, CAPACITY_MAX)))
    }
    this.length = (at + words) << 2
    this.count += 1
    return at
  }

  /** Other memory of so many bytes, with what was written. */
  #resize(capacity: number): void {
    const buffer = new ArrayBuffer(capacity)
    const bytes = new Uint8Array(buffer)
    bytes.set(this.bytes.subarray(0, this.length))
    this.bytes = bytes
    this.i32 = new Int32Array(buffer)
    this.f64 = new Float64Array(buffer)
  }
}
