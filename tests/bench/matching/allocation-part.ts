// What the hot path allocates: bytes of heap a command in steady state (in a process whose young
// generation is so large that nothing is collected meanwhile), and collections in the same commands
// (in a process with node's own settings). The commands are watched in tenths and the middle one counts:
// what every command allocates is in each, what the compiler leaves now and then is not.

import { PerformanceObserver } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { getHeapStatistics } from 'node:v8'
import type { BenchRow } from '../bench-row.ts'
import { median } from '../statistics.ts'
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

const TENTHS = 10

/** Something to watch: `prepare` makes a state ready and answers what plays one tenth of the commands. */
interface Watched {
  readonly name: string
  readonly commands: number
  /** Whether the goal of no allocation is set for it. */
  readonly hasGoal: boolean
  readonly prepare: () => (tenth: number) => void
}

/** Bytes allocated a command. Shapes: needs --expose-gc and a young generation of 256 MiB. */
export function runAllocationPart(): BenchRow[] {
  return watched().map(({ name, commands, hasGoal, prepare }) => {
    const play = warmedUp(prepare)
    globalThis.gc?.()
    const bytes = Array.from({ length: TENTHS }, (_, tenth) => {
      const before = getHeapStatistics().used_heap_size
      play(tenth)
      return getHeapStatistics().used_heap_size - before
    })
    const each = (median(bytes) * TENTHS) / commands
    const goal = hasGoal ? { goal: '<= 0.05' } : {}
    return figure('allocation', `${name}: allocated`, each, 'bytes/command', goal)
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
    playAll(play)
    const end = performance.now()
    await setImmediate()
    observer.disconnect()
    const count = collections.filter((at) => at >= start && at <= end).length
    const what = `${name}: collections in ${commands.toLocaleString('en')} commands`
    rows.push(figure('collections', what, count, 'count', hasGoal ? { goal: '= 0' } : {}))
  }
  return rows
}

function warmedUp(prepare: Watched['prepare']): (tenth: number) => void {
  for (let i = 0; i < WARM_ROUNDS; i++) playAll(prepare())
  return prepare()
}

function playAll(play: (tenth: number) => void): void {
  for (let tenth = 0; tenth < TENTHS; tenth++) play(tenth)
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
      const size = (load.count - load.warm) / TENTHS
      return (tenth) => play(load.warm + tenth * size, load.warm + (tenth + 1) * size)
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
      const size = Math.ceil(load.batches.length / TENTHS)
      return (tenth) => {
        for (const batch of load.batches.slice(tenth * size, (tenth + 1) * size))
          pipeline.play(batch)
      }
    },
  }
}
