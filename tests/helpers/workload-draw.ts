// Configurations of random commands from a seed: each is a venue of its own, with its sizes, rates,
// prices and kinds of commands.

import { STP_MODES } from '#domain/order.ts'
import { type CommandMix, PLAIN, type PriceRegime, type WorkloadConfig } from './workload-config.ts'
import { Random } from './workload-random.ts'

/** Prices so large that a notional of few lots is near 2^62; they need the smallest steps. */
const HUGE = 2 ** 52

const REGIMES: readonly PriceRegime[] = [
  PLAIN.prices,
  { start: 5_000, driftPercent: 0, drift: 0, spread: 0, jumpPercent: 0 },
  { start: 40, driftPercent: 2, drift: 1, spread: 1, jumpPercent: 0 },
  { start: 32_768, driftPercent: 10, drift: 40, spread: 200, jumpPercent: 0 },
  { start: 100_000, driftPercent: 5, drift: 30, spread: 60, jumpPercent: 2 },
  { start: HUGE, driftPercent: 5, drift: 1000, spread: 5, jumpPercent: 0 },
  { start: HUGE, driftPercent: 5, drift: 2 ** 30, spread: 2 ** 30, jumpPercent: 1 },
]

const MIXES: readonly CommandMix[] = [
  PLAIN.mix,
  { newOrder: 800, trigger: 30, list: 5, cancelReplace: 5, cancel: 80, replace: 50 },
  { newOrder: 300, trigger: 50, list: 10, cancelReplace: 60, cancel: 250, replace: 300 },
  { newOrder: 300, trigger: 250, list: 100, cancelReplace: 20, cancel: 130, replace: 130 },
  { newOrder: 400, trigger: 50, list: 20, cancelReplace: 20, cancel: 150, replace: 110 },
]

/** A configuration from a seed, unlike the plain one in any of its parts. */
export function drawConfig(seed: number): WorkloadConfig {
  const r = new Random(seed ^ 0x5bd1e995)
  const prices = r.pick(REGIMES)
  const isHuge = prices.start === HUGE
  const modes = STP_MODES.filter(() => r.chance(60))
  return {
    prices,
    mix: r.pick(MIXES),
    marketPercent: r.pick([0, 5, 15, 40]),
    postOnlyPercent: r.pick([0, 10, 40]),
    icebergPercent: r.pick([0, 15, 60]),
    scales: isHuge ? [1] : PLAIN.scales,
    quoteScales: [isHuge ? 6 : r.pick([6, 8])],
    steps: isHuge ? [['0.01', '0.0001']] : drawSteps(r),
    bandsPpm: r.pick([[0], [1_000, 20_000], PLAIN.bandsPpm, [999_999]]),
    makerFeesPpm: r.pick([[0], PLAIN.makerFeesPpm, [-250, -1_000], [1, 33_333]]),
    takerFeesPpm: r.pick([[0], PLAIN.takerFeesPpm, [1_000, 2_500], [7, 999_999]]),
    guardPercent: r.pick([0, 40, 100]),
    openPercent: 80,
    statePercent: r.pick([0, 0, 40]),
    resumePercent: r.pick([10, 10, 4]),
    forgottenPercent: r.pick([0, 80, 95]),
    stpModes: modes.length > 0 ? modes : [r.pick(STP_MODES)],
  }
}

/** The same with auctions all the time, most instruments begin with one. */
export function drawAuctionConfig(seed: number): WorkloadConfig {
  const r = new Random(seed ^ 0x1b873593)
  const config = drawConfig(seed)
  const start = r.pick([40, 1000, 32_768])
  const spread = 1 + r.below(12)
  return {
    ...config,
    prices: { start, driftPercent: 1, drift: spread, spread, jumpPercent: 0 },
    mix: { newOrder: 600, trigger: 20, list: 5, cancelReplace: 5, cancel: 100, replace: 100 },
    marketPercent: 5,
    scales: [1],
    bandsPpm: [0],
    openPercent: r.pick([10, 50]),
    statePercent: 60,
    resumePercent: r.pick([2, 5, 10]),
  }
}

function drawSteps(r: Random): WorkloadConfig['steps'] {
  const tickSizes = ['0.01', '0.05', '0.25', '1']
  return ['0.0001', '0.001', '0.1', '1'].map((lotSize) => [r.pick(tickSizes), lotSize])
}
