// The naive engine's lists: OCO and brackets.

import type { NewOrder, NewOrderList, OrderTerms } from '#domain/command.ts'
import type { ExecType } from '#domain/order.ts'
import type { RejectReason } from '#domain/reject-reason.ts'
import type { NaiveOrder } from './naive-book.ts'
import { checkNew, isSideFull } from './naive-checks.ts'
import type { NaiveEngine } from './naive-engine.ts'
import { countOrder } from './naive-lifetime.ts'
import { available, checkMargin, isPerpetual } from './naive-margin.ts'
import { report } from './naive-reports.ts'
import { checkTrigger } from './naive-triggers.ts'
import {
  arm,
  electBy,
  hold,
  isTriggerType,
  needOf,
  release,
  startElectable,
  startWaiting,
} from './naive-waiting.ts'

/** Two legs of an OCO; entry, take-profit and stop-loss of a bracket. */
export interface NaiveList {
  readonly isBracket: boolean
  readonly legs: NaiveOrder[]
  /** Legs that have traded, been decremented or elected. */
  readonly touched: Set<NaiveOrder>
  /** Lots that the entry's fills have armed the exits with. */
  armedQty: number
}

// ---- the command ----

export function newOrderList(n: NaiveEngine, c: NewOrderList): void {
  const { account, traceId } = c
  const isBracket = c.contingencyType === 'Bracket'
  const legs = c.orders.map((o): NewOrder => ({ ...o, type: 'NewOrder', account, traceId }))
  const reason = checkShape(isBracket, legs) ?? checkLegs(n, isBracket, legs)
  if (reason !== null) return n.refuse(c, reason)
  const orders = legs.map((leg) => n.makeOrder(leg, leg.orderQty, ++n.lastOrderID))
  const list: NaiveList = { isBracket, legs: orders, touched: new Set(), armedQty: 0 }
  for (const order of orders) {
    order.list = list
    n.clientIds.set(`${account}:${order.clOrdID}`, order.orderID)
    countOrder(n, account)
    const isHeld = isBracket && order !== orders[0]
    const waits = isHeld || isTriggerType(order.command.ordType)
    if (waits) startWaiting(n, order, isHeld)
    report(n, order, 'New', waits ? 'PendingTrigger' : 'New', order.leaves)
  }
  if (!isBracket) shareHold(orders)
  for (const order of orders) if (order.waiting?.armed) startElectable(n, order)
  for (const order of orders) if (order.waiting === null) n.execute(order)
}

/** One leg holds for both: the Limit, else the first. */
function shareHold(legs: readonly NaiveOrder[]): void {
  const holder = legs.find((leg) => leg.waiting === null) ?? legs[0]
  for (const leg of legs)
    if (leg.waiting !== null && leg !== holder) leg.waiting.heldBy = holder ?? null
}

function checkShape(isBracket: boolean, legs: readonly NewOrder[]): RejectReason | null {
  const [first, second, third] = legs
  if (legs.some((leg) => leg.clOrdID === '')) return 'Malformed'
  if (first === undefined || second === undefined) return 'Malformed'
  if (legs.length !== (isBracket ? 3 : 2)) return 'Malformed'
  const isPlain = (leg: OrderTerms) => ['GTC', 'DAY', 'GTD'].includes(leg.timeInForce)
  const isExit = (leg: OrderTerms) => isTriggerType(leg.ordType) || (isPlain(leg) && !leg.postOnly)
  if (legs.some((leg) => leg.instrumentId !== first.instrumentId)) return 'UnsupportedOrder'
  if (legs.some((leg) => leg.displayQty !== 0 || leg.quoteAmount !== 0n)) return 'UnsupportedOrder'
  if (legs.some((leg) => leg.reduceOnly)) return 'UnsupportedOrder'
  if (isBracket) {
    const stops = ['Stop', 'StopLimit', 'TrailingStop']
    const profits = ['Limit', 'TakeProfit', 'TakeProfitLimit']
    if (second.side === first.side || third?.side === first.side) return 'UnsupportedOrder'
    if (!profits.includes(second.ordType) || !stops.includes(third?.ordType ?? '')) {
      return 'UnsupportedOrder'
    }
    if (!isExit(second)) return 'UnsupportedOrder'
  } else {
    if (first.side !== second.side) return 'UnsupportedOrder'
    if (legs.some((leg) => leg.ordType === 'Market')) return 'UnsupportedOrder'
    if (legs.every((leg) => leg.ordType === 'Limit')) return 'UnsupportedOrder'
    if (legs.some((leg) => leg.ordType === 'Limit' && !isPlain(leg))) return 'UnsupportedOrder'
  }
  if (legs.some((leg) => leg.orderQty !== first.orderQty)) return 'InvalidQty'
  return new Set(legs.map((leg) => leg.clOrdID)).size === legs.length ? null : 'DuplicateClOrdID'
}

