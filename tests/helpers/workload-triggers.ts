// Random orders that wait for a price or for each other, made of random plain ones.

import type { NewOrder, NewOrderList, OrderTerms } from '#domain/command.ts'
import { ORD_TYPES, type OrdType } from '#domain/order.ts'
import type { Random } from './workload-random.ts'

const TRIGGERS: readonly OrdType[] = ORD_TYPES.slice(2)
const STOPS: readonly OrdType[] = ['Stop', 'StopLimit', 'TrailingStop']
const PROFITS: readonly OrdType[] = ['Limit', 'TakeProfit', 'TakeProfitLimit']

/** Makes an order wait: near the market, seldom with something that its type cannot have. */
export function asTrigger(
  r: Random,
  order: NewOrder,
  near: () => number,
  types: readonly OrdType[] = TRIGGERS,
): NewOrder {
  const ordType = r.pick(types)
  const isTrailing = ordType === 'TrailingStop'
  const isPpm = r.chance(40)
  const offset = isPpm ? r.pick([1, 500, 3000, 20_000, 999_999]) : 1 + r.below(8)
  const isOdd = r.chance(3)
  return {
    ...order,
    ordType,
    price: ordType.endsWith('Limit') || isOdd ? near() : 0,
    stopPx: isTrailing !== isOdd ? 0 : near(),
    trailingOffset: isTrailing !== isOdd ? offset : 0,
    trailingOffsetUnit: isPpm ? 'Ppm' : 'Ticks',
    quoteAmount: isOdd ? order.quoteAmount : 0n,
    orderQty: order.orderQty === 0 ? 1 + r.below(20) : order.orderQty,
    postOnly: order.postOnly && r.chance(30),
    displayQty: isOdd ? order.displayQty : 0,
  }
}

/** An OCO or a bracket of an order and its like; mostly of a shape that may be accepted. */
export function randomList(r: Random, next: () => NewOrder, near: () => number): NewOrderList {
  const first = { ...next(), displayQty: 0, quoteAmount: 0n }
  const { account, traceId, orderQty } = first
  const side = first.side === 'Buy' ? 'Sell' : 'Buy'
  const isBracket = r.chance(50)
  const like = (types: readonly OrdType[], side = first.side): NewOrder => {
    const order = { ...next(), side, orderQty: r.chance(97) ? orderQty : orderQty + 1 }
    return asTrigger(
      r,
      { ...order, instrumentId: first.instrumentId, timeInForce: 'GTC' },
      near,
      types,
    )
  }
  const isTrigger = r.chance(40)
  const lead = isTrigger ? asTrigger(r, first, near) : first
  const legs = isBracket ? [lead, like(PROFITS, side), like(STOPS, side)] : [lead, like(TRIGGERS)]
  if (!isBracket && r.chance(30)) legs.reverse()
  if (r.chance(2)) legs.pop()
  return {
    type: 'NewOrderList',
    account,
    traceId,
    contingencyType: isBracket ? 'Bracket' : 'OneCancelsOther',
    orders: legs.map(termsOf),
  }
}

function termsOf({
  type: _type,
  account: _account,
  traceId: _trace,
  ...terms
}: NewOrder): OrderTerms {
  return terms
}
