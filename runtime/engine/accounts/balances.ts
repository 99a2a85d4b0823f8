// Money: one record per (account, asset) that was ever touched. `hold` is the part of `balance` that
// open orders need in their worst case; available = balance - hold. Slots are never freed.
// A command touches a record before it changes it; `flush` answers each one once, with the change.

import { BALANCE_REASONS } from '#domain/balance-reason.ts'
import { hashNumber, RefTable } from '../memory/ref-table.ts'
import { NONE as SHARED_NONE, SlotPool } from '../memory/slot-pool.ts'
import { Int64 } from '../money/int64.ts'
import {
  type Accounts,
  ACCOUNT as SHARED_ACCOUNT,
  NEAR_ASSETS as SHARED_NEAR_ASSETS,
} from './accounts.ts'

// Constants of this module are folded into the code; imported ones are read from memory each time.
const NONE = SHARED_NONE
const ACCOUNT = SHARED_ACCOUNT
const NEAR_ASSETS = SHARED_NEAR_ASSETS

/** Words of one balance; money takes two. 32 bytes, so that none lies across two cache lines. */
const FIELDS = {
  words: 8,
  balance: 0,
  hold: 2,
  accountSlot: 4,
  assetId: 5,
  /** Its place in the list of touched ones, counted from 1; 0 between two commands. */
  touched: 6,
  /** The first of the margin records that it pays for; see margin/margins.ts. */
  margins: 7,
} as const
/** The fields above, for other modules: what a module exports it reads from memory itself. */
export const BALANCE = FIELDS

/** Words of one entry of the list of touched balances. */
const TOUCHED = { words: 5, slot: 0, startBalance: 1, startHold: 3 } as const

/** More assets than this are not listed. */
export const ASSETS_MAX = 2 ** 20

export const REASON_TRADE = BALANCE_REASONS.indexOf('Trade')
export const REASON_CREDIT = BALANCE_REASONS.indexOf('Credit')
export const REASON_DEBIT = BALANCE_REASONS.indexOf('Debit')
export const REASON_HOLD = BALANCE_REASONS.indexOf('Hold')
export const REASON_RELEASE = BALANCE_REASONS.indexOf('Release')

const scratch = new Int64()
const other = new Int64()

/** All balances of the shard, and the list of those that the current command has touched. */
export class Balances {
  readonly pool: SlotPool
  touchedCount = 0
  #touched = new Int32Array(16 * TOUCHED.words)
  readonly #accounts: Accounts
  /** Those that the account's own record does not name. */
  readonly #far: RefTable

  constructor(accounts: Accounts, capacity: number) {
    this.pool = new SlotPool(FIELDS.words, capacity)
    this.#accounts = accounts
    this.#far = new RefTable(Math.ceil(capacity / 16), (slot) => this.#hashAt(slot))
  }

