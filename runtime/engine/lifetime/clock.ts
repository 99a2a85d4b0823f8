// Clock: what the passing of time does, in this order: orders end, dead-man switches fire.

import type { Clock } from '#domain/command.ts'
import type { EngineState } from '../engine-state.ts'
import { finishCommand } from '../orders/aftermath.ts'
import { fireDue } from './dead-man.ts'
import { expireDue } from './expiry.ts'

/** Lets the log's time pass. Answers 0: time cannot be refused. */
export function passTime(s: EngineState, command: Clock): number {
  expireDue(s)
  fireDue(s, command.traceId)
  finishCommand(s)
  return 0
}
