// (3) Command batches in place: bytes of the log -> the engine's reusable command records, without
// an allocation a command. Decoding is all or nothing per record and a pure function of the bytes:
// what cannot be decoded is reported as malformed, on every replica in the same way.

import {
  BATCH_COMMANDS_MAX,
  CANCEL_ORDER as CXL,
  FLAG_POST_ONLY,
  FLAG_REDUCE_ONLY,
  FLAG_TRAILING_PPM,
  HEADER,
  JSON_RECORD,
  KIND_COMMANDS,
  LAYOUT_VERSION,
  MAGIC,
  NEW_ORDER as NEW,
  RECORD,
  REPLACE_ORDER as RPL,
  STP_DEFAULT,
  TYPE_CANCEL_ORDER,
  TYPE_JSON,
  TYPE_NEW_ORDER,
  TYPE_REPLACE_ORDER,
} from '#contracts/batch-layout.ts'
import { fromJson } from '#contracts/binary-fields.ts'
import { jsonSize } from '#contracts/command-codec.ts'
import type { AdminCommand } from '#domain/command.ts'
import { ORD_TYPES, SIDES, STP_MODES, TIMES_IN_FORCE } from '#domain/order.ts'
import { isId } from '#engine/command-record.ts'
import { copyId, copyTrace } from '#engine/copy-words.ts'
import { CancelOrderCommand, NewOrderCommand, ReplaceOrderCommand } from '#engine/hot-command.ts'
import { isAdminCommand } from './admin-shape.ts'

/** Takes the records of one batch, in order. Commands are reused: copy what is to be kept. */
export interface CommandHandler {
  /**
   * A record as it lies in the batch; false: it has to come as a command. See Engine.plainOrder.
   * Without them every record comes as a command.
   */
  plainOrder?(cmdIndex: number, words: Int32Array, floats: Float64Array, at: number): boolean
  plainCancel?(cmdIndex: number, words: Int32Array, floats: Float64Array, at: number): boolean
  newOrder(cmdIndex: number, command: NewOrderCommand): void
  cancelOrder(cmdIndex: number, command: CancelOrderCommand): void
  replaceOrder(cmdIndex: number, command: ReplaceOrderCommand): void
  admin(cmdIndex: number, command: AdminCommand): void
  /** This record cannot be decoded; account is 0 where even that is unreadable. */
  malformed(cmdIndex: number, account: number): void
}

/** A reader; `source` and `sourceSeq` are those of the batch opened last. */
export interface CommandReader {
  source: number
  sourceSeq: number
  /** Reads the header; the number of records, or -1 when these bytes are no command batch. */
  open(data: Uint8Array): number
  /** Hands over every record of the open batch. */
  readAll(handler: CommandHandler): void
}

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1
if (!LITTLE_ENDIAN)
  throw new Error('the batch layout is read in place: little-endian machines only')

interface Views {
  bytes: Uint8Array
  words: Int32Array
  floats: Float64Array
  view: DataView
  length: number
  count: number
  readonly order: NewOrderCommand
  readonly cancel: CancelOrderCommand
  readonly replace: ReplaceOrderCommand
}

/** Makes a reader with its own aligned buffer. */
export function createCommandReader(): CommandReader {
  const views: Views = {
    ...viewsOver(new ArrayBuffer(65_536)),
    length: 0,
    count: 0,
    order: new NewOrderCommand(),
    cancel: new CancelOrderCommand(),
    replace: new ReplaceOrderCommand(),
  }
  const reader: CommandReader = {
    source: 0,
    sourceSeq: 0,
    open: (data) => {
      copyIn(views, data)
      reader.source = views.length < HEADER.size ? 0 : views.view.getUint32(HEADER.source, true)
      reader.sourceSeq =
        views.length < HEADER.size ? 0 : views.view.getUint32(HEADER.sourceSeq, true)
      views.count = isCommandBatch(views) ? views.view.getUint32(HEADER.count, true) : -1
      return views.count
    },
    readAll: (handler) => readAll(views, handler),
  }
  return reader
}

