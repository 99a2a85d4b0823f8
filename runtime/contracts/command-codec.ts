// Command batches: what a gateway appends to the log. Plain objects in, bytes out, and back.
// Matching reads the bytes in place; this codec is for everyone else and is the layout's reference.

import type { AdminCommand, Command } from '#domain/command.ts'
import { ORD_TYPES, SIDES, STP_MODES, TIMES_IN_FORCE } from '#domain/order.ts'
import {
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
} from './batch-layout.ts'
import {
  type Cursor,
  cursorOver,
  fromCode,
  fromJson,
  readId,
  readTraceId,
  toJson,
  writeId,
  writeTraceId,
} from './binary-fields.ts'
import { InputError } from './errors.ts'

/** Who sent a batch, and its number there: echoed in the event batch. */
export interface BatchSource {
  readonly source: number
  readonly sourceSeq: number
}

/** Encodes one batch. Shapes: at most BATCH_COMMANDS_MAX commands, in order. */
export function encodeCommandBatch(from: BatchSource, commands: readonly Command[]): Uint8Array {
  const jsons = commands.map((c) => (isAdmin(c) ? Buffer.from(toJson(c)) : null))
  let size: number = HEADER.size
  commands.forEach((c, i) => {
    size += recordSize(c, jsons[i]?.length ?? 0)
  })
  const bytes = new Uint8Array(size)
  const at = cursorOver(bytes)
  writeHeader(at, KIND_COMMANDS, commands.length, from)
  let offset: number = HEADER.size
  commands.forEach((command, i) => {
    writeCommand(at, offset, command, jsons[i] ?? null)
    offset += recordSize(command, jsons[i]?.length ?? 0)
  })
  return bytes
}

/** Decodes one batch. Errors: TE_INPUT_BODY when the bytes are no command batch of this version. */
export function decodeCommandBatch(bytes: Uint8Array): BatchSource & { commands: Command[] } {
  const at = cursorOver(bytes)
  const count = checkHeader(at, KIND_COMMANDS)
  const commands: Command[] = []
  let offset: number = HEADER.size
  for (let i = 0; i < count; i++) {
    const size = sizeAt(at, offset)
    commands.push(readCommand(at, offset))
    offset += size
  }
  return {
    source: at.view.getUint32(HEADER.source, true),
    sourceSeq: at.view.getUint32(HEADER.sourceSeq, true),
    commands,
  }
}

/** Writes the first 16 bytes of a batch header. */
export function writeHeader(at: Cursor, kind: number, count: number, from: BatchSource): void {
  at.view.setUint16(HEADER.magic, MAGIC, true)
  at.view.setUint8(HEADER.version, LAYOUT_VERSION)
  at.view.setUint8(HEADER.kind, kind)
  at.view.setUint32(HEADER.count, count, true)
  at.view.setUint32(HEADER.source, from.source, true)
  at.view.setUint32(HEADER.sourceSeq, from.sourceSeq, true)
}

/** Checks magic, version and kind; answers the record count. Errors: TE_INPUT_BODY. */
export function checkHeader(at: Cursor, kind: number): number {
  if (
    at.bytes.length < HEADER.size ||
    at.view.getUint16(HEADER.magic, true) !== MAGIC ||
    at.view.getUint8(HEADER.version) !== LAYOUT_VERSION ||
    at.view.getUint8(HEADER.kind) !== kind
  ) {
    throw new InputError('TE_INPUT_BODY', 'not a batch of this version and kind')
  }
  return at.view.getUint32(HEADER.count, true)
}

/** Bytes of the record at an offset. Errors: TE_INPUT_BODY when it leaves the batch. */
export function sizeAt(at: Cursor, offset: number): number {
  if (offset + 8 > at.bytes.length) throw new InputError('TE_INPUT_BODY', 'truncated batch')
  const fixed = at.view.getUint16(offset + RECORD.size, true)
  const size = fixed === 0 ? jsonSize(at.view.getUint32(offset + JSON_RECORD.length, true)) : fixed
  if (offset + size > at.bytes.length) throw new InputError('TE_INPUT_BODY', 'truncated batch')
  return size
}

