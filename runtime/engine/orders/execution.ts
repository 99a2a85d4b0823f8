// From admission to rest: an order that may enter is matched, settled, and then rests or ends. The
// same for a new order and for one that a replace sends to the tail.

import { isGoodForAuction, startAuction } from '../auction/trading-states.ts'
import { isStoppedByGuard, reachOf } from '../auction/volatility-guard.ts'
import { EXEC_EXPIRED, STATUS_EXPIRED, staysOpen } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import { GUARD_AUCTION, type InstrumentState, STATE_OPEN } from '../instruments/instrument-state.ts'
import { enforceReduceOnly } from '../margin/reduce-only.ts'
import { Int64 } from '../money/int64.ts'
import { notionalOf } from '../risk/notional.ts'
import type { Admission } from '../risk/pre-trade.ts'
import { settleFills } from '../risk/settlement.ts'
import { isLimitType } from '../triggers/stop-price.ts'
import { DETAIL, ordTypeOf, timeInForceOf } from './order-details.ts'
import { closeOrder, restOrder } from './resting.ts'

const notional = new Int64()
const cumulative = new Int64()

/** Matches an entered order, settles, and lets what is left rest or expire. Only Open matches. */
export function executeOrder(s: EngineState, order: number, a: Admission): void {
  const instrument = a.instrument as InstrumentState
  s.fills.count = 0
  const isOpen = instrument.tradingState === STATE_OPEN
  const reach = reachOf(s, instrument, a.key)
  if (isOpen) instrument.book.match(reach, a.qty, a.accountSlot, a.stpMode, s.fills)
  else if (isGoodForAuction(s, order)) instrument.hasGoodForAuction = true
  const open = settleFills(s, instrument, order, a.qty)
  const isStopped =
    isOpen && reach !== a.key && hasMore(a, open) && isStoppedByGuard(instrument, a.key, reach)
  const toAuction = isStopped && instrument.guardAction === GUARD_AUCTION
  // An order by amount that could not buy a single lot has nothing open and still expires.
  if (open === 0 && a.qty > 0) closeOrder(s, order)
  else if (open > 0 && isStopped === toAuction && mayRest(s, instrument, order, a, open)) {
    restOrder(s, instrument, order, open)
  } else {
    s.reports.step(order, EXEC_EXPIRED, STATUS_EXPIRED, 0, open)
    closeOrder(s, order)
  }
  if (instrument.isPerpetual) enforceReduceOnly(s)
  if (toAuction) startAuction(s, instrument)
}

/** Whether a matched order would have traded on: quantity is left, or some of its amount. */
function hasMore(a: Admission, open: number): boolean {
  return open > 0 || (a.isShort && !a.quoteAmount.isZero())
}

/** Only a Limit that is neither IOC nor FOK rests, and only while its totals are sure to stay in 64 bits. */
function mayRest(
  s: EngineState,
  instrument: InstrumentState,
  order: number,
  a: Admission,
  open: number,
): boolean {
  const { i32 } = s.details
  const attributes = i32[order * DETAIL.words + DETAIL.attributes] as number
  if (!isLimitType(ordTypeOf(attributes)) || !staysOpen(timeInForceOf(attributes))) {
    return false
  }
  // Before any fill the total is what the checks have seen to fit.
  cumulative.load(i32, order * DETAIL.words + DETAIL.cumNotional)
  if (cumulative.isZero()) return true
  notionalOf(instrument, Math.abs(a.key), open, notional)
  cumulative.add(notional)
  return cumulative.fits()
}
