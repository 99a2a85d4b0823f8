// The way of a plain order, in one room, readable top to bottom: a Limit that is GTC, post-only or
// not, on a spot instrument that is open, that meets nobody and rests; and its cancel. Nineteen of
// twenty commands are one of the two.
//
// What stands here decides as the ladder (risk/pre-trade.ts) and the stages behind it do, in numbers
// of 53 bits instead of 64, and on the record of the command where it lies in its batch. Whatever is
// not plain, would be refused, or does not fit goes the general way: both functions answer false then
// and have changed nothing. tests/unit/engine/plain-order.test.ts holds the two ways together, and
// `npm run agree -- --family plain` this one to the naive engine.

import { CLEARING_ACCOUNT } from '#domain/accounts.ts'
import { ACCOUNT, FEE_UNSET, NEAR_ASSETS } from '../accounts/accounts.ts'
import { BALANCE } from '../accounts/balances.ts'
import { SIDE_BUY as BUY, STP_DECREMENT as MODES_LAST } from '../book/book.ts'
import { ORDER } from '../book/order-pool.ts'
import { FORCE_GTC as GTC, TYPE_LIMIT as LIMIT } from '../codes.ts'
import {
  RECORD_ACCOUNT as ACCOUNT_AT,
  CANCEL_RECORD,
  isId,
  NEW_RECORD,
  RECORD_POST_ONLY as POST_ONLY_IN_RECORD,
} from '../command-record.ts'
import { copyId } from '../copy-words.ts'
import type { EngineState } from '../engine-state.ts'
import { STP_DEFAULT_CODE as DEFAULT_MODE } from '../hot-command.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { NONE as NO_HANDLE } from '../memory/slot-pool.ts'
import { reportPlainCancel, reportPlainNew } from '../plain-reports.ts'
import { addExposure, positionOf } from '../risk/exposure.ts'
import { Admission, hasTooManyOrders, isOverLimit, isSideFull } from '../risk/pre-trade.ts'
import { isInsideBand } from '../risk/price-band.ts'
import { joinAccount, leaveAccount } from './account-orders.ts'
import {
  ATTRIBUTE_POST_ONLY,
  DETAIL,
  feeResidueOf,
  instrumentIdOf,
  makerFeeOf,
  packAttributes,
  setFees,
  takerFeeOf,
} from './order-details.ts'
import { closeOrder } from './resting.ts'

// Constants of this module are folded into the code; imported ones are read from memory each time.
const NONE = NO_HANDLE
const SIDE_BUY = BUY
const STP_LAST = MODES_LAST
const FORCE_GTC = GTC
const TYPE_LIMIT = LIMIT
const STP_DEFAULT = DEFAULT_MODE
const RECORD_ACCOUNT = ACCOUNT_AT
const RECORD_POST_ONLY = POST_ONLY_IN_RECORD
const POST_ONLY = ATTRIBUTE_POST_ONLY
const NEW_KIND = NEW_RECORD.kind
const NEW_INSTRUMENT = NEW_RECORD.instrumentId
const NEW_PRICE = NEW_RECORD.price
const NEW_QTY = NEW_RECORD.orderQty
const NEW_STOP_PX = NEW_RECORD.stopPx
const NEW_ID = NEW_RECORD.clOrdID
const NEW_TRAILING = NEW_RECORD.trailingOffset
const CANCEL_ORDER_ID = CANCEL_RECORD.orderID
const CANCEL_ID = CANCEL_RECORD.clOrdID
const CANCEL_ORIG_ID = CANCEL_RECORD.origClOrdID
const ACCOUNT_NUMBER = ACCOUNT.number
const VENUE_ACCOUNTS = CLEARING_ACCOUNT
const UNSET = FEE_UNSET
const NEAR = NEAR_ASSETS
const ACCOUNT_WORDS = ACCOUNT.words
const ACCOUNT_GATE = ACCOUNT.gate
const ACCOUNT_OPEN = ACCOUNT.openOrders
const ACCOUNT_OPEN_MAX = ACCOUNT.maxOpenOrders
const ACCOUNT_MAKER_FEE = ACCOUNT.makerFeePpm
const ACCOUNT_TAKER_FEE = ACCOUNT.takerFeePpm
const ACCOUNT_BALANCES = ACCOUNT.balances
const BALANCE_WORDS = BALANCE.words
const BALANCE_BALANCE = BALANCE.balance
const BALANCE_HOLD = BALANCE.hold
const BALANCE_MARGINS = BALANCE.margins
const ORDER_WORDS = ORDER.words
const ORDER_DOUBLES = ORDER.doubles
const ORDER_KEY = ORDER.key
const ORDER_LEAVES = ORDER.leaves
const ORDER_OWNER = ORDER.owner
const DETAIL_WORDS = DETAIL.words
const DETAIL_DOUBLES = DETAIL.doubles
const DETAIL_ID = DETAIL.clOrdID
const DETAIL_ID_HASH = DETAIL.idHash
const DETAIL_ORDER_ID = DETAIL.orderID
const DETAIL_QTY = DETAIL.orderQty
const DETAIL_CUM_QTY = DETAIL.cumQty
const DETAIL_CUM_NOTIONAL = DETAIL.cumNotional / 2
const DETAIL_ATTRIBUTES = DETAIL.attributes
const DETAIL_EXTRA = DETAIL.extra
const SAFE = Number.MAX_SAFE_INTEGER
const MILLION = 1_000_000
const WORD = 4_294_967_296
/** Below this high word an int64 is a safe integer, if it is not negative. */
const SAFE_HIGH = 2_097_152

