// PositionChanged: one for each position that the command has changed, in the order of first touch.

import type { PositionChanged } from '#domain/event.ts'
import type { EngineState } from '../engine-state.ts'
import { Int64 } from '../money/int64.ts'
import { traceToText } from '../words.ts'
import { MARGIN } from './margins.ts'

/** Why a position changed; its place is the code in the record. */
export const POSITION_REASONS: readonly PositionChanged['reason'][] = [
  'Trade',
  'Deleverage',
  'Liquidation',
]
export const REASON_DELEVERAGE = POSITION_REASONS.indexOf('Deleverage')
export const REASON_LIQUIDATION = POSITION_REASONS.indexOf('Liquidation')

const cost = new Int64()
const startCost = new Int64()
const realized = new Int64()

/** Says what has changed, and forgets what was touched. */
export function flushPositions(s: EngineState): void {
  const { margins } = s
  for (let i = 0; i < margins.touchedCount; i++) {
    const margin = margins.touched[i] as number
    margins.set(margin, MARGIN.isTouched, 0)
    const netQty = margins.getNumber(margin, MARGIN.netQty)
    margins.load(margin, MARGIN.cost, cost)
    margins.load(margin, MARGIN.startCost, startCost)
    margins.load(margin, MARGIN.realized, realized)
    const isSame = netQty === margins.getNumber(margin, MARGIN.startQty) && cost.equals(startCost)
    if (isSame && realized.isZero()) continue
    s.sink.rare({
      type: 'PositionChanged',
      cmdIndex: s.cmdIndex,
      account: s.accounts.numberOf(margins.get(margin, MARGIN.accountSlot)),
      traceId: traceToText(s.traceId),
      instrumentId: margins.get(margin, MARGIN.instrumentId),
      netQty,
      cost: cost.toBigInt(),
      realizedPnl: realized.toBigInt(),
      reason: POSITION_REASONS[margins.get(margin, MARGIN.reason)] ?? 'Trade',
    })
  }
  margins.touchedCount = 0
}
