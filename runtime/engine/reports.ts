// Fills the event records from the state and hands them to the sink. Asserts on every report what
// FIX says of quantities: open means orderQty = cumQty + leavesQty + prevented, closed no leaves.

import { assert } from '#domain/assert.ts'
import { ACCOUNT } from './accounts/accounts.ts'
import { BALANCE } from './accounts/balances.ts'
import { SIDE_BUY, SIDE_SELL } from './book/book.ts'
import { ORDER } from './book/order-pool.ts'
import {
  EXEC_EXPIRED,
  EXEC_REJECTED,
  EXEC_TRADE,
  STATUS_EXPIRED,
  STATUS_FILLED,
  STATUS_NEW,
  STATUS_PARTIAL,
  STATUS_REJECTED,
} from './codes.ts'
import type { EngineState } from './engine-state.ts'
import { BALANCE_AMOUNT, BalanceChangedRecord, ExecutionReportRecord } from './event-sink.ts'
import {
  type CancelOrderCommand,
  ID_WORDS,
  type NewOrderCommand,
  type ReplaceOrderCommand,
  TRACE_WORDS,
} from './hot-command.ts'
import { flushPositions } from './margin/position-events.ts'
import { NONE } from './memory/slot-pool.ts'
import { Int64 } from './money/int64.ts'
import { displayQtyOf } from './orders/iceberg.ts'
import {
  ATTRIBUTE_ICEBERG,
  ATTRIBUTE_POST_ONLY,
  ATTRIBUTE_REDUCE_ONLY,
  DETAIL,
  instrumentIdOf,
  ordTypeOf,
  stpModeOf,
  timeInForceOf,
} from './orders/order-details.ts'
import { EXTRA } from './orders/order-extras.ts'
import { isLimitType } from './triggers/stop-price.ts'

const delta = new Int64()
const before = new Int64()

/** The one writer of execution reports and balance changes. */
export class Reports {
  readonly #state: EngineState
  readonly #report = new ExecutionReportRecord()
  readonly #change = new BalanceChangedRecord()

  constructor(state: EngineState) {
    this.#state = state
  }

  /**
   * One step of an order that trades nothing. `leaves` is what stays open, `ended` what this step
   * took from it without a trade and without prevention.
   */
  step(order: number, execType: number, ordStatus: number, leaves: number, ended: number): void {
    const r = this.#report
    this.#describe(order, leaves, ended)
    r.execType = execType
    r.ordStatus = ordStatus
    r.aggressor = false
    r.tradeID = 0
    r.lastQty = 0
    r.lastPx = 0
    for (let word = 0; word < 2; word++) r.amountWords[word] = 0
    r.amountWords[4] = 0
    r.amountWords[5] = 0
    this.#send()
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
    this.#override(clOrdID, origClOrdID)
    this.step(order, execType, ordStatus, leaves, ended)
    this.#overridden = false
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
    const r = this.#report
    this.#describe(order, leaves, 0)
    r.execType = EXEC_TRADE
    r.ordStatus = leaves > 0 ? STATUS_PARTIAL : STATUS_FILLED
    r.aggressor = isAggressor
    r.tradeID = tradeID
    r.lastQty = qty
    r.lastPx = price
    notional.store(r.amountWords, 0)
    fee.store(r.amountWords, 4)
    this.#send()
  }

  /** A new order that did not enter. */
  rejectNew(cmd: NewOrderCommand, reason: number, orderID: number, feeAssetId: number): void {
    const r = this.#report
    this.#clear(cmd.account, reason)
    r.instrumentId = cmd.instrumentId
    r.orderID = orderID
    r.side = cmd.side === SIDE_SELL ? SIDE_SELL : SIDE_BUY
    r.ordType = codeWithin(cmd.ordType, 7)
    r.timeInForce = codeWithin(cmd.timeInForce, 6)
    r.stpMode = codeWithin(cmd.stpMode, 5)
    r.postOnly = cmd.postOnly
    r.reduceOnly = cmd.reduceOnly
    r.price = wholeOrZero(cmd.price)
    r.stopPx = wholeOrZero(cmd.stopPx)
    r.orderQty = wholeOrZero(cmd.orderQty)
    r.displayQty = wholeOrZero(cmd.displayQty)
    r.feeAssetId = feeAssetId
    copyId(cmd.clOrdID, 0, r.clOrdID)
    r.origClOrdID.fill(0)
    this.#send()
  }

