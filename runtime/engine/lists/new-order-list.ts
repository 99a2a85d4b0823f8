// NewOrderList: OCO and brackets. All legs are checked before any of them enters: either all are
// accepted, or the list is refused for the first leg that fails and nothing has changed.

import type { NewOrderList } from '#domain/command.ts'
import { CONTINGENCY_TYPES } from '#domain/order.ts'
import {
  EXEC_NEW,
  FORCE_DAY,
  FORCE_GTC,
  FORCE_GTD,
  REJECT,
  STATUS_NEW,
  STATUS_PENDING,
  TYPE_LIMIT,
  TYPE_MARKET,
  TYPE_STOP,
  TYPE_STOP_LIMIT,
  TYPE_TAKE_PROFIT,
  TYPE_TAKE_PROFIT_LIMIT,
  TYPE_TRAILING_STOP,
} from '../codes.ts'
import { isSameId } from '../copy-words.ts'
import type { EngineState } from '../engine-state.ts'
import { NewOrderCommand } from '../hot-command.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { finishCommand } from '../orders/aftermath.ts'
import { executeOrder } from '../orders/execution.ts'
import { enterOrder } from '../orders/new-order.ts'
import { flagsOf } from '../orders/open-orders.ts'
import { addExtra, extraOf, FLAG_SHARES_HOLD } from '../orders/order-extras.ts'
import { loadOrderTerms } from '../orders/order-terms.ts'
import { Admission, admitNewOrder } from '../risk/pre-trade.ts'
import { watch } from '../triggers/election.ts'
import { isTriggerType } from '../triggers/stop-price.ts'
import { admitTrigger } from '../triggers/trigger-admission.ts'
import { arm, holdWaiting, setFlags, startWaiting } from '../triggers/waiting.ts'
import { addList, ROLE_PROFIT, ROLES } from './order-lists.ts'

const commands = Array.from({ length: ROLES }, () => new NewOrderCommand())
const admissions = Array.from({ length: ROLES }, () => new Admission())

/** Answers a code of REJECT_REASONS; 0 when the list was accepted. */
export function newOrderList(s: EngineState, command: NewOrderList): number {
  const { contingencyType, orders, account } = command
  if (!CONTINGENCY_TYPES.includes(contingencyType) || !Array.isArray(orders)) {
    return REJECT.Malformed
  }
  const isBracket = contingencyType === 'Bracket'
  const count = isBracket ? ROLES : 2
  if (orders.length !== count) return REJECT.Malformed
  const legs = commands.slice(0, count)
  for (const [role, leg] of legs.entries()) {
    if (!loadOrderTerms(orders[role], account, leg)) return REJECT.Malformed
  }
  const reason = checkShape(isBracket, legs) || checkLegs(s, isBracket, legs)
  if (reason !== 0) return reason
  enter(s, isBracket, legs)
  finishCommand(s)
  return 0
}

/** What the legs must have in common, and which types may stand where. */
function checkShape(isBracket: boolean, legs: readonly NewOrderCommand[]): number {
  const [first, second] = legs as [NewOrderCommand, NewOrderCommand]
  for (const leg of legs) {
    if (leg.instrumentId !== first.instrumentId) return REJECT.UnsupportedOrder
    if (leg.reduceOnly) return REJECT.UnsupportedOrder
    if (leg.displayQty !== 0 || leg.quoteAmount[0] !== 0 || leg.quoteAmount[1] !== 0) {
      return REJECT.UnsupportedOrder
    }
  }
  const isSound = isBracket ? isBracketSound(legs) : isExclusiveSound(first, second)
  if (!isSound) return REJECT.UnsupportedOrder
  if (legs.some((leg) => leg.orderQty !== first.orderQty)) return REJECT.InvalidQty
  for (const [role, leg] of legs.entries()) {
    for (let other = 0; other < role; other++) {
      const earlier = legs[other] as NewOrderCommand
      if (isSameId(leg.clOrdID, 0, earlier.clOrdID, 0)) return REJECT.DuplicateClOrdID
    }
  }
  return 0
}

