// The naive engine's perpetuals: positions, margin, reduce-only. Everything is summed anew whenever
// it is asked for, from the open orders and the positions, in bigint.

import type { AmendInstrument, NewOrder, SetMark } from '#domain/command.ts'
import type { PositionChanged } from '#domain/event.ts'
import { isSoundMargin } from '#domain/listing.ts'
import type { Side } from '#domain/order.ts'
import { applyFill, FLAT } from '#domain/position.ts'
import type { RejectReason } from '#domain/reject-reason.ts'
import type { PositionView } from '#engine/engine.ts'
import { ceilDiv, type NaiveInstrument, type NaiveOrder, opposite } from './naive-book.ts'
import type { NaiveEngine } from './naive-engine.ts'
import { shrinkShown } from './naive-iceberg.ts'
import { staysOpen } from './naive-lifetime.ts'
import { report } from './naive-reports.ts'
import { isLimitType } from './naive-waiting.ts'

const MILLION = 1_000_000n
const INT64_MAX = 2n ** 63n - 1n
/** Beyond this nothing of a perpetual is let in: see docs/reference/order-semantics.md, MRG. */
const EXPOSURE_MAX = 2n ** 60n

export interface NaivePosition {
  readonly account: number
  readonly instrument: NaiveInstrument
  netQty: bigint
  cost: bigint
  /** As the command found it; undefined while untouched. */
  start: { netQty: bigint; cost: bigint } | undefined
  realized: bigint
  reason: PositionChanged['reason']
}

/** What the naive engine remembers of perpetuals. */
export class NaiveMargin {
  positions: NaivePosition[] = []
  marks = new Map<NaiveInstrument, number>()
  touched: NaivePosition[] = []
}

interface OpenQty {
  readonly side: Side
  readonly qty: bigint
  readonly notional: bigint
}

export function isPerpetual(i: NaiveInstrument): boolean {
  return i.definition.kind === 'LinearPerpetual'
}

export function positionOf(n: NaiveEngine, account: number, i: NaiveInstrument): NaivePosition {
  const known = n.margin.positions.find((p) => p.account === account && p.instrument === i)
  if (known !== undefined) return known
  const position: NaivePosition = {
    account,
    instrument: i,
    netQty: 0n,
    cost: 0n,
    start: undefined,
    realized: 0n,
    reason: 'Trade',
  }
  n.margin.positions.push(position)
  return position
}

export function markOf(n: NaiveEngine, i: NaiveInstrument): bigint {
  return BigInt(n.margin.marks.get(i) ?? i.lastPrice)
}

/** All open positions, by account and instrument. */
export function positionViews(n: NaiveEngine): PositionView[] {
  return n.margin.positions
    .filter((p) => p.netQty !== 0n)
    .map((p) => ({
      account: p.account,
      instrumentId: p.instrument.definition.instrumentId,
      netQty: Number(p.netQty),
      cost: p.cost,
      markPrice: Number(markOf(n, p.instrument)),
    }))
    .sort((a, b) => a.account - b.account || a.instrumentId - b.instrumentId)
}

/** Lots at the mark. */
export function valueAt(n: NaiveEngine, i: NaiveInstrument, lots: bigint): bigint {
  return clamp(lots * markOf(n, i) * i.definition.notionalFactor)
}

export function unrealized(n: NaiveEngine, p: NaivePosition): bigint {
  const value = valueAt(n, p.instrument, abs(p.netQty))
  return (p.netQty < 0n ? -value : value) - p.cost
}

/** Balance plus unrealised P&L, and maintenance margin, of an account in one asset. */
export function equityOf(n: NaiveEngine, account: number, assetId: number) {
  const mine = positionsIn(n, account, assetId)
  let equity = n.of(account, assetId).balance
  let maintenance = 0n
  for (const p of mine) {
    const { maintenanceMarginPpm } = p.instrument.definition
    equity += unrealized(n, p)
    const value = valueAt(n, p.instrument, abs(p.netQty))
    maintenance += ceilDiv(value * BigInt(maintenanceMarginPpm), MILLION)
  }
  return { equity, maintenance }
}

