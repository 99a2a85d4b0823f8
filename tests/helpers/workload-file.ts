// Reads the public matching workloads (40-byte records, xz) and renders the reports of a run in the
// form whose SHA-256 is published. See the benchmark flash1-dev/matching-engine-benchmark.

import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { Readable } from 'node:stream'
import xz from 'xz-decompress'
import type { LimitBook } from '#engine/book/limit-book.ts'
import type { ReportSink } from '#engine/book/report-sink.ts'

const HEADER_BYTES = 16
const RECORD_BYTES = 40

/** The published hashes of the report lines. */
export const WORKLOAD_ORACLES = {
  normal: 'e9b2e3926854410b01a035aeb25dd05f1e597c233be8263de9eb49b6713d367e',
  'flash-crash': 'cff8d3f94b709fc64a8b2058a6ca4fb6920364904796e46906895e362d2bb16b',
} as const
export type WorkloadName = keyof typeof WORKLOAD_ORACLES

/** Messages of one workload, as columns. */
export interface Workload {
  readonly count: number
  readonly type: Uint8Array
  readonly side: Uint8Array
  readonly ioc: Uint8Array
  readonly qty: Float64Array
  readonly seq: Float64Array
  readonly id: Float64Array
  readonly price: Float64Array
}

function pathOf(name: WorkloadName): string {
  return new URL(`../../../shared/data/workload-${name}.bin.xz`, import.meta.url).pathname
}

/** Whether the data set is on this machine. */
export function hasWorkload(name: WorkloadName): boolean {
  return existsSync(pathOf(name))
}

/** Columns for so many messages, all zero. */
export function emptyWorkload(count: number): Workload {
  return {
    count,
    type: new Uint8Array(count),
    side: new Uint8Array(count),
    ioc: new Uint8Array(count),
    qty: new Float64Array(count),
    seq: new Float64Array(count),
    id: new Float64Array(count),
    price: new Float64Array(count),
  }
}

export async function readWorkload(name: WorkloadName): Promise<Workload> {
  const compressed = Readable.toWeb(createReadStream(pathOf(name)))
  const stream = new xz.XzReadableStream(compressed as ReadableStream<Uint8Array>)
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer())
  const view = new DataView(bytes.buffer)
  const count = view.getUint32(12, true)
  const load = emptyWorkload(count)
  for (let i = 0; i < count; i++) {
    const at = HEADER_BYTES + i * RECORD_BYTES
    load.type[i] = bytes[at] as number
    load.side[i] = bytes[at + 1] as number
    load.ioc[i] = bytes[at + 2] as number
    load.qty[i] = view.getUint32(at + 4, true)
    load.seq[i] = Number(view.getBigUint64(at + 8, true))
    load.id[i] = Number(view.getBigUint64(at + 16, true))
    load.price[i] = Number(view.getBigInt64(at + 24, true))
  }
  return load
}

/** Sends messages [from, to) to a book. */
export function playWorkload(load: Workload, book: LimitBook, from: number, to: number): void {
  const { type, side, ioc, qty, seq, id, price } = load
  for (let i = from; i < to; i++) {
    const at = seq[i] as number
    const order = id[i] as number
    if (type[i] === 0) {
      book.newOrder(
        at,
        order,
        side[i] as number,
        price[i] as number,
        qty[i] as number,
        ioc[i] !== 0,
      )
    } else if (type[i] === 1) book.cancel(at, order)
    else book.modify(at, order, price[i] as number, qty[i] as number)
  }
}

/** SHA-256 of the report lines, ordered by (sequence, type) and otherwise as they came. */
export function hashReports(sink: ReportSink): string {
  const { count } = sink
  const order = Uint32Array.from({ length: count }, (_, i) => i)
  order.sort((a, b) => sink.seq(a) - sink.seq(b) || sink.type(a) - sink.type(b) || a - b)
  const hash = createHash('sha256')
  let text = ''
  for (let i = 0; i < count; i++) {
    text += (i === 0 ? '' : '\n') + lineOf(sink, order[i] as number)
    if (text.length > 1 << 20) {
      hash.update(text)
      text = ''
    }
  }
  return hash.update(text).digest('hex')
}

function lineOf(sink: ReportSink, i: number): string {
  const start = `${sink.type(i)},${sink.seq(i)}`
  const order = `${start},${sink.side(i)},${sink.id(i)},${sink.price(i)}`
  switch (sink.type(i)) {
    case 1:
      return `${start},${sink.price(i)},${sink.qty(i)},${sink.id(i)},${sink.takerId(i)}`
    case 2:
      return order
    case 4:
    case 5:
      return `${start},${sink.id(i)}`
    default:
      return `${order},${sink.qty(i)}`
  }
}
