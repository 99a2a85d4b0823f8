// Whether an order of a perpetual may enter: 64 bits, margin, position limit. What only reduces the
// position needs no margin.

import { POSITION } from '../accounts/positions.ts'
import { SIDE_BUY, SIDE_SELL } from '../book/book.ts'
import { ORDER } from '../book/order-pool.ts'
import { REJECT } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { NONE } from '../memory/slot-pool.ts'
import { Int64 } from '../money/int64.ts'
import { accountSlotOf } from '../orders/account-orders.ts'
import { leavesOf } from '../orders/open-orders.ts'
import { loadAvailable, loadAvailableBeside } from '../risk/available.ts'
import { orderHoldOf } from '../risk/holds.ts'
import { notionalOf } from '../risk/notional.ts'
import { Exposure, loadInitialMargin, markOf } from './exposure-value.ts'
import { MARGIN } from './margins.ts'

/**
 * The bound of everything that a perpetual adds up: an account's open orders on one side, all
 * positions at the mark, all costs in one asset. Balances stay far inside of 64 bits.
 */
export const EXPOSURE_MAX = new Int64()
EXPOSURE_MAX.setBigInt(2n ** 60n)

const exposure = new Exposure()
const worst = new Int64()
const sum = new Int64()
const before = new Int64()
const after = new Int64()

/** What an order would trade and rest for; `fee` is the dearest that this can cost. */
export class MarginOrder {
  isBuy = false
  qty = 0.5
  readonly notional = new Int64()
  readonly fee = new Int64()
  /** The order that gives its own back first, or NONE. */
  replaced = NONE
}

const entering = new MarginOrder()

/** Answers a code of REJECT_REASONS; 0 when it may enter. */
export function checkMargin(
  s: EngineState,
  instrument: InstrumentState,
  accountSlot: number,
  order: MarginOrder,
): number {
  const { isBuy, qty, notional, replaced } = order
  const margin = s.margins.find(accountSlot, instrument.id)
  if (margin === NONE) exposure.setZero()
  else exposure.load(s, margin)
  if (replaced !== NONE) removeOrder(s, instrument, replaced)
  exposure.add(isBuy, qty, notional)
  if (!isWithinBounds(s, instrument, isBuy, qty, notional)) return REJECT.Overflow
  const reducible = isBuy ? -exposure.netQty : exposure.netQty
  if ((isBuy ? exposure.buyQty : exposure.sellQty) <= reducible) return 0
  const balance = s.balances.of(accountSlot, instrument.quoteAssetId)
  loadAvailableBeside(s, balance, instrument.id, after)
  loadInitialMargin(instrument, exposure, sum)
  after.subtract(sum)
  after.subtract(order.fee)
  if (replaced === NONE) return after.isNegative() ? REJECT.InsufficientFunds : 0
  orderHoldOf(s, instrument, replaced, leavesOf(s, replaced), sum)
  after.add(sum)
  if (!after.isNegative()) return 0
  loadAvailable(s, balance, before)
  return after.isBelow(before) ? REJECT.InsufficientFunds : 0
}

/** The same for an order that has a record and is in no book, with so much open. */
export function checkMarginOf(
  s: EngineState,
  instrument: InstrumentState,
  order: number,
  qty: number,
): number {
  const key = s.memory.orders.f64[order * ORDER.doubles + ORDER.key] as number
  entering.isBuy = key > 0
  entering.qty = qty
  notionalOf(instrument, Math.abs(key), qty, entering.notional)
  orderHoldOf(s, instrument, order, qty, entering.fee)
  return checkMargin(s, instrument, accountSlotOf(s, order), entering)
}

function removeOrder(s: EngineState, instrument: InstrumentState, order: number): void {
  const key = s.memory.orders.f64[order * ORDER.doubles + ORDER.key] as number
  const leaves = leavesOf(s, order)
  notionalOf(instrument, Math.abs(key), leaves, sum)
  exposure.remove(key > 0, leaves, sum)
}

/** F5: nothing that is added up can leave 64 bits. `exposure` has the order in it. */
function isWithinBounds(
  s: EngineState,
  instrument: InstrumentState,
  isBuy: boolean,
  qty: number,
  notional: Int64,
): boolean {
  if (EXPOSURE_MAX.isBelow(isBuy ? exposure.buyNotional : exposure.sellNotional)) return false
  const mark = markOf(instrument)
  const bestBid = isBuy ? 0 : instrument.book.bestPrice(SIDE_BUY)
  notionalOf(instrument, Math.max(mark, bestBid), qty, worst)
  if (worst.isBelow(notional)) worst.set(notional)
  if (instrument.openInterest + qty > Number.MAX_SAFE_INTEGER) return false
  notionalOf(instrument, mark, instrument.openInterest, sum)
  sum.add(worst)
  if (EXPOSURE_MAX.isBelow(sum)) return false
  sum.set(s.margins.costOf(instrument.quoteAssetId))
  sum.add(worst)
  sum.add(worst)
  return !EXPOSURE_MAX.isBelow(sum)
}

/** Position plus all open orders on that side, against the limit; lots. */
export function isOverPositionLimit(
  s: EngineState,
  instrument: InstrumentState,
  accountSlot: number,
  position: number,
  side: number,
  added: number,
): boolean {
  const own = s.positions.getNumber(position, POSITION.maxPosition)
  const lots = own < 0 ? instrument.maxPosition : own
  if (lots === 0) return false
  const margin = s.margins.find(accountSlot, instrument.id)
  if (margin === NONE) return added > lots
  const netQty = s.margins.getNumber(margin, MARGIN.netQty)
  const isSell = side === SIDE_SELL
  const open = s.margins.getNumber(margin, isSell ? MARGIN.openSellQty : MARGIN.openBuyQty)
  return (isSell ? -netQty : netQty) + open + added > lots
}
