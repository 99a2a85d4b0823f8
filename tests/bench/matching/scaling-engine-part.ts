// Growth of the whole engine: time of a command against open orders, accounts and instruments, each
// over its range while the other two stay. Engines stay open; the rounds are interleaved.

import type { BenchRow } from '../bench-row.ts'
import {
  type Contestant,
  figure,
  race,
  speedRow,
  timed,
  timeOf,
  WARM_ROUNDS,
} from './contestant.ts'
import { BATCH_COMMANDS, type EngineLoadOptions, generateEngineLoad } from './engine-load.ts'
import { EnginePipeline } from './engine-pipeline.ts'

const PART = 'scaling-engine'
const BATCHES = 128

type Size = 'open' | 'accounts' | 'instruments'
export type EngineSizes = Readonly<Record<Size, readonly number[]>> & {
  readonly fixed: Readonly<Record<Size, number>>
}

const SIZES: EngineSizes = {
  open: [1000, 10_000, 100_000, 1_000_000],
  accounts: [1000, 10_000, 100_000, 1_000_000],
  instruments: [1, 10, 100, 1000],
  fixed: { open: 20_000, accounts: 10_000, instruments: 100 },
}
const LINES: Readonly<Record<Size, string>> = {
  open: 'orders',
  accounts: 'accounts',
  instruments: 'instruments',
}

/** Runs the part. */
export function runScalingEnginePart(rounds: number, sizes: EngineSizes = SIZES): BenchRow[] {
  const rows: BenchRow[] = []
  for (const size of Object.keys(LINES) as Size[]) {
    // One after the other: engines with a million of something are large.
    const line = sizes[size].map((at) => steadyEngine(size, at, sizes, rounds))
    const results = race(line, rounds)
    const times = results.map(timeOf)
    const growth = (times[times.length - 1] ?? Number.NaN) / (times[0] ?? Number.NaN)
    rows.push(...results.map((result) => speedRow(PART, result)))
    const name = `growth of whole engine, ${LINES[size]}: largest to smallest`
    rows.push(figure(PART, name, growth, 'x', size === 'instruments' ? {} : { goal: '<= 2' }))
  }
  return rows
}

/** An engine that gets the next batches of its load in every round. */
function steadyEngine(size: Size, at: number, sizes: EngineSizes, rounds: number): Contestant {
  const commands = (rounds + WARM_ROUNDS) * BATCHES * BATCH_COMMANDS
  const options: EngineLoadOptions = { ...sizes.fixed, [size]: at, commands }
  const { snapshot, batches } = generateEngineLoad(options)
  const pipeline = new EnginePipeline(snapshot)
  let next = 0
  return {
    name: `whole engine, ${at.toLocaleString('en')} ${LINES[size]}`,
    commands: BATCHES * BATCH_COMMANDS,
    point: { line: `engine, ${LINES[size]}`, at },
    run: () => {
      const from = next
      next += BATCHES
      return timed(() => {
        for (let i = from; i < next; i++) pipeline.play(batches[i] as Uint8Array)
      })
    },
  }
}
