// The whole engine: decoding of batches of 128, accounts, holds, fees, matching, encoded events.
// Beside it the same with the running hash over all event batches, as the matching service has it.

import { createBatchApplier } from '../../../runtime/matching/journal/batch-applier.ts'
import type { BenchRow } from '../bench-row.ts'
import { type Contestant, figure, race, speedRow } from './contestant.ts'
import { type EngineLoad, generateEngineLoad } from './engine-load.ts'
import { ENGINE_TYPES, EnginePipeline } from './engine-pipeline.ts'
import { LatencyLog, latencyRows, timerRow } from './latency.ts'

const PART = 'engine'
const SIZES = { instruments: 100, accounts: 10_000, open: 20_000 }
const WHAT = '100 instruments, 10,000 accounts, 20,000 orders'
const SINGLE_ROUNDS_MAX = 3

/** Runs the part with so many commands a round. */
export function runEnginePart(rounds: number, commands = 262_144): BenchRow[] {
  const load = generateEngineLoad({ ...SIZES, commands })
  const contestants = [pipelineOn(load), serviceOn(load)]
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

function pipelineOn(load: EngineLoad): Contestant {
  return {
    name: `whole engine: ${WHAT}`,
    commands: load.commands,
    goal: '<= 250',
    stretch: '<= 120',
    run: () => {
      const pipeline = new EnginePipeline(load.snapshot)
      const start = performance.now()
      for (const batch of load.batches) pipeline.play(batch)
      return (performance.now() - start) * 1e6
    },
  }
}

function serviceOn(load: EngineLoad): Contestant {
  return {
    name: `whole engine and running hash of the event log: ${WHAT}`,
    commands: load.commands,
    run: () => {
      let seq = 0
      const applier = createBatchApplier((engine) => {
        engine.loadSnapshot(load.snapshot)
        seq = engine.lastSeq
        return { seq, timestampNs: engine.now, chain: new Uint8Array(32) }
      })
      const time = applier.timestampNs()
      const start = performance.now()
      for (const batch of load.batches) applier.apply(++seq, time, batch)
      return (performance.now() - start) * 1e6
    },
  }
}

function eventsRow(load: EngineLoad): BenchRow {
  const pipeline = new EnginePipeline(load.snapshot)
  const bytes = load.batches.reduce((sum, batch) => sum + pipeline.play(batch).length, 0)
  return figure(PART, 'events encoded in all of these', bytes / load.commands, 'bytes/command')
}
