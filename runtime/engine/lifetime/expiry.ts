// Orders that end by themselves: DAY at the next UTC midnight, GTD at its instant. Both are alive
// one nanosecond before and gone at the instant, by the first Clock that comes then; until it comes
// nothing else ends them.

import { FORCE_DAY, FORCE_GTD, REJECT } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import type { NewOrderCommand } from '../hot-command.ts'
import { NONE } from '../memory/slot-pool.ts'
import { Int64 } from '../money/int64.ts'
import { orderIDOf } from '../orders/open-orders.ts'
import { addExtra, EXTRA } from '../orders/order-extras.ts'

const DAY_NS = 86_400_000_000_000n
const INT64_MAX = 2n ** 63n - 1n

const instant = new Int64()

/** Whether the end that a new order names means something. Answers a code of REJECT_REASONS. */
export function checkEnd(s: EngineState, cmd: NewOrderCommand): number {
  const { expireTimeNs, timeInForce } = cmd
  if (timeInForce !== FORCE_GTD) {
    return expireTimeNs[0] === 0 && expireTimeNs[1] === 0 ? 0 : REJECT.UnsupportedOrder
  }
  instant.load(expireTimeNs, 0)
  return instant.toBigInt() > s.now ? 0 : REJECT.Expired
}

/** Gives an accepted order its end, if it has one. */
export function setEnd(s: EngineState, order: number, cmd: NewOrderCommand): void {
  if (cmd.timeInForce === FORCE_GTD) instant.load(cmd.expireTimeNs, 0)
  else if (cmd.timeInForce === FORCE_DAY)
    instant.setBigInt(earlierOf((s.now / DAY_NS + 1n) * DAY_NS))
  else return
  const extra = addExtra(s, order)
  instant.store(s.extras.i32, extra * EXTRA.words + EXTRA.expireTimeNs)
  watchEnd(s, order, extra)
}

/** An instant, or the last one that there is. */
export function earlierOf(instantNs: bigint): bigint {
  return instantNs < INT64_MAX ? instantNs : INT64_MAX
}

/** After a snapshot: finds again all that ends by Clock. */
export function restoreEnds(s: EngineState): void {
  const { i32, used } = s.extras
  for (let extra = 1; extra < used; extra++) {
    const at = extra * EXTRA.words
    const order = i32[at + EXTRA.order] as number
    if (order === NONE) continue
    if (i32[at + EXTRA.expireTimeNs] === 0 && i32[at + EXTRA.expireTimeNs + 1] === 0) continue
    watchEnd(s, order, extra)
  }
}

function watchEnd(s: EngineState, order: number, extra: number): void {
  const at = extra * EXTRA.words + EXTRA.expireTimeNs
  s.ends.set(extra, s.extras.i32, at, orderIDOf(s, order))
}
