// Writes the hot events, each straight into the buffer from which it leaves the engine. Asserts on
// every report what FIX says of quantities: open means orderQty = cumQty + leavesQty + prevented,
// closed no leaves.

import { assert } from '#domain/assert.ts'
import { ACCOUNT as SHARED_ACCOUNT } from './accounts/accounts.ts'
import { BALANCE as SHARED_BALANCE } from './accounts/balances.ts'
import { SIDE_BUY as SHARED_SIDE_BUY, SIDE_SELL as SHARED_SIDE_SELL } from './book/book.ts'
import { ORDER as SHARED_ORDER } from './book/order-pool.ts'
import {
  EXEC_EXPIRED,
  EXEC_REJECTED,
  EXEC_TRADE as SHARED_EXEC_TRADE,
  STATUS_FILLED as SHARED_STATUS_FILLED,
  STATUS_PARTIAL as SHARED_STATUS_PARTIAL,
  STATUS_EXPIRED,
  STATUS_NEW,
  STATUS_REJECTED,
} from './codes.ts'
import { clearId, copyId, copyTrace } from './copy-words.ts'
import type { EngineState } from './engine-state.ts'
import {
  type EventBuffer,
  CHANGE as SHARED_CHANGE,
  CHANGE_HEAD as SHARED_CHANGE_HEAD,
  FLAGS_SHIFT as SHARED_FLAGS_SHIFT,
  REPORT as SHARED_REPORT,
  REPORT_AGGRESSOR as SHARED_REPORT_AGGRESSOR,
  REPORT_HEAD as SHARED_REPORT_HEAD,
  REPORT_POST_ONLY as SHARED_REPORT_POST_ONLY,
  REPORT_REDUCE_ONLY as SHARED_REPORT_REDUCE_ONLY,
} from './event-buffer.ts'
import type { CancelOrderCommand, NewOrderCommand, ReplaceOrderCommand } from './hot-command.ts'
import { flushPositions } from './margin/position-events.ts'
import { NONE as SHARED_NONE } from './memory/slot-pool.ts'
import { Int64 } from './money/int64.ts'
import { displayQtyOf } from './orders/iceberg.ts'
import {
  instrumentIdOf,
  ordTypeOf,
  ATTRIBUTE_ICEBERG as SHARED_ATTRIBUTE_ICEBERG,
  ATTRIBUTE_POST_ONLY as SHARED_ATTRIBUTE_POST_ONLY,
  ATTRIBUTE_REDUCE_ONLY as SHARED_ATTRIBUTE_REDUCE_ONLY,
  DETAIL as SHARED_DETAIL,
  stpModeOf,
  timeInForceOf,
} from './orders/order-details.ts'
import { EXTRA } from './orders/order-extras.ts'
import { isLimitType } from './triggers/stop-price.ts'

// Constants of this module are folded into the code; imported ones are read from memory each time.
const ACCOUNT = SHARED_ACCOUNT
const BALANCE = SHARED_BALANCE
const SIDE_BUY = SHARED_SIDE_BUY
const SIDE_SELL = SHARED_SIDE_SELL
const ORDER = SHARED_ORDER
const STATUS_FILLED = SHARED_STATUS_FILLED
const STATUS_PARTIAL = SHARED_STATUS_PARTIAL
const EXEC_TRADE = SHARED_EXEC_TRADE
const CHANGE = SHARED_CHANGE
const CHANGE_HEAD = SHARED_CHANGE_HEAD
const FLAGS_SHIFT = SHARED_FLAGS_SHIFT
const REPORT = SHARED_REPORT
const REPORT_AGGRESSOR = SHARED_REPORT_AGGRESSOR
const REPORT_HEAD = SHARED_REPORT_HEAD
const REPORT_POST_ONLY = SHARED_REPORT_POST_ONLY
const REPORT_REDUCE_ONLY = SHARED_REPORT_REDUCE_ONLY
const NONE = SHARED_NONE
const ATTRIBUTE_ICEBERG = SHARED_ATTRIBUTE_ICEBERG
const ATTRIBUTE_POST_ONLY = SHARED_ATTRIBUTE_POST_ONLY
const ATTRIBUTE_REDUCE_ONLY = SHARED_ATTRIBUTE_REDUCE_ONLY
const DETAIL = SHARED_DETAIL

const delta = new Int64()
const before = new Int64()
const noId = new Int32Array(9)

/** The one writer of execution reports and balance changes. */
export class Reports {
  readonly #state: EngineState
  readonly #buffer: EventBuffer
  #reason = 0

  constructor(state: EngineState, buffer: EventBuffer) {
    this.#state = state
    this.#buffer = buffer
  }

