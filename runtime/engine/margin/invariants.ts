// The laws of perpetuals, checked by walking all of it: for tests and after a restore in doubt.

import { CLEARING_ACCOUNT } from '#domain/accounts.ts'
import { assert } from '#domain/assert.ts'
import { BALANCE } from '../accounts/balances.ts'
import { ORDER } from '../book/order-pool.ts'
import type { EngineState } from '../engine-state.ts'
import { NONE } from '../memory/slot-pool.ts'
import { Int64 } from '../money/int64.ts'
import { openOrdersOf } from '../orders/account-orders.ts'
import { instrumentOf, isWaiting, leavesOf } from '../orders/open-orders.ts'
import { notionalOf } from '../risk/notional.ts'
import { isReduceOnly } from './margin-holds.ts'
import { MARGIN } from './margins.ts'

/** What an account has open on one side of a perpetual. */
interface Open {
  qty: number
  reducing: number
  notional: bigint
}

const money = new Int64()

/** Throws when a law does not hold. */
export function checkMargins(s: EngineState): void {
  const { margins } = s
  assert(margins.touchedCount === 0, 'no change of a position is left unreported')
  assert(margins.doubtfulCount === 0, 'no reduce-only order is left in doubt')
  const costs = new Map<number, bigint>()
  const sizes = new Map<number, bigint>()
  const lots = new Map<number, number>()
  const interests = new Map<number, number>()
  for (let margin = 1; margin < margins.pool.used; margin++) {
    const instrument = s.instrumentAt(margins.get(margin, MARGIN.instrumentId))
    const netQty = margins.getNumber(margin, MARGIN.netQty)
    margins.load(margin, MARGIN.cost, money)
    const cost = money.toBigInt()
    assert(netQty !== 0 || cost === 0n, 'what is closed has no cost')
    assert(cost === 0n || cost > 0n === netQty > 0, 'the cost of a short is what it brought in')
    add(lots, instrument.id, netQty)
    add(interests, instrument.id, Math.max(netQty, 0))
    addMoney(costs, instrument.quoteAssetId, cost)
    addMoney(sizes, instrument.quoteAssetId, cost < 0n ? -cost : cost)
    for (const isBuy of [true, false]) checkSide(s, margin, isBuy)
    checkPlace(s, margin)
  }
  for (const instrument of s.instruments) {
    if (instrument === undefined) continue
    assert((lots.get(instrument.id) ?? 0) === 0, 'as many lots are long as are short')
    assert(instrument.openInterest === (interests.get(instrument.id) ?? 0), 'open interest')
  }
  const clearing = s.accounts.find(CLEARING_ACCOUNT)
  for (const { assetId } of s.assets) {
    const balance = s.balances.find(clearing, assetId)
    money.setZero()
    if (balance !== NONE) s.balances.loadBalance(balance, money)
    const owed = money.toBigInt() + (costs.get(assetId) ?? 0n)
    assert(owed === 0n, 'clearing has minus the costs of all open positions')
    assert(margins.costOf(assetId).toBigInt() === (sizes.get(assetId) ?? 0n), 'sums of costs')
  }
}

/** The record's counters against the account's orders in the book. */
function checkSide(s: EngineState, margin: number, isBuy: boolean): void {
  const { margins } = s
  const open = openOf(s, margin, isBuy)
  const qty = margins.getNumber(margin, isBuy ? MARGIN.openBuyQty : MARGIN.openSellQty)
  const reducing = margins.getNumber(margin, isBuy ? MARGIN.reduceBuyQty : MARGIN.reduceSellQty)
  margins.load(margin, isBuy ? MARGIN.openBuyNotional : MARGIN.openSellNotional, money)
  assert(qty === open.qty, 'open lots are the sums of the orders')
  assert(reducing === open.reducing, 'reduce-only lots are the sums of the orders')
  assert(money.toBigInt() === open.notional, 'open notionals are the sums of the orders')
  const netQty = margins.getNumber(margin, MARGIN.netQty)
  const reducible = isBuy ? -netQty : netQty
  assert(reducing === 0 || qty <= reducible, 'where one only reduces, all together do')
}

function openOf(s: EngineState, margin: number, isBuy: boolean): Open {
  const open: Open = { qty: 0, reducing: 0, notional: 0n }
  const id = s.margins.get(margin, MARGIN.instrumentId)
  for (const order of openOrdersOf(s, s.margins.get(margin, MARGIN.accountSlot))) {
    const instrument = instrumentOf(s, order)
    const key = s.memory.orders.f64[order * ORDER.doubles + ORDER.key] as number
    if (instrument.id !== id || key > 0 !== isBuy || isWaiting(s, order)) continue
    const leaves = leavesOf(s, order)
    notionalOf(instrument, Math.abs(key), leaves, money)
    open.qty += leaves
    open.notional += money.toBigInt()
    if (isReduceOnly(s, order)) open.reducing += leaves
  }
  return open
}

/** The record stands in the list of the balance that pays for it. */
function checkPlace(s: EngineState, margin: number): void {
  const balance = s.margins.get(margin, MARGIN.balance)
  let at = s.balances.pool.i32[balance * BALANCE.words + BALANCE.margins] as number
  while (at !== NONE && at !== margin) at = s.margins.get(at, MARGIN.next)
  assert(at === margin, 'a balance knows all that it pays for')
}

function add(sums: Map<number, number>, key: number, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value)
}

function addMoney(sums: Map<number, bigint>, key: number, value: bigint): void {
  sums.set(key, (sums.get(key) ?? 0n) + value)
}
