// The volatility guard: one command moves the price no further than a band around the last trade
// before it. A sweep ends at the band's edge; whether trading goes on after it is the instrument's.

import type { EngineState } from '../engine-state.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { shareOf } from '../money/ppm.ts'

/** The key to which an order with this key may trade now: its own, or the guard's edge. */
export function reachOf(s: EngineState, instrument: InstrumentState, key: number): number {
  return instrument.guardBandPpm === 0 ? key : Math.min(key, edgeKey(s, instrument, key > 0))
}

function edgeKey(s: EngineState, instrument: InstrumentState, isBuy: boolean): number {
  if (instrument.guardCommand !== s.commandCount) setGuardReference(s, instrument)
  const { guardReference, guardBandPpm } = instrument
  if (guardReference === 0) return Number.MAX_SAFE_INTEGER
  const width = shareOf(guardReference, guardBandPpm)
  if (!isBuy) return width - guardReference
  return Math.min(guardReference + width, Number.MAX_SAFE_INTEGER)
}

/** Whether the guard bounds what the next order may pay. */
export function hasGuard(instrument: InstrumentState): boolean {
  return instrument.guardBandPpm !== 0 && instrument.guardReference !== 0
}

/** The last trade as it is now is the reference for what is left of the command under way. */
export function setGuardReference(s: EngineState, instrument: InstrumentState): void {
  instrument.guardCommand = s.commandCount
  instrument.guardReference = instrument.lastPrice
}

/** Whether a matched order with something left would have traded on beyond the guard's edge. */
export function isStoppedByGuard(instrument: InstrumentState, key: number, reach: number): boolean {
  if (reach === key) return false
  const { book } = instrument
  return !book.wouldCross(reach) && book.wouldCross(key)
}
