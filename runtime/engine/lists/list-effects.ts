// What a list does when one of its orders has begun (a trade, a decrement, its election) or ended:
//
//   OCO       the other leg ends
//   bracket   a fill of the entry arms both exits with all that is filled; an exit that begins or
//             ends ends the other one and what is left of the entry; an entry that ends without a
//             fill ends both exits

import { EXEC_CANCELED, STATUS_CANCELED } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import { NONE } from '../memory/slot-pool.ts'
import { endOrder } from '../orders/end-order.ts'
import { armExits } from './bracket.ts'
import { dissolve, LIST, legOf, ROLE_ENTRY, ROLE_LOSS, ROLE_PROFIT, ROLES } from './order-lists.ts'

const EXITS_OF_OCO = (1 << 0) | (1 << 1)
const EXITS_OF_BRACKET = (1 << ROLE_PROFIT) | (1 << ROLE_LOSS)

/** Looks at every list that has changed; what that changes comes last. */
export function settleLists(s: EngineState): void {
  for (let list = s.changedLists.shift(); list !== NONE; list = s.changedLists.shift()) {
    s.lists.i32[list * LIST.words + LIST.isQueued] = 0
    const isBracket = s.lists.i32[list * LIST.words + LIST.isBracket] !== 0
    const exits = isBracket ? EXITS_OF_BRACKET : EXITS_OF_OCO
    if (hasExit(s, list, exits)) endOthers(s, list, exits)
    else if (isBracket) settleEntry(s, list)
  }
}

function hasExit(s: EngineState, list: number, exits: number): boolean {
  const begun = s.lists.i32[list * LIST.words + LIST.begun] as number
  if ((begun & exits) !== 0) return true
  for (let role = 0; role < ROLES; role++) {
    if (((exits >>> role) & 1) !== 0 && legOf(s, list, role) === NONE) return true
  }
  return false
}

/** Cancels all legs but an exit that has begun. */
function endOthers(s: EngineState, list: number, exits: number): void {
  const goesOn = (s.lists.i32[list * LIST.words + LIST.begun] as number) & exits
  const legs = [legOf(s, list, 0), legOf(s, list, 1), legOf(s, list, 2)]
  dissolve(s, list)
  for (const [role, order] of legs.entries()) {
    if (order === NONE || ((goesOn >>> role) & 1) !== 0) continue
    endOrder(s, order, EXEC_CANCELED, STATUS_CANCELED)
  }
}

function settleEntry(s: EngineState, list: number): void {
  const at = list * LIST.doubles
  const filled = s.lists.f64[at + LIST.filledQty] as number
  if (filled > (s.lists.f64[at + LIST.armedQty] as number)) armExits(s, list, filled)
  else if (filled === 0 && legOf(s, list, ROLE_ENTRY) === NONE) endOthers(s, list, 0)
}
