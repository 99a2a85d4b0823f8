// The checks before an order may enter: a ladder, in the order of the reject reasons; the first
// that fails is the answer, and nothing has changed. What the checks find out is left in the
// admission for the stage that follows.

import { CLEARING_ACCOUNT } from '#domain/accounts.ts'
import { isKilled } from '../accounts/account-extras.ts'
import { ACCOUNT, FEE_UNSET } from '../accounts/accounts.ts'
import { POSITION } from '../accounts/positions.ts'
import { stateTakes } from '../auction/trading-states.ts'
import { hasGuard, reachOf } from '../auction/volatility-guard.ts'
import { keyOf, SIDE_BUY, STP_DECREMENT } from '../book/book.ts'
import {
  FORCE_FOK,
  FORCE_GFA,
  FORCE_GTC,
  REJECT,
  staysOpen,
  TYPE_LIMIT,
  TYPE_MARKET,
} from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import { type NewOrderCommand, STP_DEFAULT_CODE } from '../hot-command.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { checkEnd } from '../lifetime/expiry.ts'
import { isTooFast } from '../lifetime/order-rate.ts'
import { valueAt } from '../margin/exposure-value.ts'
import { checkMargin, isOverPositionLimit, MarginOrder } from '../margin/margin-check.ts'
import { reduceOnlyRoom } from '../margin/reduce-only.ts'
import { NONE } from '../memory/slot-pool.ts'
import { Int64 } from '../money/int64.ts'
import { checkDisplay } from '../orders/iceberg.ts'
import { loadAvailable } from './available.ts'
import { positionOf } from './exposure.ts'
import { AmountOrder, isFillable, marketCostOf, sizeByAmount } from './foresight.ts'
import { buyHoldOf, holdBalanceOf } from './holds.ts'
import { baseAmountOf, holdRateOf, notionalOf } from './notional.ts'
import { hasBand, isInsideBand, marketKey } from './price-band.ts'

/** What the checks found out. Valid up to the check that failed. */
export class Admission {
  accountSlot = NONE
  instrument: InstrumentState | undefined
  /** NONE where nobody counts: see exposure.ts. */
  position = NONE
  /** Of the clOrdID: computed once. */
  idHash = 0
  key = 0.5
  /** The key to which it may trade now: its own, or the edge of the volatility guard. */
  reach = 0.5
  qty = 0.5
  stpMode = 0
  /** Whether the account has more to it than most: see account-extras.ts. */
  isLimited = false
  makerFeePpm = 0
  takerFeePpm = 0
  /** Of the first use of a repeated clOrdID. */
  firstOrderID = 0.5
  /** Whether a Market order by amount ran out of liquidity. */
  isShort = false
  /** Of a list: the legs before this one, and whether it waits for its entry's fills. */
  before = 0
  isHeldBack = false
  readonly quoteAmount = new Int64()
}

const amount = new Int64()
const available = new Int64()
const byAmount = new AmountOrder()
const entry = new MarginOrder()

/** Runs the ladder for a new order. Answers a code of REJECT_REASONS, 0 when it may enter. */
export function admitNewOrder(s: EngineState, cmd: NewOrderCommand, a: Admission): number {
  let reason = admitToMarket(s, cmd, a)
  if (reason !== 0) return reason
  const instrument = a.instrument as InstrumentState
  reason = checkKind(s, instrument, cmd, a)
  if (reason !== 0) return reason
  reason = checkBounds(instrument, cmd, a)
  if (reason !== 0) return reason
  if (cmd.ordType === TYPE_LIMIT && !isInsideBand(instrument, cmd.price)) return REJECT.PriceBand
  if (isRepeated(s, cmd.clOrdID, a)) return REJECT.DuplicateClOrdID
  a.position = positionOf(s, a.accountSlot, instrument)
  a.key = cmd.ordType === TYPE_LIMIT ? keyOf(cmd.side, cmd.price) : marketKey(instrument, cmd.side)
  a.reach = reachOf(s, instrument, a.key)
  setRates(s, instrument, a)
  if (!a.quoteAmount.isZero()) sizeOrder(instrument, a)
  const mayRest = cmd.ordType === TYPE_LIMIT && staysOpen(cmd.timeInForce)
  if (mayRest && hasTooManyOrders(s, instrument, a)) return REJECT.TooManyOpenOrders
  if (a.isLimited && isTooFast(s, a.accountSlot, a.before + 1)) return REJECT.OrderRateExceeded
  if (a.isHeldBack) return 0
  if (cmd.reduceOnly) {
    const room = reduceOnlyRoom(s, a.accountSlot, instrument.id, cmd.side, mayRest)
    if (room === 0) return REJECT.ReduceOnlyWouldIncrease
    a.qty = Math.min(a.qty, room)
  }
  if (isOverLimit(s, instrument, a, cmd.side, a.qty)) return REJECT.PositionLimit
  return checkEntry(s, instrument, cmd, a)
}