function viewsOver(buffer: ArrayBuffer): Pick<Views, 'bytes' | 'words' | 'floats' | 'view'> {
  return {
    bytes: new Uint8Array(buffer),
    words: new Int32Array(buffer),
    floats: new Float64Array(buffer),
    view: new DataView(buffer),
  }
}

function copyIn(views: Views, data: Uint8Array): void {
  if (data.length > views.bytes.length) {
    Object.assign(views, viewsOver(new ArrayBuffer(2 ** Math.ceil(Math.log2(data.length)))))
  }
  views.bytes.set(data)
  views.length = data.length
}

function isCommandBatch({ view, length }: Views): boolean {
  return (
    length >= HEADER.size &&
    view.getUint16(HEADER.magic, true) === MAGIC &&
    view.getUint8(HEADER.version) === LAYOUT_VERSION &&
    view.getUint8(HEADER.kind) === KIND_COMMANDS &&
    view.getUint32(HEADER.count, true) <= BATCH_COMMANDS_MAX
  )
}

/** First words of the two records; a new order may be post-only. */
const HEAD_NEW = TYPE_NEW_ORDER | (NEW.size << 16)
const HEAD_POST_ONLY = HEAD_NEW | (FLAG_POST_ONLY << 8)
const HEAD_CANCEL = TYPE_CANCEL_ORDER | (CXL.size << 16)

function readAll(views: Views, handler: CommandHandler): void {
  let offset: number = HEADER.size
  for (let i = 0; i < views.count; i++) {
    const size = recordSize(views, offset)
    if (size === 0) {
      // Where this record ends is unknown, so none of the rest can be found.
      for (let lost = i; lost < views.count; lost++) handler.malformed(lost, 0)
      return
    }
    if (!takePlain(views, offset, i, handler)) readRecord(views, offset, size, i, handler)
    offset += size
  }
}

/** Lets a record of the two that travel most be obeyed where it lies, if it is a plain one. */
function takePlain({ words, floats }: Views, o: number, i: number, to: CommandHandler): boolean {
  const at = o >> 2
  const head = words[at]
  if (head === HEAD_NEW || head === HEAD_POST_ONLY)
    return to.plainOrder?.(i, words, floats, at) === true
  return head === HEAD_CANCEL && to.plainCancel?.(i, words, floats, at) === true
}

/** Bytes of a record; 0 when they cannot be told or leave the batch. */
function recordSize({ view, words, length }: Views, o: number): number {
  if (o + 16 > length) return 0
  const fixed = (words[o >> 2] as number) >>> 16
  const size = fixed === 0 ? jsonSize(view.getUint32(o + JSON_RECORD.length, true)) : fixed
  return size % 8 === 0 && o + size <= length ? size : 0
}

function readRecord(views: Views, o: number, size: number, i: number, to: CommandHandler): void {
  const { view } = views
  const account = view.getUint32(o + RECORD.account, true)
  switch (view.getUint8(o + RECORD.type)) {
    case TYPE_NEW_ORDER:
      if (size !== NEW.size || !fillOrder(views, o, account)) return to.malformed(i, account)
      return to.newOrder(i, views.order)
    case TYPE_CANCEL_ORDER:
      if (size !== CXL.size || !fillCancel(views, o, account)) return to.malformed(i, account)
      return to.cancelOrder(i, views.cancel)
    case TYPE_REPLACE_ORDER:
      if (size !== RPL.size || !fillReplace(views, o, account)) return to.malformed(i, account)
      return to.replaceOrder(i, views.replace)
    case TYPE_JSON: {
      const command = view.getUint16(o + RECORD.size, true) === 0 ? readAdmin(views, o) : null
      return command === null ? to.malformed(i, account) : to.admin(i, command)
    }
    default:
      return to.malformed(i, account)
  }
}

