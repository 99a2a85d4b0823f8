// A digest of the whole logical state: equal states give equal digests whatever their capacity, free
// lists or history of growth, also after a restore. Not for security: 128 bits of mixing against
// divergence, not against an adversary.

import { ACCOUNT_EXTRA } from '../accounts/account-extras.ts'
import { ACCOUNT } from '../accounts/accounts.ts'
import { BALANCE } from '../accounts/balances.ts'
import type { ClientIds } from '../accounts/client-ids.ts'
import { REMEMBERED } from '../accounts/id-ring.ts'
import { POSITION } from '../accounts/positions.ts'
import type { BookSide } from '../book/book-side.ts'
import { LEVEL, ORDER } from '../book/order-pool.ts'
import type { EngineState } from '../engine-state.ts'
import { LIST, legOf, ROLES } from '../lists/order-lists.ts'
import { MARGIN } from '../margin/margins.ts'
import { NONE } from '../memory/slot-pool.ts'
import { orderIDOf } from '../orders/open-orders.ts'
import { DETAIL } from '../orders/order-details.ts'
import { EXTRA } from '../orders/order-extras.ts'
import { waitingOrders } from '../triggers/waiting-state.ts'

/** Four 32-bit lanes, each word mixed into all of them. */
class Digest {
  #a = 0x6a09e667
  #b = 0xbb67ae85 | 0
  #c = 0x3c6ef372
  #d = 0xa54ff53a | 0
  readonly #number = new Float64Array(1)
  readonly #words = new Int32Array(this.#number.buffer)

  word(value: number): void {
    this.#a = Math.imul(this.#a ^ value, 0x9e3779b1)
    this.#b = Math.imul(this.#b ^ (value + this.#a), 0x85ebca6b)
    this.#c = Math.imul((this.#c ^ value) + (this.#b >>> 13), 0xc2b2ae35)
    this.#d = Math.imul((this.#d ^ (value + this.#c)) + (this.#a >>> 15), 0x27d4eb2f)
    this.#a ^= this.#d >>> 16
  }

