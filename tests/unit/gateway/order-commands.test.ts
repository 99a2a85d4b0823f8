import test from 'ava'
import type { NewOrderRequest } from '#contracts/api/orders.ts'
import { InputError } from '#contracts/errors.ts'
import { createCatalogue } from '../../../runtime/gateway/catalogue.ts'
import {
  cancelReplace,
  newOrder,
  orderList,
  replaceOrder,
  setDeadMan,
  targetOf,
} from '../../../runtime/gateway/commands/order-commands.ts'
import { Refusal } from '../../../runtime/gateway/refusal.ts'
import { BTC_USD } from '../../helpers/events.ts'

const catalogue = createCatalogue()
catalogue.put(BTC_USD)
const origin = { account: 1000, traceId: 'a'.repeat(32) }
const limit: NewOrderRequest = {
  symbol: 'BTC-USD',
  side: 'Buy',
  ordType: 'Limit',
  price: '65000.01',
  orderQty: '0.5',
}
const market: NewOrderRequest = {
  symbol: 'BTC-USD',
  side: 'Sell',
  ordType: 'Market',
  orderQty: '1',
}

const outcome = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    if (error instanceof InputError || error instanceof Refusal) {
      return `${error.code} ${error.field ?? '-'}`
    }
    throw error
  }
  return 'accepted'
}

test('decimal strings become ticks, lots and minor units', (t) => {
  const command = newOrder(limit, origin, catalogue)
  t.like(command, { price: 6_500_001, orderQty: 50_000_000, quoteAmount: 0n, timeInForce: 'GTC' })
  const byAmount = { ...market, quoteAmount: '10.5' }
  delete (byAmount as { orderQty?: string }).orderQty
  t.like(newOrder(byAmount, origin, catalogue), {
    price: 0,
    orderQty: 0,
    quoteAmount: 105_000_000_000n,
    timeInForce: 'IOC',
  })
})

test('a missing clOrdID is made, and never the same twice', (t) => {
  const ids = new Set(Array.from({ length: 50 }, () => newOrder(limit, origin, catalogue).clOrdID))
  t.is(ids.size, 50)
})

test('triggers, tranches and ends become what the engine counts in', (t) => {
  const stop = { ...market, ordType: 'StopLimit', price: '64000', stopPx: '64500.5' } as const
  t.like(newOrder(stop, origin, catalogue), {
    price: 6_400_000,
    stopPx: 6_450_050,
    timeInForce: 'GTC',
    trailingOffset: 0,
  })
  const trailing = { ...market, ordType: 'TrailingStop', trailingOffset: 500 } as const
  t.like(
    newOrder({ ...trailing, trailingOffsetUnit: 'Ppm', reduceOnly: true }, origin, catalogue),
    {
      stopPx: 0,
      trailingOffset: 500,
      trailingOffsetUnit: 'Ppm',
      reduceOnly: true,
    },
  )
  const iceberg = { ...limit, displayQty: '0.1', timeInForce: 'GTD' } as const
  t.like(
    newOrder({ ...iceberg, expireTime: '2026-11-23T00:00:00.000000001Z' }, origin, catalogue),
    {
      displayQty: 10_000_000,
      timeInForce: 'GTD',
      expireTimeNs: 1_795_392_000_000_000_001n,
    },
  )
})

test('commands of several orders carry each in full', (t) => {
  const order = { ...limit, clOrdID: 'new' }
  const replaced = cancelReplace({ order, origClOrdID: 'old' }, origin, catalogue)
  t.like(replaced, { mode: 'StopOnFailure', orderID: 0, origClOrdID: 'old', account: 1000 })
  t.like(replaced.order, { clOrdID: 'new', price: 6_500_001 })
  t.throws(() => cancelReplace({ order }, origin, catalogue), { message: /exactly one/ })
  const orders = [order, { ...market, ordType: 'Stop', stopPx: '60000' }] as NewOrderRequest[]
  const list = orderList({ contingencyType: 'OneCancelsOther', orders }, origin, catalogue)
  t.deepEqual(
    list.orders.map(({ ordType, stopPx }) => [ordType, stopPx]),
    [
      ['Limit', 0],
      ['Stop', 6_000_000],
    ],
  )
  t.deepEqual(setDeadMan(5_000, origin), { type: 'SetDeadMan', ...origin, timeoutMs: 5_000 })
})

