// MassCancel: all open orders of an account, or those of one instrument or side. By instrument, bids
// before asks, price ascending, then time; one summary besides the single reports.

import type { MassCancel } from '#domain/command.ts'
import { SIDES } from '#domain/order.ts'
import { ACCOUNT } from '../accounts/accounts.ts'
import { ORDER } from '../book/order-pool.ts'
import { REJECT } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import { STATE_CLOSED } from '../instruments/instrument-state.ts'
import { NONE } from '../memory/slot-pool.ts'
import { finishCommand } from './aftermath.ts'
import { endByCancel } from './cancel-order.ts'
import { DETAIL } from './order-details.ts'
import { instrumentOf } from './resting.ts'

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
  const orders = openOrdersOf(s, account).filter(
    (order) =>
      (instrumentId === 0 || instrumentOf(s, order).id === instrumentId) &&
      (side === null || keyOf(s, order) > 0 === (side === 'Buy')) &&
      instrumentOf(s, order).tradingState !== STATE_CLOSED,
  )
  for (const order of orders.sort((a, b) => compare(s, a, b))) endByCancel(s, order)
  finishCommand(s)
  s.sink.rare({
    type: 'MassCanceled',
    cmdIndex: s.cmdIndex,
    account: command.account,
    traceId: command.traceId,
    instrumentId,
    side,
    clOrdID: typeof command.clOrdID === 'string' ? command.clOrdID : '',
    canceledCount: orders.length,
  })
  return 0
}

/** Handles of an account's open orders, in the order in which they took their places in queues. */
export function openOrdersOf(s: EngineState, account: number): number[] {
  const orders: number[] = []
  let order = s.accounts.get(account, ACCOUNT.firstOrder)
  while (order !== NONE) {
    orders.push(order)
    order = s.details.i32[order * DETAIL.words + DETAIL.accountNext] as number
  }
  return orders
}

/** The sort is stable: what is equal stays in the order of time. */
function compare(s: EngineState, a: number, b: number): number {
  const keyA = keyOf(s, a)
  const keyB = keyOf(s, b)
  return (
    instrumentOf(s, a).id - instrumentOf(s, b).id ||
    Number(keyB > 0) - Number(keyA > 0) ||
    Math.abs(keyA) - Math.abs(keyB)
  )
}

function keyOf(s: EngineState, order: number): number {
  return s.memory.orders.f64[order * ORDER.doubles + ORDER.key] as number
}
