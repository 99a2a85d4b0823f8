// The stage after the matcher: reads the fill log in order; for each entry money changes hands, holds
// are released, and both sides get their report. Per fill, in this order: buyer's quote, buyer's
// base, seller's base, seller's quote, the fee account.

import {
  FILL_DECREMENTED,
  FILL_MAKER_EXPIRED,
  FILL_TRADE as SHARED_FILL_TRADE,
} from '../book/fill-log.ts'
import { ORDER as SHARED_ORDER } from '../book/order-pool.ts'
import { EXEC_PREVENTED, STATUS_EXPIRED } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { noteStep } from '../lists/order-lists.ts'
import { releaseTraded, settlePerpetualFill } from '../margin/perpetual-settlement.ts'
import { Int64 } from '../money/int64.ts'
import { openAfter, openAfterCross } from '../orders/iceberg.ts'
import { leaveMarket } from '../orders/membership.ts'
import {
  feeResidueOf,
  makerFeeOf,
  DETAIL as SHARED_DETAIL,
  setFees,
  takerFeeOf,
} from '../orders/order-details.ts'
import { closeOrder } from '../orders/resting.ts'
import { openStatus } from '../reports.ts'
import { observeTrade } from '../triggers/election.ts'
import { addExposure } from './exposure.ts'
import { orderHoldOf, releaseHold, takeHold } from './holds.ts'
import { baseAmountOf, notionalOf } from './notional.ts'

// Constants of this module are folded into the code; imported ones are read from memory each time.
const FILL_TRADE = SHARED_FILL_TRADE
const ORDER = SHARED_ORDER
const DETAIL = SHARED_DETAIL

/** The fee account never owes more than this: beyond it a rebate is not paid. */
const REBATE_DEBT_MAX = new Int64()
REBATE_DEBT_MAX.setBigInt(-(2n ** 60n))

const notional = new Int64()
const base = new Int64()
const takerFee = new Int64()
const makerFee = new Int64()
const holdBefore = new Int64()
const sellHeld = new Int64()
const holdAfter = new Int64()
const cumulative = new Int64()
const sum = new Int64()

/** Settles the last match of an order that came with `qty`; answers what it still has open. */
export function settleFills(
  s: EngineState,
  instrument: InstrumentState,
  taker: number,
  qty: number,
): number {
  const { fills } = s
  let open = qty
  for (let i = 0; i < fills.count; i++) {
    const kind = fills.kind[i] as number
    const maker = fills.maker[i] as number
    const part = fills.qty[i] as number
    if (kind === FILL_TRADE) {
      open -= part
      const key = s.memory.orders.f64[maker * ORDER.doubles + ORDER.key] as number
      settleTrade(s, instrument, taker, maker, part, open, Math.abs(key), false)
    } else if (kind === FILL_MAKER_EXPIRED) preventMaker(s, instrument, maker, part)
    else {
      // Decremented, or the taker ends here with all it has open.
      open -= part
      const status = open > 0 ? statusOf(s, taker) : STATUS_EXPIRED
      s.reports.step(taker, EXEC_PREVENTED, status, open, 0)
      noteStep(s, taker, 0)
      if (kind === FILL_DECREMENTED) preventMaker(s, instrument, maker, part)
    }
  }
  return open
}

/** One trade of an uncross: both orders rest, and have been filled in the book. */
export function settleCross(
  s: EngineState,
  instrument: InstrumentState,
  taker: number,
  maker: number,
  qty: number,
  price: number,
): void {
  settleTrade(s, instrument, taker, maker, qty, openAfterCross(s, taker, qty), price, true)
}

/** One trade. `takerOpen` is what the taker has open afterwards. */
function settleTrade(
  s: EngineState,
  instrument: InstrumentState,
  taker: number,
  maker: number,
  qty: number,
  takerOpen: number,
  price: number,
  takerRests: boolean,
): void {
  const { orders } = s.memory
  const key = orders.f64[maker * ORDER.doubles + ORDER.key] as number
  const makerOpen = takerRests ? openAfterCross(s, maker, qty) : openAfter(s, maker, qty)
  const makerAccount = orders.i32[maker * ORDER.words + ORDER.owner] as number
  const takerAccount = orders.i32[taker * ORDER.words + ORDER.owner] as number
  const makerIsBuyer = key > 0
  const buyOrder = makerIsBuyer ? maker : taker
  const buyOpen = makerIsBuyer ? makerOpen : takerOpen
  const buyRests = makerIsBuyer || takerRests
  const sellRests = !makerIsBuyer || takerRests
  const sellOrder = makerIsBuyer ? taker : maker
  const sellOpen = makerIsBuyer ? takerOpen : makerOpen
  notionalOf(instrument, price, qty, notional)
  if (buyRests) orderHoldOf(s, instrument, buyOrder, buyOpen + qty, holdBefore)
  if (sellRests && instrument.isPerpetual) {
    orderHoldOf(s, instrument, sellOrder, sellOpen + qty, sellHeld)
  }
  charge(s, instrument, taker, true, qty, takerFee)
  charge(s, instrument, maker, false, qty, makerFee)
  const buyer = makerIsBuyer ? makerAccount : takerAccount
  const seller = makerIsBuyer ? takerAccount : makerAccount
  const buyerFee = makerIsBuyer ? makerFee : takerFee
  const sellerFee = makerIsBuyer ? takerFee : makerFee
  if (instrument.isPerpetual) {
    if (buyRests) releaseTraded(s, instrument, buyOrder, buyOpen, qty, holdBefore)
    if (sellRests) releaseTraded(s, instrument, sellOrder, sellOpen, qty, sellHeld)
    settlePerpetualFill(s, instrument, buyer, seller, qty, notional, buyerFee, sellerFee)
  } else {
    if (buyRests) releaseTradedBuy(s, instrument, buyOrder, buyOpen)
    settleSpotFill(s, instrument, buyer, seller, qty, sellRests, buyerFee, sellerFee)
  }

  addExposure(s, instrument, makerAccount, makerIsBuyer, 0, -qty)
  if (takerRests) addExposure(s, instrument, takerAccount, !makerIsBuyer, 0, -qty)
  instrument.lastPrice = price
  instrument.lastTradeID += 1
  const tradeID = instrument.lastTradeID
  s.reports.trade(taker, true, takerOpen, tradeID, qty, price, notional, takerFee)
  s.reports.trade(maker, false, makerOpen, tradeID, qty, price, notional, makerFee)
  noteStep(s, taker, qty)
  noteStep(s, maker, qty)
  if (instrument.triggers !== undefined) observeTrade(s, instrument, price)
  if (makerOpen === 0) endFilled(s, maker)
  if (takerRests && takerOpen === 0) endFilled(s, taker)
}

