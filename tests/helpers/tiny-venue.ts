// A venue small enough to be right by eye: one list of resting orders, matched by walking it. It
// makes random but lawful event streams for the tests of market data, and is their oracle.

import type { EngineEvent, ExecutionReport } from '#domain/event.ts'
import type { OrdType, Side, TimeInForce } from '#domain/order.ts'
import { report } from './events.ts'

interface Order {
  readonly orderID: number
  readonly account: number
  readonly side: Side
  readonly ordType: OrdType
  readonly timeInForce: TimeInForce
  price: number
  orderQty: number
  leavesQty: number
  cumQty: number
}

/** What the generator can tell about itself after each command. */
export interface TinyVenue {
  /** Runs one random command; answers its events, with the command's place in its batch. */
  readonly step: (cmdIndex: number) => EngineEvent[]
  /** Resting orders of a side in priority order: [orderID, price, leavesQty, orderQty]. */
  readonly orders: (side: Side) => [number, number, number, number][]
  /** All trades so far: price, qty. */
  readonly trades: readonly { readonly price: number; readonly qty: number }[]
}

/** A deterministic generator of numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A venue with one instrument, driven by a source of chance. */
export function createTinyVenue(random: () => number, instrumentId = 1): TinyVenue {
  const resting: Order[] = []
  const trades: { price: number; qty: number }[] = []
  let nextOrderID = 1
  let nextTradeID = 1
  let events: EngineEvent[] = []
  let cmdIndex = 0
  const pick = (n: number): number => Math.floor(random() * n)

  const emit = (order: Order, fields: Partial<ExecutionReport>): void => {
    const { leavesQty, cumQty } = order
    const isOpen = leavesQty > 0 && fields.execType !== 'Rejected'
    const ordStatus = isOpen ? (cumQty > 0 ? 'PartiallyFilled' : 'New') : 'Filled'
    events.push(report({ ...order, instrumentId, cmdIndex, ordStatus, ...fields }))
  }
  const ranked = (side: Side): Order[] =>
    resting
      .filter((o) => o.side === side)
      .map((o, i) => [o, i] as const)
      .sort(([a, i], [b, j]) => (side === 'Buy' ? b.price - a.price : a.price - b.price) || i - j)
      .map(([o]) => o)
  const drop = (order: Order): void => void resting.splice(resting.indexOf(order), 1)

  const match = (taker: Order): void => {
    for (const maker of ranked(taker.side === 'Buy' ? 'Sell' : 'Buy')) {
      const crosses =
        taker.ordType === 'Market' ||
        (taker.side === 'Buy' ? maker.price <= taker.price : maker.price >= taker.price)
      if (!crosses || taker.leavesQty === 0) return
      const qty = Math.min(maker.leavesQty, taker.leavesQty)
      maker.leavesQty -= qty
      taker.leavesQty -= qty
      if (maker.account === taker.account) {
        emit(taker, { execType: 'TradePrevented', preventedQty: qty })
        emit(maker, { execType: 'TradePrevented', preventedQty: qty })
      } else {
        maker.cumQty += qty
        taker.cumQty += qty
        const lastNotional = BigInt(maker.price) * BigInt(qty)
        const fill = { execType: 'Trade', tradeID: nextTradeID++, lastQty: qty } as const
        trades.push({ price: maker.price, qty })
        emit(taker, { ...fill, lastPx: maker.price, lastNotional, aggressor: true })
        emit(maker, { ...fill, lastPx: maker.price, lastNotional })
      }
      if (maker.leavesQty === 0) drop(maker)
    }
  }
  const place = (): void => {
    const ordType = pick(6) === 0 ? 'Market' : 'Limit'
    const timeInForce = ordType === 'Market' || pick(5) === 0 ? 'IOC' : 'GTC'
    const orderQty = 1 + pick(20)
    const side = pick(2) === 0 ? 'Buy' : 'Sell'
    const price = ordType === 'Market' ? 0 : 95 + pick(11)
    const order: Order = {
      orderID: nextOrderID++,
      account: 1_000 + pick(4),
      side,
      ordType,
      timeInForce,
      price,
      orderQty,
      leavesQty: orderQty,
      cumQty: 0,
    }
    emit(order, { execType: 'New' })
    match(order)
    if (order.leavesQty === 0) return
    if (timeInForce === 'GTC') resting.push(order)
    else emit({ ...order, leavesQty: 0 }, { execType: 'Expired', ordStatus: 'Expired' })
  }
  const cancel = (order: Order): void => {
    drop(order)
    emit({ ...order, leavesQty: 0 }, { execType: 'Canceled', ordStatus: 'Canceled' })
  }
  const replace = (order: Order): void => {
    const price = pick(2) === 0 ? order.price : 95 + pick(11)
    const raise = pick(3) === 0 ? pick(5) : -pick(Math.min(order.leavesQty, 5))
    const keeps = price === order.price && raise <= 0
    order.price = price
    order.orderQty += raise
    order.leavesQty += raise
    emit(order, { execType: 'Replaced' })
    if (keeps) return
    drop(order)
    match(order)
    if (order.leavesQty > 0) resting.push(order)
  }
  return {
    trades,
    orders: (side) =>
      ranked(side)
        .map((o) => [o.orderID, o.price, o.leavesQty, o.orderQty] as const)
        .map((o) => [...o]),
    step: (index) => {
      events = []
      cmdIndex = index
      const order = resting[pick(Math.max(1, resting.length))]
      const kind = pick(10)
      if (order === undefined || kind < 6) place()
      else if (kind < 8) cancel(order)
      else if (kind === 8) replace(order)
      else emit(order, { execType: 'Rejected', ordStatus: 'Rejected', leavesQty: 0 })
      return events
    },
  }
}

/** The levels of orders in priority order. */
export function levelsOf(orders: readonly (readonly number[])[]): [number, number][] {
  const levels: [number, number][] = []
  for (const [, price = 0, qty = 0] of orders) {
    const last = levels.at(-1)
    if (last?.[0] === price) last[1] += qty
    else levels.push([price, qty])
  }
  return levels
}