  number(value: number): void {
    this.#number[0] = value
    this.word(this.#words[0] as number)
    this.word(this.#words[1] as number)
  }

  text(value: string): void {
    this.word(value.length)
    for (let i = 0; i < value.length; i++) this.word(value.charCodeAt(i))
  }

  words(values: Int32Array, from: number, count: number): void {
    for (let i = from; i < from + count; i++) this.word(values[i] as number)
  }

  toHex(): string {
    for (let i = 0; i < 8; i++) this.word(i)
    return [this.#a, this.#b, this.#c, this.#d]
      .map((lane) => (lane >>> 0).toString(16).padStart(8, '0'))
      .join('')
  }
}

/** 32 hex digits. A walk over everything: for checks and snapshots, not for every command. */
export function stateHash(s: EngineState): string {
  const digest = new Digest()
  digest.text(
    JSON.stringify([
      s.lastSeq,
      s.now.toString(),
      s.lastOrderID,
      s.lastExecID,
      s.recentIdsMax,
      s.isVenueHalted,
      s.assets,
    ]),
  )
  hashAccounts(s, digest)
  for (const instrument of s.instruments) {
    if (instrument === undefined) continue
    digest.text(
      JSON.stringify(instrument.definition, (_key, value: unknown) =>
        typeof value === 'bigint' ? value.toString() : value,
      ),
    )
    digest.number(instrument.lastPrice)
    digest.number(instrument.markPrice)
    digest.number(instrument.lastTradeID)
    hashSide(s, instrument.book.bids, digest)
    hashSide(s, instrument.book.asks, digest)
  }
  for (const order of waitingOrders(s)) {
    digest.number(s.memory.orders.f64[order * ORDER.doubles + ORDER.key] as number)
    hashOrder(s, order, digest)
  }
  hashDone(s.clientIds, digest)
  hashDone(s.transferIds, digest)
  return digest.toHex()
}

/** Accounts, balances and positions stand in the order in which they were made. */
function hashAccounts(s: EngineState, digest: Digest): void {
  const { accounts, balances, margins, positions } = s
  digest.word(accounts.pool.used)
  for (let slot = 1; slot < accounts.pool.used; slot++) {
    // Without the handles of its list of orders: those are where, not what.
    digest.words(accounts.pool.i32, slot * ACCOUNT.words, ACCOUNT.firstOrder)
    let order = accounts.get(slot, ACCOUNT.firstOrder)
    while (order !== NONE) {
      digest.number(orderIDOf(s, order))
      order = s.details.i32[order * DETAIL.words + DETAIL.accountNext] as number
    }
  }
  const { i32, used } = s.accountExtras
  digest.words(i32, ACCOUNT_EXTRA.words, (used - 1) * ACCOUNT_EXTRA.words)
  digest.word(balances.pool.used)
  for (let slot = 1; slot < balances.pool.used; slot++) {
    digest.words(balances.pool.i32, slot * BALANCE.words, BALANCE.touched)
  }
  digest.word(positions.pool.used)
  for (let slot = 1; slot < positions.pool.used; slot++) {
    digest.words(positions.pool.i32, slot * POSITION.words, POSITION.words)
  }
  digest.word(margins.pool.used)
  for (let slot = 1; slot < margins.pool.used; slot++) {
    // Without handles, and without what only a command under way knows.
    const at = slot * MARGIN.words
    digest.words(margins.pool.i32, at + MARGIN.accountSlot, 2)
    const numbers = at + MARGIN.netQty * 2
    digest.words(margins.pool.i32, numbers, at + MARGIN.openSellNotional + 2 - numbers)
  }
}

function hashSide(s: EngineState, side: BookSide, digest: Digest): void {
  const { orders, levels } = s.memory
  let level = side.best
  while (level !== NONE) {
    digest.number(levels.f64[level * LEVEL.doubles + LEVEL.key] as number)
    let order = levels.i32[level * LEVEL.words + LEVEL.head] as number
    while (order !== NONE) {
      hashOrder(s, order, digest)
      order = orders.i32[order * ORDER.words + ORDER.next] as number
    }
    level = levels.i32[level * LEVEL.words + LEVEL.worse] as number
  }
  digest.word(-1)
}

function hashOrder(s: EngineState, order: number, digest: Digest): void {
  const { i32 } = s.details
  const at = order * DETAIL.words
  digest.number(s.memory.orders.f64[order * ORDER.doubles + ORDER.leaves] as number)
  digest.word(s.memory.orders.i32[order * ORDER.words + ORDER.owner] as number)
  digest.words(i32, at, DETAIL.accountNext)
  digest.words(i32, at + DETAIL.fees, DETAIL.extra - DETAIL.fees)
  const extra = i32[at + DETAIL.extra] as number
  if (extra !== NONE) hashExtra(s, extra, digest)
}

/** What an order has besides; without the handles of the structures that it stands in. */
function hashExtra(s: EngineState, extra: number, digest: Digest): void {
  const { i32, f64 } = s.extras
  digest.words(i32, extra * EXTRA.words, EXTRA.order)
  digest.word(i32[extra * EXTRA.words + EXTRA.flags] as number)
  digest.number(f64[extra * EXTRA.doubles + EXTRA.openQty] as number)
  digest.number(f64[extra * EXTRA.doubles + EXTRA.shownQty] as number)
  digest.number(f64[extra * EXTRA.doubles + EXTRA.best] as number)
  digest.words(i32, extra * EXTRA.words + EXTRA.held, 2)
  const list = i32[extra * EXTRA.words + EXTRA.list] as number
  if (list !== NONE) hashList(s, list, digest)
}

/** Each leg says the whole list; legs by their orderIDs. */
function hashList(s: EngineState, list: number, digest: Digest): void {
  const { i32 } = s.lists
  const at = list * LIST.words
  digest.words(i32, at, LIST.leg)
  digest.words(i32, at + LIST.begun, LIST.isQueued - LIST.begun)
  digest.word(i32[at + LIST.holder] as number)
  for (let role = 0; role < ROLES; role++) {
    const order = legOf(s, list, role)
    digest.number(order === NONE ? 0 : orderIDOf(s, order))
  }
}

function hashDone({ ring }: ClientIds, digest: Digest): void {
  digest.word(ring.count)
  for (let i = 0; i < ring.count; i++) {
    digest.words(ring.records.i32, ring.at(i) * REMEMBERED.words, REMEMBERED.words)
  }
}
