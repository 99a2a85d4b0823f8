// What most accounts do not have: an order rate, a dead-man switch. A record of its own, never given
// back, whose handle stands beside the kill switch in ACCOUNT.gate: so a plain account is seen to be
// one by the compare that the kill switch costs anyway.

import type { EngineState } from '../engine-state.ts'
import { NONE } from '../memory/slot-pool.ts'
import { ACCOUNT } from './accounts.ts'

/** Words (f64 field: doubles) of one account's extras. */
export const ACCOUNT_EXTRA = {
  words: 8,
  doubles: 4,
  /** f64: the second of the log's time that ordersInSecond counts. */
  second: 0,
  /** int64, nanoseconds: when the dead-man switch fires. */
  deadline: 2,
  accountSlot: 4,
  /** 0 = no limit. */
  maxOrdersPerSecond: 5,
  ordersInSecond: 6,
  /** 0 = not armed. */
  deadManTimeoutMs: 7,
} as const

const KILLED = 1

export function isKilled(gate: number): boolean {
  return (gate & KILLED) !== 0
}

/** The extras of an account, or NONE. */
export function accountExtraOf(s: EngineState, accountSlot: number): number {
  return s.accounts.get(accountSlot, ACCOUNT.gate) >>> 1
}

/** The extras of an account, made when it has none. */
export function addAccountExtra(s: EngineState, accountSlot: number): number {
  const known = accountExtraOf(s, accountSlot)
  if (known !== NONE) return known
  const extra = s.accountExtras.allocate()
  s.accountExtras.i32[extra * ACCOUNT_EXTRA.words + ACCOUNT_EXTRA.accountSlot] = accountSlot
  const gate = s.accounts.get(accountSlot, ACCOUNT.gate)
  s.accounts.set(accountSlot, ACCOUNT.gate, gate | (extra << 1))
  return extra
}

/** A field of an account's extras; 0 when it has none. */
export function accountExtra(s: EngineState, accountSlot: number, field: number): number {
  const extra = accountExtraOf(s, accountSlot)
  return extra === NONE ? 0 : (s.accountExtras.i32[extra * ACCOUNT_EXTRA.words + field] as number)
}

export function setKilled(s: EngineState, accountSlot: number, isOn: boolean): void {
  const gate = s.accounts.get(accountSlot, ACCOUNT.gate)
  s.accounts.set(accountSlot, ACCOUNT.gate, isOn ? gate | KILLED : gate & ~KILLED)
}
