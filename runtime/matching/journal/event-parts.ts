// (6) The events of one command batch as messages of bounded size. One command can make any number of
// events (a mass cancel, an uncross), a message cannot hold them; so a batch that is too large is
// cut into parts, each a batch of its own for whoever reads it.
//
// Where: before the command that does not fit any more; inside a command only when it alone is more
// than a part, and then never between the two reports of a trade. The cut follows from the bytes of
// the batch alone, so every replay makes the same parts.
//
// Memory: the engine's buffer holds the whole batch (it grows by doubling, up to twice the events),
// the parts are a copy beside it; the buffer is given back before the next batch. A mass cancel of
// 130,000 orders is 32 MB, an uncross of a million trades half a gigabyte twice.

import {
  BALANCE_CHANGED,
  EVENT_PARTS_MAX,
  EXECUTION_REPORT,
  FLAG_AGGRESSOR,
  HEADER,
  KIND_EVENTS,
  KIND_EVENTS_MORE,
  RECORD,
  TYPE_EXECUTION_REPORT,
  TYPE_JSON,
} from '#contracts/batch-layout.ts'
import { type Cursor, cursorOver } from '#contracts/binary-fields.ts'
import { readJsonRecord, sizeAt } from '#contracts/command-codec.ts'
import { assert } from '#domain/assert.ts'
import type { RareEvent } from '#domain/event.ts'
import { EXEC_TYPES } from '#domain/order.ts'

/** A place between two records, and how many records stand before it. */
interface Cut {
  readonly at: number
  readonly count: number
}

const TRADE_CODE = EXEC_TYPES.indexOf('Trade')

/**
 * The messages of a finished batch, each a copy of its own; one when it fits. A part is larger than
 * `bytesMax` only when a single record (or the two of a trade) is.
 */
export function cutBatch(batch: Uint8Array, bytesMax: number): Uint8Array[] {
  if (batch.length <= bytesMax) return [batch.slice()]
  const at = cursorOver(batch)
  const cuts = findCuts(at, bytesMax - HEADER.size)
  assert(cuts.length <= EVENT_PARTS_MAX, 'the parts of a batch can be counted')
  return cuts.map((end, part) => {
    const start = cuts[part - 1] ?? { at: HEADER.size, count: 0 }
    const bytes = new Uint8Array(HEADER.size + end.at - start.at)
    bytes.set(batch.subarray(0, HEADER.size))
    bytes.set(batch.subarray(start.at, end.at), HEADER.size)
    const view = new DataView(bytes.buffer)
    const isLast = part === cuts.length - 1
    view.setUint8(HEADER.kind, isLast ? KIND_EVENTS : KIND_EVENTS_MORE)
    view.setUint16(HEADER.count, end.count - start.count, true)
    view.setUint16(HEADER.part, part, true)
    return bytes
  })
}

/** The ends of the parts. */
function findCuts(at: Cursor, roomMax: number): Cut[] {
  const { bytes } = at
  const cuts: Cut[] = []
  let start: number = HEADER.size
  let command: Cut = { at: start, count: 0 }
  let event: Cut = command
  let cmdIndex = -1
  let mayCut = true
  let count = 0
  for (let offset = start; offset < bytes.length; count++) {
    const size = sizeAt(at, offset)
    const index = cmdIndexAt(at, offset)
    if (mayCut) event = { at: offset, count }
    if (index !== cmdIndex) command = event
    cmdIndex = index
    while (offset + size - start > roomMax) {
      const cut = command.at > start ? command : event
      if (cut.at <= start) break
      cuts.push(cut)
      start = cut.at
    }
    mayCut = !isFirstOfTrade(at, offset)
    offset += size
  }
  cuts.push({ at: bytes.length, count })
  return cuts
}

function cmdIndexAt(at: Cursor, offset: number): number {
  const type = at.view.getUint8(offset + RECORD.type)
  if (type === TYPE_JSON) return (readJsonRecord(at, offset) as RareEvent).cmdIndex
  const isReport = type === TYPE_EXECUTION_REPORT
  const field = isReport ? EXECUTION_REPORT.cmdIndex : BALANCE_CHANGED.cmdIndex
  return at.view.getUint32(offset + field, true)
}

/** The engine writes the aggressor's report of a trade and the maker's right behind it. */
function isFirstOfTrade({ view }: Cursor, offset: number): boolean {
  if (view.getUint8(offset + RECORD.type) !== TYPE_EXECUTION_REPORT) return false
  if (view.getUint8(offset + EXECUTION_REPORT.execType) !== TRADE_CODE) return false
  return (view.getUint8(offset + RECORD.flags) & FLAG_AGGRESSOR) !== 0
}
