// The naive engine's liquidation: open orders, the market, the opposite side, the insurance.

import type { Liquidate, NewOrder } from '#domain/command.ts'
import { ceilDiv, type NaiveInstrument, type NaiveOrder } from './naive-book.ts'
import type { NaiveEngine } from './naive-engine.ts'
import { cancelAll } from './naive-lifetime.ts'
import {
  abs,
  enforceReduceOnly,
  equityOf,
  type NaivePosition,
  positionsIn,
  settlePerpetual,
  unrealized,
  valueAt,
} from './naive-margin.ts'
import { report } from './naive-reports.ts'
import { PLAIN } from './plain-order.ts'

const MILLION = 1_000_000n
const INSURANCE = 3

/** Liquidates, and answers what to say at the very end of the command. */
export function liquidate(n: NaiveEngine, c: Liquidate): void {
  if (!n.accounts.has(c.account)) return n.refuse(c, 'UnknownAccount')
  if (c.account <= 4) return n.refuse(c, 'AccountBlocked')
  const assets = n.assets
    .map((asset) => ({ assetId: asset.assetId, ...equityOf(n, c.account, asset.assetId) }))
    .filter(({ assetId }) => positionsIn(n, c.account, assetId).length > 0)
    .filter(({ equity, maintenance }) => equity < maintenance)
  if (assets.length === 0) return n.refuse(c, 'NotLiquidatable')
  const held = assets
    .flatMap(({ assetId }) => positionsIn(n, c.account, assetId))
    .filter((p) => p.netQty !== 0n)
  if (held.some((p) => p.instrument.definition.tradingState !== 'Open')) {
    return n.refuse(c, 'TradingStateForbids')
  }
  const canceledCount = cancelAll(n, c.account, null, null)
  const done = assets.map(({ assetId, equity, maintenance }) => {
    const open = positionsIn(n, c.account, assetId)
    for (const p of open) if (p.netQty !== 0n) sellOut(n, p)
    let deleveragedQty = 0
    for (const p of open) if (p.netQty !== 0n) deleveragedQty += deleverage(n, p)
    const insurancePaid = insure(n, c.account, assetId)
    return { assetId, equity, maintenance, deleveragedQty, insurancePaid }
  })
  enforceReduceOnly(n)
  n.atEnd = () => {
    for (const { assetId, equity, maintenance, deleveragedQty, insurancePaid } of done) {
      n.rare({
        type: 'Liquidated',
        account: c.account,
        assetId,
        equityBefore: equity,
        maintenanceBefore: maintenance,
        canceledCount,
        insurancePaid,
        deleveragedQty,
      })
    }
  }
}

/** Money besides this position: balance, what the others would bring, what insurance has. */
function meansWithout(n: NaiveEngine, p: NaivePosition): bigint {
  const { assetId } = p.instrument.definition.quote
  const others = positionsIn(n, p.account, assetId).filter((other) => other !== p)
  return (
    n.of(p.account, assetId).balance +
    n.of(INSURANCE, assetId).balance +
    others.reduce((all, other) => all + unrealized(n, other), 0n)
  )
}

/** The worst price at which the account, insured, can still pay; null: any, 0: none. */
function solventPrice(n: NaiveEngine, p: NaivePosition): number | null {
  const i = p.instrument
  const ppm = BigInt(Math.max(n.rates(p.account, i).taker, 0))
  const lots = abs(p.netQty) * i.definition.notionalFactor
  const means = meansWithout(n, p)
  if (p.netQty > 0n) {
    const needed = p.cost - means
    if (needed <= 0n) return null
    if (ppm >= MILLION) return 0
    const price = ceilDiv(ceilDiv((needed + 1n) * MILLION, MILLION - ppm), lots)
    return price <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(price) : 0
  }
  const room = means - p.cost - 1n
  if (room <= 0n) return 0
  const price = (room * MILLION) / (MILLION + ppm) / lots
  return price <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(price) : null
}

/** Immediate or cancel, reduce-only, inside the band, never below what the account can pay. */
function sellOut(n: NaiveEngine, p: NaivePosition): void {
  const i = p.instrument
  const side = p.netQty > 0n ? 'Sell' : 'Buy'
  const worst = solventPrice(n, p)
  if (worst === 0) return
  const edge = n.bandEdge(i, side)
  const binds =
    worst !== null && (side === 'Sell' ? worst > (edge ?? 1) : edge === null || worst < edge)
  const order = liquidationOrder(n, i, p, side, binds ? worst : null)
  report(n, order, 'New', 'New', order.leaves)
  n.execute(order)
  p.reason = 'Liquidation'
}

