// The naive engine's checks: the ladder of rejects, in the order of order-semantics.

import type { NewOrder, ReplaceOrder } from '#domain/command.ts'
import type { RejectReason } from '#domain/reject-reason.ts'
import { reachOf, stateTakes } from './naive-auction.ts'
import { ceilDiv, foresee, type NaiveInstrument, type NaiveOrder, opposite } from './naive-book.ts'
import type { NaiveEngine } from './naive-engine.ts'
import { checkDisplay, hasTooManyTranches } from './naive-iceberg.ts'
import { checkLifetime, isTooFast, staysOpen } from './naive-lifetime.ts'
import {
  available,
  checkMargin,
  entryNotional,
  isPerpetual,
  markOf,
  reduceOnlyRoom,
  reduceOnlyRoomFor,
} from './naive-margin.ts'
import { isLimitType, needOf } from './naive-waiting.ts'

const MILLION = 1_000_000n

export function checkNew(
  n: NaiveEngine,
  c: NewOrder,
  held = false,
  before = 0,
): { reason: RejectReason; firstOrderID: number; qty: number; short: boolean } {
  const no = (reason: RejectReason, firstOrderID = 0) => ({
    reason,
    firstOrderID,
    qty: 0,
    short: false,
  })
  const account = n.accounts.get(c.account)
  if (n.venueHalted) return no('VenueHalted')
  if (account === undefined) return no('UnknownAccount')
  if (account.killSwitch || c.account <= 4) return no('AccountBlocked')
  const instrument = n.instruments[c.instrumentId - 1]
  if (instrument === undefined) return no('UnknownInstrument')
  const d = instrument.definition
  if (!stateTakes(instrument, c)) return no('TradingStateForbids')
  if (c.clOrdID === '') return no('Malformed')
  if (c.ordType !== 'Limit' && c.ordType !== 'Market') return no('UnsupportedOrder')
  const stpMode = (c.stpMode ?? d.defaultStpMode) as NaiveOrder['stpMode']
  if (!d.allowedStpModes.includes(stpMode)) return no('UnsupportedOrder')
  const isPlain = ['GTC', 'DAY', 'GTD'].includes(c.timeInForce)
  if (c.ordType === 'Market' && !['GTC', 'IOC', 'FOK'].includes(c.timeInForce))
    return no('UnsupportedOrder')
  if ((c.postOnly || c.displayQty !== 0) && !(c.ordType === 'Limit' && isPlain))
    return no('UnsupportedOrder')
  if (c.reduceOnly && !isPerpetual(instrument)) return no('UnsupportedOrder')
  if (c.stopPx !== 0 || c.trailingOffset !== 0) return no('UnsupportedOrder')
  const byAmount = c.quoteAmount !== 0n
  if (byAmount && c.ordType === 'Limit') return no('UnsupportedOrder')
  const lifetime = checkLifetime(n, c)
  if (lifetime !== 'None') return no(lifetime)
  if (byAmount) {
    if (c.orderQty !== 0) return no('InvalidQty')
    if (c.price !== 0) return no('InvalidPrice')
    if (c.quoteAmount < d.minNotional || c.quoteAmount > d.maxNotional) return no('InvalidNotional')
  } else {
    const reason = checkBounds(
      n,
      instrument,
      c.side,
      c.ordType === 'Market',
      c.price,
      c.orderQty,
      c.orderQty,
    )
    if (reason !== 'None') return no(reason)
    const display = checkDisplay(instrument, c)
    if (display !== 'None') return no(display)
  }
  if (c.ordType === 'Limit' && !n.insideBand(instrument, c.price)) return no('PriceBand')
  const first = n.clientIds.get(`${c.account}:${c.clOrdID}`)
  if (first !== undefined) return no('DuplicateClOrdID', first)
  const band = n.bandEdge(instrument, c.side)
  const reach = reachOf(instrument, c.side, c.ordType === 'Limit' ? c.price : band)
  const limit = c.ordType === 'Limit' ? c.price : reach
  const steps = foresee(opposite(instrument, c.side, reach), c.account, stpMode)
  const rates = n.rates(c.account, instrument)
  const sized = byAmount
    ? size(n, instrument, c, steps, rates.taker)
    : { qty: c.orderQty, short: false }
  let { qty } = sized
  if (c.ordType === 'Limit' && staysOpen(c.timeInForce)) {
    if (hasTooManyOrders(n, instrument, c.account, before)) return no('TooManyOpenOrders')
  }
  if (isTooFast(n, c.account, before)) return no('OrderRateExceeded')
  if (held) return { reason: 'None', firstOrderID: 0, qty, short: false }
  if (c.reduceOnly) {
    qty = Math.min(qty, reduceOnlyRoomFor(n, instrument, c))
    if (reduceOnlyRoomFor(n, instrument, c) === 0) return no('ReduceOnlyWouldIncrease')
  }
  if (n.overLimit(instrument, c.account, c.side, qty)) return no('PositionLimit')
  const reason = checkEntry(n, instrument, c, { ...sized, qty }, limit, steps, rates)
  return { reason, firstOrderID: 0, qty, short: sized.short }
}

