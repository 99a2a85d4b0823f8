// SetMark: the price at which a perpetual's positions are valued.

import type { SetMark } from '#domain/command.ts'
import { REJECT } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import { Int64 } from '../money/int64.ts'
import { notionalOf } from '../risk/notional.ts'
import { EXPOSURE_MAX } from './margin-check.ts'

const value = new Int64()

/** Answers a code of REJECT_REASONS; 0 when set. Touches no account: margin is found when asked for. */
export function setMark(s: EngineState, command: SetMark): number {
  const { account, traceId, instrumentId, price } = command
  const instrument = s.findInstrument(instrumentId)
  if (instrument === undefined) return REJECT.UnknownInstrument
  if (!instrument.isPerpetual) return REJECT.InvalidTransition
  if (!Number.isSafeInteger(price) || price < 1) return REJECT.InvalidPrice
  notionalOf(instrument, price, instrument.openInterest, value)
  if (EXPOSURE_MAX.isBelow(value)) return REJECT.Overflow
  instrument.markPrice = price
  s.sink.rare({ type: 'MarkChanged', cmdIndex: s.cmdIndex, account, traceId, instrumentId, price })
  return 0
}