/** Where an amount goes from one function to the next: a number that is passed may be boxed. */
const money = new Float64Array(1)
const HELD = 0
const admission = new Admission()

/**
 * Places a plain order that comes to rest at once. Shapes: a NEW_RECORD at word `at`, without a flag
 * but post-only.
 * Answers false, and has changed nothing, when it has to go the general way.
 */
export function placePlain(
  s: EngineState,
  words: Int32Array,
  floats: Float64Array,
  at: number,
): boolean {
  const kind = words[at + NEW_KIND] as number
  const side = kind & 0xff
  // Limit and GTC are both 0. What a plain order does not use is zero, to the last bit.
  if (side > 1 || (kind & 0x00ffff00) !== 0 || !isUnused(words, at)) return false
  if (!hasId(words, at + NEW_ID)) return false
  const account = findPlainAccount(s, (words[at + RECORD_ACCOUNT] as number) >>> 0)
  if (account === NONE) return false
  const instrument = s.instruments[(words[at + NEW_INSTRUMENT] as number) >>> 0]
  if (instrument === undefined || !instrument.isPlain) return false
  const price = floats[(at + NEW_PRICE) >> 1] as number
  const qty = floats[(at + NEW_QTY) >> 1] as number
  const notional = plainNotional(instrument, side, price, qty)
  if (notional === 0) return false
  const ownMode = kind >>> 24
  const stpMode = ownMode === STP_DEFAULT ? instrument.defaultStpMode : ownMode
  if (stpMode > STP_LAST || ((instrument.allowedStpModes >>> stpMode) & 1) === 0) return false
  const isBuy = side === SIDE_BUY
  const key = isBuy ? price : -price
  if (instrument.book.wouldCross(key)) return false
  const idHash = s.clientIds.hashAt(account, words, at + NEW_ID)
  if (s.clientIds.findAt(account, words, at + NEW_ID, idHash) !== NONE) return false

  const { keepsPositions } = instrument
  if (keepsPositions && !isInsideLimits(s, instrument, account, side, qty)) return false

  const accounts = s.accounts.pool.i32
  const accountAt = account * ACCOUNT_WORDS
  const ownMaker = accounts[accountAt + ACCOUNT_MAKER_FEE] as number
  const ownTaker = accounts[accountAt + ACCOUNT_TAKER_FEE] as number
  const maker = ownMaker === UNSET ? instrument.makerFeePpm : ownMaker
  const taker = ownTaker === UNSET ? instrument.takerFeePpm : ownTaker
  if (isBuy) money[HELD] = notional + feeOf(notional, Math.max(maker, taker, 0), 0)
  else money[HELD] = qty * instrument.lotBaseMinor
  const balance = plainBalance(accounts, accountAt, instrument, isBuy)
  if (balance === NONE || !takeHeld(s.balances.pool.i32, balance)) return false

  const order = instrument.book.enter(key, qty, account)
  s.lastOrderID += 1
  s.details.reach(order)
  const { i32, f64 } = s.details
  const detail = order * DETAIL_WORDS
  const double = order * DETAIL_DOUBLES
  copyId(words, at + NEW_ID, i32, detail + DETAIL_ID)
  i32[detail + DETAIL_ID_HASH] = idHash
  f64[double + DETAIL_ORDER_ID] = s.lastOrderID
  f64[double + DETAIL_QTY] = qty
  f64[double + DETAIL_CUM_QTY] = 0
  f64[double + DETAIL_CUM_NOTIONAL] = 0
  setFees(i32, order, maker, taker, 0)
  const flags = ((words[at] as number) & RECORD_POST_ONLY) === 0 ? 0 : POST_ONLY
  i32[detail + DETAIL_ATTRIBUTES] = packAttributes(
    TYPE_LIMIT,
    FORCE_GTC,
    stpMode,
    flags,
    instrument.id,
  )
  i32[detail + DETAIL_EXTRA] = NONE
  s.clientIds.open(order)
  reportPlainNew(s, instrument, order, balance, words, at)
  instrument.book.rest(order)
  s.orderIds.insert(order)
  joinAccount(s, order)
  accounts[accountAt + ACCOUNT_OPEN] = (accounts[accountAt + ACCOUNT_OPEN] as number) + 1
  if (keepsPositions) addExposure(s, instrument, account, isBuy, 1, qty)
  return true
}

