// MassCancel: all open orders of an account, or those of one instrument or side. By instrument, bids
// before asks, price ascending, then time, then what waits (by stopPx); one summary besides the single reports.

import type { MassCancel } from '#domain/command.ts'
import { SIDES, type Side } from '#domain/order.ts'
import { ORDER } from '../book/order-pool.ts'
import { REJECT } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import { STATE_CLOSED } from '../instruments/instrument-state.ts'
import { NONE } from '../memory/slot-pool.ts'
import { openOrdersOf } from './account-orders.ts'
import { finishCommand } from './aftermath.ts'
import { endByCancel } from './end-order.ts'
import { instrumentOf, isWaiting, orderIDOf } from './open-orders.ts'
import { EXTRA, extraOf } from './order-extras.ts'

/** Answers a code of REJECT_REASONS; 0 when done. */
export function massCancel(s: EngineState, command: MassCancel): number {
  const account = s.accounts.find(command.account)
  if (account === NONE) return REJECT.UnknownAccount
  const { instrumentId, side } = command
  if (side !== null && !SIDES.includes(side)) return REJECT.Malformed
  if (instrumentId !== 0) {
    const instrument = s.findInstrument(instrumentId)
    if (instrument === undefined) return REJECT.UnknownInstrument
    if (instrument.tradingState === STATE_CLOSED) return REJECT.TradingStateForbids
  }
  const canceledCount = cancelAll(s, account, instrumentId, side)
  finishCommand(s)
  s.sink.rare({
    type: 'MassCanceled',
    cmdIndex: s.cmdIndex,
    account: command.account,
    traceId: command.traceId,
    instrumentId,
    side,
    clOrdID: typeof command.clOrdID === 'string' ? command.clOrdID : '',
    canceledCount,
  })
  return 0
}

/**
 * Cancels an account's open orders, of one instrument (0: all) and one side (null: both), those of
 * closed markets excepted. Answers how many; an order that another one takes along counts as well.
 */
export function cancelAll(
  s: EngineState,
  account: number,
  instrumentId: number,
  side: Side | null,
): number {
  const orders = openOrdersOf(s, account).filter(
    (order) =>
      (instrumentId === 0 || instrumentOf(s, order).id === instrumentId) &&
      (side === null || keyOf(s, order) > 0 === (side === 'Buy')) &&
      instrumentOf(s, order).tradingState !== STATE_CLOSED,
  )
  // By orderID from here on: the end of one order may be the end of another.
  const orderIDs = orders.sort((a, b) => compare(s, a, b)).map((order) => orderIDOf(s, order))
  for (const orderID of orderIDs) {
    const order = s.orderIds.find(orderID)
    if (order !== NONE) endByCancel(s, order)
  }
  return orderIDs.length
}

/** The sort is stable: what is equal stays in the order of time. */
function compare(s: EngineState, a: number, b: number): number {
  return (
    instrumentOf(s, a).id - instrumentOf(s, b).id ||
    Number(isWaiting(s, a)) - Number(isWaiting(s, b)) ||
    Number(keyOf(s, b) > 0) - Number(keyOf(s, a) > 0) ||
    priceOf(s, a) - priceOf(s, b)
  )
}

/** Of a waiting order: its stopPx. */
function priceOf(s: EngineState, order: number): number {
  if (!isWaiting(s, order)) return Math.abs(keyOf(s, order))
  return s.extras.f64[extraOf(s, order) * EXTRA.doubles + EXTRA.stopPx] as number
}

function keyOf(s: EngineState, order: number): number {
  return s.memory.orders.f64[order * ORDER.doubles + ORDER.key] as number
}
