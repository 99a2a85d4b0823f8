// The slow and obvious book: one array of orders per side, kept in priority by sorting, bigint and
// objects everywhere. What it says is what order-semantics says; the fast one must agree.

import type { NewOrder } from '#domain/command.ts'
import type { Instrument } from '#domain/instrument.ts'
import type { Side, StpMode } from '#domain/order.ts'
import type { NaiveIndication } from './naive-auction.ts'
import { shownOf, tranches } from './naive-iceberg.ts'
import type { NaiveList } from './naive-lists.ts'
import type { NaiveTrigger } from './naive-waiting.ts'

/** An order as the naive engine keeps it. */
export interface NaiveOrder {
  readonly orderID: number
  readonly account: number
  readonly instrument: NaiveInstrument
  readonly side: Side
  readonly command: NewOrder
  readonly stpMode: StpMode
  clOrdID: string
  price: number
  orderQty: number
  leaves: number
  /** Of an iceberg: the tranche that others see. */
  shown: number
  /** The first instant at which it is gone; 0n: none. */
  expiresAt: bigint
  cumQty: number
  prevented: number
  cumNotional: bigint
  /** Fee paid so far and the exact fee so far times 10^6. */
  feePaid: bigint
  feeExact: bigint
  makerFeePpm: number
  takerFeePpm: number
  time: number
  /** Where a stop is elected; 0: it is none, or nowhere yet. */
  stopPx: number
  /** Null once the order is in the market. */
  waiting: NaiveTrigger | null
  list: NaiveList | null
}

/** An instrument and its open orders. */
export interface NaiveInstrument {
  definition: Instrument
  open: NaiveOrder[]
  /** Orders that are accepted and not in the market yet. */
  waiting: NaiveOrder[]
  lastPrice: number
  lastTradeID: number
  /** Last trade before the command under way; after an uncross, its price. */
  guardPrice: number
  /** What the last AuctionIndication said. */
  indication: NaiveIndication
}

/** Open orders of the other side that an order may meet, best price first, then oldest. */
export function opposite(
  instrument: NaiveInstrument,
  side: Side,
  limit: number | null,
): NaiveOrder[] {
  return instrument.open
    .filter((maker) => maker.side !== side)
    .filter(
      (maker) => limit === null || (side === 'Buy' ? maker.price <= limit : maker.price >= limit),
    )
    .sort((a, b) => (side === 'Buy' ? a.price - b.price : b.price - a.price) || a.time - b.time)
}

/** What the order would meet, step by step, before anything happens. */
export function foresee(
  makers: readonly NaiveOrder[],
  account: number,
  stpMode: StpMode,
): { price: number; qty: number; prevented: boolean }[] {
  const steps: { price: number; qty: number; prevented: boolean }[] = []
  const levels = new Map<number, NaiveOrder[]>()
  for (const maker of makers) levels.set(maker.price, [...(levels.get(maker.price) ?? []), maker])
  for (const { order: maker, qty } of [...levels.values()].flatMap(tranches)) {
    const isOwn = maker.account === account && stpMode !== 'None'
    if (isOwn && (stpMode === 'ExpireTaker' || stpMode === 'ExpireBoth')) break
    if (isOwn && stpMode === 'ExpireMaker') continue
    steps.push({ price: maker.price, qty, prevented: isOwn })
  }
  return steps
}

export function ceilDiv(num: bigint, den: bigint): bigint {
  const quotient = num / den
  return num % den > 0n ? quotient + 1n : quotient
}

/** Levels of one side, best first. */
export function naiveLevels(
  instrument: NaiveInstrument,
  side: Side,
): { price: number; qty: number; count: number }[] {
  const levels = new Map<number, { price: number; qty: number; count: number }>()
  for (const order of instrument.open.filter((known) => known.side === side)) {
    const level = levels.get(order.price) ?? { price: order.price, qty: 0, count: 0 }
    level.qty += shownOf(order)
    level.count += 1
    levels.set(order.price, level)
  }
  return [...levels.values()].sort((a, b) =>
    side === 'Buy' ? b.price - a.price : a.price - b.price,
  )
}
