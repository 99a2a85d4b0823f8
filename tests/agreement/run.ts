// Plays families in turn, a seed each, until every one has its share of commands, the time is over,
// or two answers differ.

import { type Disagreement, play } from '../helpers/agreement.ts'
import type { Family } from './family.ts'

/** How much is played. */
export interface AgreementOptions {
  readonly families: readonly Family[]
  /** Commands of all families together. */
  readonly commands: number
  readonly firstSeed: number
  /** Whether the time is over; what is under way is played to its end. */
  isOver(): boolean
  /** Told after each seed. */
  onSeed(tally: Tally): void
}

/** What a family has played. */
export interface Tally {
  readonly family: Family
  commands: number
  /** Seeds from the first on. */
  seeds: number
  failed: { readonly seed: number; readonly found: Disagreement } | null
}

/** Plays; one tally a family. A family that disagrees plays no further, the others do. */
export function runAgreement(options: AgreementOptions): Tally[] {
  const { families } = options
  const whole = families.reduce((sum, { percent }) => sum + percent, 0)
  const shares = families.map(({ percent }) => Math.ceil((options.commands * percent) / whole))
  const tallies = families.map((family): Tally => {
    return { family, commands: 0, seeds: 0, failed: null }
  })
  const isOpen = (tally: Tally, i: number) =>
    tally.failed === null && tally.commands < (shares[i] ?? 0) && !options.isOver()
  for (let open = tallies.filter(isOpen); open.length > 0; open = tallies.filter(isOpen)) {
    for (const [i, tally] of tallies.entries()) {
      if (!isOpen(tally, i)) continue
      playSeed(tally, options.firstSeed + tally.seeds, (shares[i] ?? 0) - tally.commands)
      options.onSeed(tally)
    }
  }
  return tallies
}

function playSeed(tally: Tally, seed: number, most: number): void {
  const { family } = tally
  const commands = Math.min(family.commandsPerSeed, most)
  const found = play(family.trial(seed), commands)
  tally.seeds += 1
  tally.commands += found === null ? commands : found.at
  if (found !== null) tally.failed = { seed, found }
}