/** Bytes of a JSON record with so many bytes of text. */
export function jsonSize(textBytes: number): number {
  return Math.ceil((JSON_RECORD.text + textBytes) / 8) * 8
}

/** Writes a JSON record. */
export function writeJsonRecord(at: Cursor, o: number, account: number, text: Uint8Array): void {
  at.view.setUint8(o + RECORD.type, TYPE_JSON)
  at.view.setUint16(o + RECORD.size, 0, true)
  at.view.setUint32(o + RECORD.account, account, true)
  at.view.setUint32(o + JSON_RECORD.length, text.length, true)
  at.bytes.set(text, o + JSON_RECORD.text)
}

/** Reads the value of a JSON record. */
export function readJsonRecord(at: Cursor, o: number): unknown {
  const length = at.view.getUint32(o + JSON_RECORD.length, true)
  const from = o + JSON_RECORD.text
  return fromJson(Buffer.from(at.bytes.subarray(from, from + length)).toString('utf8'))
}

function isAdmin(command: Command): command is AdminCommand {
  return !['NewOrder', 'CancelOrder', 'ReplaceOrder'].includes(command.type)
}

function recordSize(command: Command, textBytes: number): number {
  switch (command.type) {
    case 'NewOrder':
      return NEW.size
    case 'CancelOrder':
      return CXL.size
    case 'ReplaceOrder':
      return RPL.size
    default:
      return jsonSize(textBytes)
  }
}

function begin(at: Cursor, o: number, type: number, size: number, account: number): void {
  at.view.setUint8(o + RECORD.type, type)
  at.view.setUint16(o + RECORD.size, size, true)
  at.view.setUint32(o + RECORD.account, account, true)
}

function writeCommand(at: Cursor, o: number, c: Command, text: Uint8Array | null): void {
  const { view, bytes } = at
  switch (c.type) {
    case 'NewOrder':
      begin(at, o, TYPE_NEW_ORDER, NEW.size, c.account)
      view.setUint8(
        o + RECORD.flags,
        (c.postOnly ? FLAG_POST_ONLY : 0) |
          (c.reduceOnly ? FLAG_REDUCE_ONLY : 0) |
          (c.trailingOffsetUnit === 'Ppm' ? FLAG_TRAILING_PPM : 0),
      )
      view.setUint32(o + NEW.instrumentId, c.instrumentId, true)
      view.setUint8(o + NEW.side, SIDES.indexOf(c.side))
      view.setUint8(o + NEW.ordType, ORD_TYPES.indexOf(c.ordType))
      view.setUint8(o + NEW.timeInForce, TIMES_IN_FORCE.indexOf(c.timeInForce))
      view.setUint8(
        o + NEW.stpMode,
        c.stpMode === null ? STP_DEFAULT : STP_MODES.indexOf(c.stpMode),
      )
      view.setFloat64(o + NEW.price, c.price, true)
      view.setFloat64(o + NEW.orderQty, c.orderQty, true)
      view.setFloat64(o + NEW.stopPx, c.stopPx, true)
      view.setFloat64(o + NEW.displayQty, c.displayQty, true)
      view.setBigInt64(o + NEW.quoteAmount, c.quoteAmount, true)
      view.setBigInt64(o + NEW.expireTimeNs, c.expireTimeNs, true)
      writeTraceId(bytes, o + NEW.traceId, c.traceId)
      writeId(bytes, o + NEW.clOrdID, c.clOrdID)
      view.setUint32(o + NEW.trailingOffset, c.trailingOffset, true)
      return
    case 'CancelOrder':
      begin(at, o, TYPE_CANCEL_ORDER, CXL.size, c.account)
      view.setFloat64(o + CXL.orderID, c.orderID, true)
      writeTraceId(bytes, o + CXL.traceId, c.traceId)
      writeId(bytes, o + CXL.clOrdID, c.clOrdID)
      writeId(bytes, o + CXL.origClOrdID, c.origClOrdID)
      return
    case 'ReplaceOrder':
      begin(at, o, TYPE_REPLACE_ORDER, RPL.size, c.account)
      view.setFloat64(o + RPL.orderID, c.orderID, true)
      view.setFloat64(o + RPL.price, c.price, true)
      view.setFloat64(o + RPL.orderQty, c.orderQty, true)
      writeTraceId(bytes, o + RPL.traceId, c.traceId)
      writeId(bytes, o + RPL.clOrdID, c.clOrdID)
      writeId(bytes, o + RPL.origClOrdID, c.origClOrdID)
      return
    default:
      writeJsonRecord(at, o, c.account, text ?? new Uint8Array())
  }
}

