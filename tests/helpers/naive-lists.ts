// The naive engine's lists: OCO and brackets.

import type { ExecType } from '#domain/order.ts'
import type { RejectReason } from '#domain/reject-reason.ts'
import type { NaiveOrder } from './naive-book.ts'
import { isSideFull } from './naive-checks.ts'
import type { NaiveEngine } from './naive-engine.ts'
import { available, checkMargin, isPerpetual } from './naive-margin.ts'
import { report } from './naive-reports.ts'
import { arm, electBy, hold, needOf, release } from './naive-waiting.ts'

/** Two legs of an OCO; entry, take-profit and stop-loss of a bracket. */
export interface NaiveList {
  readonly isBracket: boolean
  readonly legs: NaiveOrder[]
  /** Legs that have traded, been decremented or elected. */
  readonly touched: Set<NaiveOrder>
  /** Lots that the entry's fills have armed the exits with. */
  armedQty: number
}

/** An order of a list has begun (a trade, a prevented one, its election) or has ended. */
export function touchList(n: NaiveEngine, order: NaiveOrder, execType: ExecType): void {
  const { list } = order
  if (list === null || execType === 'New' || execType === 'Replaced') return
  // A Limit is armed, not elected.
  if (execType === 'Triggered' && order.command.ordType === 'Limit') return
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
      const enters = isFirst && leg.waiting === null
      const status = leg.waiting === null ? 'New' : 'PendingTrigger'
      report(n, leg, enters ? 'Triggered' : 'Replaced', status, qty)
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
