// What follows from a command once its own orders are done, and before its balances are told. Every
// command that may trade, end an order or open an instrument ends here, so that the order of these
// things stands in one place:
//
//   aggressor done -> reduce-only orders give way -> list effects
//                  -> elected stops one by one, each with its own list effects
//                  -> what the state of the market has become -> positions -> balance changes

import type { EngineState } from '../engine-state.ts'
import { settleLists } from '../lists/list-effects.ts'
import { enforceReduceOnly } from '../margin/reduce-only.ts'
import { enterNextElected } from '../triggers/entry.ts'

/** Ends a command: everything that it caused happens in it. */
export function finishCommand(s: EngineState): void {
  enforceReduceOnly(s)
  settleLists(s)
  while (enterNextElected(s)) settleLists(s)
  s.reports.flushBalances()
}