/** Cancels a plain order that rests. Shapes: a CANCEL_RECORD; answers as placePlain. */
export function cancelPlain(
  s: EngineState,
  words: Int32Array,
  floats: Float64Array,
  at: number,
): boolean {
  const orderID = floats[(at + CANCEL_ORDER_ID) >> 1] as number
  if (!hasId(words, at + CANCEL_ID) || !isId(words, at + CANCEL_ORIG_ID)) return false
  const order = orderID > 0 ? s.orderIds.find(orderID) : findByClOrdID(s, words, at)
  if (order === NONE) return false
  const { i32 } = s.details
  const { f64: ordersF64, i32: ordersI32 } = s.memory.orders
  const detail = order * DETAIL_WORDS
  const owner = ordersI32[order * ORDER_WORDS + ORDER_OWNER] as number
  const accounts = s.accounts.pool.i32
  const accountAt = owner * ACCOUNT_WORDS
  if (accounts[accountAt + ACCOUNT_NUMBER] !== words[at + RECORD_ACCOUNT]) return false
  const instrument = s.instruments[instrumentIdOf(i32[detail + DETAIL_ATTRIBUTES] as number)]
  if (instrument === undefined || !instrument.isPlain) return false
  // No trigger, end or list, and no hidden part: it rests, whole.
  if (i32[detail + DETAIL_EXTRA] !== NONE) return false
  const key = ordersF64[order * ORDER_DOUBLES + ORDER_KEY] as number
  const leaves = ordersF64[order * ORDER_DOUBLES + ORDER_LEAVES] as number
  const isBuy = key > 0
  if (isBuy) {
    const notional = key * leaves <= SAFE ? key * leaves * instrument.notionalFactor : SAFE + 1
    if (notional > SAFE) return false
    const rate = Math.max(makerFeeOf(i32, order), takerFeeOf(i32, order), 0)
    money[HELD] = notional + feeOf(notional, rate, feeResidueOf(i32, order))
  } else money[HELD] = leaves * instrument.lotBaseMinor
  const balance = plainBalance(accounts, accountAt, instrument, isBuy)
  if (balance === NONE || !giveHeld(s.balances.pool.i32, balance)) return false
  instrument.book.take(order)
  s.orderIds.remove(order)
  leaveAccount(s, order)
  accounts[accountAt + ACCOUNT_OPEN] = (accounts[accountAt + ACCOUNT_OPEN] as number) - 1
  if (instrument.keepsPositions) addExposure(s, instrument, owner, isBuy, -1, -leaves)
  reportPlainCancel(s, instrument, order, balance, words, at)
  closeOrder(s, order)
  return true
}

/**
 * Limits of the instrument, or of the account in it: the rungs that the general way has for them. As
 * there, the record in which the account's open orders are counted is made when it is asked for.
 */
function isInsideLimits(
  s: EngineState,
  instrument: InstrumentState,
  account: number,
  side: number,
  qty: number,
): boolean {
  admission.accountSlot = account
  admission.position = positionOf(s, account, instrument)
  return (
    !hasTooManyOrders(s, instrument, admission) && !isOverLimit(s, instrument, admission, side, qty)
  )
}

/** The notional of an order inside the bounds of its instrument; 0 when it is none, or does not fit. */
function plainNotional(
  instrument: InstrumentState,
  side: number,
  price: number,
  qty: number,
): number {
  if (!(qty >= instrument.minQty && qty <= instrument.maxQty && price >= 1)) return 0
  if (!Number.isSafeInteger(qty) || !Number.isSafeInteger(price) || price * qty > SAFE) return 0
  const notional = price * qty * instrument.notionalFactor
  if (notional > SAFE || !isNotionalAllowed(instrument, notional)) return 0
  if (!isInsideBand(instrument, price) || isSideFull(instrument, side, qty)) return 0
  return notional
}

/** stopPx, displayQty, quoteAmount, expireTimeNs and the trailing offset of a record. */
function isUnused(words: Int32Array, at: number): boolean {
  const from = at + NEW_STOP_PX
  return (
    ((words[from] as number) |
      (words[from + 1] as number) |
      (words[from + 2] as number) |
      (words[from + 3] as number) |
      (words[from + 4] as number) |
      (words[from + 5] as number) |
      (words[from + 6] as number) |
      (words[from + 7] as number) |
      (words[at + NEW_TRAILING] as number)) ===
    0
  )
}

