import test from 'ava'
import { applyFill, FLAT, type Position, unrealizedPnl } from '#domain/position.ts'

const buy = (qty: bigint, notional: bigint, fee = 0n) => ({ qty, notional, fee })
const sell = (qty: bigint, notional: bigint, fee = 0n) => ({ qty: -qty, notional, fee })
const after = (...fills: ReturnType<typeof buy>[]): Position => fills.reduce(applyFill, FLAT)

test('buys add up quantity and cost, and realise nothing', (t) => {
  t.deepEqual(after(buy(3n, 300n, 1n), buy(1n, 110n, 2n)), {
    netQty: 4n,
    cost: 410n,
    realizedPnl: 0n,
    fees: 3n,
  })
})

test('a sell realises its share of the cost, fees apart', (t) => {
  t.deepEqual(after(buy(4n, 400n), sell(1n, 130n, 5n)), {
    netQty: 3n,
    cost: 300n,
    realizedPnl: 30n,
    fees: 5n,
  })
})

test('F2: the residue of an uneven share stays in the position until it is closed', (t) => {
  const partly = after(buy(3n, 100n), sell(1n, 40n))
  t.deepEqual(partly, { netQty: 2n, cost: 67n, realizedPnl: 7n, fees: 0n })
  const closed = after(buy(3n, 100n), sell(1n, 40n), sell(2n, 80n))
  t.deepEqual(closed, { netQty: 0n, cost: 0n, realizedPnl: 20n, fees: 0n })
})

test('selling what was deposited is a short position, the mirror image of a long one', (t) => {
  t.deepEqual(after(sell(3n, 100n)), { netQty: -3n, cost: -100n, realizedPnl: 0n, fees: 0n })
  t.deepEqual(after(sell(3n, 100n), buy(1n, 20n)), {
    netQty: -2n,
    cost: -67n,
    realizedPnl: 13n,
    fees: 0n,
  })
})

test('a fill through zero closes, then opens at its own price', (t) => {
  t.deepEqual(after(buy(2n, 200n), sell(5n, 600n)), {
    netQty: -3n,
    cost: -360n,
    realizedPnl: 40n,
    fees: 0n,
  })
  t.deepEqual(after(sell(2n, 200n), buy(5n, 450n)), {
    netQty: 3n,
    cost: 270n,
    realizedPnl: 20n,
    fees: 0n,
  })
})

test('a rebate lowers the fees', (t) => {
  t.is(after(buy(1n, 100n, 3n), buy(1n, 100n, -5n)).fees, -2n)
})

test('unrealised P&L is value minus cost on both sides', (t) => {
  t.is(unrealizedPnl(after(buy(2n, 200n)), 250n), 50n)
  t.is(unrealizedPnl(after(sell(2n, 200n)), -250n), -50n)
  t.is(unrealizedPnl(FLAT, 0n), 0n)
})

test('a fill of nothing is a bug', (t) => {
  t.throws(() => applyFill(FLAT, buy(0n, 0n)), { message: /quantity/ })
})
