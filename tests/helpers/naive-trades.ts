// The naive engine's meetings of two orders: a trade and its money, or self-trade prevention.

import { ceilDiv, type NaiveOrder } from './naive-book.ts'
import type { NaiveEngine } from './naive-engine.ts'
import { shownOf, shrinkShown, takeShown } from './naive-iceberg.ts'
import { isPerpetual, settlePerpetual } from './naive-margin.ts'
import { openStatus, report } from './naive-reports.ts'
import { observe } from './naive-waiting.ts'

const MILLION = 1_000_000n

/** Self-trade prevention where two orders of one account meet: the taker's mode decides. */
export function prevent(n: NaiveEngine, taker: NaiveOrder, maker: NaiveOrder): void {
  const mode = taker.stpMode
  if (mode === 'Decrement') {
    const qty = Math.min(taker.leaves, shownOf(maker))
    preventPart(n, taker, qty)
    preventPart(n, maker, qty)
    return
  }
  if (mode !== 'ExpireMaker') preventPart(n, taker, taker.leaves)
  if (mode !== 'ExpireTaker') preventPart(n, maker, maker.leaves)
}

function preventPart(n: NaiveEngine, order: NaiveOrder, qty: number): void {
  const isResting = order.instrument.open.includes(order)
  const before = isResting ? n.holdOf(order) : 0n
  order.leaves -= qty
  order.prevented += qty
  if (isResting) takeShown(n, order, qty)
  if (isResting) n.changeHold(order, n.holdOf(order) - before)
  if (order.leaves === 0) n.forget(order)
  report(n, order, 'TradePrevented', order.leaves > 0 ? openStatus(order) : 'Expired', order.leaves)
}

/** One trade, at the maker's price or, in an uncross, at the auction's. */
export function trade(
  n: NaiveEngine,
  taker: NaiveOrder,
  maker: NaiveOrder,
  qty: number,
  price = maker.price,
): void {
  const i = maker.instrument
  const d = i.definition
  const notional = BigInt(price) * BigInt(qty) * d.notionalFactor
  const base = BigInt(qty) * d.lotBaseMinor
  const resting = i.open.includes(taker) ? [taker, maker] : [maker]
  const holds = new Map(resting.map((order) => [order, n.holdOf(order)]))
  const takerFee = charge(n, taker, taker.takerFeePpm, notional, qty)
  const makerFee = charge(n, maker, maker.makerFeePpm, notional, qty)
  const release = (order: NaiveOrder) => {
    const before = holds.get(order)
    if (before !== undefined) n.changeHold(order, n.holdOf(order) - before)
  }
  const buyer = maker.side === 'Buy' ? maker : taker
  const seller = maker.side === 'Buy' ? taker : maker
  const fees = new Map([
    [taker, takerFee],
    [maker, makerFee],
  ])
  const buyerFee = fees.get(buyer) as bigint
  const sellerFee = fees.get(seller) as bigint
  release(buyer)
  if (isPerpetual(i)) {
    release(seller)
    const sides = [
      { account: buyer.account, fee: buyerFee },
      { account: seller.account, fee: sellerFee },
    ] as const
    settlePerpetual(n, i, ...sides, BigInt(qty), notional)
  } else {
    n.changeBalance(buyer.account, d.quote.assetId, -notional - buyerFee)
    n.changeBalance(buyer.account, d.base.assetId, base)
    release(seller)
    n.changeBalance(seller.account, d.base.assetId, -base)
    n.changeBalance(seller.account, d.quote.assetId, notional - sellerFee)
    n.changeBalance(2, d.quote.assetId, takerFee + makerFee)
  }
  i.lastPrice = price
  observe(n, i, price)
  i.lastTradeID += 1
  // In an uncross, where both rest, the hidden part goes first and nobody changes place.
  if (resting.length === 1) takeShown(n, maker, qty)
  else for (const order of resting) shrinkShown(order)
  for (const order of resting) if (order.leaves === 0) n.forget(order)
  for (const order of [taker, maker]) {
    report(n, order, 'Trade', order.leaves > 0 ? 'PartiallyFilled' : 'Filled', order.leaves, {
      aggressor: order === taker,
      tradeID: i.lastTradeID,
      lastQty: qty,
      lastPx: price,
      lastNotional: notional,
      fee: fees.get(order) as bigint,
    })
  }
}

/** Moves a fill from leaves to cum; all fills of an order pay its exact fee rounded up. */
function charge(
  n: NaiveEngine,
  order: NaiveOrder,
  ppm: number,
  notional: bigint,
  qty: number,
): bigint {
  order.leaves -= qty
  order.cumQty += qty
  order.cumNotional += notional
  const exact = order.feeExact + notional * BigInt(ppm)
  const fee = ppm === 0 ? 0n : ceilDiv(exact, MILLION) - order.feePaid
  const feeBalance = n.of(2, order.instrument.definition.quote.assetId).balance
  if (ppm < 0 && feeBalance + fee < -(2n ** 60n)) return 0n
  if (ppm !== 0) order.feeExact = exact
  order.feePaid += fee
  return fee
}
