// Who runs in a race, and the race: round by round all contestants, one after another, so that
// whatever else the machine does hits all of them alike. A figure is the median of its rounds.

import { type BenchRow, YES_OR_NO } from '../bench-row.ts'
import { median } from '../statistics.ts'

/** Something that handles a number of commands and says how long it took. */
export interface Contestant {
  readonly name: string
  /** Commands of one round. */
  readonly commands: number
  readonly goal?: string
  readonly stretch?: string
  readonly point?: { readonly line: string; readonly at: number }
  /** Plays one round: what all its commands took. */
  run(): Taken
}

/** Nanoseconds by the clock, and of the processor in this thread: more by the clock = others ran. */
export interface Taken {
  readonly clock: number
  readonly cpu: number
}

/** A contestant with its nanoseconds a command, round by round. */
export interface Result {
  readonly contestant: Contestant
  readonly samples: readonly Taken[]
}

/** What some work takes. */
export function timed(work: () => void): Taken {
  const before = process.threadCpuUsage()
  const start = performance.now()
  work()
  const clock = (performance.now() - start) * 1e6
  const { user, system } = process.threadCpuUsage(before)
  return { clock, cpu: (user + system) * 1000 }
}

/** Rounds that only warm up: what V8 compiles to follow the first, it compiles in the second. */
export const WARM_ROUNDS = 2

/** Runs `rounds` rounds after those that only warm up. */
export function race(contestants: readonly Contestant[], rounds: number): Result[] {
  const results = contestants.map((contestant) => ({ contestant, samples: [] as Taken[] }))
  for (let round = 0; round < rounds + WARM_ROUNDS; round++) {
    for (const { contestant, samples } of results) {
      const { clock, cpu } = contestant.run()
      const { commands } = contestant
      if (round >= WARM_ROUNDS) samples.push({ clock: clock / commands, cpu: cpu / commands })
    }
  }
  return results
}

/** Median nanoseconds a command, by the clock. */
export function timeOf({ samples }: Result): number {
  return median(samples.map(({ clock }) => clock))
}

/** The figure of a race: nanoseconds a command, and commands a second. */
export function speedRow(part: string, result: Result): BenchRow {
  const { name, goal, stretch, point } = result.contestant
  const time = timeOf(result)
  return {
    bench: 'matching',
    part,
    name,
    value: rounded(time),
    unit: 'ns/command',
    perSecond: Math.round(1e9 / time),
    cpu: rounded(median(result.samples.map(({ cpu }) => cpu))),
    ...(goal === undefined ? {} : { goal }),
    ...(stretch === undefined ? {} : { stretch }),
    ...(point === undefined ? {} : { point }),
  }
}

/** A figure that is no time of a race. */
export function figure(
  part: string,
  name: string,
  value: number,
  unit: string,
  more: Pick<BenchRow, 'goal' | 'stretch' | 'percentiles' | 'skipped'> = {},
): BenchRow {
  return { bench: 'matching', part, name, value: rounded(value), unit, ...more }
}

/** Whether two outcomes are the same, as a figure whose goal is 1. */
export function agreement(part: string, name: string, isRight: boolean): BenchRow {
  return figure(part, name, isRight ? 1 : 0, YES_OR_NO, { goal: '= 1' })
}

/** Three decimals below 10, one above: no figure here is known better. */
export function rounded(value: number): number {
  const steps = Math.abs(value) < 10 ? 1000 : 10
  return Math.round(value * steps) / steps
}
