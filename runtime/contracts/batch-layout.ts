// The binary layout of command and event batches, version 1: little-endian, records 8-byte aligned,
// so that whoever is in a hurry (matching) reads typed-array views and everyone else uses the codecs.
// Numbers that fit 2^53 are float64, money is int64, ids are zero-padded ASCII.

export const LAYOUT_VERSION = 1
export const MAGIC = 0x4554
export const KIND_COMMANDS = 1
/** A whole event batch, or the last of its parts. */
export const KIND_EVENTS = 2
/** A part of an event batch behind which more of it follows. */
export const KIND_EVENTS_MORE = 3

/**
 * Batch header, 32 bytes. Commands: source = the gateway instance, sourceSeq = its batch number.
 * Events carry the same two from their command batch, and that batch's stream sequence and time.
 * `count` has 32 bits in commands, 16 in events: there `part` stands in the upper half, from 0.
 */
export const HEADER = {
  magic: 0,
  version: 2,
  kind: 3,
  count: 4,
  part: 6,
  source: 8,
  sourceSeq: 12,
  seq: 16,
  timestampNs: 24,
  size: 32,
} as const

/** First 8 bytes of every record. */
export const RECORD = { type: 0, flags: 1, size: 2, account: 4 } as const

export const TYPE_NEW_ORDER = 1
export const TYPE_CANCEL_ORDER = 2
export const TYPE_REPLACE_ORDER = 3
export const TYPE_EXECUTION_REPORT = 1
export const TYPE_BALANCE_CHANGED = 2
/** A record whose body is UTF-8 JSON: u32 byte length at 8, text from 12; size 0 means "see length". */
export const TYPE_JSON = 255
export const JSON_RECORD = { length: 8, text: 12 } as const

export const FLAG_POST_ONLY = 1
export const FLAG_REDUCE_ONLY = 2
export const FLAG_AGGRESSOR = 4
/** The trailing offset is in parts per million of the price, not in ticks. */
export const FLAG_TRAILING_PPM = 8
/** stpMode byte when the command leaves it to the instrument. */
export const STP_DEFAULT = 255

export const NEW_ORDER = {
  instrumentId: 8,
  side: 12,
  ordType: 13,
  timeInForce: 14,
  stpMode: 15,
  price: 16,
  orderQty: 24,
  stopPx: 32,
  displayQty: 40,
  quoteAmount: 48,
  expireTimeNs: 56,
  traceId: 64,
  clOrdID: 80,
  /** u32 */
  trailingOffset: 116,
  size: 120,
} as const

export const CANCEL_ORDER = {
  orderID: 8,
  traceId: 16,
  clOrdID: 32,
  origClOrdID: 68,
  size: 104,
} as const

export const REPLACE_ORDER = {
  orderID: 8,
  price: 16,
  orderQty: 24,
  traceId: 32,
  clOrdID: 48,
  origClOrdID: 84,
  size: 120,
} as const

export const EXECUTION_REPORT = {
  instrumentId: 8,
  cmdIndex: 12,
  execType: 16,
  ordStatus: 17,
  side: 18,
  ordType: 19,
  timeInForce: 20,
  rejectReason: 21,
  stpMode: 22,
  orderID: 24,
  execID: 32,
  tradeID: 40,
  price: 48,
  stopPx: 56,
  orderQty: 64,
  displayQty: 72,
  lastQty: 80,
  lastPx: 88,
  leavesQty: 96,
  cumQty: 104,
  preventedQty: 112,
  lastNotional: 120,
  cumNotional: 128,
  fee: 136,
  feeAssetId: 144,
  traceId: 148,
  clOrdID: 164,
  origClOrdID: 200,
  size: 240,
} as const

export const BALANCE_CHANGED = {
  assetId: 8,
  cmdIndex: 12,
  delta: 16,
  balance: 24,
  hold: 32,
  reason: 40,
  duplicate: 41,
  traceId: 44,
  transferId: 60,
  size: 96,
} as const

/** Codes of BalanceChanged.reason: append only. */
export const BALANCE_REASONS = ['Trade', 'Credit', 'Debit', 'Hold', 'Release'] as const

/** Commands a batch may hold. */
export const BATCH_COMMANDS_MAX = 512

/**
 * Bytes of one event message; the events of a command batch that are more come in several parts. 4 MB
 * are 17,000 reports: half of what a function takes in one call (8 MB), an eighth of max_payload.
 * The smallest record has 96 bytes, so at most 43,690 of them stand in a part: `count` has 16 bits.
 * 65,536 parts are 256 GB, far beyond memory. The cut is a part of the log's bytes: another constant
 * gives other messages, and a log in which a batch was cut is then refused.
 */
export const EVENT_PART_BYTES_MAX = 4 * 2 ** 20
/** Parts of one batch, at most: what `part` can count. */
export const EVENT_PARTS_MAX = 65_536