function liquidationOrder(
  n: NaiveEngine,
  i: NaiveInstrument,
  p: NaivePosition,
  side: 'Buy' | 'Sell',
  price: number | null,
): NaiveOrder {
  const qty = Number(abs(p.netQty))
  n.lastOrderID += 1
  let clOrdID = `liquidation:${n.lastOrderID}`
  while (n.clientIds.has(`${p.account}:${clOrdID}`)) clOrdID += '.'
  n.clientIds.set(`${p.account}:${clOrdID}`, n.lastOrderID)
  const command: NewOrder = {
    type: 'NewOrder',
    ...PLAIN,
    account: p.account,
    traceId: n.traceId,
    instrumentId: i.definition.instrumentId,
    clOrdID,
    side,
    ordType: price === null ? 'Market' : 'Limit',
    timeInForce: 'IOC',
    stpMode: 'None',
    reduceOnly: true,
    price: price ?? 0,
    orderQty: qty,
  }
  return n.makeOrder(command, qty, n.lastOrderID)
}

/** What the market did not take goes to the opposite side, the highest ranks first. */
function deleverage(n: NaiveEngine, p: NaivePosition): number {
  const i = p.instrument
  const { assetId } = i.definition.quote
  const lots = abs(p.netQty)
  const isLong = p.netQty > 0n
  const means = meansWithout(n, p) + unrealized(n, p)
  const shortfall = means < 0n ? -means : 0n
  const atMark = valueAt(n, i, lots)
  const fair = isLong ? atMark + shortfall : atMark - shortfall
  const total = fair < 0n ? 0n : fair
  const ranked = n.margin.positions
    .filter((o) => o.instrument === i && (isLong ? o.netQty < 0n : o.netQty > 0n))
    .map((other) => ({ other, rank: rankOf(n, other, assetId) }))
    .sort((a, b) => (a.rank !== b.rank ? (a.rank > b.rank ? -1 : 1) : order(n, a.other, b.other)))
  let left = lots
  let paid = 0n
  for (const { other } of ranked) {
    if (left === 0n) break
    const part = abs(other.netQty) < left ? abs(other.netQty) : left
    left -= part
    const value = left === 0n ? total - paid : (total * part) / lots
    paid += value
    const mine = { account: p.account, fee: 0n }
    const theirs = { account: other.account, fee: 0n }
    if (isLong) settlePerpetual(n, i, theirs, mine, part, value)
    else settlePerpetual(n, i, mine, theirs, part, value)
    other.reason = 'Deleverage'
  }
  p.reason = 'Liquidation'
  return Number(lots)
}

/** Accounts in the order in which they were opened. */
function order(n: NaiveEngine, a: NaivePosition, b: NaivePosition): number {
  const accounts = [...n.accounts.keys()]
  return accounts.indexOf(a.account) - accounts.indexOf(b.account)
}

/** Profit times leverage, a loss divided by it; all in whole parts per million. */
function rankOf(n: NaiveEngine, p: NaivePosition, assetId: number): bigint {
  const { equity } = equityOf(n, p.account, assetId)
  const cost = abs(p.cost)
  const profit = floorDiv(unrealized(n, p) * MILLION, cost > 0n ? cost : 1n)
  const value = valueAt(n, p.instrument, abs(p.netQty))
  const leverage = (value * MILLION) / (equity > 0n ? equity : 1n)
  return profit >= 0n
    ? profit * leverage
    : floorDiv(profit * MILLION, leverage > 0n ? leverage : 1n)
}

function insure(n: NaiveEngine, account: number, assetId: number): bigint {
  const owed = -n.of(account, assetId).balance
  const funds = n.of(INSURANCE, assetId).balance
  const paid = owed < funds ? owed : funds
  if (paid <= 0n) return 0n
  n.changeBalance(account, assetId, paid)
  n.changeBalance(INSURANCE, assetId, -paid)
  return paid
}

function floorDiv(num: bigint, den: bigint): bigint {
  return -ceilDiv(-num, den)
}
