// The dead-man switch: an account that has armed it and does not send it again in time loses all its
// open orders, once, by the first Clock that finds the time over.

import type { SetDeadMan } from '#domain/command.ts'
import { ACCOUNT_EXTRA, accountExtraOf, addAccountExtra } from '../accounts/account-extras.ts'
import { announceAccount } from '../admin/settings.ts'
import { REJECT } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import { NONE } from '../memory/slot-pool.ts'
import { Int64 } from '../money/int64.ts'
import { cancelAll } from '../orders/mass-cancel.ts'
import { earlierOf } from './expiry.ts'

/** A day: whoever is away longer than that has not armed a switch. */
const TIMEOUT_MS_MAX = 86_400_000
const MS_NS = 1_000_000n

const instant = new Int64()

/** Arms the switch anew, or disarms it with 0. Answers a code of REJECT_REASONS; 0 when done. */
export function setDeadMan(s: EngineState, command: SetDeadMan): number {
  const account = s.accounts.find(command.account)
  if (account === NONE) return REJECT.UnknownAccount
  const { timeoutMs } = command
  if (!Number.isSafeInteger(timeoutMs) || timeoutMs < 0 || timeoutMs > TIMEOUT_MS_MAX) {
    return REJECT.InvalidTransition
  }
  if (timeoutMs > 0 || accountExtraOf(s, account) !== NONE) {
    arm(s, addAccountExtra(s, account), timeoutMs)
  }
  announceAccount(s, account, command.traceId)
  return 0
}

function arm(s: EngineState, extra: number, timeoutMs: number): void {
  const { i32 } = s.accountExtras
  const at = extra * ACCOUNT_EXTRA.words
  i32[at + ACCOUNT_EXTRA.deadManTimeoutMs] = timeoutMs
  if (timeoutMs === 0) instant.setZero()
  else instant.setBigInt(earlierOf(s.now + BigInt(timeoutMs) * MS_NS))
  instant.store(i32, at + ACCOUNT_EXTRA.deadline)
  if (timeoutMs === 0) s.switches.remove(extra)
  else watchSwitch(s, extra)
}

function watchSwitch(s: EngineState, extra: number): void {
  const { i32 } = s.accountExtras
  const at = extra * ACCOUNT_EXTRA.words
  const account = s.accounts.numberOf(i32[at + ACCOUNT_EXTRA.accountSlot] as number)
  s.switches.set(extra, i32, at + ACCOUNT_EXTRA.deadline, account)
}

/** After a snapshot: finds the armed switches again. */
export function restoreSwitches(s: EngineState): void {
  const { i32, used } = s.accountExtras
  for (let extra = 1; extra < used; extra++) {
    if (i32[extra * ACCOUNT_EXTRA.words + ACCOUNT_EXTRA.deadManTimeoutMs] !== 0) {
      watchSwitch(s, extra)
    }
  }
}

/** Fires switches whose time is over: by instant, then by account, up to so many cancels. */
export function fireDue(s: EngineState, traceId: string, cancelsMax: number): void {
  for (let canceled = 0; canceled < cancelsMax; ) {
    const extra = s.switches.due(s.now)
    if (extra === NONE) return
    const at = extra * ACCOUNT_EXTRA.words
    const account = s.accountExtras.i32[at + ACCOUNT_EXTRA.accountSlot] as number
    arm(s, extra, 0)
    const canceledCount = cancelAll(s, account, 0, null)
    canceled += canceledCount
    s.sink.rare({
      type: 'DeadManFired',
      cmdIndex: s.cmdIndex,
      account: s.accounts.numberOf(account),
      traceId,
      canceledCount,
    })
  }
}
