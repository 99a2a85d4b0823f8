// Event batches as the real engine makes them from a seeded flow of commands.

import type { ProjectedBatch } from '#adapters/postgres/index.ts'
import { decodeEventBatch, type EventBatch } from '#contracts/event-codec.ts'
import type { EngineEvent } from '#domain/event.ts'
import { createBatchApplier } from '../../runtime/matching/journal/batch-applier.ts'
import { createCommandFlow } from './command-flow.ts'

/** Log time of the first batch, and between batches: a minute is 60 batches. */
const START_NS = 1_700_000_000_000_000_000n
const STEP_NS = 1_000_000_000n

/** The first batch lists BTC-USD and funds eight accounts from 1000. Sequences start at 1. */
export function engineBatches(seed: number, count: number, commandsMax = 20): ProjectedBatch[] {
  const applier = createBatchApplier()
  const flow = createCommandFlow(seed)
  return Array.from({ length: count }, (_, i) => {
    const timestampNs = START_NS + BigInt(i) * STEP_NS
    const { parts } = applier.apply(i + 1, timestampNs, flow.next(commandsMax))
    return { ...decodeEventBatch(parts[0].bytes), message: i + 1 }
  })
}

/** All events of one type, in log order, each with the sequence of its batch. */
export function eventsOf<T extends EngineEvent['type']>(
  batches: readonly EventBatch[],
  type: T,
): (Extract<EngineEvent, { type: T }> & { readonly seq: number })[] {
  return batches.flatMap(({ seq, events }) =>
    events
      .filter((event): event is Extract<EngineEvent, { type: T }> => event.type === type)
      .map((event) => ({ ...event, seq })),
  )
}

/** Cuts a list into pieces of at most `size`. */
export function piecesOf<T>(list: readonly T[], size: number): T[][] {
  const pieces: T[][] = []
  for (let at = 0; at < list.length; at += size) pieces.push(list.slice(at, at + size))
  return pieces
}
