// What may enter in each trading state, and how an instrument comes into one.

import type { TradingState } from '#domain/instrument.ts'
import { FORCE_FOK, FORCE_GFA, FORCE_IOC, TYPE_LIMIT, TYPE_MARKET } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import type { NewOrderCommand } from '../hot-command.ts'
import { type InstrumentState, STATE_AUCTION, STATE_OPEN } from '../instruments/instrument-state.ts'
import { DETAIL, timeInForceOf } from '../orders/order-details.ts'
import { traceToText } from '../words.ts'
import { noteAuction } from './indication.ts'

/** Whether a new order of this kind may enter in the instrument's state. */
export function stateTakes(instrument: InstrumentState, cmd: NewOrderCommand): boolean {
  if (instrument.tradingState === STATE_OPEN) return cmd.timeInForce !== FORCE_GFA
  if (instrument.tradingState !== STATE_AUCTION) return false
  if (cmd.postOnly || cmd.ordType === TYPE_MARKET) return false
  if (cmd.ordType !== TYPE_LIMIT) return true
  return cmd.timeInForce !== FORCE_IOC && cmd.timeInForce !== FORCE_FOK
}

/** Whether orders may be replaced: wherever orders may enter. */
export function stateTakesReplace(instrument: InstrumentState): boolean {
  return instrument.tradingState === STATE_OPEN || instrument.tradingState === STATE_AUCTION
}

export function isGoodForAuction(s: EngineState, order: number): boolean {
  const attributes = s.details.i32[order * DETAIL.words + DETAIL.attributes] as number
  return timeInForceOf(attributes) === FORCE_GFA
}

/** Goes into an auction in the middle of a command, as the volatility guard demands. */
export function startAuction(s: EngineState, instrument: InstrumentState): void {
  enterState(s, instrument, 'Auction', 0)
}

/** Makes a state an instrument's own and says so; what ends with the old one is the caller's. */
export function enterState(
  s: EngineState,
  instrument: InstrumentState,
  tradingState: TradingState,
  account: number,
): void {
  const begins = tradingState === 'Auction' && instrument.tradingState !== STATE_AUCTION
  instrument.define({ ...instrument.definition, tradingState })
  if (begins) {
    instrument.indicated.set(0, 0, 0)
    instrument.walk.reset()
    noteAuction(s, instrument)
  }
  s.sink.rare({
    type: 'InstrumentChanged',
    cmdIndex: s.cmdIndex,
    account,
    traceId: traceToText(s.traceId),
    instrument: instrument.definition,
  })
}
