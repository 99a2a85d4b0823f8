// Money: one record per (account, asset) that was ever touched. `hold` is the part of `balance` that
// open orders need in their worst case; available = balance - hold. Slots are never freed.
// A command touches a record before it changes it; `flush` answers each one once, with the change.

import { BALANCE_REASONS } from '#domain/balance-reason.ts'
import { IdTable } from '../memory/id-table.ts'
import { NONE, SlotPool } from '../memory/slot-pool.ts'
import { Int64 } from '../money/int64.ts'

/** Words of one balance; money takes two. */
export const BALANCE = {
  words: 12,
  balance: 0,
  hold: 2,
  /** As they were when the command came. */
  startBalance: 4,
  startHold: 6,
  accountSlot: 8,
  assetId: 9,
  touched: 10,
} as const

/** More assets than this cannot be told apart in a key. */
export const ASSETS_MAX = 2 ** 20

export const REASON_TRADE = BALANCE_REASONS.indexOf('Trade')
export const REASON_CREDIT = BALANCE_REASONS.indexOf('Credit')
export const REASON_DEBIT = BALANCE_REASONS.indexOf('Debit')
const REASON_HOLD = BALANCE_REASONS.indexOf('Hold')
const REASON_RELEASE = BALANCE_REASONS.indexOf('Release')

const scratch = new Int64()
const other = new Int64()

/** All balances of the shard, and the list of those that the current command has touched. */
export class Balances {
  readonly pool: SlotPool
  touchedCount = 0
  touched: Int32Array
  readonly #slots: IdTable

  constructor(capacity: number) {
    this.pool = new SlotPool(BALANCE.words, capacity)
    this.#slots = new IdTable(capacity)
    this.touched = new Int32Array(16)
  }

  find(accountSlot: number, assetId: number): number {
    return this.#slots.find(accountSlot * ASSETS_MAX + assetId)
  }

  findOrOpen(accountSlot: number, assetId: number): number {
    const key = accountSlot * ASSETS_MAX + assetId
    const found = this.#slots.find(key)
    if (found !== NONE) return found
    const slot = this.pool.allocate()
    this.pool.i32[slot * BALANCE.words + BALANCE.accountSlot] = accountSlot
    this.pool.i32[slot * BALANCE.words + BALANCE.assetId] = assetId
    this.#slots.insert(key, slot)
    return slot
  }

  loadBalance(slot: number, into: Int64): void {
    into.load(this.pool.i32, slot * BALANCE.words + BALANCE.balance)
  }

  loadHold(slot: number, into: Int64): void {
    into.load(this.pool.i32, slot * BALANCE.words + BALANCE.hold)
  }

  loadAvailable(slot: number, into: Int64): void {
    const at = slot * BALANCE.words
    into.load(this.pool.i32, at + BALANCE.balance)
    other.load(this.pool.i32, at + BALANCE.hold)
    into.subtract(other)
  }

  credit(slot: number, amount: Int64): void {
    this.#add(slot, BALANCE.balance, amount)
  }

  debit(slot: number, amount: Int64): void {
    this.#subtract(slot, BALANCE.balance, amount)
  }

  hold(slot: number, amount: Int64): void {
    this.#add(slot, BALANCE.hold, amount)
  }

  release(slot: number, amount: Int64): void {
    this.#subtract(slot, BALANCE.hold, amount)
  }

  #add(slot: number, field: number, amount: Int64): void {
    this.#touch(slot)
    const at = slot * BALANCE.words + field
    scratch.load(this.pool.i32, at)
    scratch.add(amount)
    scratch.store(this.pool.i32, at)
  }

  #subtract(slot: number, field: number, amount: Int64): void {
    this.#touch(slot)
    const at = slot * BALANCE.words + field
    scratch.load(this.pool.i32, at)
    scratch.subtract(amount)
    scratch.store(this.pool.i32, at)
  }

  #touch(slot: number): void {
    const i32 = this.pool.i32
    const at = slot * BALANCE.words
    if (i32[at + BALANCE.touched] === 1) return
    i32[at + BALANCE.touched] = 1
    i32[at + BALANCE.startBalance] = i32[at + BALANCE.balance] as number
    i32[at + BALANCE.startBalance + 1] = i32[at + BALANCE.balance + 1] as number
    i32[at + BALANCE.startHold] = i32[at + BALANCE.hold] as number
    i32[at + BALANCE.startHold + 1] = i32[at + BALANCE.hold + 1] as number
    if (this.touchedCount === this.touched.length) {
      const touched = new Int32Array(this.touchedCount * 2)
      touched.set(this.touched)
      this.touched = touched
    }
    this.touched[this.touchedCount++] = slot
  }

  /** Why a touched record changed when no transfer did it; -1 when in the end it did not. */
  reasonOf(slot: number): number {
    const i32 = this.pool.i32
    const at = slot * BALANCE.words
    scratch.load(i32, at + BALANCE.balance)
    other.load(i32, at + BALANCE.startBalance)
    if (!scratch.equals(other)) return REASON_TRADE
    scratch.load(i32, at + BALANCE.hold)
    other.load(i32, at + BALANCE.startHold)
    if (scratch.equals(other)) return -1
    return other.isBelow(scratch) ? REASON_HOLD : REASON_RELEASE
  }

  /** After a snapshot. */
  reindex(): void {
    const { i32 } = this.pool
    for (let slot = 1; slot < this.pool.used; slot++) {
      const at = slot * BALANCE.words
      const account = i32[at + BALANCE.accountSlot] as number
      this.#slots.insert(account * ASSETS_MAX + (i32[at + BALANCE.assetId] as number), slot)
    }
  }
}
