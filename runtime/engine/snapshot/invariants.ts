// The laws of the state, checked by walking all of it: for tests and after a restore in doubt.

import { CLEARING_ACCOUNT } from '#domain/accounts.ts'
import { assert } from '#domain/assert.ts'
import { ACCOUNT } from '../accounts/accounts.ts'
import { BALANCE } from '../accounts/balances.ts'
import { POSITION } from '../accounts/positions.ts'
import { AuctionPrice, findAuctionPrice } from '../auction/auction-price.ts'
import type { BookSide } from '../book/book-side.ts'
import { LEVEL, ORDER } from '../book/order-pool.ts'
import type { EngineState } from '../engine-state.ts'
import { ID_WORDS } from '../hot-command.ts'
import { type InstrumentState, STATE_AUCTION, STATE_OPEN } from '../instruments/instrument-state.ts'
import { checkLifetime } from '../lifetime/invariants.ts'
import { checkMargins } from '../margin/invariants.ts'
import { NONE } from '../memory/slot-pool.ts'
import { Int64 } from '../money/int64.ts'
import { accountSlotOf, openOrdersOf } from '../orders/account-orders.ts'
import { openQtyOf, shownQtyOf } from '../orders/iceberg.ts'
import {
  countedQtyOf,
  instrumentOf,
  leavesOf,
  loadClOrdID,
  orderIDOf,
} from '../orders/open-orders.ts'
import { holdBalanceOf, orderHoldOf } from '../risk/holds.ts'
import { checkTriggers } from '../triggers/invariants.ts'

const money = new Int64()
const auction = new AuctionPrice()
const id = new Int32Array(ID_WORDS)

/** Throws when a law does not hold. */
export function checkInvariants(s: EngineState): void {
  const holds = new Map<number, bigint>()
  let orders = 0
  let levels = 0
  for (const instrument of s.instruments) {
    if (instrument === undefined) continue
    for (const side of [instrument.book.bids, instrument.book.asks]) {
      const seen = checkSide(s, instrument, side, holds)
      orders += seen.orders
      levels += seen.levels
    }
    checkState(instrument)
  }
  orders += checkTriggers(s, holds)
  assert(orders === s.memory.orders.live, 'every record of an order rests in a book or waits')
  assert(levels === s.memory.levels.live, 'every level has orders')
  assert(s.clientIds.count === orders + s.clientIds.ring.count, 'every id is open or done')
  checkAccounts(s)
  checkBalances(s, holds)
  checkLifetime(s)
  checkMargins(s)
}

/** In Open a book is not crossed; in an auction the last indication is the book's. */
function checkState(instrument: InstrumentState): void {
  const { book, tradingState, indicated, lastPrice } = instrument
  const bid = book.bestPrice(0)
  const ask = book.bestPrice(1)
  const isCrossed = bid !== 0 && ask !== 0 && bid >= ask
  assert(tradingState !== STATE_OPEN || !isCrossed, 'a book at rest in Open is never crossed')
  if (tradingState !== STATE_AUCTION) return
  findAuctionPrice(book, lastPrice, auction)
  assert(auction.equals(indicated), 'the last indication is what the book gives')
}

/** Sorted levels, right totals, right links; adds up what the orders should hold. */
function checkSide(
  s: EngineState,
  instrument: InstrumentState,
  side: BookSide,
  holds: Map<number, bigint>,
): { readonly orders: number; readonly levels: number } {
  const { f64, i32 } = s.memory.levels
  let better = NONE
  let betterKey = Number.POSITIVE_INFINITY
  let sideQty = 0
  let orders = 0
  let levels = 0
  for (let level = side.best; level !== NONE; level = i32[level * LEVEL.words + LEVEL.worse] ?? 0) {
    const key = f64[level * LEVEL.doubles + LEVEL.key] as number
    assert(key < betterKey, 'levels are sorted from best to worst')
    assert(i32[level * LEVEL.words + LEVEL.better] === better, 'levels are linked both ways')
    assert(side.find(key) === level, 'the index knows every level')
    const { qty, open, count } = checkLevel(s, instrument, level, key, holds)
    assert(count > 0 && count === i32[level * LEVEL.words + LEVEL.count], 'no empty level')
    assert(qty === f64[level * LEVEL.doubles + LEVEL.qty], 'level totals are the sums of orders')
    assert(open === instrument.book.levelOpenQty(level), 'a level knows what its orders hide')
    sideQty += open
    orders += count
    levels += 1
    better = level
    betterKey = key
  }
  assert(sideQty === side.qty, 'side totals are the sums of levels')
  return { orders, levels }
}

