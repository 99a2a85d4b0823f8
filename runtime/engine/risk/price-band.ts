// The price band: how far from the last trade a price may be. No trade yet, or a band of 0: any.

import { keyOf, SIDE_BUY } from '../book/book.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { shareOf } from '../money/ppm.ts'

/** Ticks that a price may be away from the reference; -1 when the instrument has no band now. */
function bandWidth(instrument: InstrumentState): number {
  const { lastPrice, priceBandPpm } = instrument
  if (priceBandPpm === 0 || lastPrice === 0) return -1
  return shareOf(lastPrice, priceBandPpm)
}

/** Whether a limit price lies inside the band; both edges do. */
export function isInsideBand(instrument: InstrumentState, price: number): boolean {
  const width = bandWidth(instrument)
  return width < 0 || Math.abs(price - instrument.lastPrice) <= width
}

/** Whether a Market order's worst price is known beforehand. */
export function hasBand(instrument: InstrumentState): boolean {
  return bandWidth(instrument) >= 0
}

/** The key of the worst price at which a Market order may trade. */
export function marketKey(instrument: InstrumentState, side: number): number {
  const width = bandWidth(instrument)
  if (width < 0) return keyOf(side, side === SIDE_BUY ? Number.MAX_SAFE_INTEGER : 1)
  const edge = side === SIDE_BUY ? instrument.lastPrice + width : instrument.lastPrice - width
  return keyOf(side, Math.min(edge, Number.MAX_SAFE_INTEGER))
}
