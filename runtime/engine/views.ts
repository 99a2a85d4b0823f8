// Copies of parts of the state for those who ask: the driver, the host, tests.

import { BALANCE } from './accounts/balances.ts'
import { LEVEL, ORDER } from './book/order-pool.ts'
import type { EngineState } from './engine-state.ts'
import { ID_WORDS } from './hot-command.ts'
import { markOf } from './margin/exposure-value.ts'
import { MARGIN } from './margin/margins.ts'
import { NONE } from './memory/slot-pool.ts'
import { Int64 } from './money/int64.ts'
import { leavesOf, loadClOrdID, orderIDOf } from './orders/open-orders.ts'
import { loadAvailable } from './risk/available.ts'
import { idToText } from './words.ts'

/** One account's balance of one asset, in minor units. */
export interface BalanceView {
  readonly account: number
  readonly assetId: number
  readonly balance: bigint
  readonly hold: bigint
}

/** One account's open position in a perpetual. */
export interface PositionView {
  readonly account: number
  readonly instrumentId: number
  /** Signed lots, and what they have cost in quote minor units. */
  readonly netQty: number
  readonly cost: bigint
  /** In ticks; without a mark the last trade's price. */
  readonly markPrice: number
}

/** One price level. */
export interface LevelView {
  readonly price: number
  readonly qty: number
  readonly count: number
}

const money = new Int64()

export function balancesOf(s: EngineState): BalanceView[] {
  const views: BalanceView[] = []
  const { i32, used } = s.balances.pool
  for (let slot = 1; slot < used; slot++) {
    money.load(i32, slot * BALANCE.words + BALANCE.balance)
    const balance = money.toBigInt()
    money.load(i32, slot * BALANCE.words + BALANCE.hold)
    const hold = money.toBigInt()
    if (balance === 0n && hold === 0n) continue
    const account = s.accounts.numberOf(i32[slot * BALANCE.words + BALANCE.accountSlot] as number)
    const assetId = i32[slot * BALANCE.words + BALANCE.assetId] as number
    views.push({ account, assetId, balance, hold })
  }
  return views.sort((a, b) => a.account - b.account || a.assetId - b.assetId)
}

/** What an account may spend of an asset: margin and losses of its perpetuals taken off. */
export function availableOf(s: EngineState, account: number, assetId: number): bigint {
  const accountSlot = s.accounts.find(account)
  const balance = accountSlot === NONE ? NONE : s.balances.find(accountSlot, assetId)
  if (balance === NONE) return 0n
  loadAvailable(s, balance, money)
  return money.toBigInt()
}

/** All positions that are open, by account and instrument. */
export function positionsOf(s: EngineState): PositionView[] {
  const views: PositionView[] = []
  for (let margin = 1; margin < s.margins.pool.used; margin++) {
    const netQty = s.margins.getNumber(margin, MARGIN.netQty)
    if (netQty === 0) continue
    const instrumentId = s.margins.get(margin, MARGIN.instrumentId)
    s.margins.load(margin, MARGIN.cost, money)
    views.push({
      account: s.accounts.numberOf(s.margins.get(margin, MARGIN.accountSlot)),
      instrumentId,
      netQty,
      cost: money.toBigInt(),
      markPrice: markOf(s.instrumentAt(instrumentId)),
    })
  }
  return views.sort((a, b) => a.account - b.account || a.instrumentId - b.instrumentId)
}

export function levelsOf(
  s: EngineState,
  instrumentId: number,
  side: 'Buy' | 'Sell',
  max: number,
): LevelView[] {
  const book = s.findInstrument(instrumentId)?.book
  if (book === undefined) return []
  const views: LevelView[] = []
  const { f64, i32 } = book.levels
  let level = side === 'Buy' ? book.bids.best : book.asks.best
  while (level !== NONE && views.length < max) {
    views.push({
      price: Math.abs(f64[level * LEVEL.doubles + LEVEL.key] as number),
      qty: f64[level * LEVEL.doubles + LEVEL.qty] as number,
      count: i32[level * LEVEL.words + LEVEL.count] as number,
    })
    level = i32[level * LEVEL.words + LEVEL.worse] as number
  }
  return views
}

/** One resting order. */
export interface OrderView {
  readonly orderID: number
  readonly account: number
  readonly side: 'Buy' | 'Sell'
  readonly price: number
  readonly leavesQty: number
  readonly clOrdID: string
}

export function ordersOf(s: EngineState, instrumentId: number): OrderView[] {
  const book = s.findInstrument(instrumentId)?.book
  if (book === undefined) return []
  const views: OrderView[] = []
  const id = new Int32Array(ID_WORDS)
  for (const side of ['Buy', 'Sell'] as const) {
    let level = side === 'Buy' ? book.bids.best : book.asks.best
    while (level !== NONE) {
      let order = book.levels.i32[level * LEVEL.words + LEVEL.head] as number
      while (order !== NONE) {
        const owner = book.orders.i32[order * ORDER.words + ORDER.owner] as number
        loadClOrdID(s, order, id)
        views.push({
          orderID: orderIDOf(s, order),
          account: s.accounts.numberOf(owner),
          side,
          price: Math.abs(book.orders.f64[order * ORDER.doubles + ORDER.key] as number),
          leavesQty: leavesOf(s, order),
          clOrdID: idToText(id),
        })
        order = book.orders.i32[order * ORDER.words + ORDER.next] as number
      }
      level = book.levels.i32[level * LEVEL.words + LEVEL.worse] as number
    }
  }
  return views
}
