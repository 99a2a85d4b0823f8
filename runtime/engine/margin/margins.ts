// What an account has in one perpetual: the position, what it has cost, and what its orders in the
// book come to. One record for each (account, perpetual) that was ever needed; slots are never freed.
// The records of one account and settlement asset hang together behind the balance that pays for
// them. Sums over all accounts stand beside, so that nobody has to walk them.

import { BALANCE, type Balances } from '../accounts/balances.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { hashNumber, RefTable } from '../memory/ref-table.ts'
import { NONE, SlotPool } from '../memory/slot-pool.ts'
import { Int64 } from '../money/int64.ts'

/** Words (f64 fields: doubles) of one record; money takes two. */
export const MARGIN = {
  words: 32,
  doubles: 16,
  accountSlot: 0,
  instrumentId: 1,
  /** What it settles in, and the next record behind the same balance. */
  balance: 2,
  next: 3,
  /** Whether it waits in the list of touched ones, of those whose reduce-only orders are in doubt. */
  isTouched: 4,
  isDoubtful: 5,
  /** f64, lots: signed; open on each side, of these reduce-only. */
  netQty: 3,
  openBuyQty: 4,
  openSellQty: 5,
  reduceBuyQty: 6,
  reduceSellQty: 7,
  /** Signed as netQty; notionals of the open orders at their own prices. */
  cost: 16,
  openBuyNotional: 18,
  openSellNotional: 20,
  /** As the command found it, and what it has realised; meaningless between two commands. */
  startQty: 11,
  startCost: 24,
  realized: 26,
  reason: 28,
} as const

const before = new Int64()
const after = new Int64()

/** (account, perpetual) -> handle, the records, and what the command has touched. */
export class Margins {
  readonly pool: SlotPool
  touchedCount = 0
  doubtfulCount = 0
  /** The first so many places count; kept, so that a command allocates nothing. */
  readonly touched: number[] = []
  readonly doubtful: number[] = []
  /** By asset: what all open positions have cost, signs apart. */
  readonly #costs: (Int64 | undefined)[] = []
  readonly #slots: RefTable

  constructor(capacity: number) {
    this.pool = new SlotPool(MARGIN.words, capacity)
    this.#slots = new RefTable(capacity, (slot) => this.#hashAt(slot))
  }

  /** The record of an account in a perpetual, or NONE. */
  find(accountSlot: number, instrumentId: number): number {
    let slot = this.#slots.find(hashNumber(accountSlot, instrumentId))
    while (slot !== NONE && !this.#isOf(slot, accountSlot, instrumentId)) slot = this.#slots.next()
    return slot
  }

  /** The same, made when there is none. */
  of(balances: Balances, accountSlot: number, instrument: InstrumentState): number {
    const found = this.find(accountSlot, instrument.id)
    if (found !== NONE) return found
    const slot = this.pool.allocate()
    const { i32 } = this.pool
    const balance = balances.of(accountSlot, instrument.quoteAssetId)
    const head = balance * BALANCE.words + BALANCE.margins
    const at = slot * MARGIN.words
    i32[at + MARGIN.accountSlot] = accountSlot
    i32[at + MARGIN.instrumentId] = instrument.id
    i32[at + MARGIN.balance] = balance
    i32[at + MARGIN.next] = balances.pool.i32[head] as number
    balances.pool.i32[head] = slot
    this.#slots.insert(hashNumber(accountSlot, instrument.id), slot)
    return slot
  }

  get(slot: number, field: number): number {
    return this.pool.i32[slot * MARGIN.words + field] as number
  }

  set(slot: number, field: number, value: number): void {
    this.pool.i32[slot * MARGIN.words + field] = value
  }

  getNumber(slot: number, field: number): number {
    return this.pool.f64[slot * MARGIN.doubles + field] as number
  }

  addNumber(slot: number, field: number, change: number): void {
    const at = slot * MARGIN.doubles + field
    this.pool.f64[at] = (this.pool.f64[at] as number) + change
  }

  load(slot: number, field: number, into: Int64): void {
    into.load(this.pool.i32, slot * MARGIN.words + field)
  }

  store(slot: number, field: number, value: Int64): void {
    value.store(this.pool.i32, slot * MARGIN.words + field)
  }

  /** Gives a record another position; keeps the sums. The command has touched it. */
  setPosition(slot: number, instrument: InstrumentState, netQty: number, cost: Int64): void {
    const old = this.getNumber(slot, MARGIN.netQty)
    instrument.openInterest += Math.max(netQty, 0) - Math.max(old, 0)
    this.load(slot, MARGIN.cost, before)
    if (before.isNegative()) before.negate()
    after.set(cost)
    if (after.isNegative()) after.negate()
    after.subtract(before)
    this.costOf(instrument.quoteAssetId).add(after)
    this.pool.f64[slot * MARGIN.doubles + MARGIN.netQty] = netQty
    this.store(slot, MARGIN.cost, cost)
  }

  /** What all open positions in an asset have cost, signs apart. */
  costOf(assetId: number): Int64 {
    this.#costs[assetId] ??= new Int64()
    return this.#costs[assetId] as Int64
  }

  /** The command is about to change the position. */
  touch(slot: number): void {
    const { i32, f64 } = this.pool
    const at = slot * MARGIN.words
    if (i32[at + MARGIN.isTouched] !== 0) return
    i32[at + MARGIN.isTouched] = 1
    f64[slot * MARGIN.doubles + MARGIN.startQty] = this.getNumber(slot, MARGIN.netQty)
    this.load(slot, MARGIN.cost, before)
    this.store(slot, MARGIN.startCost, before)
    i32[at + MARGIN.realized] = 0
    i32[at + MARGIN.realized + 1] = 0
    i32[at + MARGIN.reason] = 0
    this.touched[this.touchedCount++] = slot
  }

  /** Its resting reduce-only orders, if it has any, may be more than there is to reduce. */
  doubt(slot: number): void {
    const { f64 } = this.pool
    const at = slot * MARGIN.doubles
    if (f64[at + MARGIN.reduceBuyQty] === 0 && f64[at + MARGIN.reduceSellQty] === 0) return
    if (this.get(slot, MARGIN.isDoubtful) !== 0) return
    this.set(slot, MARGIN.isDoubtful, 1)
    this.doubtful[this.doubtfulCount++] = slot
  }

  /** After a snapshot: the table and the sums. Instruments are there already. */
  reindex(instrumentAt: (id: number) => InstrumentState): void {
    this.#slots.reserve(this.pool.used)
    for (let slot = 1; slot < this.pool.used; slot++) {
      this.#slots.insert(this.#hashAt(slot), slot)
      const instrument = instrumentAt(this.get(slot, MARGIN.instrumentId))
      instrument.openInterest += Math.max(this.getNumber(slot, MARGIN.netQty), 0)
      this.load(slot, MARGIN.cost, before)
      if (before.isNegative()) before.negate()
      this.costOf(instrument.quoteAssetId).add(before)
    }
  }

  #hashAt(slot: number): number {
    return hashNumber(this.get(slot, MARGIN.accountSlot), this.get(slot, MARGIN.instrumentId))
  }

  #isOf(slot: number, accountSlot: number, instrumentId: number): boolean {
    return (
      this.get(slot, MARGIN.accountSlot) === accountSlot &&
      this.get(slot, MARGIN.instrumentId) === instrumentId
    )
  }
}
