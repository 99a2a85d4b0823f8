// Lists of orders that depend on each other: two legs of an OCO, or entry, take-profit and stop-loss
// of a bracket. A list is a record that knows its legs and what they have done; what follows from it
// is list-effects.ts, after the aggressor of the command is done.

import type { EngineState } from '../engine-state.ts'
import { NONE } from '../memory/slot-pool.ts'
import { EXTRA, extraOf } from '../orders/order-extras.ts'

/** Words (f64 fields: doubles) of one list. */
export const LIST = {
  words: 12,
  doubles: 6,
  /** f64, lots: what the entry of a bracket has filled, and what its exits stand for. */
  filledQty: 0,
  armedQty: 1,
  /** Handles of the legs by role; NONE when one has ended, or there is none. */
  leg: 4,
  /** Bit r: the leg in role r has traded, been decremented or elected. */
  begun: 7,
  isBracket: 8,
  /** Whether it is in the queue of lists to look at. */
  isQueued: 9,
  /** The role that holds for both legs of an OCO. */
  holder: 10,
} as const

/** Roles: legs of an OCO are 0 and 1. */
export const ROLE_ENTRY = 0
export const ROLE_PROFIT = 1
export const ROLE_LOSS = 2
export const ROLES = 3

/** Makes a list of entered orders. */
export function addList(
  s: EngineState,
  isBracket: boolean,
  legs: readonly number[],
  holder: number,
): number {
  const list = s.lists.allocate()
  const { i32 } = s.lists
  const at = list * LIST.words
  i32[at + LIST.isBracket] = isBracket ? 1 : 0
  i32[at + LIST.holder] = holder
  for (const [role, order] of legs.entries()) {
    const extra = extraOf(s, order) * EXTRA.words
    i32[at + LIST.leg + role] = order
    s.extras.i32[extra + EXTRA.list] = list
    s.extras.i32[extra + EXTRA.listRole] = role
  }
  return list
}

export function legOf(s: EngineState, list: number, role: number): number {
  return s.lists.i32[list * LIST.words + LIST.leg + role] as number
}

/** The list of an order, or NONE. */
export function listOf(s: EngineState, order: number): number {
  const extra = extraOf(s, order)
  return extra === NONE ? NONE : (s.extras.i32[extra * EXTRA.words + EXTRA.list] as number)
}

/** The leg that holds for both of its list. */
export function holderOf(s: EngineState, order: number): number {
  const list = listOf(s, order)
  return legOf(s, list, s.lists.i32[list * LIST.words + LIST.holder] as number)
}

/** An order has traded (so many lots), has been decremented or elected: its list must know. */
export function noteStep(s: EngineState, order: number, filledQty: number): void {
  const extra = extraOf(s, order)
  if (extra === NONE) return
  const list = s.extras.i32[extra * EXTRA.words + EXTRA.list] as number
  if (list === NONE) return
  const role = s.extras.i32[extra * EXTRA.words + EXTRA.listRole] as number
  const { i32, f64 } = s.lists
  const at = list * LIST.words
  i32[at + LIST.begun] = (i32[at + LIST.begun] as number) | (1 << role)
  if (role === ROLE_ENTRY) {
    const filled = list * LIST.doubles + LIST.filledQty
    f64[filled] = (f64[filled] as number) + filledQty
  }
  queue(s, list)
}

/** An order of a list has ended; its record goes. */
export function noteEnd(s: EngineState, order: number): void {
  const list = listOf(s, order)
  if (list === NONE) return
  const role = s.extras.i32[extraOf(s, order) * EXTRA.words + EXTRA.listRole] as number
  s.lists.i32[list * LIST.words + LIST.leg + role] = NONE
  queue(s, list)
}

/** Forgets a list; its legs go their own ways. */
export function dissolve(s: EngineState, list: number): void {
  for (let role = 0; role < ROLES; role++) {
    const order = legOf(s, list, role)
    if (order !== NONE) s.extras.i32[extraOf(s, order) * EXTRA.words + EXTRA.list] = NONE
  }
  s.lists.release(list)
}

function queue(s: EngineState, list: number): void {
  const at = list * LIST.words + LIST.isQueued
  if (s.lists.i32[at] !== 0) return
  s.lists.i32[at] = 1
  s.changedLists.push(list)
}
