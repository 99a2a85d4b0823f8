// F2: positions against an oracle that never rounds.

import test from 'ava'
import fc from 'fast-check'
import { applyFill, FLAT } from '#domain/position.ts'
import { type Rational, rational } from '../helpers/rational.ts'

interface OracleState {
  readonly qty: bigint
  readonly cost: Rational
  /** Fills that took a share of the cost since the position was last flat. */
  readonly reductions: bigint
}

const fills = fc.array(
  fc.record({
    isBuy: fc.boolean(),
    qty: fc.bigInt({ min: 1n, max: 10n ** 9n }),
    price: fc.bigInt({ min: 1n, max: 10n ** 9n }),
    fee: fc.bigInt({ min: -1_000n, max: 1_000n }),
  }),
  { maxLength: 60 },
)

/** The textbook: average cost as an exact fraction, one lot at a time would give the same. */
function oracleFill(state: OracleState, qty: bigint, price: bigint): OracleState {
  const { cost } = state
  const isSameSide = state.qty === 0n || state.qty > 0n === qty > 0n
  if (isSameSide) {
    return { ...state, qty: state.qty + qty, cost: cost.plus(rational(qty * price)) }
  }
  const held = state.qty < 0n ? -state.qty : state.qty
  const wanted = qty < 0n ? -qty : qty
  const closing = wanted < held ? wanted : held
  const closed = cost.times(closing, held)
  const sign = qty > 0n ? 1n : -1n
  const rest = rational(sign * (wanted - closing) * price)
  return {
    qty: state.qty + qty,
    cost: cost.minus(closed).plus(rest),
    reductions: closing === held ? 0n : state.reductions + 1n,
  }
}

test('F2: realised + remaining cost is the cash identity, exactly, after every fill', (t) => {
  fc.assert(
    fc.property(fills, (list) => {
      let position = FLAT
      let cash = 0n
      let fees = 0n
      for (const { isBuy, qty, price, fee } of list) {
        const notional = qty * price
        cash += isBuy ? -notional : notional
        fees += fee
        position = applyFill(position, { qty: isBuy ? qty : -qty, notional, fee })
        if (position.realizedPnl - position.cost !== cash || position.fees !== fees) return false
        if (position.netQty === 0n && position.cost !== 0n) return false
      }
      return true
    }),
    { numRuns: 2_000 },
  )
  t.pass()
})

test('F2: the cost is never further from the exact one than one unit a reduction', (t) => {
  fc.assert(
    fc.property(fills, (list) => {
      let position = FLAT
      let exact: OracleState = {
        qty: 0n,
        cost: rational(0n),
        reductions: 0n,
      }
      for (const { isBuy, qty, price, fee } of list) {
        const signed = isBuy ? qty : -qty
        position = applyFill(position, { qty: signed, notional: qty * price, fee })
        exact = oracleFill(exact, signed, price)
        const error = rational(position.cost).minus(exact.cost)
        if (position.netQty !== exact.qty || !error.isWithin(exact.reductions)) return false
      }
      return true
    }),
    { numRuns: 1_000 },
  )
  t.pass()
})

test('a mirrored history is the mirrored position', (t) => {
  fc.assert(
    fc.property(fills, (list) => {
      let position = FLAT
      let mirror = FLAT
      for (const { isBuy, qty, price } of list) {
        const notional = qty * price
        position = applyFill(position, { qty: isBuy ? qty : -qty, notional, fee: 0n })
        mirror = applyFill(mirror, { qty: isBuy ? -qty : qty, notional, fee: 0n })
      }
      return (
        position.netQty === -mirror.netQty &&
        position.cost === -mirror.cost &&
        position.realizedPnl === -mirror.realizedPnl
      )
    }),
    { numRuns: 1_000 },
  )
  t.pass()
})