/** Positions of an account that settle in an asset, by instrument. */
export function positionsIn(n: NaiveEngine, account: number, assetId: number): NaivePosition[] {
  return n.margin.positions
    .filter((p) => p.account === account && p.instrument.definition.quote.assetId === assetId)
    .sort((a, b) => a.instrument.definition.instrumentId - b.instrument.definition.instrumentId)
}

/** Balance + min(0, unrealised P&L) - holds - initial margin. */
export function available(
  n: NaiveEngine,
  account: number,
  assetId: number,
  instead?: { readonly instrument: NaiveInstrument; readonly open: readonly OpenQty[] },
): bigint {
  const { balance, hold } = n.of(account, assetId)
  let pnl = 0n
  let margin = 0n
  for (const i of n.instruments) {
    if (!isPerpetual(i) || i.definition.quote.assetId !== assetId) continue
    const open = instead?.instrument === i ? instead.open : openOf(n, account, i)
    pnl += unrealized(n, positionOf(n, account, i))
    margin += initialMargin(n, account, i, open)
  }
  return balance + (pnl < 0n ? pnl : 0n) - hold - margin
}

/** Initial margin on the worse of (position + open buys) and (position - open sells). */
function initialMargin(
  n: NaiveEngine,
  account: number,
  i: NaiveInstrument,
  open: readonly OpenQty[],
): bigint {
  const { netQty } = positionOf(n, account, i)
  const long = sideExposure(
    n,
    i,
    netQty,
    open.filter((o) => o.side === 'Buy'),
  )
  const short = sideExposure(
    n,
    i,
    -netQty,
    open.filter((o) => o.side === 'Sell'),
  )
  const worse = long > short ? long : short
  return ceilDiv(worse * BigInt(i.definition.initialMarginPpm), MILLION)
}

/** What the position is worth if all open orders of a side fill; `held` is signed for that side. */
function sideExposure(
  n: NaiveEngine,
  i: NaiveInstrument,
  held: bigint,
  open: readonly OpenQty[],
): bigint {
  const qty = open.reduce((sum, o) => sum + o.qty, 0n)
  const notional = clamp(open.reduce((sum, o) => sum + o.notional, 0n))
  const atMark = valueAt(n, i, qty)
  const worse = notional > atMark ? notional : atMark
  if (held >= 0n) return clamp(valueAt(n, i, held) + worse)
  if (held + qty <= 0n) return 0n
  return ceilDiv(worse * (held + qty), qty)
}

/** What counts for margin: the orders in the book. Who waits for a trigger holds nothing yet. */
function openOf(
  n: NaiveEngine,
  account: number,
  i: NaiveInstrument,
  except?: NaiveOrder,
): OpenQty[] {
  return i.open
    .filter((o) => o.account === account && o !== except)
    .map((o) => ({ side: o.side, qty: BigInt(o.leaves), notional: n.notional(o, o.leaves) }))
}

/** Margin and 64 bits for an order of this size; `replaced` gives its own back first. */
export function checkMargin(
  n: NaiveEngine,
  i: NaiveInstrument,
  account: number,
  order: OpenQty & { readonly fee: bigint },
  replaced?: NaiveOrder,
): RejectReason {
  const { side, qty, notional, fee } = order
  const { quote, notionalFactor } = i.definition
  const open = openOf(n, account, i, replaced)
  const sameSide = open.filter((o) => o.side === side)
  if (sum(sameSide.map((o) => o.notional)) + notional > EXPOSURE_MAX) return 'Overflow'
  const bestBid = BigInt(opposite(i, 'Sell', null)[0]?.price ?? 0)
  const reached = side === 'Sell' ? bestBid * qty * notionalFactor : 0n
  const atMark = markOf(n, i) * qty * notionalFactor
  const worst = [notional, reached, atMark].reduce((a, b) => (a > b ? a : b))
  const interest = openInterest(n, i)
  if (interest + qty > BigInt(Number.MAX_SAFE_INTEGER)) return 'Overflow'
  if (interest * markOf(n, i) * notionalFactor + worst > EXPOSURE_MAX) return 'Overflow'
  if (openCost(n, quote.assetId) + 2n * worst > EXPOSURE_MAX) return 'Overflow'
  const { netQty } = positionOf(n, account, i)
  const reducible = side === 'Buy' ? -netQty : netQty
  if (sum(sameSide.map((o) => o.qty)) + qty <= reducible) return 'None'
  const before = available(n, account, quote.assetId)
  const given = replaced === undefined ? 0n : n.holdOf(replaced)
  const after =
    available(n, account, quote.assetId, { instrument: i, open: [...open, order] }) + given - fee
  if (after >= 0n) return 'None'
  return replaced !== undefined && after >= before ? 'None' : 'InsufficientFunds'
}

