// What an account may still spend of an asset: the one answer for orders, replaces and withdrawals.
//
//   available = balance + min(0, unrealised P&L at the marks) - holds - initial margin

import { BALANCE } from '../accounts/balances.ts'
import type { EngineState } from '../engine-state.ts'
import { Exposure, loadInitialMargin, loadUnrealized } from '../margin/exposure-value.ts'
import { MARGIN } from '../margin/margins.ts'
import { NONE } from '../memory/slot-pool.ts'
import { Int64 } from '../money/int64.ts'

/** Ids of instruments begin at 1. */
const NO_INSTRUMENT = 0

const exposure = new Exposure()
const part = new Int64()
const unrealized = new Int64()

/** Available of a balance. Without perpetuals behind it: balance less holds. */
export function loadAvailable(s: EngineState, balance: number, out: Int64): void {
  loadAvailableBeside(s, balance, NO_INSTRUMENT, out)
}

/** The same without the initial margin of one perpetual, which the caller finds out himself. */
export function loadAvailableBeside(
  s: EngineState,
  balance: number,
  instrumentId: number,
  out: Int64,
): void {
  s.balances.loadAvailable(balance, out)
  const margins = s.balances.pool.i32[balance * BALANCE.words + BALANCE.margins] as number
  if (margins !== NONE) subtractMargins(s, margins, instrumentId, out)
}

function subtractMargins(s: EngineState, first: number, beside: number, out: Int64): void {
  unrealized.setZero()
  for (let margin = first; margin !== NONE; margin = s.margins.get(margin, MARGIN.next)) {
    const instrument = s.instrumentAt(s.margins.get(margin, MARGIN.instrumentId))
    loadUnrealized(s, instrument, margin, part)
    unrealized.add(part)
    if (instrument.id === beside) continue
    exposure.load(s, margin)
    loadInitialMargin(instrument, exposure, part)
    out.subtract(part)
  }
  if (unrealized.isNegative()) out.add(unrealized)
}
