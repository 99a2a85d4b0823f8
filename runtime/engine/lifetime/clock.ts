// Clock: what the passing of time does, in this order: orders end, dead-man switches fire.

import type { Clock } from '#domain/command.ts'
import { EXEC_EXPIRED, STATUS_EXPIRED } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import { NONE } from '../memory/slot-pool.ts'
import { finishCommand } from '../orders/aftermath.ts'
import { endOrder } from '../orders/end-order.ts'
import { EXTRA } from '../orders/order-extras.ts'
import { fireDue } from './dead-man.ts'

/**
 * Orders that one Clock ends by their time, and cancels by switches before it fires no more: the
 * next Clock goes on. 10,000 x 350 bytes of reports and balances = 3.5 MB, one message of the log
 * holds 32 MB; and some 10 ms, in which nobody else is served.
 */
const ENDS_MAX = 10_000

/** Lets the log's time pass. Answers 0: time cannot be refused. */
export function passTime(s: EngineState, command: Clock): number {
  expireDue(s)
  fireDue(s, command.traceId, ENDS_MAX)
  finishCommand(s)
  return 0
}

/** Ends all orders whose instant has come: by instant, then by orderID. */
function expireDue(s: EngineState): void {
  for (let ended = 0; ended < ENDS_MAX; ended++) {
    const extra = s.ends.due(s.now)
    if (extra === NONE) return
    const order = s.extras.i32[extra * EXTRA.words + EXTRA.order] as number
    endOrder(s, order, EXEC_EXPIRED, STATUS_EXPIRED)
  }
}
