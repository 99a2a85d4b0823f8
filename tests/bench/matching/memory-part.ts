// What a resting order costs in memory, with its account's share: all typed arrays and the heap after
// a full collection, at a million orders of 10,000 accounts. Once with pools opened at that size,
// once grown from small ones (which double, and so may be up to half empty).

import { setTimeout } from 'node:timers/promises'
import type { BenchRow } from '../bench-row.ts'
import { figure } from './contestant.ts'
import { openFilledEngine } from './engine-load.ts'

const SMALL_CAPACITY = 1 << 10
const SETTLING_MS = 100
const SETTLED_BYTES = 100_000

const SIZES = { instruments: 100, accounts: 10_000, commands: 0 }

/** Runs the part. Shapes: needs node's --expose-gc. */
export async function runMemoryPart(orders = 1_000_000): Promise<BenchRow[]> {
  const { bytes, snapshotBytes } = await bytesOf(orders, orders)
  const what = `whole engine, ${orders.toLocaleString('en')} resting orders, 10,000 accounts`
  return [
    figure('memory', what, bytes / orders, 'bytes/order', { goal: '<= 150' }),
    figure('memory', 'the same as a snapshot', snapshotBytes / orders, 'bytes/order'),
  ]
}

/** The same with pools that grew. It needs a process of its own, too: what is garbage lingers. */
export async function runGrownMemoryPart(orders = 1_000_000): Promise<BenchRow[]> {
  const { bytes } = await bytesOf(orders, SMALL_CAPACITY)
  const what = 'the same, grown from room for 1,024 orders'
  return [figure('memory-grown', what, bytes / orders, 'bytes/order')]
}

/** Bytes that stay allocated by an engine with so many orders. */
async function bytesOf(
  orders: number,
  capacity: number,
): Promise<{ bytes: number; snapshotBytes: number }> {
  const before = await allocated()
  const { engine } = openFilledEngine({ ...SIZES, open: orders }, capacity)
  const bytes = (await allocated()) - before
  const chunks = engine.takeSnapshot()
  return { bytes, snapshotBytes: chunks.reduce((sum, chunk) => sum + chunk.length, 0) }
}

/** Buffers that are garbage are freed beside the program: counted again until they are gone. */
async function allocated(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error('the memory part needs --expose-gc')
  let last = Number.POSITIVE_INFINITY
  for (;;) {
    globalThis.gc()
    await setTimeout(SETTLING_MS)
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    const now = heapUsed + arrayBuffers
    if (now > last - SETTLED_BYTES) return now
    last = now
  }
}
