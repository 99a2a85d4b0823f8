// What would happen if an order entered now: read from the book before anything is changed. One
// command is one instant, so what is read here is what will happen.

import { BookWalk } from '../book/book-walk.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { Int64 } from '../money/int64.ts'
import { notionalOf } from './notional.ts'

const walk = new BookWalk()
const notional = new Int64()
const total = new Int64()
const cost = new Int64()
const fee = new Int64()

/** Whether the whole quantity would trade. Own orders that prevention guards do not count. */
export function isFillable(
  instrument: InstrumentState,
  takerKey: number,
  qty: number,
  owner: number,
  stpMode: number,
): boolean {
  walk.start(instrument.book, takerKey, owner, stpMode)
  let left = qty
  while (left > 0 && walk.next()) {
    if (walk.prevented) return false
    left -= Math.min(walk.qty, left)
  }
  return left <= 0
}

/** What a Market buy of a quantity would cost now, fee included. */
export function marketCostOf(
  instrument: InstrumentState,
  takerKey: number,
  qty: number,
  owner: number,
  stpMode: number,
  takerFeePpm: number,
  out: Int64,
): void {
  walk.start(instrument.book, takerKey, owner, stpMode)
  out.setZero()
  let left = qty
  while (left > 0 && walk.next()) {
    const part = Math.min(walk.qty, left)
    left -= part
    if (walk.prevented) continue
    notionalOf(instrument, walk.price, part, notional)
    out.add(notional)
  }
  if (!out.fits()) return
  fee.setFee(out, Math.max(takerFeePpm, 0), 0)
  out.add(fee)
}

/** What an order by amount comes to. */
export class AmountOrder {
  /** Lots that the amount buys or that bring it in, prevention's share included. */
  qty = 0
  /** Whether the liquidity ended while some of the amount was left. */
  isShort = false
}

/**
 * The lots of a Market order by quote amount: a buy spends no more than the amount, its fee
 * included; a sell brings in no more than the amount before its fee. At most maxQty.
 */
export function sizeByAmount(
  instrument: InstrumentState,
  takerKey: number,
  amount: Int64,
  owner: number,
  stpMode: number,
  takerFeePpm: number,
  out: AmountOrder,
): void {
  const rate = takerKey > 0 ? Math.max(takerFeePpm, 0) : 0
  walk.start(instrument.book, takerKey, owner, stpMode)
  total.setZero()
  out.qty = 0
  out.isShort = true
  while (walk.next()) {
    const room = Math.min(walk.qty, instrument.maxQty - out.qty)
    const part = affordable(instrument, walk.price, room, rate, amount)
    notionalOf(instrument, walk.price, part, notional)
    total.add(notional)
    out.qty += part
    if (part < walk.qty) {
      out.isShort = false
      return
    }
  }
  fee.setFee(total, rate, 0)
  total.add(fee)
  out.isShort = total.isBelow(amount)
}

/** The most lots up to `room` that keep the total at this price within the amount. */
function affordable(
  instrument: InstrumentState,
  price: number,
  room: number,
  rate: number,
  amount: Int64,
): number {
  if (room <= 0 || isWithin(instrument, price, room, rate, amount)) return room
  // Bisection: exact, and at most 53 steps.
  let low = 0
  let high = room
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2)
    if (isWithin(instrument, price, middle, rate, amount)) low = middle
    else high = middle
  }
  return low
}

function isWithin(
  instrument: InstrumentState,
  price: number,
  qty: number,
  rate: number,
  amount: Int64,
): boolean {
  notionalOf(instrument, price, qty, cost)
  cost.add(total)
  if (!cost.fits()) return false
  fee.setFee(cost, rate, 0)
  cost.add(fee)
  return !amount.isBelow(cost)
}