/** The open order that a cancel names by its clOrdID; NONE, too, when it names none or by a number. */
function findByClOrdID(s: EngineState, words: Int32Array, at: number): number {
  if (
    ((words[at + CANCEL_ORDER_ID] as number) | (words[at + CANCEL_ORDER_ID + 1] as number)) !==
    0
  ) {
    return NONE
  }
  if (!hasId(words, at + CANCEL_ORIG_ID)) return NONE
  const account = s.accounts.find((words[at + RECORD_ACCOUNT] as number) >>> 0)
  if (account === NONE) return NONE
  const hash = s.clientIds.hashAt(account, words, at + CANCEL_ORIG_ID)
  const ref = s.clientIds.findAt(account, words, at + CANCEL_ORIG_ID, hash)
  return ref === NONE ? NONE : s.clientIds.orderOf(ref)
}

/** Whether an id stands here that is well formed. */
function hasId(words: Int32Array, at: number): boolean {
  return ((words[at] as number) & 255) !== 0 && isId(words, at)
}

/** The slot of an account that trades without limits of its own and may open one order more. */
function findPlainAccount(s: EngineState, number: number): number {
  if (s.isVenueHalted || number <= VENUE_ACCOUNTS) return NONE
  const slot = s.accounts.find(number)
  if (slot === NONE) return NONE
  const { i32 } = s.accounts.pool
  const at = slot * ACCOUNT_WORDS
  if (i32[at + ACCOUNT_GATE] !== 0) return NONE
  const max = i32[at + ACCOUNT_OPEN_MAX] as number
  return max > 0 && (i32[at + ACCOUNT_OPEN] as number) >= max ? NONE : slot
}

/** Bounds of 64 bits compare exactly: beyond 2^53 their rounding is beyond every notional here. */
function isNotionalAllowed(instrument: InstrumentState, notional: number): boolean {
  return notional >= instrument.minNotionalNumber && notional <= instrument.maxNotionalNumber
}

/** The balance that pays for a hold; NONE when the account's own record does not name it. */
function plainBalance(
  accounts: Int32Array,
  accountAt: number,
  instrument: InstrumentState,
  isBuy: boolean,
): number {
  const assetId = isBuy ? instrument.quoteAssetId : instrument.baseAssetId
  return assetId > NEAR ? NONE : (accounts[accountAt + ACCOUNT_BALANCES + assetId - 1] as number)
}

/** The fee of setFee in money/int64.ts, of a notional that is a safe integer. */
function feeOf(notional: number, ppm: number, residue: number): number {
  if (ppm === 0) return 0
  let whole = Math.floor(notional / MILLION)
  let rest = notional - whole * MILLION
  if (rest < 0) {
    whole -= 1
    rest += MILLION
  }
  return whole * ppm + Math.ceil((rest * ppm - residue) / MILLION)
}

/** Holds what is asked, if it is available; no margin is behind the balance, and all of it is safe. */
function takeHeld(i32: Int32Array, balance: number): boolean {
  const at = balance * BALANCE_WORDS
  const high = i32[at + BALANCE_BALANCE + 1] as number
  const holdHigh = i32[at + BALANCE_HOLD + 1] as number
  if (i32[at + BALANCE_MARGINS] !== NONE || high < 0 || high >= SAFE_HIGH) return false
  const funds = high * WORD + ((i32[at + BALANCE_BALANCE] as number) >>> 0)
  const hold = holdHigh * WORD + ((i32[at + BALANCE_HOLD] as number) >>> 0)
  const held = hold + (money[HELD] as number)
  if (!(held <= funds)) return false
  const heldHigh = Math.floor(held / WORD)
  i32[at + BALANCE_HOLD + 1] = heldHigh
  i32[at + BALANCE_HOLD] = held - heldHigh * WORD
  return true
}

/** Gives back what an order held. */
function giveHeld(i32: Int32Array, balance: number): boolean {
  const at = balance * BALANCE_WORDS
  const holdHigh = i32[at + BALANCE_HOLD + 1] as number
  if (i32[at + BALANCE_MARGINS] !== NONE || holdHigh >= SAFE_HIGH) return false
  const hold = holdHigh * WORD + ((i32[at + BALANCE_HOLD] as number) >>> 0)
  const held = hold - (money[HELD] as number)
  const heldHigh = Math.floor(held / WORD)
  i32[at + BALANCE_HOLD + 1] = heldHigh
  i32[at + BALANCE_HOLD] = held - heldHigh * WORD
  return true
}