const requests: [string, Partial<NewOrderRequest>, string][] = [
  ['a stop has no price', { ordType: 'Stop', stopPx: '1' }, 'TE_INPUT_FIELD price'],
  ['a GTD order ends', { timeInForce: 'GTD' }, 'TE_INPUT_FIELD expireTime'],
  ['nothing is shown', { displayQty: '0' }, 'TE_INPUT_DECIMAL displayQty'],
  ['a price of zero', { price: '0' }, 'TE_INPUT_DECIMAL price'],
  ['a price of 0.00', { price: '0.00' }, 'TE_INPUT_DECIMAL price'],
  ['too many decimals in a price', { price: '1.001' }, 'TE_INPUT_DECIMAL price'],
  ['a price beyond 2^53 ticks', { price: '99999999999999999' }, 'TE_INPUT_DECIMAL price'],
  ['a quantity of zero', { orderQty: '0' }, 'TE_INPUT_DECIMAL orderQty'],
  ['half a lot', { orderQty: '0.000000005' }, 'TE_INPUT_DECIMAL orderQty'],
  ['a quantity beyond 64 bits', { orderQty: '9999999999999999999' }, 'TE_INPUT_DECIMAL orderQty'],
  ['an unknown instrument', { symbol: 'XXX-USD' }, 'TE_NOT_FOUND_INSTRUMENT symbol'],
  ['a Market order with a price', { ordType: 'Market' }, 'TE_INPUT_FIELD price'],
  ['a Limit order by amount', { quoteAmount: '5' }, 'TE_INPUT_FIELD quoteAmount'],
]
for (const [what, fields, expected] of requests) {
  test(`${what} is refused`, (t) => {
    t.is(
      outcome(() => newOrder({ ...limit, ...fields }, origin, catalogue)),
      expected,
    )
  })
}

test('a Limit order needs a price, a Market order exactly one of quantity and amount', (t) => {
  const { price: _price, ...unpriced } = limit
  t.is(
    outcome(() => newOrder(unpriced, origin, catalogue)),
    'TE_INPUT_FIELD price',
  )
  const { orderQty: _qty, ...empty } = market
  t.is(
    outcome(() => newOrder(empty, origin, catalogue)),
    'TE_INPUT_FIELD orderQty',
  )
  t.is(
    outcome(() => newOrder({ ...market, quoteAmount: '1' }, origin, catalogue)),
    'TE_INPUT_FIELD orderQty',
  )
})

test('a replace changes at least one thing; what is absent is 0 and means unchanged', (t) => {
  const target = { orderID: 5, origClOrdID: '' }
  const listed = catalogue.bySymbol('BTC-USD')
  t.like(replaceOrder({ orderQty: '2' }, target, origin, listed), { price: 0, orderQty: 2e8 })
  t.is(
    outcome(() => replaceOrder({}, target, origin, listed)),
    'TE_INPUT_FIELD orderQty',
  )
  t.is(
    outcome(() => replaceOrder({ price: '0' }, target, origin, listed)),
    'TE_INPUT_DECIMAL price',
  )
})

test('an order is named by exactly one id', (t) => {
  t.deepEqual(targetOf({ orderID: 7 }), { orderID: 7, origClOrdID: '' })
  t.deepEqual(targetOf({ origClOrdID: 'a' }), { orderID: 0, origClOrdID: 'a' })
  t.is(
    outcome(() => targetOf({})),
    'TE_INPUT_FIELD orderID',
  )
  t.is(
    outcome(() => targetOf({ orderID: 1, origClOrdID: 'a' })),
    'TE_INPUT_FIELD orderID',
  )
})
