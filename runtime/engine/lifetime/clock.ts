// Clock: what the passing of time does, in this order: orders end, dead-man switches fire.

import type { Clock } from '#domain/command.ts'
import { EXEC_EXPIRED, STATUS_EXPIRED } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import { NONE } from '../memory/slot-pool.ts'
import { finishCommand } from '../orders/aftermath.ts'
import { endOrder } from '../orders/end-order.ts'
import { EXTRA } from '../orders/order-extras.ts'
import { fireDue } from './dead-man.ts'

/** Lets the log's time pass. Answers 0: time cannot be refused. */
export function passTime(s: EngineState, command: Clock): number {
  expireDue(s)
  fireDue(s, command.traceId)
  finishCommand(s)
  return 0
}

/** Ends all orders whose instant has come: by instant, then by orderID. */
function expireDue(s: EngineState): void {
  for (let extra = s.ends.due(s.now); extra !== NONE; extra = s.ends.due(s.now)) {
    const order = s.extras.i32[extra * EXTRA.words + EXTRA.order] as number
    endOrder(s, order, EXEC_EXPIRED, STATUS_EXPIRED)
  }
}
