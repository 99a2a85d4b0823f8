// How many orders an account may enter in one second: a window of the log's time, aligned to its
// seconds. What was refused does not count; a replace counts as a new order does.

import { ACCOUNT_EXTRA, accountExtraOf, addAccountExtra } from '../accounts/account-extras.ts'
import type { EngineState } from '../engine-state.ts'
import { NONE } from '../memory/slot-pool.ts'

const SECOND_NS = 1_000_000_000n

/** Whether `added` orders are more than an account may still enter in this second. */
export function isTooFast(s: EngineState, accountSlot: number, added: number): boolean {
  const extra = accountExtraOf(s, accountSlot)
  if (extra === NONE) return false
  const { i32, f64 } = s.accountExtras
  const at = extra * ACCOUNT_EXTRA.words
  const most = i32[at + ACCOUNT_EXTRA.maxOrdersPerSecond] as number
  if (most === 0) return false
  const isSame = f64[extra * ACCOUNT_EXTRA.doubles + ACCOUNT_EXTRA.second] === secondOf(s)
  const counted = isSame ? (i32[at + ACCOUNT_EXTRA.ordersInSecond] as number) : 0
  return counted + added > most
}

/** Sets how many orders an account may enter in a second; 0: any number. */
export function setOrderRate(s: EngineState, accountSlot: number, most: number): void {
  if (most === 0 && accountExtraOf(s, accountSlot) === NONE) return
  const extra = addAccountExtra(s, accountSlot)
  s.accountExtras.i32[extra * ACCOUNT_EXTRA.words + ACCOUNT_EXTRA.maxOrdersPerSecond] = most
}

/** Counts an order that has been accepted; only while the account has a limit. */
export function countOrder(s: EngineState, accountSlot: number): void {
  const extra = accountExtraOf(s, accountSlot)
  if (extra === NONE) return
  const { i32, f64 } = s.accountExtras
  const at = extra * ACCOUNT_EXTRA.words
  if (i32[at + ACCOUNT_EXTRA.maxOrdersPerSecond] === 0) return
  const second = extra * ACCOUNT_EXTRA.doubles + ACCOUNT_EXTRA.second
  if (f64[second] !== secondOf(s)) i32[at + ACCOUNT_EXTRA.ordersInSecond] = 0
  f64[second] = secondOf(s)
  const counted = at + ACCOUNT_EXTRA.ordersInSecond
  i32[counted] = (i32[counted] as number) + 1
}

/** The second of the log's time; found once a batch, and only when somebody asks. */
function secondOf(s: EngineState): number {
  if (s.second < 0) s.second = Number(s.now / SECOND_NS)
  return s.second
}
