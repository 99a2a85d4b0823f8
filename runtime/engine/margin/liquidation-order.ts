// The order that closes a liquidated position in the market: an order like any other, with ids,
// reports and fees, only that nobody sent it and no check but the band holds it back.

import { keyOf, SIDE_BUY, SIDE_SELL, STP_NONE } from '../book/book.ts'
import { EXEC_NEW, FORCE_IOC, STATUS_NEW, TYPE_LIMIT, TYPE_MARKET } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import { NewOrderCommand } from '../hot-command.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { NONE } from '../memory/slot-pool.ts'
import { executeOrder } from '../orders/execution.ts'
import { enterOrder } from '../orders/new-order.ts'
import { positionOf } from '../risk/exposure.ts'
import { Admission, setRates } from '../risk/pre-trade.ts'
import { marketKey } from '../risk/price-band.ts'
import { idToWords } from '../words.ts'
import { MARGIN } from './margins.ts'
import { REASON_LIQUIDATION } from './position-events.ts'

const command = new NewOrderCommand()
const admission = new Admission()

/**
 * Sends the whole position to the market. `worst`: the price beyond which it may not trade, null when
 * the band alone bounds it. A Market order where the band binds, else a Limit; never rests.
 */
export function sendLiquidationOrder(s: EngineState, margin: number, worst: number | null): void {
  const { margins } = s
  const netQty = margins.getNumber(margin, MARGIN.netQty)
  const instrument = s.instrumentAt(margins.get(margin, MARGIN.instrumentId))
  const side = netQty > 0 ? SIDE_SELL : SIDE_BUY
  const edge = marketKey(instrument, side)
  const isBound = worst !== null && keyOf(side, worst) < edge
  const a = admission
  a.accountSlot = margins.get(margin, MARGIN.accountSlot)
  a.instrument = instrument
  a.position = positionOf(s, a.accountSlot, instrument)
  a.key = isBound ? keyOf(side, worst) : edge
  a.reach = a.key
  a.qty = Math.abs(netQty)
  a.stpMode = STP_NONE
  a.isShort = false
  a.quoteAmount.setZero()
  setRates(s, instrument, a)
  fill(s, instrument, side, isBound)
  const order = enterOrder(s, command, a)
  s.reports.step(order, EXEC_NEW, STATUS_NEW, a.qty, 0)
  executeOrder(s, order, a)
  margins.set(margin, MARGIN.reason, REASON_LIQUIDATION)
}

function fill(s: EngineState, instrument: InstrumentState, side: number, isLimit: boolean): void {
  command.account = s.accounts.numberOf(admission.accountSlot)
  command.instrumentId = instrument.id
  command.side = side
  command.ordType = isLimit ? TYPE_LIMIT : TYPE_MARKET
  command.timeInForce = FORCE_IOC
  command.stpMode = STP_NONE
  command.reduceOnly = true
  command.price = isLimit ? Math.abs(admission.key) : 0
  command.orderQty = admission.qty
  command.stopPx = 0
  command.displayQty = 0
  nameOrder(s)
}

/** A clOrdID that the account has not used. */
function nameOrder(s: EngineState): void {
  const { clOrdID } = command
  let name = `liquidation:${s.lastOrderID + 1}`
  while (true) {
    idToWords(name, clOrdID)
    admission.idHash = s.clientIds.hash(admission.accountSlot, clOrdID)
    if (s.clientIds.find(admission.accountSlot, clOrdID, admission.idHash) === NONE) return
    name += '.'
  }
}