/** The last rungs, of every order that would enter the market now: funds, post-only, FOK. */
export function checkEntry(
  s: EngineState,
  instrument: InstrumentState,
  cmd: NewOrderCommand,
  a: Admission,
): number {
  if (instrument.isPerpetual) {
    const reason = checkEntryMargin(s, instrument, cmd, a)
    if (reason !== 0) return reason
  } else {
    requiredFor(instrument, cmd, a, amount)
    const funds = holdBalanceOf(s, instrument, a.accountSlot, cmd.side === SIDE_BUY)
    loadAvailable(s, funds, available)
    if (available.isBelow(amount)) return REJECT.InsufficientFunds
  }
  if (cmd.postOnly && instrument.book.wouldCross(a.key)) return REJECT.PostOnlyWouldCross
  if (cmd.timeInForce === FORCE_FOK && !canFill(instrument, a)) return REJECT.FokCannotFill
  return 0
}

/** Venue and account: the first rungs of every command that may trade. */
export function admitAccount(s: EngineState, account: number, a: Admission): number {
  a.instrument = undefined
  a.firstOrderID = 0
  if (s.isVenueHalted) return REJECT.VenueHalted
  a.accountSlot = s.accounts.find(account)
  if (a.accountSlot === NONE) return REJECT.UnknownAccount
  // The venue's own accounts do not trade.
  if (account <= CLEARING_ACCOUNT) return REJECT.AccountBlocked
  const gate = s.accounts.get(a.accountSlot, ACCOUNT.gate)
  a.isLimited = gate !== 0
  return isKilled(gate) ? REJECT.AccountBlocked : 0
}

/** The same, and the instrument and its trading state: the first rungs of every new order. */
export function admitToMarket(s: EngineState, cmd: NewOrderCommand, a: Admission): number {
  const reason = admitAccount(s, cmd.account, a)
  if (reason !== 0) return reason
  a.instrument = s.findInstrument(cmd.instrumentId)
  if (a.instrument === undefined) return REJECT.UnknownInstrument
  return stateTakes(a.instrument, cmd) ? 0 : REJECT.TradingStateForbids
}

/** Whether the account has used a clOrdID before; `a` says for which order, and knows its hash. */
export function isRepeated(s: EngineState, clOrdID: Int32Array, a: Admission): boolean {
  a.idHash = s.clientIds.hash(a.accountSlot, clOrdID)
  const first = s.clientIds.find(a.accountSlot, clOrdID, a.idHash)
  if (first === NONE) return false
  a.firstOrderID = s.clientIds.resultOf(first)
  return true
}

/** Type, time in force, flags and codes: is this an order that means something here? */
function checkKind(
  s: EngineState,
  instrument: InstrumentState,
  cmd: NewOrderCommand,
  a: Admission,
): number {
  if (((cmd.clOrdID[0] as number) & 255) === 0) return REJECT.Malformed
  const isLimit = cmd.ordType === TYPE_LIMIT
  if (!isLimit && cmd.ordType !== TYPE_MARKET) return REJECT.UnsupportedOrder
  const force = cmd.timeInForce
  if ((force | 0) !== force || force < FORCE_GTC || force > FORCE_GFA) {
    return REJECT.UnsupportedOrder
  }
  if (!isLimit && force > FORCE_FOK) return REJECT.UnsupportedOrder
  const reason = checkModes(instrument, cmd, a)
  if (reason !== 0) return reason
  if (cmd.postOnly || cmd.displayQty !== 0) {
    if (!isLimit || !staysOpen(force) || force === FORCE_GFA) return REJECT.UnsupportedOrder
  }
  if (cmd.reduceOnly && !instrument.isPerpetual) return REJECT.UnsupportedOrder
  if (cmd.stopPx !== 0 || cmd.trailingOffset !== 0) return REJECT.UnsupportedOrder
  a.quoteAmount.load(cmd.quoteAmount, 0)
  if (isLimit && !a.quoteAmount.isZero()) return REJECT.UnsupportedOrder
  return checkEnd(s, cmd)
}

