// Reads what the next commands will need: all of it at once, before the first of them is obeyed. In a
// large state nearly every record is far away in memory; a command that finds its account, then its
// order, then that order's neighbours waits for each of them in turn. Read for many commands side by
// side, the waits overlap. Nothing is changed here and nothing is kept: what is read may be the wrong
// record (a guess is not verified), and then a command only waits as if this had not been.

import { ACCOUNT } from './accounts/accounts.ts'
import { BALANCE } from './accounts/balances.ts'
import { SIDE_BUY } from './book/book.ts'
import { LEVEL, ORDER } from './book/order-pool.ts'
import type { EngineState } from './engine-state.ts'
import { NONE } from './memory/slot-pool.ts'
import { DETAIL, instrumentIdOf } from './orders/order-details.ts'

/** Commands at a time: what they need stays near until they are obeyed. */
export const EXPECTED_MAX = 32

/** What is known of commands before they are obeyed. */
export class ExpectedCommands {
  count = 0
  /** Where the clOrdIDs of new orders stand. */
  words: Int32Array = new Int32Array(0)
  readonly account: Float64Array = new Float64Array(EXPECTED_MAX)
  /** Of the order that the command is about; 0 for a new order, or when it is named otherwise. */
  readonly orderID: Float64Array = new Float64Array(EXPECTED_MAX)
  /** New orders: the word where the clOrdID begins (else 0), the instrument, the side, the price. */
  readonly idAt: Int32Array = new Int32Array(EXPECTED_MAX)
  readonly instrumentId: Int32Array = new Int32Array(EXPECTED_MAX)
  readonly side: Int32Array = new Int32Array(EXPECTED_MAX)
  readonly price: Float64Array = new Float64Array(EXPECTED_MAX)
}

const slots = new Int32Array(EXPECTED_MAX)
const orders = new Int32Array(EXPECTED_MAX)
/** Takes the sums, so that no reading is optimised away. */
const seen = new Int32Array(1)
/** A level's handle may carry a flag. */
const LEVEL_MASK = 0x7fff_ffff

/** Reads in three rounds: each needs what the one before has found. */
export function readAhead(s: EngineState, next: ExpectedCommands): void {
  const { count, account, orderID } = next
  for (let i = 0; i < count; i++) {
    slots[i] = s.accounts.guess(account[i] as number)
    orders[i] = (orderID[i] as number) > 0 ? s.orderIds.guess(orderID[i] as number) : NONE
  }
  seen[0] = readRecords(s, count) + readIds(s, next) + readNeighbours(s, next)
}

/** Accounts, and the orders themselves. */
function readRecords(s: EngineState, count: number): number {
  const accounts = s.accounts.pool.i32
  const details = s.details.i32
  const book = s.memory.orders.i32
  let sum = 0
  for (let i = 0; i < count; i++) {
    const order = orders[i] as number
    const detail = order * DETAIL.words
    sum += accounts[(slots[i] as number) * ACCOUNT.words] as number
    sum ^= details[detail + DETAIL.idHash] as number
    sum ^= details[detail + DETAIL.attributes] as number
    sum ^= book[order * ORDER.words] as number
  }
  return sum
}

/** The places of client ids: those of new orders, of orders that end, and of what is forgotten. */
function readIds(s: EngineState, { count, words, idAt }: ExpectedCommands): number {
  const { clientIds } = s
  const details = s.details.i32
  let sum = 0
  for (let i = 0; i < count; i++) {
    const at = idAt[i] as number
    const hash =
      at === 0
        ? (details[(orders[i] as number) * DETAIL.words + DETAIL.idHash] as number)
        : clientIds.hashAt(slots[i] as number, words, at)
    sum ^= clientIds.touch(hash) ^ clientIds.touchOldest(i)
  }
  return sum
}

/** Balances, levels, and the neighbours in the lists that an order joins or leaves. */
function readNeighbours(s: EngineState, next: ExpectedCommands): number {
  let sum = 0
  for (let i = 0; i < next.count; i++) {
    const isNew = next.idAt[i] !== 0
    sum ^= isNew ? readForNew(s, next, i) : readForOrder(s, orders[i] as number)
  }
  return sum
}

function readForNew(s: EngineState, next: ExpectedCommands, i: number): number {
  const slot = slots[i] as number
  const last = s.accounts.pool.i32[slot * ACCOUNT.words + ACCOUNT.lastOrder] as number
  let sum = s.details.i32[last * DETAIL.words + DETAIL.accountNext] as number
  const instrument = s.findInstrument(next.instrumentId[i] as number)
  if (instrument === undefined) return sum
  const isBuy = next.side[i] === SIDE_BUY
  const price = next.price[i] as number
  sum ^= readBalance(s, slot, isBuy ? instrument.quoteAssetId : instrument.baseAssetId)
  if (!Number.isSafeInteger(price) || price < 1) return sum
  const side = isBuy ? instrument.book.bids : instrument.book.asks
  const level = side.find(isBuy ? price : -price)
  const tail = s.memory.levels.i32[level * LEVEL.words + LEVEL.tail] as number
  return sum ^ (s.memory.orders.i32[tail * ORDER.words + ORDER.next] as number)
}

function readForOrder(s: EngineState, order: number): number {
  const { i32 } = s.memory.orders
  const details = s.details.i32
  const at = order * ORDER.words
  const detail = order * DETAIL.words
  const next = i32[at + ORDER.next] as number
  const previous = i32[at + ORDER.previous] as number
  const level = (i32[at + ORDER.level] as number) & LEVEL_MASK
  const accountNext = details[detail + DETAIL.accountNext] as number
  const accountPrevious = details[detail + DETAIL.accountPrevious] as number
  let sum = (i32[next * ORDER.words] as number) ^ (i32[previous * ORDER.words] as number)
  sum ^= s.memory.levels.i32[level * LEVEL.words] as number
  sum ^= details[accountNext * DETAIL.words + DETAIL.accountPrevious] as number
  sum ^= details[accountPrevious * DETAIL.words + DETAIL.accountNext] as number
  const instrument = s.findInstrument(instrumentIdOf(details[detail + DETAIL.attributes] as number))
  if (instrument === undefined) return sum
  const isBuy = (s.memory.orders.f64[order * ORDER.doubles + ORDER.key] as number) > 0
  const assetId = isBuy ? instrument.quoteAssetId : instrument.baseAssetId
  return sum ^ readBalance(s, i32[at + ORDER.owner] as number, assetId)
}

function readBalance(s: EngineState, slot: number, assetId: number): number {
  const balance = s.balances.find(slot, assetId)
  return s.balances.pool.i32[balance * BALANCE.words] as number
}
