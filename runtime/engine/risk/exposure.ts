// How much an account has open in one instrument, for limits and margin. Where nobody has to know
// (spot without limits) there is no record, and nothing is counted; the first who has to know counts
// the account's open orders once, from then on every change is counted.

import { ACCOUNT } from '../accounts/accounts.ts'
import { POSITION } from '../accounts/positions.ts'
import { ORDER } from '../book/order-pool.ts'
import type { EngineState } from '../engine-state.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { NONE } from '../memory/slot-pool.ts'
import { countedQtyOf } from '../orders/open-orders.ts'
import { DETAIL, instrumentIdOf } from '../orders/order-details.ts'

/** The record of an account in an instrument, made when it is needed; NONE where it is not. */
export function positionOf(
  s: EngineState,
  accountSlot: number,
  instrument: InstrumentState,
): number {
  return instrument.keepsPositions ? openPosition(s, accountSlot, instrument) : NONE
}

/** The same, whether or not the instrument itself asks for one. */
export function openPosition(
  s: EngineState,
  accountSlot: number,
  instrument: InstrumentState,
): number {
  const known = s.positions.find(accountSlot, instrument.id)
  if (known !== NONE) return known
  const position = s.positions.open(accountSlot, instrument.id)
  instrument.addPosition()
  let order = s.accounts.get(accountSlot, ACCOUNT.firstOrder)
  while (order !== NONE) {
    const at = order * DETAIL.words
    if (instrumentIdOf(s.details.i32[at + DETAIL.attributes] as number) === instrument.id) {
      const key = s.memory.orders.f64[order * ORDER.doubles + ORDER.key] as number
      addTo(s, position, key > 0, 1, countedQtyOf(s, order))
    }
    order = s.details.i32[at + DETAIL.accountNext] as number
  }
  return position
}

/** Counts open orders and their quantity on one side; negative when they end. */
export function addExposure(
  s: EngineState,
  instrument: InstrumentState,
  accountSlot: number,
  isBuy: boolean,
  orders: number,
  qty: number,
): void {
  if (!instrument.keepsPositions) return
  const position = s.positions.find(accountSlot, instrument.id)
  if (position !== NONE) addTo(s, position, isBuy, orders, qty)
}

function addTo(
  s: EngineState,
  position: number,
  isBuy: boolean,
  orders: number,
  qty: number,
): void {
  const { i32, f64 } = s.positions.pool
  const count = position * POSITION.words + POSITION.openOrders
  const open = position * POSITION.doubles + (isBuy ? POSITION.openBuyQty : POSITION.openSellQty)
  i32[count] = (i32[count] as number) + orders
  f64[open] = (f64[open] as number) + qty
}
