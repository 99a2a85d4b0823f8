// The laws of what waits, checked by walking all of it: for tests and after a restore.

import { assert } from '#domain/assert.ts'
import type { EngineState } from '../engine-state.ts'
import { type InstrumentState, STATE_OPEN } from '../instruments/instrument-state.ts'
import { legOf, ROLES } from '../lists/order-lists.ts'
import { NONE } from '../memory/slot-pool.ts'
import { Int64 } from '../money/int64.ts'
import { accountSlotOf } from '../orders/account-orders.ts'
import { flagsOf, instrumentOf, isBuyOf, leavesOf, orderIDOf } from '../orders/open-orders.ts'
import { EXTRA, extraOf, FLAG_HELD_BACK } from '../orders/order-extras.ts'
import { holdBalanceOf } from '../risk/holds.ts'
import { isRising } from './stop-price.ts'
import type { TrailingList, Triggers } from './triggers.ts'
import { typeOf, waitingHoldOf } from './waiting.ts'
import { waitingOrders } from './waiting-state.ts'

const money = new Int64()

/** Throws when a law does not hold; adds up what waiting orders hold. Answers how many wait. */
export function checkTriggers(s: EngineState, holds: Map<number, bigint>): number {
  const orders = waitingOrders(s)
  for (const order of orders) {
    const instrument = instrumentOf(s, order)
    assert(s.orderIds.find(orderIDOf(s, order)) === order, 'a waiting order is found by its id')
    assert(leavesOf(s, order) > 0, 'a waiting order has something open')
    waitingHoldOf(s, instrument, order, money)
    const balance = holdBalanceOf(s, instrument, accountSlotOf(s, order), isBuyOf(s, order))
    holds.set(balance, (holds.get(balance) ?? 0n) + money.toBigInt())
  }
  assert(s.elected.shift() === NONE, 'nobody who is elected is left waiting')
  assert(s.changedLists.shift() === NONE, 'no list is left to look at')
  for (const instrument of s.instruments) {
    if (instrument?.triggers !== undefined)
      checkInstrument(s, instrument, instrument.triggers, orders)
  }
  checkLists(s)
  return orders.length
}

function checkInstrument(
  s: EngineState,
  instrument: InstrumentState,
  triggers: Triggers,
  all: readonly number[],
): void {
  const mine = all.filter((order) => instrumentOf(s, order) === instrument)
  const sum = (isBuy: boolean) =>
    mine.filter((o) => isBuyOf(s, o) === isBuy).reduce((lots, o) => lots + leavesOf(s, o), 0)
  assert(triggers.buyQty === sum(true), 'waiting buys are counted')
  assert(triggers.sellQty === sum(false), 'waiting sells are counted')
  const stopPx = (order: number) => numberOf(s, order, EXTRA.stopPx)
  const armed = mine.filter((order) => !isHeldBack(s, order))
  const stops = armed.filter((order) => stopPx(order) > 0)
  const rising = stops.filter((order) => isRising(typeOf(s, order), isBuyOf(s, order)))
  assert(triggers.rising.count === rising.length, 'all that waits for a rise is in its heap')
  assert(triggers.falling.count === stops.length - rising.length, 'and all that waits for a fall')
  const lowest = Math.min(...rising.map(stopPx), Number.POSITIVE_INFINITY)
  const others = stops.filter((order) => !rising.includes(order))
  const highest = Math.max(...others.map(stopPx), Number.NEGATIVE_INFINITY)
  assert(triggers.rising.nearest === lowest, 'the nearest rising stop is the lowest')
  assert(triggers.falling.nearest === highest, 'the nearest falling stop is the highest')
  const { lastPrice, tradingState } = instrument
  if (tradingState === STATE_OPEN && lastPrice !== 0) {
    assert(lastPrice < lowest && lastPrice > highest, 'in Open nobody waits whose condition holds')
  }
  const trailing = armed.filter((order) => numberOf(s, order, EXTRA.trailingOffset) !== 0)
  const count =
    checkTrailing(s, triggers.trailingBuys, -1) + checkTrailing(s, triggers.trailingSells, 1)
  assert(count === trailing.length, 'all trailing stops are in their lists')
}

/** The older a trailing stop, the better the price that it has seen. */
function checkTrailing(s: EngineState, list: TrailingList, sign: number): number {
  const { f64, i32 } = s.extras
  let count = 0
  let previous = NONE
  for (let extra = list.first; extra !== NONE; count++) {
    const at = extra * EXTRA.words
    assert(i32[at + EXTRA.triggerPrevious] === previous, 'trailing stops are linked both ways')
    const best = f64[extra * EXTRA.doubles + EXTRA.best] as number
    const older = previous === NONE ? 0 : (f64[previous * EXTRA.doubles + EXTRA.best] as number)
    if (previous !== NONE && best !== 0) assert((older - best) * sign >= 0, 'older saw better')
    previous = extra
    extra = i32[at + EXTRA.triggerNext] as number
  }
  assert(list.last === previous, 'the youngest is the last')
  return count
}

function checkLists(s: EngineState): void {
  const { used } = s.lists
  let live = 0
  for (let list = 1; list < used; list++) {
    let legs = 0
    for (let role = 0; role < ROLES; role++) {
      const order = legOf(s, list, role)
      if (order === NONE) continue
      const at = extraOf(s, order) * EXTRA.words
      assert(s.extras.i32[at + EXTRA.list] === list, 'a leg knows its list')
      assert(s.extras.i32[at + EXTRA.listRole] === role, 'a leg knows its role')
      legs += 1
    }
    if (legs > 0) live += 1
    assert(legs !== 1, 'a list of one leg is none')
  }
  assert(live === s.lists.live, 'every list has legs')
}

function isHeldBack(s: EngineState, order: number): boolean {
  return (flagsOf(s, extraOf(s, order)) & FLAG_HELD_BACK) !== 0
}

function numberOf(s: EngineState, order: number, field: number): number {
  return s.extras.f64[extraOf(s, order) * EXTRA.doubles + field] as number
}
