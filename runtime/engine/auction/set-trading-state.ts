// SetTradingState: where each trading state may lead, and what happens on the way. Entering Open always
// uncrosses, so a book at rest in Open is never crossed; leaving Auction ends the orders that were
// good for it.

import type { SetTradingState } from '#domain/command.ts'
import { TRADING_STATES, type TradingState } from '#domain/instrument.ts'
import { REJECT } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import { enforceReduceOnly } from '../margin/reduce-only.ts'
import { finishCommand } from '../orders/aftermath.ts'
import { electByLast } from '../triggers/election.ts'
import { expireGoodForAuction } from './good-for-auction.ts'
import { enterState } from './trading-states.ts'
import { uncross } from './uncross.ts'

/** Where each state may lead, besides to itself. */
const NEXT_STATES: { readonly [State in TradingState]: readonly TradingState[] } = {
  PreOpen: ['Auction', 'Open', 'CancelOnly', 'Halted', 'Closed'],
  Auction: ['Open', 'CancelOnly', 'Halted', 'Closed'],
  Open: ['Auction', 'CancelOnly', 'Halted', 'Closed'],
  CancelOnly: ['Auction', 'Open', 'Halted', 'Closed'],
  Halted: ['Auction', 'Open', 'CancelOnly', 'Closed'],
  Closed: ['PreOpen'],
}

/** Moves an instrument to another trading state. Answers a code of REJECT_REASONS; 0 when done. */
export function setTradingState(s: EngineState, command: SetTradingState): number {
  const instrument = s.findInstrument(command.instrumentId)
  if (instrument === undefined) return REJECT.UnknownInstrument
  const { tradingState: to } = command
  if (!TRADING_STATES.includes(to)) return REJECT.InvalidTransition
  const { tradingState: from } = instrument.definition
  if (from !== to) {
    if (!NEXT_STATES[from].includes(to)) return REJECT.InvalidTransition
    if (to === 'Open') uncross(s, instrument)
    if (instrument.isPerpetual) enforceReduceOnly(s)
    if (from === 'Auction') expireGoodForAuction(s, instrument)
  }
  enterState(s, instrument, to, command.account)
  electByLast(s, instrument)
  finishCommand(s)
  return 0
}