function checkLevel(
  s: EngineState,
  instrument: InstrumentState,
  level: number,
  key: number,
  holds: Map<number, bigint>,
): { readonly qty: number; readonly open: number; readonly count: number } {
  const { f64, i32 } = s.memory.orders
  let qty = 0
  let open = 0
  let count = 0
  let previous = NONE
  let order = s.memory.levels.i32[level * LEVEL.words + LEVEL.head] as number
  while (order !== NONE) {
    const leaves = f64[order * ORDER.doubles + ORDER.leaves] as number
    assert(leaves > 0, 'a resting order has something open')
    assert(f64[order * ORDER.doubles + ORDER.key] === key, 'an order rests at its price')
    assert(i32[order * ORDER.words + ORDER.previous] === previous, 'a queue is linked both ways')
    assert(s.orderIds.find(orderIDOf(s, order)) === order, 'every open order is found by its id')
    const owner = i32[order * ORDER.words + ORDER.owner] as number
    assert(instrumentOf(s, order) === instrument, 'own book')
    checkId(s, order)
    const openQty = leavesOf(s, order)
    const isAgreed = instrument.book.openQty(order) === openQty && openQtyOf(s, order) === openQty
    assert(isAgreed, 'matcher and settlement agree on what is open')
    assert(leaves === shownQtyOf(s, order), 'matcher and settlement agree on what is shown')
    orderHoldOf(s, instrument, order, openQty, money)
    const balance = holdBalanceOf(s, instrument, owner, key > 0)
    holds.set(balance, (holds.get(balance) ?? 0n) + money.toBigInt())
    qty += leaves
    open += openQty
    count += 1
    previous = order
    order = i32[order * ORDER.words + ORDER.next] as number
  }
  assert(s.memory.levels.i32[level * LEVEL.words + LEVEL.tail] === previous, 'tail is the last')
  return { qty, open, count }
}

/** An open order is found by its clOrdID. */
function checkId(s: EngineState, order: number): void {
  loadClOrdID(s, order, id)
  const account = accountSlotOf(s, order)
  const hash = s.clientIds.hash(account, id)
  const ref = s.clientIds.find(account, id, hash)
  assert(s.clientIds.orderOf(ref) === order, 'every open order is found by its clOrdID')
}

/** Counters of accounts and positions against the lists of open orders. */
function checkAccounts(s: EngineState): void {
  const open = new Map<number, { count: number; buy: number; sell: number }>()
  const { f64, i32 } = s.memory.orders
  for (let account = 1; account < s.accounts.pool.used; account++) {
    const orders = openOrdersOf(s, account)
    assert(orders.length === s.accounts.get(account, ACCOUNT.openOrders), 'open orders are counted')
    for (const order of orders) {
      assert(i32[order * ORDER.words + ORDER.owner] === account, 'an account lists its own orders')
      const position = s.positions.find(account, instrumentOf(s, order).id)
      const sums = open.get(position) ?? { count: 0, buy: 0, sell: 0 }
      const leaves = countedQtyOf(s, order)
      sums.count += 1
      if ((f64[order * ORDER.doubles + ORDER.key] as number) > 0) sums.buy += leaves
      else sums.sell += leaves
      open.set(position, sums)
    }
  }
  for (let position = 1; position < s.positions.pool.used; position++) {
    const sums = open.get(position) ?? { count: 0, buy: 0, sell: 0 }
    assert(s.positions.get(position, POSITION.openOrders) === sums.count, 'orders per instrument')
    assert(s.positions.getNumber(position, POSITION.openBuyQty) === sums.buy, 'open buys')
    assert(s.positions.getNumber(position, POSITION.openSellQty) === sums.sell, 'open sells')
  }
}

/** Holds are the worst case of the open orders; nobody owes; per asset the sum is zero. */
function checkBalances(s: EngineState, holds: ReadonlyMap<number, bigint>): void {
  const sums = new Map<number, bigint>()
  const { i32, used } = s.balances.pool
  assert(s.balances.touchedCount === 0, 'no change is left unreported')
  for (let slot = 1; slot < used; slot++) {
    const at = slot * BALANCE.words
    money.load(i32, at + BALANCE.balance)
    const balance = money.toBigInt()
    money.load(i32, at + BALANCE.hold)
    const hold = money.toBigInt()
    assert(hold === (holds.get(slot) ?? 0n), 'holds are the worst case of the open orders')
    const account = s.accounts.numberOf(i32[at + BALANCE.accountSlot] as number)
    // A loss at the mark can eat what spot orders hold, and more: then comes liquidation.
    const isMargined = i32[at + BALANCE.margins] !== NONE
    if (account > CLEARING_ACCOUNT && !isMargined) {
      assert(hold <= balance, 'holds never pass the balance')
    }
    const asset = i32[at + BALANCE.assetId] as number
    sums.set(asset, (sums.get(asset) ?? 0n) + balance)
  }
  for (const sum of sums.values()) assert(sum === 0n, 'per asset all balances sum to zero')
}
