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
  const isLimit = ordType === 'Limit'
  return {
    ...order,
    ordType,
    price: ordType.endsWith('Limit') || isOdd ? near() : 0,
    stopPx: isTrailing !== isOdd || isLimit ? 0 : near(),
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
  const isBracket = r.chance(60)
  const first = asLeg(r, next(), !isBracket)
  const { account, traceId, instrumentId, orderQty } = first
  const like = (types: readonly OrdType[], side = first.side): NewOrder => {
    const qty = r.chance(98) ? orderQty : orderQty + 1
    const leg = { ...asLeg(r, next(), true), instrumentId, side, orderQty: qty }
    return asTrigger(r, leg, near, types)
  }
  const lead = r.chance(30) ? asTrigger(r, first, near) : first
  const other = first.side === 'Buy' ? 'Sell' : 'Buy'
  const legs = isBracket ? [lead, like(PROFITS, other), like(STOPS, other)] : [lead, like(TRIGGERS)]
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

/** An order without what no leg may have; seldom left as it is. */
function asLeg(r: Random, order: NewOrder, rests: boolean): NewOrder {
  if (r.chance(4)) return order
  const isPlain = rests || order.timeInForce === 'GFA' || order.timeInForce === 'GTD'
  return {
    ...order,
    displayQty: 0,
    quoteAmount: 0n,
    reduceOnly: false,
    postOnly: order.postOnly && r.chance(30),
    orderQty: order.orderQty === 0 ? 1 + r.below(20) : order.orderQty,
    timeInForce: isPlain ? 'GTC' : order.timeInForce,
    expireTimeNs: isPlain ? 0n : order.expireTimeNs,
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