/** OCO: one side; a Limit that rests and a stop, or two stops. */
function isExclusiveSound(first: NewOrderCommand, second: NewOrderCommand): boolean {
  if (first.side !== second.side) return false
  const legs = [first, second]
  if (legs.every((leg) => leg.ordType === TYPE_LIMIT)) return false
  return legs.every((leg) => isTriggerType(leg.ordType) || isPlainLimit(leg))
}

/** Bracket: exits on the other side, a take-profit (or Limit) and a stop. */
function isBracketSound(legs: readonly NewOrderCommand[]): boolean {
  const [entry, profit, loss] = legs as [NewOrderCommand, NewOrderCommand, NewOrderCommand]
  if (profit.side === entry.side || loss.side === entry.side) return false
  const isProfit =
    (isPlainLimit(profit) && !profit.postOnly) ||
    profit.ordType === TYPE_TAKE_PROFIT ||
    profit.ordType === TYPE_TAKE_PROFIT_LIMIT
  const type = loss.ordType
  return isProfit && (type === TYPE_STOP || type === TYPE_STOP_LIMIT || type === TYPE_TRAILING_STOP)
}

function isPlainLimit(leg: NewOrderCommand): boolean {
  const force = leg.timeInForce
  const rests = force === FORCE_GTC || force === FORCE_DAY || force === FORCE_GTD
  return leg.ordType === TYPE_LIMIT && rests
}

/** Each leg by its own ladder, counting those before it; exits of a bracket need no funds yet. */
function checkLegs(s: EngineState, isBracket: boolean, legs: readonly NewOrderCommand[]): number {
  for (const [role, leg] of legs.entries()) {
    const a = admissions[role] as Admission
    a.before = role
    a.isHeldBack = isBracket && role > 0
    const isTrigger = leg.ordType > TYPE_MARKET
    const reason = isTrigger ? admitTrigger(s, leg, a) : admitNewOrder(s, leg, a)
    if (reason !== 0) return reason
  }
  return 0
}

/** Enters all legs, then starts those that do not wait. */
function enter(s: EngineState, isBracket: boolean, legs: readonly NewOrderCommand[]): void {
  const instrument = (admissions[0] as Admission).instrument as InstrumentState
  const orders: number[] = []
  for (const [role, leg] of legs.entries()) {
    const a = admissions[role] as Admission
    const order = enterOrder(s, leg, a)
    addExtra(s, order)
    const waits = isWaitingLeg(leg, a)
    if (waits) startWaiting(s, instrument, order, leg)
    if (waits && !a.isHeldBack) arm(s, instrument, order)
    s.reports.step(order, EXEC_NEW, waits ? STATUS_PENDING : STATUS_NEW, a.qty, 0)
    orders.push(order)
  }
  const limit = legs.findIndex((leg) => leg.ordType === TYPE_LIMIT)
  const holder = isBracket ? ROLE_PROFIT : Math.max(limit, 0)
  addList(s, isBracket, orders, holder)
  for (const [role, order] of orders.entries()) {
    const a = admissions[role] as Admission
    if (a.isHeldBack || !isWaitingLeg(legs[role] as NewOrderCommand, a)) continue
    const extra = extraOf(s, order)
    const shares = !isBracket && role !== holder
    if (shares) setFlags(s, extra, flagsOf(s, extra) | FLAG_SHARES_HOLD)
    holdWaiting(s, instrument, order)
    watch(s, instrument, extra)
  }
  for (const [role, order] of orders.entries()) {
    const a = admissions[role] as Admission
    if (!isWaitingLeg(legs[role] as NewOrderCommand, a)) executeOrder(s, order, a)
  }
}

function isWaitingLeg(leg: NewOrderCommand, a: Admission): boolean {
  return a.isHeldBack || leg.ordType > TYPE_MARKET
}