  /** A cancel that found nothing, or may not. */
  rejectCancel(cmd: CancelOrderCommand, reason: number): void {
    this.#clear(cmd.account, reason)
    this.#report.orderID = wholeOrZero(cmd.orderID)
    copyId(cmd.clOrdID, 0, this.#report.clOrdID)
    copyId(cmd.origClOrdID, 0, this.#report.origClOrdID)
    this.#send()
  }

  /** A replace that changed nothing. `orderID` is the order's, or of the first use of the id. */
  rejectReplace(cmd: ReplaceOrderCommand, reason: number, orderID: number): void {
    const r = this.#report
    this.#clear(cmd.account, reason)
    r.orderID = orderID
    r.price = wholeOrZero(cmd.price)
    r.orderQty = wholeOrZero(cmd.orderQty)
    copyId(cmd.clOrdID, 0, r.clOrdID)
    copyId(cmd.origClOrdID, 0, r.origClOrdID)
    this.#send()
  }

  /** One BalanceChanged for each (account, asset) that the command changed, in order of first touch. */
  flushBalances(): void {
    const { balances, margins } = this.#state
    if (margins.touched.length > 0) flushPositions(this.#state)
    for (let i = 0; i < balances.touchedCount; i++) {
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
      this.#transfer(balances.touchedAt(i), reason, transferId, false)
    }
    balances.settle()
  }

  /** The answer to a transfer that was made before: the balance as it stands. */
  repeatTransfer(slot: number, reason: number, transferId: Int32Array): void {
    this.#state.balances.loadBalance(slot, before)
    this.#transfer(slot, reason, transferId, true)
  }

  #transfer(slot: number, reason: number, transferId: Int32Array, isDuplicate: boolean): void {
    copyId(transferId, 0, this.#change.transferId)
    this.#change.duplicate = isDuplicate
    this.#balance(slot, reason)
    this.#change.duplicate = false
    this.#change.transferId.fill(0)
  }

  /** `before` is what the balance was when the command came. */
  #balance(slot: number, reason: number): void {
    const { balances, accounts, cmdIndex, traceId, sink } = this.#state
    const c = this.#change
    const { i32 } = balances.pool
    const at = slot * BALANCE.words
    c.cmdIndex = cmdIndex
    c.account = accounts.numberOf(i32[at + BALANCE.accountSlot] as number)
    c.assetId = i32[at + BALANCE.assetId] as number
    c.reason = reason
    delta.load(i32, at + BALANCE.balance)
    delta.store(c.amountWords, BALANCE_AMOUNT.balance * 2)
    delta.subtract(before)
    delta.store(c.amountWords, BALANCE_AMOUNT.delta * 2)
    delta.load(i32, at + BALANCE.hold)
    delta.store(c.amountWords, BALANCE_AMOUNT.hold * 2)
    for (let word = 0; word < TRACE_WORDS; word++) c.traceId[word] = traceId[word] as number
    sink.balanceChanged(c)
  }

  #overridden = false
  #reason = 0

  #override(clOrdID: Int32Array, origClOrdID: Int32Array): void {
    copyId(clOrdID, 0, this.#report.clOrdID)
    copyId(origClOrdID, 0, this.#report.origClOrdID)
    this.#overridden = true
  }

  #describe(order: number, leaves: number, ended: number): void {
    const { memory, details, extras, accounts, instruments } = this.#state
    const r = this.#report
    const { i32, f64 } = details
    const at = order * DETAIL.words
    const key = memory.orders.f64[order * ORDER.doubles + ORDER.key] as number
    const accountSlot = memory.orders.i32[order * ORDER.words + ORDER.owner] as number
    const attributes = i32[at + DETAIL.attributes] as number
    const instrumentId = instrumentIdOf(attributes)
    const extra = i32[at + DETAIL.extra] as number
    r.account = accounts.get(accountSlot, ACCOUNT.number) >>> 0
    r.instrumentId = instrumentId
    r.feeAssetId = instruments[instrumentId]?.quoteAssetId ?? 0
    r.rejectReason = this.#reason
    r.side = key > 0 ? SIDE_BUY : SIDE_SELL
    r.ordType = ordTypeOf(attributes)
    r.timeInForce = timeInForceOf(attributes)
    r.stpMode = stpModeOf(attributes)
    r.postOnly = (attributes & ATTRIBUTE_POST_ONLY) !== 0
    r.reduceOnly = (attributes & ATTRIBUTE_REDUCE_ONLY) !== 0
    r.orderID = f64[order * DETAIL.doubles + DETAIL.orderID] as number
    r.price = isLimitType(r.ordType) ? Math.abs(key) : 0
    r.stopPx = extra === NONE ? 0 : (extras.f64[extra * EXTRA.doubles + EXTRA.stopPx] as number)
    r.displayQty = (attributes & ATTRIBUTE_ICEBERG) === 0 ? 0 : displayQtyOf(this.#state, order)
    r.orderQty = f64[order * DETAIL.doubles + DETAIL.orderQty] as number
    r.cumQty = f64[order * DETAIL.doubles + DETAIL.cumQty] as number
    r.leavesQty = leaves
    r.preventedQty = r.orderQty - r.cumQty - leaves - ended
    assert(r.preventedQty >= 0 && leaves >= 0, 'orderQty = cumQty + leavesQty + ended')
    r.amountWords[2] = i32[at + DETAIL.cumNotional] as number
    r.amountWords[3] = i32[at + DETAIL.cumNotional + 1] as number
    if (this.#overridden) return
    copyId(i32, at + DETAIL.clOrdID, r.clOrdID)
    for (let word = 0; word < ID_WORDS; word++) r.origClOrdID[word] = 0
  }

  #clear(account: number, reason: number): void {
    const r = this.#report
    r.account = account
    r.instrumentId = 0
    r.execType = EXEC_REJECTED
    r.ordStatus = STATUS_REJECTED
    r.side = 0
    r.ordType = 0
    r.timeInForce = 0
    r.stpMode = 0
    r.rejectReason = reason
    r.feeAssetId = 0
    r.aggressor = false
    r.postOnly = false
    r.reduceOnly = false
    r.orderID = 0
    r.tradeID = 0
    r.price = 0
    r.stopPx = 0
    r.orderQty = 0
    r.displayQty = 0
    r.lastQty = 0
    r.lastPx = 0
    r.leavesQty = 0
    r.cumQty = 0
    r.preventedQty = 0
    for (let word = 0; word < 6; word++) r.amountWords[word] = 0
  }

  #send(): void {
    const r = this.#report
    const state = this.#state
    state.lastExecID += 1
    r.execID = state.lastExecID
    r.cmdIndex = state.cmdIndex
    for (let word = 0; word < TRACE_WORDS; word++) r.traceId[word] = state.traceId[word] as number
    state.sink.executionReport(r)
  }
}

/** The status of an order that is open. */
export function openStatus(cumQty: number): number {
  return cumQty > 0 ? STATUS_PARTIAL : STATUS_NEW
}

function copyId(from: Int32Array, at: number, to: Int32Array): void {
  for (let word = 0; word < ID_WORDS; word++) to[word] = from[at + word] as number
}

/** What a command carried, as far as a report can carry it. */
function wholeOrZero(value: number): number {
  return Number.isSafeInteger(value) ? value : 0
}

function codeWithin(code: number, count: number): number {
  return Number.isInteger(code) && code >= 0 && code < count ? code : 0
}
