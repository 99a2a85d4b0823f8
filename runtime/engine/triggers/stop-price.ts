// Where a stop is elected, and at which price a waiting order holds its funds.

import { SIDE_BUY } from '../book/book.ts'
import {
  TYPE_STOP,
  TYPE_STOP_LIMIT,
  TYPE_TAKE_PROFIT,
  TYPE_TAKE_PROFIT_LIMIT,
  TYPE_TRAILING_STOP,
} from '../codes.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { shareOf } from '../money/ppm.ts'

const LIMIT_TYPES = (1 << 0) | (1 << TYPE_STOP_LIMIT) | (1 << TYPE_TAKE_PROFIT_LIMIT)

/** Whether an order of this type has a limit price when it is in the market. */
export function isLimitType(ordType: number): boolean {
  return ((LIMIT_TYPES >>> ordType) & 1) !== 0
}

/** Whether a type is one of those that wait. The code may be any number. */
export function isTriggerType(ordType: number): boolean {
  return ordType >= TYPE_STOP && ordType <= TYPE_TRAILING_STOP && Number.isInteger(ordType)
}

/** Buy stops and sell take-profits wait for the price to rise, the others for it to fall. */
export function isRising(ordType: number, isBuy: boolean): boolean {
  const isProfit = ordType === TYPE_TAKE_PROFIT || ordType === TYPE_TAKE_PROFIT_LIMIT
  return isProfit !== isBuy
}

/**
 * Where a trailing stop stands: its offset behind the best last price that it has seen, at least
 * one tick; 0: nowhere, because it has seen none or the price is out of range.
 */
export function trailingStop(
  isBuy: boolean,
  best: number,
  offset: number,
  isOffsetPpm: boolean,
): number {
  if (best === 0) return 0
  const distance = isOffsetPpm ? Math.max(1, shareOf(best, offset)) : offset
  const stop = isBuy ? best + distance : best - distance
  return stop >= 1 && stop <= Number.MAX_SAFE_INTEGER ? stop : 0
}

/** What a lot of a waiting Market type is held at: its stop, a buy's widened by the price band. */
export function heldAt(instrument: InstrumentState, side: number, stopPx: number): number {
  const stop = stopPx === 0 ? 1 : stopPx
  if (side !== SIDE_BUY) return stop
  return Math.min(stop + shareOf(stop, instrument.priceBandPpm), Number.MAX_SAFE_INTEGER)
}