  /** The balance of an account, or NONE. */
  find(accountSlot: number, assetId: number): number {
    if (assetId <= NEAR_ASSETS) {
      return this.#accounts.pool.i32[nearAt(accountSlot, assetId)] as number
    }
    let slot = this.#far.find(hashNumber(accountSlot, assetId))
    while (slot !== NONE && !this.#isOf(slot, accountSlot, assetId)) slot = this.#far.next()
    return slot
  }

  /** The balance of an account; made when there is none. */
  of(accountSlot: number, assetId: number): number {
    const found = this.find(accountSlot, assetId)
    return found === NONE ? this.#open(accountSlot, assetId) : found
  }

  loadBalance(slot: number, into: Int64): void {
    into.load(this.pool.i32, slot * FIELDS.words + FIELDS.balance)
  }

  loadHold(slot: number, into: Int64): void {
    into.load(this.pool.i32, slot * FIELDS.words + FIELDS.hold)
  }

  loadAvailable(slot: number, into: Int64): void {
    const at = slot * FIELDS.words
    into.load(this.pool.i32, at + FIELDS.balance)
    other.load(this.pool.i32, at + FIELDS.hold)
    into.subtract(other)
  }

  credit(slot: number, amount: Int64): void {
    this.#add(slot, FIELDS.balance, amount)
  }

  debit(slot: number, amount: Int64): void {
    this.#subtract(slot, FIELDS.balance, amount)
  }

  hold(slot: number, amount: Int64): void {
    this.#add(slot, FIELDS.hold, amount)
  }

  release(slot: number, amount: Int64): void {
    this.#subtract(slot, FIELDS.hold, amount)
  }

  /** The i-th of those that the command has touched, in order of first touch. */
  touchedAt(i: number): number {
    return this.#touched[i * TOUCHED.words + TOUCHED.slot] as number
  }

  /** What the i-th touched one was when the command came. */
  loadStart(i: number, into: Int64): void {
    into.load(this.#touched, i * TOUCHED.words + TOUCHED.startBalance)
  }

  /** Why the i-th touched one changed when no transfer did it; -1 when in the end it did not. */
  reasonOf(i: number): number {
    const at = this.touchedAt(i) * FIELDS.words
    scratch.load(this.pool.i32, at + FIELDS.balance)
    this.loadStart(i, other)
    if (!scratch.equals(other)) return REASON_TRADE
    scratch.load(this.pool.i32, at + FIELDS.hold)
    other.load(this.#touched, i * TOUCHED.words + TOUCHED.startHold)
    if (scratch.equals(other)) return -1
    return other.isBelow(scratch) ? REASON_HOLD : REASON_RELEASE
  }

  /** Forgets what was touched. */
  settle(): void {
    for (let i = 0; i < this.touchedCount; i++) {
      this.pool.i32[this.touchedAt(i) * FIELDS.words + FIELDS.touched] = 0
    }
    this.touchedCount = 0
  }

  /** After a snapshot. */
  reindex(): void {
    const { i32, used } = this.pool
    let far = 0
    for (let slot = 1; slot < used; slot++) {
      if ((i32[slot * FIELDS.words + FIELDS.assetId] as number) > NEAR_ASSETS) far++
    }
    this.#far.reserve(far)
    for (let slot = 1; far > 0 && slot < used; slot++) {
      if ((i32[slot * FIELDS.words + FIELDS.assetId] as number) <= NEAR_ASSETS) continue
      this.#far.insert(this.#hashAt(slot), slot)
    }
  }

  #open(accountSlot: number, assetId: number): number {
    const slot = this.pool.allocate()
    this.pool.i32[slot * FIELDS.words + FIELDS.accountSlot] = accountSlot
    this.pool.i32[slot * FIELDS.words + FIELDS.assetId] = assetId
    if (assetId <= NEAR_ASSETS) this.#accounts.pool.i32[nearAt(accountSlot, assetId)] = slot
    else this.#far.insert(hashNumber(accountSlot, assetId), slot)
    return slot
  }

  #add(slot: number, field: number, amount: Int64): void {
    this.#touch(slot)
    const at = slot * FIELDS.words + field
    scratch.load(this.pool.i32, at)
    scratch.add(amount)
    scratch.store(this.pool.i32, at)
  }

  #subtract(slot: number, field: number, amount: Int64): void {
    this.#touch(slot)
    const at = slot * FIELDS.words + field
    scratch.load(this.pool.i32, at)
    scratch.subtract(amount)
    scratch.store(this.pool.i32, at)
  }

  #touch(slot: number): void {
    const { i32 } = this.pool
    const at = slot * FIELDS.words
    if (i32[at + FIELDS.touched] !== 0) return
    if ((this.touchedCount + 1) * TOUCHED.words > this.#touched.length) this.#growTouched()
    const to = this.touchedCount * TOUCHED.words
    this.#touched[to + TOUCHED.slot] = slot
    this.#touched[to + TOUCHED.startBalance] = i32[at + FIELDS.balance] as number
    this.#touched[to + TOUCHED.startBalance + 1] = i32[at + FIELDS.balance + 1] as number
    this.#touched[to + TOUCHED.startHold] = i32[at + FIELDS.hold] as number
    this.#touched[to + TOUCHED.startHold + 1] = i32[at + FIELDS.hold + 1] as number
    this.touchedCount += 1
    i32[at + FIELDS.touched] = this.touchedCount
  }

  #growTouched(): void {
    const touched = new Int32Array(this.#touched.length * 2)
    touched.set(this.#touched)
    this.#touched = touched
  }

  #hashAt(slot: number): number {
    const { i32 } = this.pool
    const at = slot * FIELDS.words
    return hashNumber(i32[at + FIELDS.accountSlot] as number, i32[at + FIELDS.assetId] as number)
  }

  #isOf(slot: number, accountSlot: number, assetId: number): boolean {
    const { i32 } = this.pool
    const at = slot * FIELDS.words
    return i32[at + FIELDS.accountSlot] === accountSlot && i32[at + FIELDS.assetId] === assetId
  }
}

function nearAt(accountSlot: number, assetId: number): number {
  return accountSlot * ACCOUNT.words + ACCOUNT.balances + assetId - 1
}