/** Side and self-trade prevention: what every order has. */
export function checkModes(
  instrument: InstrumentState,
  cmd: NewOrderCommand,
  a: Admission,
): number {
  if (cmd.side !== 0 && cmd.side !== 1) return REJECT.UnsupportedOrder
  const stpMode = cmd.stpMode === STP_DEFAULT_CODE ? instrument.defaultStpMode : cmd.stpMode
  if ((stpMode | 0) !== stpMode || stpMode < 0 || stpMode > STP_DECREMENT) {
    return REJECT.UnsupportedOrder
  }
  if (((instrument.allowedStpModes >>> stpMode) & 1) === 0) return REJECT.UnsupportedOrder
  a.stpMode = stpMode
  return 0
}

/** Quantity, price, notional. */
function checkBounds(instrument: InstrumentState, cmd: NewOrderCommand, a: Admission): number {
  a.qty = cmd.orderQty
  if (!a.quoteAmount.isZero()) {
    if (cmd.orderQty !== 0) return REJECT.InvalidQty
    if (cmd.price !== 0) return REJECT.InvalidPrice
    return isNotionalAllowed(instrument, a.quoteAmount) ? 0 : REJECT.InvalidNotional
  }
  const reason = checkQty(instrument, cmd.orderQty)
  if (reason !== 0) return reason
  if (cmd.ordType === TYPE_MARKET) return cmd.price === 0 ? 0 : REJECT.InvalidPrice
  const priced = checkPriced(instrument, cmd.side, cmd.price, cmd.orderQty, cmd.orderQty)
  if (priced !== 0 || cmd.displayQty === 0) return priced
  return checkDisplay(instrument, cmd.displayQty, cmd.orderQty)
}

/** Bounds first, then whole lots. */
export function checkQty(instrument: InstrumentState, qty: number): number {
  if (!(qty >= instrument.minQty && qty <= instrument.maxQty)) return REJECT.InvalidQty
  return Number.isSafeInteger(qty) ? 0 : REJECT.InvalidLot
}

/** Price and notional of an order with a limit, and whether the side can still be summed. */
export function checkPriced(
  instrument: InstrumentState,
  side: number,
  price: number,
  orderQty: number,
  added: number,
): number {
  if (!Number.isSafeInteger(price) || price < 1) return REJECT.InvalidPrice
  notionalOf(instrument, price, orderQty, amount)
  if (!amount.fits() || !isNotionalAllowed(instrument, amount)) return REJECT.InvalidNotional
  return isSideFull(instrument, side, added) ? REJECT.Overflow : 0
}

/** Whether a side, waiting orders included, could no longer be summed. */
export function isSideFull(instrument: InstrumentState, side: number, added: number): boolean {
  const { book, triggers } = instrument
  const resting = side === SIDE_BUY ? book.bids.qty : book.asks.qty
  const waiting = triggers === undefined ? 0 : triggers.qtyOf(side)
  return resting + waiting + added > Number.MAX_SAFE_INTEGER
}

function isNotionalAllowed(instrument: InstrumentState, notional: Int64): boolean {
  return !notional.isBelow(instrument.minNotional) && !instrument.maxNotional.isBelow(notional)
}

/** The account's rates, else the instrument's. */
export function setRates(s: EngineState, instrument: InstrumentState, a: Admission): void {
  const maker = s.accounts.get(a.accountSlot, ACCOUNT.makerFeePpm)
  a.makerFeePpm = maker === FEE_UNSET ? instrument.makerFeePpm : maker
  a.takerFeePpm = takerRateOf(s, instrument, a.accountSlot)
}

/** What an account pays where it takes. */
export function takerRateOf(s: EngineState, instrument: InstrumentState, account: number): number {
  const taker = s.accounts.get(account, ACCOUNT.takerFeePpm)
  return taker === FEE_UNSET ? instrument.takerFeePpm : taker
}