export function hasTooManyOrders(
  n: NaiveEngine,
  i: NaiveInstrument,
  account: number,
  before: number,
): boolean {
  const max = n.accounts.get(account)?.maxOpenOrders ?? 0
  const mine = n.openOrders().filter((o) => o.account === account)
  const here = mine.filter((o) => o.instrument === i)
  const maxHere = i.definition.maxOpenOrders
  if (max > 0 && mine.length + before >= max) return true
  return maxHere > 0 && here.length + before >= maxHere
}

/** The last checks of an order that would enter the market now: funds, post-only, FOK. */
export function checkEntry(
  n: NaiveEngine,
  instrument: NaiveInstrument,
  c: NewOrder,
  sized: { readonly qty: number; readonly short: boolean },
  limit: number | null,
  steps: ReturnType<typeof foresee>,
  rates: { readonly maker: number; readonly taker: number },
): RejectReason {
  const d = instrument.definition
  const byAmount = c.quoteAmount !== 0n
  const { qty } = sized
  const holdPpm = BigInt(Math.max(rates.maker, rates.taker, 0))
  const takerPpm = BigInt(Math.max(rates.taker, 0))
  const withFee = (n: bigint, ppm: bigint) => n + ceilDiv(n * ppm, MILLION)
  const notional = (price: number, lots: number) => BigInt(price) * BigInt(lots) * d.notionalFactor
  let need = 0n
  if (isPerpetual(instrument)) {
    const entry = entryNotional(instrument, c, limit, qty, steps)
    const atMark = BigInt(qty) * markOf(n, instrument) * d.notionalFactor
    const fee = ceilDiv((entry > atMark ? entry : atMark) * holdPpm, MILLION)
    const order = { side: c.side, qty: BigInt(qty), notional: entry, fee }
    const reason = checkMargin(n, instrument, c.account, order)
    if (reason !== 'None') return reason
  } else if (c.side === 'Sell') need = BigInt(qty) * d.lotBaseMinor
  else if (byAmount) need = c.quoteAmount
  else if (limit !== null) need = withFee(notional(limit, qty), holdPpm)
  else {
    let left = qty
    need = 0n
    for (const step of steps) {
      const part = Math.min(left, step.qty)
      left -= part
      if (!step.prevented) need += notional(step.price, part)
    }
    need = withFee(need, takerPpm)
  }
  const holdAsset = c.side === 'Buy' ? d.quote.assetId : d.base.assetId
  if (!isPerpetual(instrument) && available(n, c.account, holdAsset) < need) {
    return 'InsufficientFunds'
  }
  if (c.postOnly && opposite(instrument, c.side, c.price).length > 0) return 'PostOnlyWouldCross'
  if (c.timeInForce === 'FOK') {
    if (byAmount && (sized.short || qty === 0)) return 'FokCannotFill'
    let left = qty
    for (const step of steps) {
      if (left > 0 && step.prevented) return 'FokCannotFill'
      left -= Math.min(left, step.qty)
    }
    if (left > 0) return 'FokCannotFill'
  }
  return 'None'
}

export function checkBounds(
  n: NaiveEngine,
  i: NaiveInstrument,
  side: string,
  market: boolean,
  price: number,
  qty: number,
  added: number,
): RejectReason {
  const d = i.definition
  if (!(qty >= d.minQty && qty <= d.maxQty)) return 'InvalidQty'
  if (!Number.isSafeInteger(qty)) return 'InvalidLot'
  if (market) return price === 0 ? 'None' : 'InvalidPrice'
  if (!Number.isSafeInteger(price) || price < 1) return 'InvalidPrice'
  const notional = BigInt(price) * BigInt(qty) * d.notionalFactor
  if (notional < d.minNotional || notional > d.maxNotional) return 'InvalidNotional'
  return isSideFull(i, side, added) ? 'Overflow' : 'None'
}

/** Whether a side, waiting orders included, could no longer be summed. */
export function isSideFull(i: NaiveInstrument, side: string, added: number): boolean {
  const open = [...i.open, ...i.waiting]
    .filter((o) => o.side === side)
    .reduce((sum, o) => sum + BigInt(o.leaves), 0n)
  return open + BigInt(added) > BigInt(Number.MAX_SAFE_INTEGER)
}

