// The families of trials: what is held against what, and how it is set up from a seed.

import type { Trial } from '../helpers/agreement.ts'
import { drawBookConfig } from '../helpers/book-regimes.ts'
import { BookTrial } from '../helpers/book-trial.ts'
import { EngineTrial } from '../helpers/engine-trial.ts'
import { LimitBookTrial } from '../helpers/limit-book-trial.ts'
import { drawAuctionConfig, drawConfig } from '../helpers/workload-draw.ts'
import { drawMarginConfig, RandomMarginCommands } from '../helpers/workload-margin.ts'
import { IcebergCommands, WaitingCommands } from '../helpers/workload-mixed.ts'
import { PlainCommands } from '../helpers/workload-plain.ts'
import { type CommandSource, Random, RandomCommands } from '../helpers/workload-random.ts'

/** Trials of one kind; each seed is one trial, with a configuration of its own. */
export interface Family {
  readonly name: string
  readonly what: string
  /** Percent of all commands. */
  readonly percent: number
  readonly commandsPerSeed: number
  trial(seed: number): Trial
}

/** Half of all commands for the book alone, half for the whole engine. */
export const FAMILIES: readonly Family[] = [
  {
    name: 'book',
    what: 'Book with owners, self-trade prevention and icebergs, against a sorted array',
    percent: 25,
    commandsPerSeed: 10_000,
    trial: (seed) => new BookTrial(seed, drawBookConfig(seed)),
  },
  {
    name: 'limit-book',
    what: 'LimitBook with ids and reports, against a sorted array',
    percent: 25,
    commandsPerSeed: 10_000,
    trial: (seed) => new LimitBookTrial(seed, drawBookConfig(seed)),
  },
  {
    name: 'engine',
    what: 'the engine against the naive one, on all commands',
    percent: 10,
    commandsPerSeed: 2_500,
    trial: (seed) => engineTrial(seed, new RandomCommands(seed, drawConfig(seed))),
  },
  {
    name: 'plain',
    what: 'the same, where most orders are plain and take the short way',
    percent: 10,
    commandsPerSeed: 10_000,
    trial: (seed) => engineTrial(seed, new PlainCommands(seed)),
  },
  {
    name: 'auctions',
    what: 'the same, with auctions all the time',
    percent: 5,
    commandsPerSeed: 2_500,
    trial: (seed) => engineTrial(seed, new RandomCommands(seed, drawAuctionConfig(seed))),
  },
  {
    name: 'waiting',
    what: 'the same, where more waits for a price or for another order',
    percent: 5,
    commandsPerSeed: 2_500,
    trial: (seed) => engineTrial(seed, new WaitingCommands(seed, drawConfig(seed))),
  },
  {
    name: 'icebergs',
    what: 'the same, with icebergs in a market of one to five prices',
    percent: 10,
    commandsPerSeed: 2_500,
    trial: (seed) => {
      const prices = 1 + new Random(seed).below(5)
      return engineTrial(seed, new IcebergCommands(seed, prices, drawConfig(seed)))
    },
  },
  {
    name: 'margin',
    what: 'the same, with perpetuals, leverage and liquidations',
    percent: 10,
    commandsPerSeed: 2_500,
    trial: (seed) => engineTrial(seed, new RandomMarginCommands(seed, drawMarginConfig(seed))),
  },
]

/** Room for one order or for all; restarts in every other trial. */
function engineTrial(seed: number, source: CommandSource): Trial {
  const r = new Random(seed ^ 0x632be5ab)
  const capacity = r.pick([1, 1, 3, 4096])
  return new EngineTrial(source, { capacity, checkEvery: 250, restartEvery: r.pick([0, 400]) })
}
