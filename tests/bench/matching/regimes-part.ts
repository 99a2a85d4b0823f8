// The book alone in markets of our own making: see ../regimes.ts for what each of them is.

import type { BenchRow } from '../bench-row.ts'
import { generateRegime, REGIMES } from '../regimes.ts'
import { bookAlone, loadOfColumns } from './book-load.ts'
import { race, speedRow } from './contestant.ts'

/** Runs the part with so many timed commands a regime. */
export function runRegimesPart(rounds: number, commands = 500_000): BenchRow[] {
  const contestants = REGIMES.map((regime) => {
    const { columns, warm } = generateRegime(regime, commands)
    return bookAlone(loadOfColumns(`book alone, ${regime.name}: ${regime.about}`, columns, warm))
  })
  return race(contestants, rounds).map((result) => speedRow('regimes', result))
}
