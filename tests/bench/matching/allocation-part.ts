// What the hot path allocates: bytes of heap a command in steady state (in a process whose young
// generation is so large that nothing is collected meanwhile), and collections in the same commands
// (in a process with node's own settings).

import { PerformanceObserver } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { getHeapStatistics } from 'node:v8'
import type { BenchRow } from '../bench-row.ts'
import { generateW1, W1_TIMED_FROM } from '../workload-w1.ts'
import type { BookLoad } from './book-load.ts'
import { figure } from './contestant.ts'
import { type EngineLoad, generateEngineLoad } from './engine-load.ts'
import { EnginePipeline } from './engine-pipeline.ts'
import { loadOf } from './w1-part.ts'

const SIZES = { instruments: 100, accounts: 10_000, open: 20_000 }
const ENGINE_COMMANDS = 262_144
/** Plays before the one that is watched, so that nothing is compiled any more. */
const WARM_ROUNDS = 3

/** Something to watch: `play` does `commands` commands in a state that is ready. */
interface Watched {
  readonly name: string
  readonly commands: number
  /** Whether the goal of no allocation is set for it. */
  readonly hasGoal: boolean
  readonly prepare: () => () => void
}

/** Bytes allocated a command. Shapes: needs --expose-gc and a young generation of 256 MiB. */
export function runAllocationPart(): BenchRow[] {
  return watched().map(({ name, commands, hasGoal, prepare }) => {
    const play = warmedUp(prepare)
    globalThis.gc?.()
    const before = getHeapStatistics().used_heap_size
    play()
    const bytes = getHeapStatistics().used_heap_size - before
    const goal = hasGoal ? { goal: '<= 0.05' } : {}
    return figure('allocation', `${name}: allocated`, bytes / commands, 'bytes/command', goal)
  })
}

/** Collections while the commands run, under node's own settings. */
export async function runCollectionsPart(): Promise<BenchRow[]> {
  const rows: BenchRow[] = []
  for (const { name, commands, hasGoal, prepare } of watched()) {
    const play = warmedUp(prepare)
    const collections: number[] = []
    const observer = new PerformanceObserver((list) => {
      collections.push(...list.getEntries().map(({ startTime }) => startTime))
    })
    observer.observe({ entryTypes: ['gc'] })
    // Entries come in a later turn, those of before the run too.
    await setImmediate()
    const start = performance.now()
    play()
    const end = performance.now()
    await setImmediate()
    observer.disconnect()
    const count = collections.filter((at) => at >= start && at <= end).length
    const what = `${name}: collections in ${commands.toLocaleString('en')} commands`
    rows.push(figure('collections', what, count, 'count', hasGoal ? { goal: '= 0' } : {}))
  }
  return rows
}

function warmedUp(prepare: () => () => void): () => void {
  for (let i = 0; i < WARM_ROUNDS; i++) prepare()()
  return prepare()
}

function watched(): Watched[] {
  const load = generateEngineLoad({ ...SIZES, commands: ENGINE_COMMANDS })
  return [watchedBook(loadOf('book alone, W1', generateW1(), W1_TIMED_FROM)), watchedEngine(load)]
}

function watchedBook(load: BookLoad): Watched {
  return {
    name: load.name,
    commands: load.count - load.warm,
    hasGoal: true,
    prepare: () => {
      const play = load.open()
      play(0, load.warm)
      return () => play(load.warm, load.count)
    },
  }
}

function watchedEngine(load: EngineLoad): Watched {
  return {
    name: 'whole engine (one event batch for 128 commands)',
    commands: load.commands,
    hasGoal: false,
    prepare: () => {
      const pipeline = new EnginePipeline(load.snapshot)
      return () => {
        for (const batch of load.batches) pipeline.play(batch)
      }
    },
  }
}
