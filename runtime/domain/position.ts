// What an account holds of one instrument through its trades, and what that has cost. The total cost
// is kept, never an average: rounding an average at each fill loses money that nobody can find again.
// Law, exact after every fill: realizedPnl - cost = quote received by sells - quote paid by buys.

import { assert } from './assert.ts'
import { roundDiv } from './fee.ts'

/**
 * Units: netQty in lots, signed; cost, realizedPnl and fees in quote minor units. A position below
 * zero (sold what was deposited) is the mirror image: its cost is negative, what it has brought in.
 */
export interface Position {
  readonly netQty: bigint
  readonly cost: bigint
  /** Before fees. */
  readonly realizedPnl: bigint
  readonly fees: bigint
}

/** One side of one trade: signed lots (a buy is positive), notional and fee in quote minor units. */
export interface PositionFill {
  readonly qty: bigint
  readonly notional: bigint
  readonly fee: bigint
}

/** No trades yet. */
export const FLAT: Position = { netQty: 0n, cost: 0n, realizedPnl: 0n, fees: 0n }

/**
 * The position after a fill. What reduces takes its share of the cost, rounded towards zero: the
 * residue stays in the position until it is closed. What goes through zero closes, then opens with
 * the rest of the fill at the fill's own price.
 */
export function applyFill(position: Position, fill: PositionFill): Position {
  const { netQty, cost, realizedPnl } = position
  const fees = position.fees + fill.fee
  assert(fill.qty !== 0n, 'a fill has a quantity')
  const paid = fill.qty > 0n ? fill.notional : -fill.notional
  if (netQty === 0n || netQty > 0n === fill.qty > 0n) {
    return { netQty: netQty + fill.qty, cost: cost + paid, realizedPnl, fees }
  }
  const closing = min(magnitude(fill.qty), magnitude(netQty))
  const costClosed = share(cost, closing, magnitude(netQty))
  const paidClosing = share(paid, closing, magnitude(fill.qty))
  return {
    netQty: netQty + fill.qty,
    cost: cost - costClosed + (paid - paidClosing),
    realizedPnl: realizedPnl - costClosed - paidClosing,
    fees,
  }
}

/** What the engine said a position in a perpetual became; the result is of that one command. */
export function takeOver(
  { realizedPnl, fees }: Position,
  moved: Pick<Position, 'netQty' | 'cost' | 'realizedPnl'>,
): Position {
  const { netQty, cost } = moved
  return { netQty, cost, realizedPnl: realizedPnl + moved.realizedPnl, fees }
}

/** What closing at `value` (quote minor units that the whole position is worth now) would realise. */
export function unrealizedPnl(position: Position, value: bigint): bigint {
  return value - position.cost
}

function share(total: bigint, part: bigint, whole: bigint): bigint {
  return roundDiv(total * part, whole, total < 0n ? 'Ceil' : 'Floor')
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
