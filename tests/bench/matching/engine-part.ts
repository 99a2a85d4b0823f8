// The whole engine: decoding of batches of 128, accounts, holds, fees, matching, encoded events.
// Beside it the same with the running hash over all event batches, as the matching service has it.

import { createBatchApplier } from '../../../runtime/matching/journal/batch-applier.ts'
import type { BenchRow } from '../bench-row.ts'
import {
  type Contestant,
  figure,
  race,
  speedRow,
  type Taken,
  timed,
  WARM_ROUNDS,
} from './contestant.ts'
import { BATCH_COMMANDS, type EngineLoad, generateEngineLoad } from './engine-load.ts'
import { ENGINE_TYPES, EnginePipeline } from './engine-pipeline.ts'
import { LatencyLog, latencyRows, timerRow } from './latency.ts'

const PART = 'engine'
const SIZES = { instruments: 100, accounts: 10_000, open: 20_000 }
const WHAT = '100 instruments, 10,000 accounts, 20,000 orders'
const SINGLE_ROUNDS_MAX = 3

/** Runs the part with so many batches a round. */
export function runEnginePart(rounds: number, batches = 512): BenchRow[] {
  const commands = (rounds + WARM_ROUNDS) * batches * BATCH_COMMANDS
  const load = generateEngineLoad({ ...SIZES, commands })
  const contestants = [pipelineOn(load, batches), serviceOn(load, batches)]
  const rows = race(contestants, rounds).map((result) => speedRow(PART, result))
  const logs = Array.from({ length: Math.min(rounds, SINGLE_ROUNDS_MAX) }, () => {
    const log = new LatencyLog(load.commands)
    const pipeline = new EnginePipeline(load.snapshot)
    for (const batch of load.batches) pipeline.playTimed(batch, log)
    return log
  })
  return [
    ...rows,
    ...latencyRows(PART, 'whole engine, decoded', logs, ENGINE_TYPES),
    timerRow(PART),
    eventsRow(load),
  ]
}

/** One engine that gets the next batches in every round, as it would in production. */
function pipelineOn(load: EngineLoad, batches: number): Contestant {
  const pipeline = new EnginePipeline(load.snapshot)
  return {
    name: `whole engine: ${WHAT}`,
    commands: batches * BATCH_COMMANDS,
    goal: '<= 250',
    stretch: '<= 120',
    run: inTurns(load.batches, batches, (batch) => pipeline.play(batch)),
  }
}

function serviceOn(load: EngineLoad, batches: number): Contestant {
  let seq = 0
  const applier = createBatchApplier((engine) => {
    engine.loadSnapshot(load.snapshot)
    seq = engine.lastSeq
    return { seq, timestampNs: engine.now, chain: new Uint8Array(32) }
  })
  const time = applier.timestampNs()
  return {
    name: `whole engine and running hash of the event log: ${WHAT}`,
    commands: batches * BATCH_COMMANDS,
    run: inTurns(load.batches, batches, (batch) => applier.apply(++seq, time, batch)),
  }
}

/** A round: the next so many batches. */
function inTurns(
  batches: readonly Uint8Array[],
  count: number,
  play: (batch: Uint8Array) => unknown,
): () => Taken {
  let next = 0
  return () => {
    const from = next
    next += count
    return timed(() => {
      for (let i = from; i < next; i++) play(batches[i] as Uint8Array)
    })
  }
}

function eventsRow(load: EngineLoad): BenchRow {
  const pipeline = new EnginePipeline(load.snapshot)
  const bytes = load.batches.reduce((sum, batch) => sum + pipeline.play(batch).length, 0)
  return figure(PART, 'events encoded in all of these', bytes / load.commands, 'bytes/command')
}
