// Equity: what an account has of an asset if all its positions in it were closed at the mark. For
// liquidation, in bigint: not on the way of an order.

import { BALANCE } from '../accounts/balances.ts'
import type { EngineState } from '../engine-state.ts'
import { NONE } from '../memory/slot-pool.ts'
import { Int64 } from '../money/int64.ts'
import { loadUnrealized } from './exposure-value.ts'
import { MARGIN } from './margins.ts'

const register = new Int64()

/** Balance and unrealised P&L of all positions behind it. */
export function equityOf(s: EngineState, balance: number): bigint {
  s.balances.loadBalance(balance, register)
  let equity = register.toBigInt()
  for (const margin of marginsBehind(s, balance)) {
    loadUnrealized(s, s.instrumentAt(s.margins.get(margin, MARGIN.instrumentId)), margin, register)
    equity += register.toBigInt()
  }
  return equity
}

/** The margin records that a balance pays for, by instrument. */
export function marginsBehind(s: EngineState, balance: number): number[] {
  const found: number[] = []
  let margin = s.balances.pool.i32[balance * BALANCE.words + BALANCE.margins] as number
  while (margin !== NONE) {
    found.push(margin)
    margin = s.margins.get(margin, MARGIN.next)
  }
  return found.sort(
    (a, b) => s.margins.get(a, MARGIN.instrumentId) - s.margins.get(b, MARGIN.instrumentId),
  )
}
