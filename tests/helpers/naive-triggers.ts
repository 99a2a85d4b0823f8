// The naive engine's stops, take-profits and trailing stops: what they must pass to wait, and what
// to enter the market.

import type { NewOrder } from '#domain/command.ts'
import type { RejectReason } from '#domain/reject-reason.ts'
import { reachOf, stateTakes } from './naive-auction.ts'
import { foresee, type NaiveInstrument, type NaiveOrder, opposite } from './naive-book.ts'
import { checkBounds, checkEntry, hasTooManyOrders, isSideFull } from './naive-checks.ts'
import type { NaiveEngine } from './naive-engine.ts'
import { checkLifetime, isTooFast, staysOpen } from './naive-lifetime.ts'
import { settleLists } from './naive-lists.ts'
import { available, isOverPositionLimit, isPerpetual, reduceOnlyRoomFor } from './naive-margin.ts'
import { report } from './naive-reports.ts'
import { isLimitType, makeTrigger, type NaiveTrigger, needOf, release } from './naive-waiting.ts'

/** The ladder for an order that will wait. `held`: a leg that a list holds back. */
export function checkTrigger(
  n: NaiveEngine,
  c: NewOrder,
  held = false,
  before = 0,
): { reason: RejectReason; firstOrderID: number; qty: number; short: boolean } {
  const no = (reason: RejectReason, firstOrderID = 0) => {
    return { reason, firstOrderID, qty: c.orderQty, short: false }
  }
  const account = n.accounts.get(c.account)
  if (n.venueHalted) return no('VenueHalted')
  if (account === undefined) return no('UnknownAccount')
  if (account.killSwitch || c.account <= 4) return no('AccountBlocked')
  const i = n.instruments[c.instrumentId - 1]
  if (i === undefined) return no('UnknownInstrument')
  if (!stateTakes(i, c)) return no('TradingStateForbids')
  let reason = checkTerms(n, i, c)
  if (reason !== 'None') return no(reason)
  const first = n.clientIds.get(`${c.account}:${c.clOrdID}`)
  if (first !== undefined) return no('DuplicateClOrdID', first)
  if (hasTooManyOrders(n, i, c.account, before)) return no('TooManyOpenOrders')
  if (isTooFast(n, c.account, before)) return no('OrderRateExceeded')
  if (held) return no('None')
  if (isPerpetual(i)) return no('None')
  if (n.overLimit(i, c.account, c.side, c.orderQty)) return no('PositionLimit')
  const order = { ...n.makeOrder(c, c.orderQty, 0), waiting: makeTrigger(i, c, true) }
  const funds = available(n, c.account, n.holdAsset(order))
  reason = funds < needOf(n, order) ? 'InsufficientFunds' : 'None'
  return no(reason)
}

function checkTerms(n: NaiveEngine, i: NaiveInstrument, c: NewOrder): RejectReason {
  const d = i.definition
  const isLimit = isLimitType(c.ordType)
  const isTrailing = c.ordType === 'TrailingStop'
  if (c.clOrdID === '') return 'Malformed'
  if (!d.allowedStpModes.includes(c.stpMode ?? d.defaultStpMode)) return 'UnsupportedOrder'
  if (c.timeInForce === 'GFA') return 'UnsupportedOrder'
  if (c.postOnly && !(isLimit && staysOpen(c.timeInForce))) return 'UnsupportedOrder'
  if (c.reduceOnly && !isPerpetual(i)) return 'UnsupportedOrder'
  if (c.displayQty !== 0 || c.quoteAmount !== 0n) return 'UnsupportedOrder'
  if (isTrailing ? c.stopPx !== 0 : c.trailingOffset !== 0) return 'UnsupportedOrder'
  const distance = isTrailing ? c.trailingOffset : c.stopPx
  if (distance === 0) return 'StopPxRequired'
  const lifetime = checkLifetime(n, c)
  if (lifetime !== 'None') return lifetime
  const reason = checkBounds(n, i, c.side, !isLimit, c.price, c.orderQty, c.orderQty)
  if (reason === 'InvalidQty' || reason === 'InvalidLot') return reason
  if (!Number.isSafeInteger(distance) || distance < 1) return 'InvalidPrice'
  if (isTrailing && c.trailingOffsetUnit === 'Ppm' && distance >= 1e6) return 'InvalidPrice'
  if (reason !== 'None') return reason
  return isSideFull(i, c.side, c.orderQty) ? 'Overflow' : 'None'
}

/** After the command's own orders: what lists do, then the next elected order, and so on. */
export function settleDependents(n: NaiveEngine): void {
  settleLists(n)
  for (let order = n.elected.shift(); order !== undefined; order = n.elected.shift()) {
    if (order.waiting !== null && order.leaves > 0) enterElected(n, order, order.waiting)
    settleLists(n)
  }
}

function enterElected(n: NaiveEngine, order: NaiveOrder, trigger: NaiveTrigger): void {
  const i = order.instrument
  if (i.definition.tradingState !== 'Open') {
    trigger.electedPx = 0
    return
  }
  release(n, order)
  n.forget(order)
  order.waiting = null
  n.rare({
    type: 'StopElected',
    account: order.account,
    instrumentId: i.definition.instrumentId,
    orderID: order.orderID,
    clOrdID: order.clOrdID,
    stopPx: order.stopPx,
    lastPx: trigger.electedPx,
  })
  report(n, order, 'Triggered', 'New', order.leaves)
  settleLists(n)
  const { leaves } = order
  const rejectReason = checkElected(n, order)
  if (rejectReason === 'None') {
    if (order.leaves < leaves) report(n, order, 'Replaced', 'New', order.leaves)
    return n.execute(order)
  }
  order.leaves = 0
  report(n, order, 'Expired', 'Expired', 0, { rejectReason })
}

/** What an elected order must pass, as the Limit or Market order that it has become. */
function checkElected(n: NaiveEngine, order: NaiveOrder): RejectReason {
  const i = order.instrument
  const isLimit = isLimitType(order.command.ordType)
  const c: NewOrder = {
    ...order.command,
    ordType: isLimit ? 'Limit' : 'Market',
    price: order.price,
  }
  if (n.venueHalted) return 'VenueHalted'
  if (n.accounts.get(order.account)?.killSwitch === true) return 'AccountBlocked'
  if (isLimit && !n.insideBand(i, order.price)) return 'PriceBand'
  const reach = reachOf(i, order.side, isLimit ? order.price : n.bandEdge(i, order.side))
  const limit = isLimit ? order.price : reach
  const steps = foresee(opposite(i, order.side, reach), order.account, order.stpMode)
  let qty = order.leaves
  if (c.reduceOnly) {
    const room = reduceOnlyRoomFor(n, i, c)
    if (room === 0) return 'ReduceOnlyWouldIncrease'
    qty = Math.min(qty, room)
  }
  if (isPerpetual(i) && isOverPositionLimit(n, i, order.account, order.side, qty)) {
    return 'PositionLimit'
  }
  const rates = { maker: order.makerFeePpm, taker: order.takerFeePpm }
  const reason = checkEntry(n, i, c, { qty, short: false }, limit, steps, rates)
  if (reason === 'None') {
    order.orderQty -= order.leaves - qty
    order.leaves = qty
  }
  return reason
}