/** Lots that an amount buys, or that bring it in. */
export function size(
  n: NaiveEngine,
  i: NaiveInstrument,
  c: NewOrder,
  steps: ReturnType<typeof foresee>,
  takerPpm: number,
) {
  const ppm = BigInt(c.side === 'Buy' ? Math.max(takerPpm, 0) : 0)
  const cost = (n: bigint) => n + ceilDiv(n * ppm, MILLION)
  let total = 0n
  let qty = 0
  for (const step of steps) {
    const unit = BigInt(step.price) * i.definition.notionalFactor
    let part = Math.min(step.qty, i.definition.maxQty - qty)
    if (cost(total + BigInt(part) * unit) > c.quoteAmount) {
      // The largest n with cost(total + n * unit) <= amount: near the quotient, then by hand.
      let n = Number(((c.quoteAmount - cost(total)) * MILLION) / (unit * (MILLION + ppm))) + 2
      while (n > 0 && cost(total + BigInt(n) * unit) > c.quoteAmount) n--
      part = Math.min(part, n)
    }
    total += BigInt(part) * unit
    qty += part
    if (part < step.qty) return { qty, short: false }
  }
  return { qty, short: cost(total) < c.quoteAmount }
}

export function checkReplace(
  n: NaiveEngine,
  c: ReplaceOrder,
  order: NaiveOrder | undefined,
): { reason: RejectReason; firstOrderID: number; found: boolean } {
  const no = (reason: RejectReason, firstOrderID = 0) => ({
    reason,
    firstOrderID,
    found: order !== undefined,
  })
  const account = n.accounts.get(c.account)
  const early = (reason: RejectReason) => ({ reason, firstOrderID: 0, found: false })
  if (n.venueHalted) return early('VenueHalted')
  if (account === undefined) return early('UnknownAccount')
  if (account.killSwitch || c.account <= 4) return early('AccountBlocked')
  // Sent again: the order has the new clOrdID already.
  const repeated = n.clientIds.get(`${c.account}:${c.clOrdID}`)
  if (order === undefined && repeated !== undefined) return no('DuplicateClOrdID', repeated)
  if (order === undefined) return no('UnknownOrder')
  const i = order.instrument
  if (!['Open', 'Auction'].includes(i.definition.tradingState)) return no('TradingStateForbids')
  if (c.clOrdID === '') return no('Malformed')
  if (order.list !== null) return no('UnsupportedOrder')
  const { waiting } = order
  const leaves = Math.max(c.orderQty - order.cumQty - order.prevented, 0)
  const added = leaves - order.leaves
  const hasLimit = isLimitType(order.command.ordType)
  const reason = checkBounds(n, i, order.side, !hasLimit, c.price, c.orderQty, added)
  if (reason !== 'None') return no(reason)
  if (!hasLimit && isSideFull(i, order.side, added)) return no('Overflow')
  if (hasTooManyTranches(leaves, order.command.displayQty)) return no('InvalidQty')
  if (waiting === null && !n.insideBand(i, c.price)) return no('PriceBand')
  const first = n.clientIds.get(`${c.account}:${c.clOrdID}`)
  if (first !== undefined) return no('DuplicateClOrdID', first)
  if (leaves === 0) return no('None')
  if (isTooFast(n, c.account)) return no('OrderRateExceeded')
  if (order.command.reduceOnly && waiting === null && added > 0) {
    const room = reduceOnlyRoom(n, i, c.account, order.side, true)
    if (leaves > room) return no('ReduceOnlyWouldIncrease')
  }
  if (added > 0 && n.overLimit(i, c.account, order.side, added)) return no('PositionLimit')
  const { maker, taker } = n.rates(c.account, i)
  const changed = { ...order, price: c.price, leaves, makerFeePpm: maker, takerFeePpm: taker }
  const funds = available(n, c.account, n.holdAsset(order)) + n.holdOf(order)
  if (waiting !== null) {
    changed.waiting = { ...waiting, holdPrice: hasLimit ? c.price : waiting.holdPrice }
    const isShort = !isPerpetual(i) && funds < needOf(n, changed)
    return no(isShort ? 'InsufficientFunds' : 'None')
  }
  if (isPerpetual(i)) {
    const notional = n.notional(changed, leaves)
    const terms = { side: order.side, qty: BigInt(leaves), notional, fee: n.holdOf(changed) }
    const lacking = checkMargin(n, i, c.account, terms, order)
    if (lacking !== 'None') return no(lacking)
  } else if (funds < n.holdOf(changed)) return no('InsufficientFunds')
  if (order.cumNotional + n.notional(changed, leaves) >= 2n ** 63n) return no('Overflow')
  if (order.command.postOnly && opposite(i, order.side, c.price).length > 0)
    return no('PostOnlyWouldCross')
  return no('None')
}