function checkLegs(
  n: NaiveEngine,
  isBracket: boolean,
  legs: readonly NewOrder[],
): RejectReason | null {
  for (const [at, leg] of legs.entries()) {
    const isHeld = isBracket && at > 0
    const check = isTriggerType(leg.ordType) ? checkTrigger : checkNew
    const { reason } = check(n, leg, isHeld, at)
    if (reason !== 'None') return reason
  }
  return null
}

// ---- what lists do ----

/** An order of a list has begun (a trade, a prevented one, its election) or has ended. */
export function touchList(n: NaiveEngine, order: NaiveOrder, execType: ExecType): void {
  const { list } = order
  if (list === null || execType === 'New' || execType === 'Replaced') return
  if (execType !== 'Canceled' && execType !== 'Expired') list.touched.add(order)
  if (!n.touchedLists.includes(list)) n.touchedLists.push(list)
}

export function settleLists(n: NaiveEngine): void {
  for (let list = n.touchedLists.shift(); list !== undefined; list = n.touchedLists.shift()) {
    if (list.isBracket) settleBracket(n, list)
    else settleExclusive(n, list, list.legs)
  }
}

/** The legs exclude each other: once one has begun or ended, the others end. */
function settleExclusive(n: NaiveEngine, list: NaiveList, exits: readonly NaiveOrder[]): void {
  if (!exits.some((leg) => leg.leaves === 0 || list.touched.has(leg))) return
  for (const leg of list.legs) {
    leg.list = null
    const goesOn = exits.includes(leg) && list.touched.has(leg)
    if (leg.leaves > 0 && !goesOn) n.end(leg, '')
  }
}

function settleBracket(n: NaiveEngine, list: NaiveList): void {
  const [entry, ...exits] = list.legs as [NaiveOrder, NaiveOrder, NaiveOrder]
  settleExclusive(n, list, exits)
  if (entry.list === null) return
  if (entry.cumQty > list.armedQty) armExits(n, list, entry.cumQty)
  else if (entry.leaves === 0 && entry.cumQty === 0) {
    for (const leg of list.legs) leg.list = null
    for (const leg of exits) if (leg.leaves > 0) n.end(leg, '')
  }
}

/** Both exits stand for what the entry has filled; the take-profit may trade at once. */
function armExits(n: NaiveEngine, list: NaiveList, qty: number): void {
  const [, profit, loss] = list.legs as [NaiveOrder, NaiveOrder, NaiveOrder]
  const isFirst = list.armedQty === 0
  const isLimit = profit.command.ordType === 'Limit'
  list.armedQty = qty
  for (const leg of [profit, loss]) {
    release(n, leg)
    Object.assign(leg, { orderQty: qty, leaves: qty })
    if (isFirst) arm(leg)
  }
  if (isLimit) {
    n.forget(profit)
    profit.waiting = null
  }
  if (loss.waiting !== null) loss.waiting.heldBy = profit
  const rejectReason = checkExits(n, profit, loss)
  for (const leg of [profit, loss]) {
    if (rejectReason === 'None') {
      report(n, leg, 'Replaced', leg.waiting === null ? 'New' : 'PendingTrigger', qty)
    } else {
      leg.leaves = 0
      n.forget(leg)
      report(n, leg, 'Expired', 'Expired', 0, { rejectReason })
    }
  }
  if (rejectReason !== 'None') return
  if (!isLimit) hold(n, profit)
  hold(n, loss)
  if (isFirst) electBy(n, loss.instrument, loss.instrument.lastPrice, [profit, loss])
  if (isLimit) n.execute(profit)
}

/** Funds for the dearer exit; and whether their side can still be summed. */
function checkExits(n: NaiveEngine, profit: NaiveOrder, loss: NaiveOrder): RejectReason {
  const i = profit.instrument
  if (!isPerpetual(i)) {
    const funds = available(n, profit.account, n.holdAsset(profit))
    if (funds < needOf(n, profit) + needOf(n, loss)) return 'InsufficientFunds'
  } else if (profit.waiting === null) {
    const { account, side, leaves } = profit
    const terms = { side, qty: BigInt(leaves), notional: n.notional(profit, leaves) }
    const reason = checkMargin(n, i, account, { ...terms, fee: n.holdOf(profit) })
    if (reason !== 'None') return reason
  }
  const added = profit.waiting === null ? profit.leaves : 0
  return isSideFull(i, loss.side, added) ? 'Overflow' : 'None'
}
