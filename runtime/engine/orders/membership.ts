// The lists and counters in which an order stands while it is open, whether it rests or waits.

import { ACCOUNT as SHARED_ACCOUNT } from '../accounts/accounts.ts'
import type { EngineState } from '../engine-state.ts'
import { addExposure } from '../risk/exposure.ts'
import { accountSlotOf, joinAccount, leaveAccount } from './account-orders.ts'
import { instrumentOf } from './open-orders.ts'

// Constants of this module are folded into the code; imported ones are read from memory each time.
const ACCOUNT = SHARED_ACCOUNT

/** The order is open from now on. */
export function joinMarket(s: EngineState, order: number): void {
  s.orderIds.insert(order)
  joinAccount(s, order)
  count(s, order, 1)
}

/** The order is open no longer; its queue and hold are done with. */
export function leaveMarket(s: EngineState, order: number): void {
  s.orderIds.remove(order)
  leaveAccount(s, order)
  count(s, order, -1)
}

function count(s: EngineState, order: number, change: number): void {
  const account = accountSlotOf(s, order)
  s.accounts.set(account, ACCOUNT.openOrders, s.accounts.get(account, ACCOUNT.openOrders) + change)
  addExposure(s, instrumentOf(s, order), account, true, change, 0)
}
