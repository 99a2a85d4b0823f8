// The settlement of a perpetual's trades: positions net, what a reduction realises is paid at once,
// no base asset moves. Per fill, in this order: what resting orders held for fees (buyer, seller),
// buyer's balance, seller's, clearing, the fee account.
//
// Cost is kept, never an average (the law of domain/position.ts): what reduces takes its share of the
// cost, rounded towards zero; the rest stays in the position until it is closed.

import type { EngineState } from '../engine-state.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { Int64 } from '../money/int64.ts'
import { accountSlotOf } from '../orders/account-orders.ts'
import { orderHoldOf } from '../risk/holds.ts'
import { addOpen } from './margin-holds.ts'
import { MARGIN } from './margins.ts'

const paid = new Int64()
const cost = new Int64()
const costClosed = new Int64()
const paidClosing = new Int64()
const realized = new Int64()
const total = new Int64()
const cleared = new Int64()
const fees = new Int64()
const held = new Int64()

/** Moves both positions, what they realise, and the fees. Accounts are slots. */
export function settlePerpetualFill(
  s: EngineState,
  instrument: InstrumentState,
  buyer: number,
  seller: number,
  qty: number,
  notional: Int64,
  buyerFee: Int64,
  sellerFee: Int64,
): void {
  cleared.setZero()
  settleSide(s, instrument, buyer, qty, notional, buyerFee)
  settleSide(s, instrument, seller, -qty, notional, sellerFee)
  s.balances.credit(instrument.clearingBalance, cleared)
  fees.set(buyerFee)
  fees.add(sellerFee)
  s.balances.credit(instrument.feeBalance, fees)
}

function settleSide(
  s: EngineState,
  instrument: InstrumentState,
  account: number,
  qty: number,
  notional: Int64,
  fee: Int64,
): void {
  const margin = s.margins.of(s.balances, account, instrument)
  moveLots(s, instrument, margin, qty, notional)
  cleared.subtract(realized)
  realized.subtract(fee)
  s.balances.credit(s.margins.get(margin, MARGIN.balance), realized)
}

/** Nets signed lots into a position; `realized` is what that has realised. */
function moveLots(
  s: EngineState,
  instrument: InstrumentState,
  margin: number,
  qty: number,
  notional: Int64,
): void {
  const { margins } = s
  margins.touch(margin)
  margins.doubt(margin)
  const netQty = margins.getNumber(margin, MARGIN.netQty)
  margins.load(margin, MARGIN.cost, cost)
  paid.set(notional)
  if (qty < 0) paid.negate()
  realized.setZero()
  if (netQty !== 0 && netQty > 0 !== qty > 0) {
    const closing = Math.min(Math.abs(qty), Math.abs(netQty))
    shareOf(cost, closing, Math.abs(netQty), costClosed)
    shareOf(paid, closing, Math.abs(qty), paidClosing)
    realized.subtract(costClosed)
    realized.subtract(paidClosing)
    cost.subtract(costClosed)
    paid.subtract(paidClosing)
    margins.load(margin, MARGIN.realized, total)
    total.add(realized)
    margins.store(margin, MARGIN.realized, total)
  }
  cost.add(paid)
  margins.setPosition(margin, instrument, netQty + qty, cost)
}

/** total * part / whole, rounded towards zero. */
function shareOf(amount: Int64, part: number, whole: number, out: Int64): void {
  out.set(amount)
  const isNegative = amount.isNegative()
  if (isNegative) out.negate()
  out.scale(part, whole)
  if (isNegative) out.negate()
}

/** What a resting order held and counted for `qty` that has traded: its fee has been charged. */
export function releaseTraded(
  s: EngineState,
  instrument: InstrumentState,
  order: number,
  open: number,
  qty: number,
  heldBefore: Int64,
): void {
  orderHoldOf(s, instrument, order, open, held)
  heldBefore.subtract(held)
  const account = accountSlotOf(s, order)
  s.balances.release(s.balances.of(account, instrument.quoteAssetId), heldBefore)
  addOpen(s, instrument, order, -qty)
}