function readCommand(at: Cursor, o: number): Command {
  const { view, bytes } = at
  const account = view.getUint32(o + RECORD.account, true)
  const flags = view.getUint8(o + RECORD.flags)
  switch (view.getUint8(o + RECORD.type)) {
    case TYPE_NEW_ORDER: {
      const stp = view.getUint8(o + NEW.stpMode)
      return {
        type: 'NewOrder',
        account,
        traceId: readTraceId(bytes, o + NEW.traceId),
        instrumentId: view.getUint32(o + NEW.instrumentId, true),
        clOrdID: readId(bytes, o + NEW.clOrdID),
        side: fromCode(SIDES, view.getUint8(o + NEW.side), 'side'),
        ordType: fromCode(ORD_TYPES, view.getUint8(o + NEW.ordType), 'ordType'),
        timeInForce: fromCode(TIMES_IN_FORCE, view.getUint8(o + NEW.timeInForce), 'timeInForce'),
        stpMode: stp === STP_DEFAULT ? null : fromCode(STP_MODES, stp, 'stpMode'),
        postOnly: (flags & FLAG_POST_ONLY) !== 0,
        reduceOnly: (flags & FLAG_REDUCE_ONLY) !== 0,
        price: view.getFloat64(o + NEW.price, true),
        orderQty: view.getFloat64(o + NEW.orderQty, true),
        quoteAmount: view.getBigInt64(o + NEW.quoteAmount, true),
        stopPx: view.getFloat64(o + NEW.stopPx, true),
        displayQty: view.getFloat64(o + NEW.displayQty, true),
        expireTimeNs: view.getBigInt64(o + NEW.expireTimeNs, true),
        trailingOffset: view.getUint32(o + NEW.trailingOffset, true),
        trailingOffsetUnit: (flags & FLAG_TRAILING_PPM) === 0 ? 'Ticks' : 'Ppm',
      }
    }
    case TYPE_CANCEL_ORDER:
      return {
        type: 'CancelOrder',
        account,
        traceId: readTraceId(bytes, o + CXL.traceId),
        orderID: view.getFloat64(o + CXL.orderID, true),
        clOrdID: readId(bytes, o + CXL.clOrdID),
        origClOrdID: readId(bytes, o + CXL.origClOrdID),
      }
    case TYPE_REPLACE_ORDER:
      return {
        type: 'ReplaceOrder',
        account,
        traceId: readTraceId(bytes, o + RPL.traceId),
        orderID: view.getFloat64(o + RPL.orderID, true),
        price: view.getFloat64(o + RPL.price, true),
        orderQty: view.getFloat64(o + RPL.orderQty, true),
        clOrdID: readId(bytes, o + RPL.clOrdID),
        origClOrdID: readId(bytes, o + RPL.origClOrdID),
      }
    case TYPE_JSON:
      return readJsonRecord(at, o) as AdminCommand
    default:
      throw new InputError('TE_INPUT_BODY', 'unknown command record')
  }
}
