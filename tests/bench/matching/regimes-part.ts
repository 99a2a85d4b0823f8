// The book alone in markets of our own making: see ../regimes.ts for what each of them is.

import type { BenchRow } from '../bench-row.ts'
import { generateRegime, REGIMES } from '../regimes.ts'
import { type BookLoad, bookAlone, loadOfColumns, singleCommands } from './book-load.ts'
import { race, speedRow } from './contestant.ts'
import { latencyRows, timerRow } from './latency.ts'

const PART = 'regimes'
const SINGLE_ROUNDS_MAX = 2

/** Runs the part with so many timed commands a regime. */
export function runRegimesPart(rounds: number, commands = 500_000): BenchRow[] {
  const loads = REGIMES.map((regime) => {
    const { columns, warm } = generateRegime(regime, commands)
    return loadOfColumns(`book alone, ${regime.name}: ${regime.about}`, columns, warm)
  })
  const contestants = loads.map((load) => bookAlone(load))
  const speeds = race(contestants, rounds).map((result) => speedRow(PART, result))
  const singles = loads.flatMap((load) => singlesOf(load, Math.min(rounds, SINGLE_ROUNDS_MAX)))
  return [...speeds, ...singles, timerRow(PART)]
}

function singlesOf(load: BookLoad, rounds: number): BenchRow[] {
  const name = load.name.split(':')[0] ?? load.name
  const present = new Set(Array.from({ length: load.count }, (_, i) => load.typeOf(i)))
  const rows = latencyRows(PART, name, singleCommands(load, rounds), load.types)
  // Some markets know no modify: a row of nothing says nothing.
  return rows.filter((_, i) => i === 0 || present.has(i - 1))
}