function sizeOrder(instrument: InstrumentState, a: Admission): void {
  const { reach, quoteAmount, accountSlot, stpMode, takerFeePpm } = a
  sizeByAmount(instrument, reach, quoteAmount, accountSlot, stpMode, takerFeePpm, byAmount)
  a.qty = byAmount.qty
  a.isShort = byAmount.isShort
}

/** Whether the account has all the open orders that it may, here or in all. */
export function hasTooManyOrders(
  s: EngineState,
  instrument: InstrumentState,
  a: Admission,
): boolean {
  const accountMax = s.accounts.get(a.accountSlot, ACCOUNT.maxOpenOrders)
  const open = s.accounts.get(a.accountSlot, ACCOUNT.openOrders) + a.before
  if (accountMax > 0 && open >= accountMax) return true
  if (instrument.maxOpenOrders === 0) return false
  const here = s.positions.get(a.position, POSITION.openOrders) + a.before
  return here >= instrument.maxOpenOrders
}

const held = new Int64()
const limit = new Int64()

/**
 * Spot: base that the account owns plus all that its open buys may bring, against the limit. A
 * perpetual: the position plus all open orders on that side.
 */
export function isOverLimit(
  s: EngineState,
  instrument: InstrumentState,
  { accountSlot, position }: Admission,
  side: number,
  added: number,
): boolean {
  if (position === NONE) return false
  if (instrument.isPerpetual) {
    return isOverPositionLimit(s, instrument, accountSlot, position, side, added)
  }
  if (side !== SIDE_BUY) return false
  const own = s.positions.getNumber(position, POSITION.maxPosition)
  const lots = own < 0 ? instrument.maxPosition : own
  if (lots === 0) return false
  baseAmountOf(instrument, s.positions.getNumber(position, POSITION.openBuyQty) + added, held)
  s.balances.loadBalance(s.balances.of(accountSlot, instrument.baseAssetId), limit)
  held.add(limit)
  baseAmountOf(instrument, lots, limit)
  return limit.isBelow(held)
}

/** Margin for a perpetual's order: at its limit, at the edge, or at what the book says now. */
function checkEntryMargin(
  s: EngineState,
  instrument: InstrumentState,
  cmd: NewOrderCommand,
  a: Admission,
): number {
  const { reach, qty, accountSlot, stpMode } = a
  const { notional } = entry
  const isLimit = cmd.ordType === TYPE_LIMIT
  if (!a.quoteAmount.isZero()) notional.set(a.quoteAmount)
  else if (isLimit || hasBand(instrument) || hasGuard(instrument)) {
    notionalOf(instrument, Math.abs(isLimit ? a.key : reach), qty, notional)
  } else marketCostOf(instrument, reach, qty, accountSlot, stpMode, 0, notional)
  entry.isBuy = cmd.side === SIDE_BUY
  entry.qty = qty
  entry.replaced = NONE
  valueAt(instrument, qty, amount)
  const rate = holdRateOf(a.makerFeePpm, a.takerFeePpm)
  entry.fee.setFee(amount.isBelow(notional) ? notional : amount, rate, 0)
  return checkMargin(s, instrument, accountSlot, entry)
}

/** The funds that an order needs in its worst case. */
function requiredFor(
  instrument: InstrumentState,
  cmd: NewOrderCommand,
  a: Admission,
  out: Int64,
): void {
  const { reach, qty, accountSlot, stpMode, takerFeePpm } = a
  const isLimit = cmd.ordType === TYPE_LIMIT
  if (cmd.side !== SIDE_BUY) baseAmountOf(instrument, qty, out)
  else if (!a.quoteAmount.isZero()) out.set(a.quoteAmount)
  else if (isLimit || hasBand(instrument) || hasGuard(instrument)) {
    const worst = isLimit ? a.key : reach
    buyHoldOf(instrument, worst, qty, holdRateOf(a.makerFeePpm, takerFeePpm), 0, out)
  } else marketCostOf(instrument, reach, qty, accountSlot, stpMode, takerFeePpm, out)
}

function canFill(instrument: InstrumentState, a: Admission): boolean {
  if (!a.quoteAmount.isZero() && (a.isShort || a.qty === 0)) return false
  return isFillable(instrument, a.reach, a.qty, a.accountSlot, a.stpMode)
}
