// The whole order semantics through the running venue: what waits, hides, ends by time, excludes
// each other, and what is held on margin, over REST and socket, to the history and back.

import { randomUUID } from 'node:crypto'
import test from 'ava'
import { MARKET_TERMS, rawRequest, rawSocket } from '../helpers/gateway-client.ts'
import { eventually, registerTrader, type Trader, testStack } from '../helpers/stack.ts'

const stack = testStack()
const base = stack.urls.gateway
const headers = { authorization: `Bearer ${stack.adminToken}` }

interface Result {
  orderID: number
  clOrdID: string
  ordStatus: string
  leavesQty: string
  stopPx: string | null
  displayQty: string | null
}

async function asAdmin(method: string, path: string, body?: object) {
  const answer = await rawRequest(base, method, `/v1/admin/${path}`, { headers, body })
  return { ...answer.json, status: answer.status } as Record<string, unknown>
}

/** A market of a test's own, with traders that have money. */
async function openMarket(more: object = {}) {
  const baseAsset = `S${randomUUID().slice(0, 7).toUpperCase()}`
  const symbol = `${baseAsset}-USD`
  const listed = await asAdmin('POST', 'instruments', {
    symbol,
    baseAsset,
    ...MARKET_TERMS,
    ...more,
  })
  if (listed['status'] !== 201) throw new Error(JSON.stringify(listed))
  const newTrader = () =>
    registerTrader(stack, { deposits: { USD: '100000', [baseAsset]: '1000' } })
  const order = (side: string, fields: object) => ({ symbol, side, ordType: 'Limit', ...fields })
  return { symbol, newTrader, order, listed }
}

const place = (trader: Trader, order: object) => trader.call<Result>('POST', '/v1/orders', order)
/** Reads until what is read fits; then answers it. */
function until<T>(what: string, read: () => Promise<T>, fits: (value: T) => boolean): Promise<T> {
  return eventually(async () => {
    const value = await read()
    if (!fits(value)) throw new Error(`${what}: ${JSON.stringify(value)}`)
    return value
  })
}
const becomes = (trader: Trader, orderID: number, ordStatus: string) =>
  until(
    ordStatus,
    () => history(trader, orderID),
    (order) => order.ordStatus === ordStatus,
  )
const history = (trader: Trader, orderID: number) =>
  trader.call<Result>('GET', `/v1/orders/${orderID}`)

test.serial('a stop waits, is elected by a trade, and its history says both', async (t) => {
  const { newTrader, order } = await openMarket()
  const [maker, taker] = [await newTrader(), await newTrader()]
  const stop = await place(taker, order('Buy', { ordType: 'Stop', stopPx: '20', orderQty: '1' }))
  t.like(stop, { ordStatus: 'PendingTrigger', stopPx: '20', leavesQty: '1' })
  t.like(await history(taker, stop.orderID), { ordStatus: 'PendingTrigger', stopPx: '20' })
  await place(maker, order('Sell', { price: '20', orderQty: '3' }))
  await place(maker, order('Buy', { price: '20', orderQty: '1', stpMode: 'None' }))
  t.truthy(await becomes(taker, stop.orderID, 'Filled'))
})

test.serial('the book shows an iceberg by its tranche', async (t) => {
  const { newTrader, order, symbol } = await openMarket()
  const trader = await newTrader()
  const iceberg = order('Sell', { price: '50', orderQty: '10', displayQty: '2' })
  t.like(await place(trader, iceberg), { displayQty: '2', leavesQty: '10' })
  const read = async () => (await rawRequest(base, 'GET', `/v1/book/${symbol}`)).json['asks']
  const asks = await until('a level', read, (levels) => (levels as unknown[]).length > 0)
  t.deepEqual(asks, [['50', '2']])
})

test.serial('the log has a clock: what is good till a date ends', async (t) => {
  const { newTrader, order } = await openMarket()
  const trader = await newTrader()
  const expireTime = new Date(Date.now() + 1_500).toISOString()
  const placed = await place(
    trader,
    order('Buy', { price: '5', orderQty: '1', timeInForce: 'GTD', expireTime }),
  )
  t.is(placed.ordStatus, 'New')
  t.truthy(await becomes(trader, placed.orderID, 'Expired'))
})

test.serial('a dead-man switch that is not renewed cancels all orders', async (t) => {
  const { newTrader, order } = await openMarket()
  const trader = await newTrader()
  const placed = await place(trader, order('Buy', { price: '5', orderQty: '1' }))
  t.like(await trader.call('PUT', '/v1/dead-man', { timeoutMs: 1_200 }), { timeoutMs: 1_200 })
  t.truthy(await becomes(trader, placed.orderID, 'Canceled'))
  const limits = () => trader.call<{ deadManTimeoutMs: number | null }>('GET', '/v1/limits')
  t.truthy(await until('disarmed', limits, ({ deadManTimeoutMs }) => deadManTimeoutMs === null))
})

