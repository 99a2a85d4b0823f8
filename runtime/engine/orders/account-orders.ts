// The list of an account's open orders. It is in the order of their queues: whoever goes to the tail
// of one is the account's youngest.

import { ACCOUNT as SHARED_ACCOUNT } from '../accounts/accounts.ts'
import { ORDER as SHARED_ORDER } from '../book/order-pool.ts'
import type { EngineState } from '../engine-state.ts'
import { NONE as SHARED_NONE } from '../memory/slot-pool.ts'
import { DETAIL as SHARED_DETAIL } from './order-details.ts'

// Constants of this module are folded into the code; imported ones are read from memory each time.
const ACCOUNT = SHARED_ACCOUNT
const ORDER = SHARED_ORDER
const NONE = SHARED_NONE
const DETAIL = SHARED_DETAIL

/** The account that an order belongs to: its slot. */
export function accountSlotOf(s: EngineState, order: number): number {
  return s.memory.orders.i32[order * ORDER.words + ORDER.owner] as number
}

/** An order opens: the account's youngest. */
export function joinAccount(s: EngineState, order: number): void {
  const { i32 } = s.details
  const at = order * DETAIL.words
  const account = accountSlotOf(s, order)
  const last = s.accounts.get(account, ACCOUNT.lastOrder)
  i32[at + DETAIL.accountNext] = NONE
  i32[at + DETAIL.accountPrevious] = last
  if (last === NONE) s.accounts.set(account, ACCOUNT.firstOrder, order)
  else i32[last * DETAIL.words + DETAIL.accountNext] = order
  s.accounts.set(account, ACCOUNT.lastOrder, order)
}

/** An order ends. */
export function leaveAccount(s: EngineState, order: number): void {
  const { i32 } = s.details
  const at = order * DETAIL.words
  const account = accountSlotOf(s, order)
  const next = i32[at + DETAIL.accountNext] as number
  const previous = i32[at + DETAIL.accountPrevious] as number
  if (previous === NONE) s.accounts.set(account, ACCOUNT.firstOrder, next)
  else i32[previous * DETAIL.words + DETAIL.accountNext] = next
  if (next === NONE) s.accounts.set(account, ACCOUNT.lastOrder, previous)
  else i32[next * DETAIL.words + DETAIL.accountPrevious] = previous
}

/** An order that went to the tail of a queue is the account's youngest again. */
export function moveToAccountTail(s: EngineState, order: number): void {
  leaveAccount(s, order)
  joinAccount(s, order)
}

/** Handles of an account's open orders, in the order in which they took their places in queues. */
export function openOrdersOf(s: EngineState, account: number): number[] {
  const orders: number[] = []
  let order = s.accounts.get(account, ACCOUNT.firstOrder)
  while (order !== NONE) {
    orders.push(order)
    order = s.details.i32[order * DETAIL.words + DETAIL.accountNext] as number
  }
  return orders
}
