// Percentiles of single commands by type. The timer costs about as much as a fast command: its own
// cost stands in the table as a row, and is contained in every other one.

import type { BenchRow } from '../bench-row.ts'
import { median } from '../statistics.ts'
import { figure, rounded } from './contestant.ts'

const SHARES = { p50: 0.5, p90: 0.9, p99: 0.99, 'p99.9': 0.999, 'p99.99': 0.9999, max: 1 }
const TIMER_PAIRS = 200_000

type Percentiles = Record<keyof typeof SHARES, number>

/** Nanoseconds of single commands, by the type of each. */
export class LatencyLog {
  readonly #nanos: Float64Array
  readonly #type: Uint8Array
  #count = 0

  constructor(capacity: number) {
    this.#nanos = new Float64Array(capacity)
    this.#type = new Uint8Array(capacity)
  }

  /** Writes one down. Units: milliseconds, as performance.now() gives them. */
  add(type: number, milliseconds: number): void {
    const at = this.#count++
    this.#nanos[at] = milliseconds * 1e6
    this.#type[at] = type
  }

  /** Percentiles in microseconds; of one type, or of all. */
  percentiles(type?: number): Percentiles {
    const chosen = this.#nanos
      .subarray(0, this.#count)
      .filter((_, i) => type === undefined || this.#type[i] === type)
      .sort()
    const at = (share: number): number =>
      (chosen[Math.min(chosen.length - 1, Math.floor(chosen.length * share))] ?? 0) / 1000
    const entries = Object.entries(SHARES).map(([name, share]) => [name, rounded(at(share))])
    return Object.fromEntries(entries) as Percentiles
  }
}

/** Middle of each percentile over rounds: one preemption of the process does not decide p99.99. */
export function middleOf(rounds: readonly Percentiles[]): Percentiles {
  const entries = Object.keys(SHARES).map((name) => [
    name,
    rounded(median(rounds.map((round) => round[name as keyof Percentiles]))),
  ])
  return Object.fromEntries(entries) as Percentiles
}

/** One row for all types together and one for each; `logs` are rounds of the same commands. */
export function latencyRows(
  part: string,
  what: string,
  logs: readonly LatencyLog[],
  types: readonly string[],
): BenchRow[] {
  const row = (name: string, type?: number): BenchRow => {
    const percentiles = middleOf(logs.map((log) => log.percentiles(type)))
    return figure(part, `${what}, one ${name}`, percentiles.p50, 'us', { percentiles })
  }
  return [row('command'), ...types.map((name, type) => row(name, type))]
}

/** What two readings of the timer cost. */
export function timerRow(part: string): BenchRow {
  const log = new LatencyLog(TIMER_PAIRS)
  for (let i = 0; i < TIMER_PAIRS; i++) {
    const start = performance.now()
    log.add(0, performance.now() - start)
  }
  const percentiles = log.percentiles()
  return figure(part, 'the timer alone, contained in all of these', percentiles.p50, 'us', {
    percentiles,
  })
}