test.serial('cancel and replace in one says what each half did', async (t) => {
  const { newTrader, order } = await openMarket()
  const trader = await newTrader()
  await place(trader, order('Buy', { price: '5', orderQty: '1', clOrdID: 'old' }))
  const path = '/v1/orders/cancel-replace'
  const next = order('Buy', { price: '6', orderQty: '1', clOrdID: 'new' })
  t.like(await trader.call('POST', path, { origClOrdID: 'old', order: next }), {
    canceled: { clOrdID: 'old', ordStatus: 'Canceled' },
    order: { clOrdID: 'new', ordStatus: 'New' },
    cancelReject: null,
  })
  const again = { origClOrdID: 'old', order: { ...next, clOrdID: 'third' } }
  const refused = await rawRequest(base, 'POST', path, {
    headers: { 'x-api-key': trader.apiKey },
    body: again,
  })
  t.is(refused.json.error?.code, 'TE_REJECT_CANCEL_FAILED')
  await using socket = await rawSocket(base)
  await socket.ask('logon', { apiKey: trader.apiKey })
  const anyway = { ...again, order: { ...next, clOrdID: 'fourth' }, mode: 'AllowFailure' }
  t.like((await socket.ask('order.cancelReplace', anyway)).result, {
    canceled: null,
    cancelReject: 'TE_REJECT_UNKNOWN_ORDER',
    order: { clOrdID: 'fourth', ordStatus: 'New' },
  })
})

test.serial(
  'of two orders that exclude each other the fill of one cancels the other',
  async (t) => {
    const { newTrader, order } = await openMarket()
    const [trader, other] = [await newTrader(), await newTrader()]
    await using socket = await rawSocket(base)
    await socket.ask('logon', { apiKey: trader.apiKey })
    const orders = [
      order('Sell', { price: '30', orderQty: '1' }),
      order('Sell', { ordType: 'Stop', stopPx: '20', orderQty: '1' }),
    ]
    const placed = await socket.ask('order.placeList', {
      contingencyType: 'OneCancelsOther',
      orders,
    })
    const [limit, stop] = (placed.result as { orders: Result[] }).orders
    t.is(limit?.ordStatus, 'New')
    t.is(stop?.ordStatus, 'PendingTrigger')
    await place(other, order('Buy', { price: '30', orderQty: '1' }))
    await eventually(async () => {
      t.is((await history(trader, stop?.orderID ?? 0)).ordStatus, 'Canceled')
    })
  },
)

test.serial('an auction is told as it forms, and uncrosses at one price', async (t) => {
  const { newTrader, order, symbol } = await openMarket({ tradingState: 'Auction' })
  const [buyer, seller] = [await newTrader(), await newTrader()]
  await using socket = await rawSocket(base)
  await socket.ask('subscribe', { channels: [`auction:${symbol}`] })
  await socket.next('where it stands', ({ type }) => type === 'auction')
  const gfa = { timeInForce: 'GFA' }
  const bid = await place(buyer, order('Buy', { price: '12', orderQty: '2', ...gfa }))
  await place(seller, order('Sell', { price: '10', orderQty: '1', ...gfa }))
  const told = await socket.next('a price', (message) => message['indicativeQty'] === '1')
  t.like(told, { channel: `auction:${symbol}`, surplusSide: 'Buy', surplusQty: '1' })
  await asAdmin('PUT', `instruments/${symbol}/state`, { tradingState: 'Open' })
  t.truthy(await becomes(buyer, bid.orderID, 'Expired'))
  await socket.next(
    'that it is over',
    (m) => m['indicativePrice'] === null && m['indicativeQty'] === '0',
  )
})

test.serial('a perpetual is held on margin and marked, and its books agree', async (t) => {
  const margins = { initialMarginPpm: 100_000, maintenanceMarginPpm: 50_000 }
  const { order, symbol, listed } = await openMarket({ kind: 'LinearPerpetual', ...margins })
  t.like(listed, margins)
  const newTrader = () => registerTrader(stack, { deposits: { USD: '100000' } })
  const [long, short] = [await newTrader(), await newTrader()]
  await place(short, order('Sell', { price: '100', orderQty: '10' }))
  await place(long, order('Buy', { price: '100', orderQty: '10' }))
  const marked = await asAdmin('PUT', `instruments/${symbol}/mark`, { price: '110' })
  t.like(marked, { status: 200, symbol, markPrice: '110' })
  const { positions } = await until(
    'a marked position',
    () => long.call<{ positions: { markPx: string | null }[] }>('GET', '/v1/positions'),
    (answer) => answer.positions[0]?.markPx === '110',
  )
  t.like(positions[0], { netQty: '10', cost: '1000', unrealizedPnl: '100' })
  const refused = await asAdmin('POST', `accounts/${long.accountId}/liquidate`)
  t.like(refused, { status: 422, error: { code: 'TE_REJECT_NOT_LIQUIDATABLE' } })
  await asAdmin('PUT', `accounts/${long.accountId}/limits`, {
    maxPosition: { symbol, qty: '500' },
    maxOrdersPerSecond: 50,
  })
  const limits = await until(
    'limits',
    () => long.call<Record<string, unknown>>('GET', '/v1/limits'),
    (answer) => answer['maxOrdersPerSecond'] === 50,
  )
  t.deepEqual(limits['maxPosition'], [{ symbol, maxPosition: '500' }])
  const funded = await asAdmin('POST', 'insurance/deposits', { asset: 'USD', amount: '12.5' })
  t.like(funded, { status: 201, asset: 'USD', amount: '12.5', duplicate: false })
  const books = await asAdmin('GET', 'ledger/reconciliation')
  t.like(books, { matched: true })
})