/** Lots that are long, all accounts together; as many are short. */
export function openInterest(n: NaiveEngine, i: NaiveInstrument): bigint {
  return sum(
    n.margin.positions.filter((p) => p.instrument === i && p.netQty > 0n).map((p) => p.netQty),
  )
}

/** What all open positions in an asset have cost, signs apart. */
function openCost(n: NaiveEngine, assetId: number): bigint {
  return sum(
    n.margin.positions
      .filter((p) => p.instrument.definition.quote.assetId === assetId)
      .map((p) => abs(p.cost)),
  )
}

export function isOverPositionLimit(
  n: NaiveEngine,
  i: NaiveInstrument,
  account: number,
  side: Side,
  added: number,
): boolean {
  const own = n.accounts.get(account)?.maxPosition.get(i.definition.instrumentId)
  const lots = own ?? i.definition.maxPosition
  if (lots === 0) return false
  const { netQty } = positionOf(n, account, i)
  const open = sum(
    openOf(n, account, i)
      .filter((o) => o.side === side)
      .map((o) => o.qty),
  )
  return (side === 'Buy' ? netQty : -netQty) + open + BigInt(added) > BigInt(lots)
}

/** Lots that a reduce-only order may have: the position, less other resting orders if it may rest. */
export function reduceOnlyRoom(
  n: NaiveEngine,
  i: NaiveInstrument,
  account: number,
  side: Side,
  mayRest: boolean,
): number {
  const { netQty } = positionOf(n, account, i)
  const reducible = side === 'Buy' ? -netQty : netQty
  const others = i.open.filter(
    (o) => o.account === account && o.side === side && !o.command.reduceOnly,
  )
  const taken = mayRest ? sum(others.map((o) => BigInt(o.leaves))) : 0n
  return reducible > taken ? Number(reducible - taken) : 0
}

/** The same for an order as it enters the market. */
export function reduceOnlyRoomFor(n: NaiveEngine, i: NaiveInstrument, c: NewOrder): number {
  const mayRest = isLimitType(c.ordType) && staysOpen(c.timeInForce)
  return reduceOnlyRoom(n, i, c.account, c.side, mayRest)
}

/** Resting reduce-only orders give way where they and others together pass the position. */
export function enforceReduceOnly(n: NaiveEngine): void {
  for (const i of n.instruments) {
    if (!isPerpetual(i)) continue
    for (const account of n.accounts.keys()) {
      for (const side of ['Buy', 'Sell'] as const) enforceSide(n, i, account, side)
    }
  }
}

function enforceSide(n: NaiveEngine, i: NaiveInstrument, account: number, side: Side): void {
  const worstFirst = i.open
    .filter((o) => o.account === account && o.side === side && o.command.reduceOnly)
    .sort((a, b) => (side === 'Buy' ? a.price - b.price : b.price - a.price) || b.time - a.time)
  const room = reduceOnlyRoom(n, i, account, side, true)
  let excess = worstFirst.reduce((all, o) => all + o.leaves, 0) - room
  for (const order of worstFirst) {
    if (excess <= 0) return
    const part = Math.min(excess, order.leaves)
    excess -= part
    if (part === order.leaves) {
      n.end(order, '')
      continue
    }
    n.changeHold(order, -n.holdOf(order))
    order.orderQty -= part
    order.leaves -= part
    shrinkShown(order)
    n.changeHold(order, n.holdOf(order))
    report(n, order, 'Replaced', order.cumQty > 0 ? 'PartiallyFilled' : 'New', order.leaves)
  }
}

