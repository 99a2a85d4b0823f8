// The naive engine's trading states: where each may lead, and what happens on the way.

import type { SetTradingState } from '#domain/command.ts'
import { TRADING_STATES, type TradingState } from '#domain/instrument.ts'
import type { Side } from '#domain/order.ts'
import { inCancelOrder, indicationOf, NO_INDICATION } from './naive-auction.ts'
import type { NaiveInstrument, NaiveOrder } from './naive-book.ts'
import type { NaiveEngine } from './naive-engine.ts'
import { enforceReduceOnly } from './naive-margin.ts'
import { report } from './naive-reports.ts'
import { trade } from './naive-trades.ts'
import { electBy } from './naive-waiting.ts'

/** Where each state may lead, besides to itself. */
const NEXT_STATES: { readonly [State in TradingState]: readonly TradingState[] } = {
  PreOpen: ['Auction', 'Open', 'CancelOnly', 'Halted', 'Closed'],
  Auction: ['Open', 'CancelOnly', 'Halted', 'Closed'],
  Open: ['Auction', 'CancelOnly', 'Halted', 'Closed'],
  CancelOnly: ['Auction', 'Open', 'Halted', 'Closed'],
  Halted: ['Auction', 'Open', 'CancelOnly', 'Closed'],
  Closed: ['PreOpen'],
}

export function setTradingState(n: NaiveEngine, c: SetTradingState): void {
  const i = n.instruments[c.instrumentId - 1]
  if (i === undefined) return n.refuse(c, 'UnknownInstrument')
  const { tradingState: from } = i.definition
  const to = c.tradingState
  if (!TRADING_STATES.includes(to)) return n.refuse(c, 'InvalidTransition')
  if (from !== to && !NEXT_STATES[from].includes(to)) return n.refuse(c, 'InvalidTransition')
  if (from !== to) leave(n, i, from, to)
  enter(n, i, to, c.account)
}

/** What ends with a state: the uncross on the way to Open, orders good for the auction. */
function leave(n: NaiveEngine, i: NaiveInstrument, from: TradingState, to: TradingState): void {
  if (to === 'Open') {
    uncross(n, i)
    enforceReduceOnly(n)
  }
  if (from !== 'Auction') return
  for (const order of inCancelOrder(i.open)) {
    if (order.command.timeInForce === 'GFA') expire(n, order)
  }
}

export function enter(n: NaiveEngine, i: NaiveInstrument, to: TradingState, account: number): void {
  i.definition = { ...i.definition, tradingState: to }
  if (to !== 'Auction') i.indication = NO_INDICATION
  n.rare({ type: 'InstrumentChanged', account, instrument: i.definition })
  if (to === 'Open') electBy(n, i, i.lastPrice)
}

function expire(n: NaiveEngine, order: NaiveOrder): void {
  n.changeHold(order, -n.holdOf(order))
  n.forget(order)
  order.leaves = 0
  report(n, order, 'Expired', 'Expired', 0)
}

/** Trades all that can trade at the one price: price, then time, on both sides. */
function uncross(n: NaiveEngine, i: NaiveInstrument): void {
  const { indicativePrice: price, indicativeQty } = indicationOf(i.open, i.lastPrice)
  let left = indicativeQty
  const first = (side: Side) =>
    i.open
      .filter((o) => o.side === side)
      .sort((a, b) => (side === 'Buy' ? b.price - a.price : a.price - b.price) || a.time - b.time)
      .at(0) as NaiveOrder
  while (left > 0) {
    const bid = first('Buy')
    const ask = first('Sell')
    const qty = Math.min(left, bid.leaves, ask.leaves)
    const [taker, maker] = bid.orderID > ask.orderID ? [bid, ask] : [ask, bid]
    trade(n, taker, maker, qty, price)
    left -= qty
  }
  i.guardPrice = i.lastPrice
}

/** Last in a command: what changed in the indications, by instrument. */
export function reportIndications(n: NaiveEngine): void {
  for (const i of n.instruments) {
    if (i.definition.tradingState !== 'Auction') continue
    const now = indicationOf(i.open, i.lastPrice)
    if (JSON.stringify(now) === JSON.stringify(i.indication)) continue
    i.indication = now
    const { instrumentId } = i.definition
    n.rare({ type: 'AuctionIndication', account: 0, instrumentId, ...now })
  }
}
