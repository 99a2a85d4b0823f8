// What random commands are drawn from besides their seed: sizes, rates, prices, kinds. The plain
// configuration is what tests use; workload-draw.ts draws others.

import { STP_MODES, type StpMode } from '#domain/order.ts'

/** How prices move. Units: ticks. */
export interface PriceRegime {
  readonly start: number
  /** Percent of prices before which the middle drifts by up to `drift`. */
  readonly driftPercent: number
  readonly drift: number
  /** A price is this far from the middle at most. */
  readonly spread: number
  /** Percent of prices before which the middle jumps by up to half of itself. */
  readonly jumpPercent: number
}

/** Of 1000 commands, how many are of each kind; what remains is rare: limits, switches, money. */
export interface CommandMix {
  readonly newOrder: number
  readonly trigger: number
  readonly list: number
  readonly cancelReplace: number
  readonly cancel: number
  readonly replace: number
}

/** A venue to be. */
export interface WorkloadConfig {
  readonly prices: PriceRegime
  readonly mix: CommandMix
  /** Percent of orders: Market, post-only, icebergs. */
  readonly marketPercent: number
  readonly postOnlyPercent: number
  readonly icebergPercent: number
  /** Quantities are multiples of one of these; large ones let limbs and bounds be met. */
  readonly scales: readonly number[]
  /** Decimals of the quote asset: one value, as there is one such asset. */
  readonly quoteScales: readonly number[]
  /** Tick and lot size. */
  readonly steps: readonly (readonly [tickSize: string, lotSize: string])[]
  readonly bandsPpm: readonly number[]
  readonly makerFeesPpm: readonly number[]
  readonly takerFeesPpm: readonly number[]
  readonly guardPercent: number
  /** Percent of instruments that are listed Open; the others begin with an auction. */
  readonly openPercent: number
  /** Percent of rare commands that change a trading state, besides the few that do so anyway. */
  readonly statePercent: number
  /** Percent of commands that end a halt, an auction or a limit, while there is one. */
  readonly resumePercent: number
  /** Percent of orders that ended and are not canceled again and again. */
  readonly forgottenPercent: number
  readonly stpModes: readonly StpMode[]
}

/** What tests use when they ask for nothing else. */
export const PLAIN: WorkloadConfig = {
  prices: { start: 1000, driftPercent: 4, drift: 10, spread: 6, jumpPercent: 0 },
  mix: { newOrder: 440, trigger: 80, list: 20, cancelReplace: 20, cancel: 220, replace: 150 },
  marketPercent: 15,
  postOnlyPercent: 10,
  icebergPercent: 15,
  scales: [1, 1, 1000, 3_000_000],
  quoteScales: [6],
  steps: ['0.0001', '0.001', '0.1'].map((lotSize) => ['0.01', lotSize]),
  bandsPpm: [0, 5_000, 200_000],
  makerFeesPpm: [0, -100, 500],
  takerFeesPpm: [0, 1000, 250_000],
  guardPercent: 40,
  openPercent: 80,
  statePercent: 0,
  resumePercent: 10,
  forgottenPercent: 0,
  stpModes: STP_MODES,
}
