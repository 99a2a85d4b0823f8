// The laws of what ends by Clock, checked by walking all of it: for tests and after a restore.

import { assert } from '#domain/assert.ts'
import { ACCOUNT_EXTRA, accountExtraOf } from '../accounts/account-extras.ts'
import type { EngineState } from '../engine-state.ts'
import { NONE } from '../memory/slot-pool.ts'
import { isIceberg } from '../orders/iceberg.ts'
import { EXTRA, extraOf } from '../orders/order-extras.ts'

/** Throws when a law does not hold. */
export function checkLifetime(s: EngineState): void {
  const { i32, used } = s.extras
  let live = 0
  let ending = 0
  for (let extra = 1; extra < used; extra++) {
    const at = extra * EXTRA.words
    const order = i32[at + EXTRA.order] as number
    const hasEnd = i32[at + EXTRA.expireTimeNs] !== 0 || i32[at + EXTRA.expireTimeNs + 1] !== 0
    assert(s.ends.has(extra) === hasEnd, 'the clock knows every order that ends, and no other')
    if (hasEnd) ending += 1
    if (order === NONE) continue
    live += 1
    assert(extraOf(s, order) === extra, 'extras and their order know each other')
    if (isIceberg(s, order)) checkIceberg(s, extra)
  }
  assert(live === s.extras.live, 'every record of extras has an order')
  assert(ending === s.ends.count, 'the clock counts what ends')
  checkSwitches(s)
}

function checkIceberg(s: EngineState, extra: number): void {
  const { f64 } = s.extras
  const at = extra * EXTRA.doubles
  const open = f64[at + EXTRA.openQty] as number
  const shown = f64[at + EXTRA.shownQty] as number
  assert(shown > 0 && shown <= open, 'an iceberg shows something, and no more than is open')
  assert(shown <= (f64[at + EXTRA.displayQty] as number), 'a tranche is no larger than it may be')
}

function checkSwitches(s: EngineState): void {
  const { i32, used } = s.accountExtras
  let armed = 0
  for (let extra = 1; extra < used; extra++) {
    const at = extra * ACCOUNT_EXTRA.words
    const account = i32[at + ACCOUNT_EXTRA.accountSlot] as number
    assert(accountExtraOf(s, account) === extra, 'extras and their account know each other')
    const isArmed = i32[at + ACCOUNT_EXTRA.deadManTimeoutMs] !== 0
    assert(s.switches.has(extra) === isArmed, 'the clock knows every armed switch, and no other')
    if (isArmed) armed += 1
  }
  assert(armed === s.switches.count, 'the clock counts the armed switches')
}
