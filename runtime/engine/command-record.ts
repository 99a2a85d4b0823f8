// The two commands that travel most, as they lie in a batch: the words of their records, for whoever
// reads them in place. A test holds them equal to the layout of the log (contracts/batch-layout.ts).

import {
  type CancelOrderCommand,
  type NewOrderCommand,
  ID_WORDS as WORDS_OF_ID,
} from './hot-command.ts'

const ID_WORDS = WORDS_OF_ID

/** Word of the account number in every record. */
export const RECORD_ACCOUNT = 1

/** Of the first word of a new order. */
export const RECORD_POST_ONLY = 1 << 8

/** Words of a new order. */
export const NEW_RECORD = {
  words: 30,
  instrumentId: 2,
  /** side, ordType, timeInForce, stpMode: a byte each, the first lowest. */
  kind: 3,
  /** float64: two words each. */
  price: 4,
  orderQty: 6,
  /** stopPx, displayQty, quoteAmount, expireTimeNs: two words each, side by side. */
  stopPx: 8,
  traceId: 16,
  clOrdID: 20,
  trailingOffset: 29,
} as const

/** Words of a cancel. */
export const CANCEL_RECORD = {
  words: 26,
  orderID: 2,
  traceId: 4,
  clOrdID: 8,
  origClOrdID: 17,
} as const

/** Room for one of the two records, for whoever has a command and no batch. */
export class CommandRecord {
  readonly words: Int32Array = new Int32Array(NEW_RECORD.words)
  readonly floats: Float64Array = new Float64Array(this.words.buffer)

  /** Writes a new order; false when it has a flag that no plain order has. */
  writeNewOrder(c: NewOrderCommand): boolean {
    if (c.reduceOnly || c.isTrailingPpm) return false
    const { words, floats } = this
    words[0] = c.postOnly ? RECORD_POST_ONLY : 0
    words[RECORD_ACCOUNT] = c.account
    words[NEW_RECORD.instrumentId] = c.instrumentId
    words[NEW_RECORD.kind] = c.side | (c.ordType << 8) | (c.timeInForce << 16) | (c.stpMode << 24)
    floats[NEW_RECORD.price >> 1] = c.price
    floats[NEW_RECORD.orderQty >> 1] = c.orderQty
    floats[NEW_RECORD.stopPx >> 1] = c.stopPx
    floats[(NEW_RECORD.stopPx >> 1) + 1] = c.displayQty
    words.set(c.quoteAmount, NEW_RECORD.stopPx + 4)
    words.set(c.expireTimeNs, NEW_RECORD.stopPx + 6)
    words.set(c.traceId, NEW_RECORD.traceId)
    words.set(c.clOrdID, NEW_RECORD.clOrdID)
    words[NEW_RECORD.trailingOffset] = c.trailingOffset
    return true
  }

  writeCancel(c: CancelOrderCommand): void {
    const { words, floats } = this
    words[RECORD_ACCOUNT] = c.account
    floats[CANCEL_RECORD.orderID >> 1] = c.orderID
    words.set(c.traceId, CANCEL_RECORD.traceId)
    words.set(c.clOrdID, CANCEL_RECORD.clOrdID)
    words.set(c.origClOrdID, CANCEL_RECORD.origClOrdID)
  }
}

/** Whether the nine words at a place are an id, or none: ASCII, then nothing but zeros. */
export function isId(words: Int32Array, at: number): boolean {
  return isWholeId(words, at) || isShortId(words, at)
}

/** Thirty-six characters, as a UUID has: ASCII and no zero among them. Written out, as in copy-words.ts. */
function isWholeId(words: Int32Array, at: number): boolean {
  const a = words[at] as number
  const b = words[at + 1] as number
  const c = words[at + 2] as number
  const d = words[at + 3] as number
  const e = words[at + 4] as number
  const f = words[at + 5] as number
  const g = words[at + 6] as number
  const h = words[at + 7] as number
  const i = words[at + 8] as number
  // In a word of ASCII a zero byte, and no other, borrows into its own highest bit.
  const borrows =
    (a - 0x01010101) |
    (b - 0x01010101) |
    (c - 0x01010101) |
    (d - 0x01010101) |
    (e - 0x01010101) |
    (f - 0x01010101) |
    (g - 0x01010101) |
    (h - 0x01010101) |
    (i - 0x01010101)
  return ((borrows | a | b | c | d | e | f | g | h | i) & 0x80808080) === 0
}

function isShortId(words: Int32Array, at: number): boolean {
  let seen = 0
  let isOver = false
  for (let i = 0; i < ID_WORDS; i++) {
    const word = words[at + i] as number
    seen |= word
    // A zero byte ends the id: the bytes above it in this word, and all words behind, are zero.
    const hasZero = ((word - 0x01010101) & ~word & 0x80808080) !== 0
    if (isOver ? word !== 0 : hasZero && !isZeroPadded(word)) return false
    isOver ||= hasZero
  }
  return (seen & 0x80808080) === 0
}

/** Whether no byte of a little-endian word follows a zero byte. */
function isZeroPadded(word: number): boolean {
  if ((word & 0xff) === 0) return word === 0
  if ((word & 0xff00) === 0) return word >>> 16 === 0
  if ((word & 0xff0000) === 0) return word >>> 24 === 0
  return true
}
