// Prices and quantities for trials of the book alone.

import { STP_NONE } from '#engine/book/book.ts'
import { MODES } from './sorted-book.ts'
import { jumped, Random } from './workload-random.ts'

/** Prices as a walk from a start: how far one may stand from the other, and how they jump. */
export interface BookRegime {
  readonly name: string
  readonly start: number
  readonly spread: number
  /** Percent of steps that move the middle by up to half of itself. */
  readonly jumps: number
  readonly maxQty: number
  /** Percent of orders that keep to their own side of the middle, so that books get deep. */
  readonly passivePercent: number
}

/** How a trial of the book is set up. */
export interface BookConfig {
  readonly regime: BookRegime
  /** Orders that the book has room for at first. */
  readonly capacity: number
  /** Beyond so many open orders takers get larger and nothing rests. */
  readonly openMax: number
  readonly owners: number
  readonly stpModes: readonly number[]
  /** Percent of resting orders. */
  readonly icebergPercent: number
  /** Percent of operations. */
  readonly cancelPercent: number
  /** Operations between two looks at all structures of the book. */
  readonly checkEvery: number
}

/** What the property tests play. */
export const BOOK_REGIMES: readonly BookRegime[] = [
  { name: 'a few prices', start: 32_768, spread: 3, jumps: 0, maxQty: 20, passivePercent: 0 },
  {
    name: 'neighbouring pages of the index',
    start: 1024,
    spread: 40,
    jumps: 0,
    maxQty: 1000,
    passivePercent: 0,
  },
  {
    name: 'prices that jump by half',
    start: 100_000,
    spread: 300,
    jumps: 2,
    maxQty: 50,
    passivePercent: 0,
  },
  {
    name: 'prices around 2^52',
    start: 2 ** 52,
    spread: 2 ** 51,
    jumps: 1,
    maxQty: 2 ** 40,
    passivePercent: 0,
  },
]

/** A set-up as the property tests have it. */
export function plainBookConfig(regime: BookRegime): BookConfig {
  return {
    regime,
    capacity: 1,
    openMax: 25,
    owners: 3,
    stpModes: MODES,
    icebergPercent: 30,
    cancelPercent: 30,
    checkEvery: 1,
  }
}

/** A set-up from a seed. Deep books are looked at less often, because a look takes as long. */
export function drawBookConfig(seed: number): BookConfig {
  const r = new Random(seed ^ 0x2545f491)
  const openMax = r.pick([2, 10, 60, 400, 400])
  const modes = MODES.filter(() => r.chance(60))
  return {
    regime: r.chance(25) ? r.pick(BOOK_REGIMES) : drawRegime(r),
    capacity: r.pick([1, 1, 7, 4096]),
    openMax,
    owners: r.pick([1, 2, 3, 10]),
    stpModes: modes.length > 0 ? modes : [STP_NONE],
    icebergPercent: r.pick([0, 10, 30, 90]),
    cancelPercent: r.pick([3, 10, 30]),
    checkEvery: Math.max(1, Math.floor(openMax / 10)),
  }
}

function drawRegime(r: Random): BookRegime {
  const start = r.upTo(2 ** (1 + r.below(52)))
  return {
    name: 'drawn',
    start,
    // 1: all at one price.
    spread: Math.min(start, r.upTo(2 ** r.below(r.chance(50) ? 4 : 50))),
    jumps: r.pick([0, 0, 1, 5]),
    maxQty: r.upTo(2 ** (1 + r.below(40))),
    passivePercent: r.pick([0, 50, 90]),
  }
}

/** The prices of a trial, one after the other. */
export class PriceWalk {
  readonly #random: Random
  readonly #regime: BookRegime
  #middle: number

  constructor(random: Random, regime: BookRegime) {
    this.#random = random
    this.#regime = regime
    this.#middle = regime.start
  }

  /** Time goes on: now and then the middle jumps. */
  step(): void {
    const { start, spread, jumps } = this.#regime
    if (!this.#random.chance(jumps)) return
    this.#middle = jumped(this.#random, this.#middle, start, Number.MAX_SAFE_INTEGER - spread)
  }

  next(isBuy: boolean): number {
    const r = this.#random
    const { spread, passivePercent } = this.#regime
    if (passivePercent > 0 && r.chance(passivePercent)) {
      return Math.max(1, this.#middle + (isBuy ? -r.upTo(spread) : r.upTo(spread)))
    }
    return Math.max(1, this.#middle + r.upTo(spread) - r.upTo(spread))
  }
}
