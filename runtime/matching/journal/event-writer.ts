// (6) The engine's events -> one binary event batch. The engine writes the hot ones in place; here
// stand the seldom ones, which travel as JSON between them, and the header.

import { HEADER, KIND_EVENTS, LAYOUT_VERSION, MAGIC } from '#contracts/batch-layout.ts'
import { toJson } from '#contracts/binary-fields.ts'
import { jsonSize, writeJsonRecord } from '#contracts/command-codec.ts'
import type { RareEvent } from '#domain/event.ts'
import { EventBuffer } from '#engine/event-buffer.ts'
import type { EventOutput } from '#engine/event-sink.ts'

/** What the batch header says beside the count. */
export interface EventBatchHead {
  readonly source: number
  readonly sourceSeq: number
  readonly seq: number
  readonly timestampNs: bigint
}

/** An output that fills one batch at a time. */
export class EventWriter implements EventOutput {
  readonly buffer: EventBuffer

  constructor(capacity: number) {
    this.buffer = new EventBuffer(capacity)
    this.begin()
  }

  /** Events in the open batch. */
  get count(): number {
    return this.buffer.count
  }

  /** Trades in the open batch. */
  get trades(): number {
    return this.buffer.trades
  }

  /** Forgets the open batch. */
  begin(): void {
    this.buffer.clear(HEADER.size)
  }

  rare(event: RareEvent): void {
    const { buffer } = this
    const text = Buffer.from(toJson(event))
    const size = jsonSize(text.length)
    const at = buffer.add(size / 4) * 4
    const { bytes } = buffer
    bytes.fill(0, at, at + size)
    writeJsonRecord({ bytes, view: new DataView(bytes.buffer) }, at, event.account, text)
  }

  done(): void {
    // Nothing waits here: the batch is the unit.
  }

  /** Writes the header and answers the batch, where it stands: it is gone with the next `begin`. */
  finish(head: EventBatchHead): Uint8Array {
    const { bytes, length, count } = this.buffer
    const view = new DataView(bytes.buffer)
    bytes.fill(0, 0, HEADER.size)
    view.setUint16(HEADER.magic, MAGIC, true)
    view.setUint8(HEADER.version, LAYOUT_VERSION)
    view.setUint8(HEADER.kind, KIND_EVENTS)
    view.setUint32(HEADER.count, count, true)
    view.setUint32(HEADER.source, head.source, true)
    view.setUint32(HEADER.sourceSeq, head.sourceSeq, true)
    view.setFloat64(HEADER.seq, head.seq, true)
    view.setBigInt64(HEADER.timestampNs, head.timestampNs, true)
    return bytes.subarray(0, length)
  }
}

/** Makes a writer. `capacity` is where it starts, in bytes. */
export function createEventWriter(capacity = 262_144): EventWriter {
  return new EventWriter(capacity)
}
