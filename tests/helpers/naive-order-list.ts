// The naive engine's NewOrderList: what the legs must be, and how they enter.

import type { NewOrder, NewOrderList, OrderTerms } from '#domain/command.ts'
import type { RejectReason } from '#domain/reject-reason.ts'
import type { NaiveOrder } from './naive-book.ts'
import { checkNew } from './naive-checks.ts'
import type { NaiveEngine } from './naive-engine.ts'
import { countOrder } from './naive-lifetime.ts'
import type { NaiveList } from './naive-lists.ts'
import { report } from './naive-reports.ts'
import { checkTrigger } from './naive-triggers.ts'
import { isTriggerType, startElectable, startWaiting } from './naive-waiting.ts'

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