  /**
   * One step of an order that trades nothing. `leaves` is what stays open, `ended` what this step
   * took from it without a trade and without prevention.
   */
  step(order: number, execType: number, ordStatus: number, leaves: number, ended: number): void {
    const at = this.#describe(order, execType, ordStatus, leaves, ended, 0)
    this.#tradeNothing(at)
    const { i32 } = this.#buffer
    copyId(this.#state.details.i32, order * DETAIL.words + DETAIL.clOrdID, i32, at + REPORT.clOrdID)
    clearId(i32, at + REPORT.origClOrdID)
  }

  /** An order that may not enter the market ends with all that it had open. */
  expired(order: number, ended: number, reason: number): void {
    this.#reason = reason
    this.step(order, EXEC_EXPIRED, STATUS_EXPIRED, 0, ended)
    this.#reason = 0
  }

  /** The same as a step, for a request that gave the order another clOrdID or has one of its own. */
  stepFor(
    order: number,
    execType: number,
    ordStatus: number,
    leaves: number,
    ended: number,
    clOrdID: Int32Array,
    origClOrdID: Int32Array,
  ): void {
    const at = this.#describe(order, execType, ordStatus, leaves, ended, 0)
    this.#tradeNothing(at)
    const { i32 } = this.#buffer
    copyId(clOrdID, 0, i32, at + REPORT.clOrdID)
    copyId(origClOrdID, 0, i32, at + REPORT.origClOrdID)
  }

  /** One side of a trade. `leaves` is what the order has open afterwards. */
  trade(
    order: number,
    isAggressor: boolean,
    leaves: number,
    tradeID: number,
    qty: number,
    price: number,
    notional: Int64,
    fee: Int64,
  ): void {
    const status = leaves > 0 ? STATUS_PARTIAL : STATUS_FILLED
    const flags = isAggressor ? REPORT_AGGRESSOR : 0
    const at = this.#describe(order, EXEC_TRADE, status, leaves, 0, flags)
    const { i32, f64 } = this.#buffer
    const double = at >> 1
    f64[double + REPORT.tradeID] = tradeID
    f64[double + REPORT.lastQty] = qty
    f64[double + REPORT.lastPx] = price
    notional.store(i32, at + REPORT.lastNotional)
    fee.store(i32, at + REPORT.fee)
    copyId(this.#state.details.i32, order * DETAIL.words + DETAIL.clOrdID, i32, at + REPORT.clOrdID)
    clearId(i32, at + REPORT.origClOrdID)
    if (isAggressor) this.#buffer.trades += 1
  }

  /** A new order that did not enter. */
  rejectNew(cmd: NewOrderCommand, reason: number, orderID: number, feeAssetId: number): void {
    const at = this.#reject(cmd.account, reason, orderID, cmd.clOrdID, noId)
    const { i32, f64 } = this.#buffer
    const double = at >> 1
    const flags = (cmd.postOnly ? REPORT_POST_ONLY : 0) | (cmd.reduceOnly ? REPORT_REDUCE_ONLY : 0)
    const side = cmd.side === SIDE_SELL ? SIDE_SELL : SIDE_BUY
    const ordType = codeWithin(cmd.ordType, 7)
    const timeInForce = codeWithin(cmd.timeInForce, 6)
    const stpMode = codeWithin(cmd.stpMode, 5)
    i32[at + REPORT.head] = REPORT_HEAD | (flags << FLAGS_SHIFT)
    i32[at + REPORT.instrumentId] = cmd.instrumentId
    i32[at + REPORT.codes] = codesOf(EXEC_REJECTED, STATUS_REJECTED, side, ordType)
    i32[at + REPORT.moreCodes] = timeInForce | (reason << 8) | (stpMode << 16)
    f64[double + REPORT.price] = wholeOrZero(cmd.price)
    f64[double + REPORT.stopPx] = wholeOrZero(cmd.stopPx)
    f64[double + REPORT.orderQty] = wholeOrZero(cmd.orderQty)
    f64[double + REPORT.displayQty] = wholeOrZero(cmd.displayQty)
    i32[at + REPORT.feeAssetId] = feeAssetId
  }

  /** A cancel that found nothing, or may not. */
  rejectCancel(cmd: CancelOrderCommand, reason: number): void {
    const orderID = wholeOrZero(cmd.orderID)
    this.#reject(cmd.account, reason, orderID, cmd.clOrdID, cmd.origClOrdID)
  }

  /** A replace that changed nothing. `orderID` is the order's, or of the first use of the id. */
  rejectReplace(cmd: ReplaceOrderCommand, reason: number, orderID: number): void {
    const at = this.#reject(cmd.account, reason, orderID, cmd.clOrdID, cmd.origClOrdID)
    this.#buffer.f64[(at >> 1) + REPORT.price] = wholeOrZero(cmd.price)
    this.#buffer.f64[(at >> 1) + REPORT.orderQty] = wholeOrZero(cmd.orderQty)
  }

  /** One BalanceChanged for each (account, asset) that the command changed, in order of first touch. */
  flushBalances(): void {
    const { balances, margins } = this.#state
    if (margins.touchedCount > 0) flushPositions(this.#state)
    const count = balances.touchedCount
    for (let i = 0; i < count; i++) {
      const reason = balances.reasonOf(i)
      if (reason < 0) continue
      balances.loadStart(i, before)
      this.#balance(balances.touchedAt(i), reason)
    }
    balances.settle()
  }

  /** The same for a transfer. */
  flushTransfer(reason: number, transferId: Int32Array): void {
    const { balances } = this.#state
    for (let i = 0; i < balances.touchedCount; i++) {
      balances.loadStart(i, before)
      const at = this.#balance(balances.touchedAt(i), reason)
      copyId(transferId, 0, this.#buffer.i32, at + CHANGE.transferId)
    }
    balances.settle()
  }

  /** The answer to a transfer that was made before: the balance as it stands. */
  repeatTransfer(slot: number, reason: number, transferId: Int32Array): void {
    this.#state.balances.loadBalance(slot, before)
    const at = this.#balance(slot, reason | DUPLICATE)
    copyId(transferId, 0, this.#buffer.i32, at + CHANGE.transferId)
  }

  /** `before` is what the balance was when the command came. Answers where the record begins. */
  #balance(slot: number, codes: number): number {
    const { balances, accounts, cmdIndex, traceId } = this.#state
    const at = this.#buffer.add(CHANGE.words)
    const { i32: to } = this.#buffer
    const { i32 } = balances.pool
    const from = slot * BALANCE.words
    to[at] = CHANGE_HEAD
    to[at + CHANGE.account] = accounts.get(
      i32[from + BALANCE.accountSlot] as number,
      ACCOUNT.number,
    )
    to[at + CHANGE.assetId] = i32[from + BALANCE.assetId] as number
    to[at + CHANGE.cmdIndex] = cmdIndex
    delta.load(i32, from + BALANCE.balance)
    delta.subtract(before)
    delta.store(to, at + CHANGE.delta)
    to[at + CHANGE.balance] = i32[from + BALANCE.balance] as number
    to[at + CHANGE.balance + 1] = i32[from + BALANCE.balance + 1] as number
    to[at + CHANGE.hold] = i32[from + BALANCE.hold] as number
    to[at + CHANGE.hold + 1] = i32[from + BALANCE.hold + 1] as number
    to[at + CHANGE.codes] = codes
    copyTrace(traceId, 0, to, at + CHANGE.traceId)
    clearId(to, at + CHANGE.transferId)
    return at
  }

  /** All of a report but the trade and the ids; answers the word where it begins. */
  #describe(
    order: number,
    execType: number,
    ordStatus: number,
    leaves: number,
    ended: number,
    flags: number,
  ): number {
    const { memory, details, accounts, instruments } = this.#state
    const at = this.#begin()
    const { i32: to, f64: toF64 } = this.#buffer
    const double = at >> 1
    const { i32, f64 } = details
    const from = order * DETAIL.words
    const fromDouble = order * DETAIL.doubles
    const key = memory.orders.f64[order * ORDER.doubles + ORDER.key] as number
    const accountSlot = memory.orders.i32[order * ORDER.words + ORDER.owner] as number
    const attributes = i32[from + DETAIL.attributes] as number
    const instrumentId = instrumentIdOf(attributes)
    const ordType = ordTypeOf(attributes)
    const orderQty = f64[fromDouble + DETAIL.orderQty] as number
    const cumQty = f64[fromDouble + DETAIL.cumQty] as number
    const prevented = orderQty - cumQty - leaves - ended
    assert(prevented >= 0 && leaves >= 0, 'orderQty = cumQty + leavesQty + ended')
    to[at] = REPORT_HEAD | ((flags | flagsOf(attributes)) << FLAGS_SHIFT)
    to[at + REPORT.account] = accounts.get(accountSlot, ACCOUNT.number)
    to[at + REPORT.instrumentId] = instrumentId
    to[at + REPORT.codes] = codesOf(execType, ordStatus, key > 0 ? SIDE_BUY : SIDE_SELL, ordType)
    to[at + REPORT.moreCodes] =
      timeInForceOf(attributes) | (this.#reason << 8) | (stpModeOf(attributes) << 16)
    toF64[double + REPORT.orderID] = f64[fromDouble + DETAIL.orderID] as number
    toF64[double + REPORT.price] = isLimitType(ordType) ? Math.abs(key) : 0
    toF64[double + REPORT.stopPx] = this.#stopPxOf(i32[from + DETAIL.extra] as number)
    toF64[double + REPORT.orderQty] = orderQty
    toF64[double + REPORT.displayQty] =
      (attributes & ATTRIBUTE_ICEBERG) === 0 ? 0 : displayQtyOf(this.#state, order)
    toF64[double + REPORT.leavesQty] = leaves
    toF64[double + REPORT.cumQty] = cumQty
    toF64[double + REPORT.preventedQty] = prevented
    to[at + REPORT.cumNotional] = i32[from + DETAIL.cumNotional] as number
    to[at + REPORT.cumNotional + 1] = i32[from + DETAIL.cumNotional + 1] as number
    to[at + REPORT.feeAssetId] = instruments[instrumentId]?.quoteAssetId ?? 0
    return at
  }

  #stopPxOf(extra: number): number {
    if (extra === NONE) return 0
    return this.#state.extras.f64[extra * EXTRA.doubles + EXTRA.stopPx] as number
  }

  #tradeNothing(at: number): void {
    const { i32, f64 } = this.#buffer
    const double = at >> 1
    f64[double + REPORT.tradeID] = 0
    f64[double + REPORT.lastQty] = 0
    f64[double + REPORT.lastPx] = 0
    i32[at + REPORT.lastNotional] = 0
    i32[at + REPORT.lastNotional + 1] = 0
    i32[at + REPORT.fee] = 0
    i32[at + REPORT.fee + 1] = 0
  }

  #reject(
    account: number,
    reason: number,
    orderID: number,
    clOrdID: Int32Array,
    origClOrdID: Int32Array,
  ): number {
    const at = this.#begin()
    const { i32, f64 } = this.#buffer
    const double = at >> 1
    i32[at] = REPORT_HEAD
    i32[at + REPORT.account] = account
    i32[at + REPORT.instrumentId] = 0
    i32[at + REPORT.codes] = codesOf(EXEC_REJECTED, STATUS_REJECTED, 0, 0)
    i32[at + REPORT.moreCodes] = reason << 8
    for (let field = REPORT.tradeID; field <= REPORT.preventedQty; field++) f64[double + field] = 0
    f64[double + REPORT.orderID] = orderID
    i32[at + REPORT.cumNotional] = 0
    i32[at + REPORT.cumNotional + 1] = 0
    i32[at + REPORT.feeAssetId] = 0
    this.#tradeNothing(at)
    copyId(clOrdID, 0, i32, at + REPORT.clOrdID)
    copyId(origClOrdID, 0, i32, at + REPORT.origClOrdID)
    return at
  }

  /** Room for a report, with what all reports of a command have in common. */
  #begin(): number {
    const state = this.#state
    const at = this.#buffer.add(REPORT.words)
    const { i32, f64 } = this.#buffer
    state.lastExecID += 1
    f64[(at >> 1) + REPORT.execID] = state.lastExecID
    i32[at + REPORT.cmdIndex] = state.cmdIndex
    copyTrace(state.traceId, 0, i32, at + REPORT.traceId)
    i32[at + REPORT.rest] = 0
    return at
  }
}

/** Of a balance change that repeats an answer; stands above the reason. */
const DUPLICATE = 1 << 8

function codesOf(execType: number, ordStatus: number, side: number, ordType: number): number {
  return execType | (ordStatus << 8) | (side << 16) | (ordType << 24)
}

function flagsOf(attributes: number): number {
  const isPostOnly = (attributes & ATTRIBUTE_POST_ONLY) !== 0
  const isReduceOnly = (attributes & ATTRIBUTE_REDUCE_ONLY) !== 0
  return (isPostOnly ? REPORT_POST_ONLY : 0) | (isReduceOnly ? REPORT_REDUCE_ONLY : 0)
}

/** The status of an order that is open. */
export function openStatus(cumQty: number): number {
  return cumQty > 0 ? STATUS_PARTIAL : STATUS_NEW
}

/** What a command carried, as far as a report can carry it. */
function wholeOrZero(value: number): number {
  return Number.isSafeInteger(value) ? value : 0
}

function codeWithin(code: number, count: number): number {
  return Number.isInteger(code) && code >= 0 && code < count ? code : 0
}
