// The naive engine's time: what ends by Clock, the dead-man switch, the order rate.

import type { NewOrder, SetDeadMan } from '#domain/command.ts'
import type { Side, TimeInForce } from '#domain/order.ts'
import type { RejectReason } from '#domain/reject-reason.ts'
import { inCancelOrder } from './naive-auction.ts'
import type { NaiveInstrument, NaiveOrder } from './naive-book.ts'
import type { NaiveEngine } from './naive-engine.ts'
import { report } from './naive-reports.ts'
import { waitingInCancelOrder } from './naive-waiting.ts'

const DAY_NS = 86_400_000_000_000n
/** Orders that one Clock ends by time, and cancels by switches before it fires no more. */
const ENDS_MAX = 10_000
const TIMEOUT_MS_MAX = 86_400_000

/** Armed or not, and what it counts. */
export interface NaiveAccountTime {
  maxOrdersPerSecond: number
  second: bigint
  ordersInSecond: number
  deadManTimeoutMs: number
  deadline: bigint
}

export function noTime(): NaiveAccountTime {
  return {
    maxOrdersPerSecond: 0,
    second: 0n,
    ordersInSecond: 0,
    deadManTimeoutMs: 0,
    deadline: 0n,
  }
}

/** Whether what does not trade at once may rest. */
export function staysOpen(force: TimeInForce): boolean {
  return force !== 'IOC' && force !== 'FOK'
}

/** Whether the time in force means something for this order. */
export function checkLifetime(n: NaiveEngine, c: NewOrder): RejectReason {
  if (c.timeInForce !== 'GTD') return c.expireTimeNs === 0n ? 'None' : 'UnsupportedOrder'
  return c.expireTimeNs > n.now ? 'None' : 'Expired'
}

/** No instant is later than the last one of 64 bits. */
function atMost(instant: bigint): bigint {
  return instant < 2n ** 63n ? instant : 2n ** 63n - 1n
}

/** The first instant at which an order is gone; 0: none. */
export function endOf(n: NaiveEngine, c: NewOrder): bigint {
  if (c.timeInForce === 'DAY') return atMost((n.now / DAY_NS + 1n) * DAY_NS)
  return c.timeInForce === 'GTD' ? c.expireTimeNs : 0n
}

/** Ends an open order that nobody canceled. */
export function expire(n: NaiveEngine, order: NaiveOrder): void {
  n.changeHold(order, -n.holdOf(order))
  n.forget(order)
  order.leaves = 0
  report(n, order, 'Expired', 'Expired', 0)
}

/** Cancels an account's open orders, one instrument or all of them; answers how many. */
export function cancelAll(
  n: NaiveEngine,
  account: number,
  instrument: NaiveInstrument | null,
  side: Side | null,
): number {
  const orders = n.instruments
    .filter((i) => instrument === null || i === instrument)
    .filter((i) => i.definition.tradingState !== 'Closed')
    .flatMap((i) => [...inCancelOrder(i.open), ...waitingInCancelOrder(i)])
    .filter((o) => o.account === account && (side === null || o.side === side))
  for (const order of orders) if (n.openOrders().includes(order)) n.end(order, '')
  return orders.length
}

/** Clock: orders by their instant, then orderID; then the switches by theirs, then account. */
export function passTime(n: NaiveEngine): void {
  const ending = n
    .openOrders()
    .filter((o) => o.expiresAt > 0n && o.expiresAt <= n.now)
    .sort((a, b) => Number(a.expiresAt - b.expiresAt) || a.orderID - b.orderID)
  let ended = 0
  for (const order of ending) {
    if (ended === ENDS_MAX) break
    if (!n.openOrders().includes(order)) continue
    expire(n, order)
    ended += 1
  }
  const fired = [...n.accounts]
    .filter(([, { time }]) => time.deadManTimeoutMs > 0 && time.deadline <= n.now)
    .sort(([a, x], [b, y]) => Number(x.time.deadline - y.time.deadline) || a - b)
  let canceled = 0
  for (const [account, { time }] of fired) {
    if (canceled >= ENDS_MAX) return
    time.deadManTimeoutMs = 0
    const canceledCount = cancelAll(n, account, null, null)
    canceled += canceledCount
    n.rare({ type: 'DeadManFired', account, canceledCount })
  }
}

export function setDeadMan(n: NaiveEngine, c: SetDeadMan): void {
  const time = n.accounts.get(c.account)?.time
  if (time === undefined) return n.refuse(c, 'UnknownAccount')
  const { timeoutMs } = c
  if (!Number.isSafeInteger(timeoutMs) || timeoutMs < 0 || timeoutMs > TIMEOUT_MS_MAX) {
    return n.refuse(c, 'InvalidTransition')
  }
  time.deadManTimeoutMs = timeoutMs
  time.deadline = atMost(n.now + BigInt(timeoutMs) * 1_000_000n)
  n.accountChanged(c.account)
}

/** Whether the account has placed all the orders that it may in this second. */
export function isTooFast(n: NaiveEngine, account: number, before = 0): boolean {
  const time = n.accounts.get(account)?.time ?? noTime()
  const isSame = time.second === n.now / 1_000_000_000n
  const count = (isSame ? time.ordersInSecond : 0) + before
  return time.maxOrdersPerSecond > 0 && count >= time.maxOrdersPerSecond
}

/** Counts an accepted new order or replace; only while there is a limit. */
export function countOrder(n: NaiveEngine, account: number): void {
  const time = n.accounts.get(account)?.time ?? noTime()
  if (time.maxOrdersPerSecond === 0) return
  const second = n.now / 1_000_000_000n
  if (time.second !== second) time.ordersInSecond = 0
  time.second = second
  time.ordersInSecond += 1
}