/** Moves both positions, what they realise, and the fees. */
export function settlePerpetual(
  n: NaiveEngine,
  i: NaiveInstrument,
  buyer: { readonly account: number; readonly fee: bigint },
  seller: { readonly account: number; readonly fee: bigint },
  qty: bigint,
  notional: bigint,
): void {
  const assetId = i.definition.quote.assetId
  const bought = moveLots(n, positionOf(n, buyer.account, i), qty, notional)
  n.changeBalance(buyer.account, assetId, bought - buyer.fee)
  const sold = moveLots(n, positionOf(n, seller.account, i), -qty, notional)
  n.changeBalance(seller.account, assetId, sold - seller.fee)
  n.changeBalance(4, assetId, -bought - sold)
  n.changeBalance(2, assetId, buyer.fee + seller.fee)
}

function moveLots(n: NaiveEngine, p: NaivePosition, qty: bigint, notional: bigint): bigint {
  if (p.start === undefined) {
    p.start = { netQty: p.netQty, cost: p.cost }
    p.realized = 0n
    p.reason = 'Trade'
    n.margin.touched.push(p)
  }
  const { netQty, cost } = p
  const after = applyFill({ ...FLAT, netQty, cost }, { qty, notional, fee: 0n })
  Object.assign(p, { netQty: after.netQty, cost: after.cost })
  p.realized += after.realizedPnl
  return after.realizedPnl
}

/** One PositionChanged for each position that the command changed, in order of first touch. */
export function reportPositions(n: NaiveEngine): void {
  for (const p of n.margin.touched) {
    const { start, netQty, cost, realized, reason } = p
    p.start = undefined
    if (start?.netQty === netQty && start.cost === cost && realized === 0n) continue
    n.rare({
      type: 'PositionChanged',
      account: p.account,
      instrumentId: p.instrument.definition.instrumentId,
      netQty: Number(netQty),
      cost,
      realizedPnl: realized,
      reason,
    })
  }
  n.margin.touched = []
}

export function setMark(n: NaiveEngine, c: SetMark): void {
  const i = n.instruments[c.instrumentId - 1]
  if (i === undefined) return n.refuse(c, 'UnknownInstrument')
  if (!isPerpetual(i)) return n.refuse(c, 'InvalidTransition')
  if (!Number.isSafeInteger(c.price) || c.price < 1) return n.refuse(c, 'InvalidPrice')
  const value = openInterest(n, i) * BigInt(c.price) * i.definition.notionalFactor
  if (value > EXPOSURE_MAX) return n.refuse(c, 'Overflow')
  n.margin.marks.set(i, c.price)
  const { account, instrumentId, price } = c
  n.rare({ type: 'MarkChanged', account, instrumentId, price })
}

/** Whether an amendment leaves the margins sound. */
export function keepsMarginSound(i: NaiveInstrument, c: AmendInstrument): boolean {
  const { kind, initialMarginPpm, maintenanceMarginPpm } = i.definition
  return isSoundMargin(
    kind,
    c.initialMarginPpm ?? initialMarginPpm,
    c.maintenanceMarginPpm ?? maintenanceMarginPpm,
  )
}

/** What a new order of a perpetual would trade and rest for: its limit, else what the book says. */
export function entryNotional(
  i: NaiveInstrument,
  c: NewOrder,
  limit: number | null,
  qty: number,
  steps: readonly { price: number; qty: number; prevented: boolean }[],
): bigint {
  const { notionalFactor } = i.definition
  if (c.quoteAmount !== 0n) return c.quoteAmount
  if (limit !== null) return BigInt(limit) * BigInt(qty) * notionalFactor
  let left = qty
  let notional = 0n
  for (const step of steps) {
    const part = Math.min(left, step.qty)
    left -= part
    if (!step.prevented) notional += BigInt(step.price) * BigInt(part) * notionalFactor
  }
  return notional
}

export function abs(value: bigint): bigint {
  return value < 0n ? -value : value
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((a, b) => a + b, 0n)
}

function clamp(value: bigint): bigint {
  return value > INT64_MAX ? INT64_MAX : value
}