function fillOrder({ bytes, words, floats, order }: Views, o: number, account: number): boolean {
  const flags = bytes[o + RECORD.flags] ?? 0
  const side = bytes[o + NEW.side] ?? 0
  const ordType = bytes[o + NEW.ordType] ?? 0
  const timeInForce = bytes[o + NEW.timeInForce] ?? 0
  const stpMode = bytes[o + NEW.stpMode] ?? 0
  if (
    (flags & ~(FLAG_POST_ONLY | FLAG_REDUCE_ONLY | FLAG_TRAILING_PPM)) !== 0 ||
    side >= SIDES.length ||
    ordType >= ORD_TYPES.length ||
    timeInForce >= TIMES_IN_FORCE.length ||
    (stpMode >= STP_MODES.length && stpMode !== STP_DEFAULT)
  ) {
    return false
  }
  const w = o >> 2
  const d = o >> 3
  order.account = account
  order.instrumentId = (words[w + NEW.instrumentId / 4] ?? 0) >>> 0
  order.side = side
  order.ordType = ordType
  order.timeInForce = timeInForce
  order.stpMode = stpMode
  order.postOnly = (flags & FLAG_POST_ONLY) !== 0
  order.reduceOnly = (flags & FLAG_REDUCE_ONLY) !== 0
  order.price = floats[d + NEW.price / 8] ?? 0
  order.orderQty = floats[d + NEW.orderQty / 8] ?? 0
  order.stopPx = floats[d + NEW.stopPx / 8] ?? 0
  order.displayQty = floats[d + NEW.displayQty / 8] ?? 0
  order.trailingOffset = (words[w + NEW.trailingOffset / 4] ?? 0) >>> 0
  order.isTrailingPpm = (flags & FLAG_TRAILING_PPM) !== 0
  order.quoteAmount[0] = words[w + NEW.quoteAmount / 4] as number
  order.quoteAmount[1] = words[w + NEW.quoteAmount / 4 + 1] as number
  order.expireTimeNs[0] = words[w + NEW.expireTimeNs / 4] as number
  order.expireTimeNs[1] = words[w + NEW.expireTimeNs / 4 + 1] as number
  copyTrace(words, w + NEW.traceId / 4, order.traceId, 0)
  // NaN has many bit patterns: echoed in a report, replicas could differ in bytes.
  const sum = order.price + order.orderQty + order.stopPx + order.displayQty
  return !Number.isNaN(sum) && takeId(words, w + NEW.clOrdID / 4, order.clOrdID)
}

function fillCancel({ words, floats, cancel }: Views, o: number, account: number): boolean {
  const w = o >> 2
  cancel.account = account
  cancel.orderID = floats[(o + CXL.orderID) >> 3] ?? 0
  copyTrace(words, w + CXL.traceId / 4, cancel.traceId, 0)
  return (
    !Number.isNaN(cancel.orderID) &&
    takeId(words, w + CXL.clOrdID / 4, cancel.clOrdID) &&
    takeId(words, w + CXL.origClOrdID / 4, cancel.origClOrdID)
  )
}

function fillReplace({ words, floats, replace }: Views, o: number, account: number): boolean {
  const w = o >> 2
  const d = o >> 3
  replace.account = account
  replace.orderID = floats[d + RPL.orderID / 8] ?? 0
  replace.price = floats[d + RPL.price / 8] ?? 0
  replace.orderQty = floats[d + RPL.orderQty / 8] ?? 0
  copyTrace(words, w + RPL.traceId / 4, replace.traceId, 0)
  return (
    !Number.isNaN(replace.orderID + replace.price + replace.orderQty) &&
    takeId(words, w + RPL.clOrdID / 4, replace.clOrdID) &&
    takeId(words, w + RPL.origClOrdID / 4, replace.origClOrdID)
  )
}

/** Copies an id; false unless it is ASCII followed by nothing but zeros. */
function takeId(from: Int32Array, at: number, to: Int32Array): boolean {
  copyId(from, at, to, 0)
  return isId(to, 0)
}

function readAdmin({ bytes, view }: Views, o: number): AdminCommand | null {
  const from = o + JSON_RECORD.text
  const text = bytes.subarray(from, from + view.getUint32(o + JSON_RECORD.length, true))
  try {
    const value = fromJson(Buffer.from(text).toString('utf8'))
    return isAdminCommand(value) ? value : null
  } catch {
    return null
  }
}
