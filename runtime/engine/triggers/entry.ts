// How an elected order enters the market, one by one when the aggressor is done:
//
//   StopElected -> report Triggered -> what its list does -> checks -> the market, or Expired

import { EXEC_REPLACED, EXEC_TRIGGERED, STATUS_NEW } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import { ID_WORDS } from '../hot-command.ts'
import { type InstrumentState, STATE_OPEN } from '../instruments/instrument-state.ts'
import { settleLists } from '../lists/list-effects.ts'
import { noteStep } from '../lists/order-lists.ts'
import { NONE } from '../memory/slot-pool.ts'
import { accountSlotOf } from '../orders/account-orders.ts'
import { executeOrder } from '../orders/execution.ts'
import { instrumentOf, leavesOf, loadClOrdID, orderIDOf } from '../orders/open-orders.ts'
import { EXTRA } from '../orders/order-extras.ts'
import { closeOrder, pullOrder } from '../orders/resting.ts'
import { Admission } from '../risk/pre-trade.ts'
import { idToText, traceToText } from '../words.ts'
import { admitElected } from './elected-admission.ts'
import { heapOf, triggersOf } from './waiting.ts'

const admission = new Admission()
const id = new Int32Array(ID_WORDS)

/** Lets the next elected order enter; false when none is left. */
export function enterNextElected(s: EngineState): boolean {
  const extra = s.elected.shift()
  if (extra === NONE) return false
  const { i32, f64 } = s.extras
  const order = i32[extra * EXTRA.words + EXTRA.order] as number
  const instrument = instrumentOf(s, order)
  i32[extra * EXTRA.words + EXTRA.triggerPlace] = 0
  if (instrument.tradingState !== STATE_OPEN) {
    // The market has closed meanwhile: the order waits on.
    f64[extra * EXTRA.doubles + EXTRA.electedPx] = 0
    heapOf(triggersOf(s, instrument), s, order).insert(extra)
    return true
  }
  const leaves = leavesOf(s, order)
  pullOrder(s, instrument, order)
  announce(s, instrument, order, extra)
  s.reports.step(order, EXEC_TRIGGERED, STATUS_NEW, leaves, 0)
  noteStep(s, order, 0)
  settleLists(s)
  const reason = admitElected(s, instrument, order, admission)
  if (reason !== 0) {
    s.reports.expired(order, leaves, reason)
    closeOrder(s, order)
    return true
  }
  // A reduce-only order has been cut to the position.
  if (admission.qty < leaves) s.reports.step(order, EXEC_REPLACED, STATUS_NEW, admission.qty, 0)
  executeOrder(s, order, admission)
  return true
}

function announce(s: EngineState, instrument: InstrumentState, order: number, extra: number): void {
  const { f64 } = s.extras
  loadClOrdID(s, order, id)
  s.sink.rare({
    type: 'StopElected',
    cmdIndex: s.cmdIndex,
    account: s.accounts.numberOf(accountSlotOf(s, order)),
    traceId: traceToText(s.traceId),
    instrumentId: instrument.id,
    orderID: orderIDOf(s, order),
    clOrdID: idToText(id),
    stopPx: f64[extra * EXTRA.doubles + EXTRA.stopPx] as number,
    lastPx: f64[extra * EXTRA.doubles + EXTRA.electedPx] as number,
  })
}
