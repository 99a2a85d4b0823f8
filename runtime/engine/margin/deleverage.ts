// Deleveraging: what the market did not take of a liquidated position goes to accounts on the
// opposite side, those first whose profit and leverage are highest. They give up their positions at
// the mark; or, where the liquidated account could not pay at the mark even with what insurance has,
// at the value at which it just can. No fees, no trade, no execution report: PositionChanged tells.

import { PPM, roundDiv } from '#domain/fee.ts'
import type { EngineState } from '../engine-state.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { Int64 } from '../money/int64.ts'
import { equityOf } from './equity.ts'
import { loadUnrealized, valueAt } from './exposure-value.ts'
import { MARGIN } from './margins.ts'
import { settlePerpetualFill } from './perpetual-settlement.ts'
import { REASON_DELEVERAGE, REASON_LIQUIDATION } from './position-events.ts'

const register = new Int64()
const value = new Int64()
const noFee = new Int64()

/** Closes the position; `means` is the money besides it. Answers the lots: all of them. */
export function deleverage(s: EngineState, margin: number, means: bigint): number {
  const { margins } = s
  const instrument = s.instrumentAt(margins.get(margin, MARGIN.instrumentId))
  const account = margins.get(margin, MARGIN.accountSlot)
  const netQty = margins.getNumber(margin, MARGIN.netQty)
  const lots = Math.abs(netQty)
  const isLong = netQty > 0
  const total = fairValue(s, instrument, margin, means)
  let left = lots
  let paid = 0n
  for (const other of rankedAgainst(s, instrument, isLong)) {
    if (left === 0) break
    const part = Math.min(Math.abs(margins.getNumber(other, MARGIN.netQty)), left)
    left -= part
    const share = left === 0 ? total - paid : (total * BigInt(part)) / BigInt(lots)
    paid += share
    value.setBigInt(share)
    const theirs = margins.get(other, MARGIN.accountSlot)
    const buyer = isLong ? theirs : account
    const seller = isLong ? account : theirs
    settlePerpetualFill(s, instrument, buyer, seller, part, value, noFee, noFee)
    margins.set(other, MARGIN.reason, REASON_DELEVERAGE)
  }
  margins.set(margin, MARGIN.reason, REASON_LIQUIDATION)
  return lots
}

/** What the whole position changes hands for. */
function fairValue(
  s: EngineState,
  instrument: InstrumentState,
  margin: number,
  means: bigint,
): bigint {
  const netQty = s.margins.getNumber(margin, MARGIN.netQty)
  valueAt(instrument, Math.abs(netQty), register)
  const atMark = register.toBigInt()
  loadUnrealized(s, instrument, margin, register)
  const left = means + register.toBigInt()
  const shortfall = left < 0n ? -left : 0n
  if (netQty > 0) return atMark + shortfall
  return shortfall < atMark ? atMark - shortfall : 0n
}

/** Positions of the other sign, the highest rank first; equals in the order of their accounts. */
function rankedAgainst(s: EngineState, instrument: InstrumentState, isLong: boolean): number[] {
  const { margins } = s
  const ranked: { margin: number; rank: bigint }[] = []
  for (let margin = 1; margin < margins.pool.used; margin++) {
    if (margins.get(margin, MARGIN.instrumentId) !== instrument.id) continue
    const netQty = margins.getNumber(margin, MARGIN.netQty)
    if (isLong ? netQty < 0 : netQty > 0)
      ranked.push({ margin, rank: rankOf(s, instrument, margin) })
  }
  const slotOf = (margin: number) => margins.get(margin, MARGIN.accountSlot)
  ranked.sort((a, b) =>
    a.rank === b.rank ? slotOf(a.margin) - slotOf(b.margin) : a.rank > b.rank ? -1 : 1,
  )
  return ranked.map(({ margin }) => margin)
}

/**
 * Profit in parts per million of the cost, times leverage (value over equity, the same unit); a loss
 * is divided by leverage instead. Equity of nothing or less counts as one unit.
 */
function rankOf(s: EngineState, instrument: InstrumentState, margin: number): bigint {
  const { margins } = s
  margins.load(margin, MARGIN.cost, register)
  if (register.isNegative()) register.negate()
  const cost = register.toBigInt()
  loadUnrealized(s, instrument, margin, register)
  const profit = roundDiv(register.toBigInt() * PPM, cost > 0n ? cost : 1n, 'Floor')
  valueAt(instrument, Math.abs(margins.getNumber(margin, MARGIN.netQty)), register)
  const worth = register.toBigInt()
  const equity = equityOf(s, margins.get(margin, MARGIN.balance))
  const leverage = (worth * PPM) / (equity > 0n ? equity : 1n)
  if (profit >= 0n) return profit * leverage
  return roundDiv(profit * PPM, leverage > 0n ? leverage : 1n, 'Floor')
}