/** The hold of a resting buy for what has traded; its fee has been charged. */
function releaseTradedBuy(
  s: EngineState,
  instrument: InstrumentState,
  order: number,
  open: number,
): void {
  orderHoldOf(s, instrument, order, open, holdAfter)
  holdBefore.subtract(holdAfter)
  const buyer = s.memory.orders.i32[order * ORDER.words + ORDER.owner] as number
  s.balances.release(s.balances.of(buyer, instrument.quoteAssetId), holdBefore)
}

/** Quote for base, and the fees. */
function settleSpotFill(
  s: EngineState,
  instrument: InstrumentState,
  buyer: number,
  seller: number,
  qty: number,
  sellRests: boolean,
  buyerFee: Int64,
  sellerFee: Int64,
): void {
  baseAmountOf(instrument, qty, base)
  sum.set(notional)
  sum.add(buyerFee)
  s.balances.debit(s.balances.of(buyer, instrument.quoteAssetId), sum)
  s.balances.credit(s.balances.of(buyer, instrument.baseAssetId), base)
  const sellerBase = s.balances.of(seller, instrument.baseAssetId)
  if (sellRests) s.balances.release(sellerBase, base)
  s.balances.debit(sellerBase, base)
  sum.set(notional)
  sum.subtract(sellerFee)
  s.balances.credit(s.balances.of(seller, instrument.quoteAssetId), sum)
  sum.set(takerFee)
  sum.add(makerFee)
  s.balances.credit(instrument.feeBalance, sum)
}

function endFilled(s: EngineState, order: number): void {
  leaveMarket(s, order)
  closeOrder(s, order)
}

/** Moves a fill into an order's totals and finds its fee; see feeOf in domain/fee.ts. */
function charge(
  s: EngineState,
  instrument: InstrumentState,
  order: number,
  isTaker: boolean,
  qty: number,
  fee: Int64,
): void {
  const { i32, f64 } = s.details
  const at = order * DETAIL.words
  const cumQty = order * DETAIL.doubles + DETAIL.cumQty
  f64[cumQty] = (f64[cumQty] as number) + qty
  cumulative.load(i32, at + DETAIL.cumNotional)
  cumulative.add(notional)
  cumulative.store(i32, at + DETAIL.cumNotional)
  const makerFeePpm = makerFeeOf(i32, order)
  const takerFeePpm = takerFeeOf(i32, order)
  const rate = isTaker ? takerFeePpm : makerFeePpm
  const residue = fee.setFee(notional, rate, feeResidueOf(i32, order))
  if (rate < 0 && !canPayRebate(s, instrument, fee)) {
    fee.setZero()
    return
  }
  setFees(i32, order, makerFeePpm, takerFeePpm, residue)
}

function canPayRebate(s: EngineState, instrument: InstrumentState, fee: Int64): boolean {
  s.balances.loadBalance(instrument.feeBalance, sum)
  sum.add(fee)
  return !sum.isBelow(REBATE_DEBT_MAX)
}

/** Self-trade prevention takes a quantity from a resting order; what was held for it is released. */
function preventMaker(
  s: EngineState,
  instrument: InstrumentState,
  maker: number,
  qty: number,
): void {
  const open = openAfter(s, maker, qty)
  releaseHold(s, instrument, maker, open + qty)
  if (open > 0) {
    takeHold(s, instrument, maker, open)
    s.reports.step(maker, EXEC_PREVENTED, statusOf(s, maker), open, 0)
    noteStep(s, maker, 0)
    return
  }
  s.reports.step(maker, EXEC_PREVENTED, STATUS_EXPIRED, 0, 0)
  leaveMarket(s, maker)
  closeOrder(s, maker)
}

function statusOf(s: EngineState, order: number): number {
  return openStatus(s.details.f64[order * DETAIL.doubles + DETAIL.cumQty] as number)
}
