// The gateway over the real stack: an order's way over REST and socket, what a client reads back,
// and what it hears while a part of the venue is away.

import { randomUUID } from 'node:crypto'
import test from 'ava'
import { request } from 'undici'
import { MARKET_TERMS, type RawSocket, rawRequest, rawSocket } from '../helpers/gateway-client.ts'
import { eventually, registerTrader, type Trader, testStack } from '../helpers/stack.ts'

const stack = testStack()
const base = stack.urls.gateway
const asAdmin = { authorization: `Bearer ${stack.adminToken}` }

interface Result {
  orderID: number
  clOrdID: string
  ordStatus: string
  cumQty: string
  leavesQty: string
  avgPx: string | null
  fills: { tradeID: number; lastPx: string }[]
  seq: number
  traceId: string
}

/** A market of a test's own: nobody else trades in it. */
async function openMarket() {
  const baseAsset = `G${randomUUID().slice(0, 7).toUpperCase()}`
  const symbol = `${baseAsset}-USD`
  const body = {
    symbol,
    baseAsset,
    ...MARKET_TERMS,
  }
  const answer = await rawRequest(base, 'POST', '/v1/admin/instruments', { headers: asAdmin, body })
  if (answer.status !== 201) throw new Error(answer.text)
  return {
    symbol,
    baseAsset,
    newTrader: () => registerTrader(stack, { deposits: { USD: '100000', [baseAsset]: '1000' } }),
    limit: (side: string, price: string, orderQty = '1', more: object = {}) => ({
      symbol,
      side,
      ordType: 'Limit',
      price,
      orderQty,
      ...more,
    }),
  }
}
const place = (trader: Trader, order: object) => trader.call<Result>('POST', '/v1/orders', order)

async function loggedOn(...traders: Trader[]): Promise<RawSocket> {
  const socket = await rawSocket(base)
  for (const { apiKey } of traders) await socket.ask('logon', { apiKey })
  return socket
}

test.serial('place, replace, cancel: each answers with the order as it is then', async (t) => {
  const { limit, newTrader } = await openMarket()
  const trader = await newTrader()
  const placed = await place(trader, limit('Buy', '10', '2', { clOrdID: 'first' }))
  t.like(placed, { ordStatus: 'New', clOrdID: 'first', leavesQty: '2', avgPx: null })
  const path = `/v1/orders/${placed.orderID}`
  const replaced = await trader.call<Result>('PUT', path, { price: '10.5', clOrdID: 'second' })
  t.like(replaced, { orderID: placed.orderID, clOrdID: 'second', price: '10.5', orderQty: '2' })
  const smaller = await trader.call<Result>('PUT', path, { orderQty: '1.5' })
  t.like(smaller, { price: '10.5', orderQty: '1.5' })
  const canceled = await trader.call<Result>('DELETE', path)
  t.like(canceled, { orderID: placed.orderID, ordStatus: 'Canceled', leavesQty: '0' })
  t.true(canceled.seq > smaller.seq && smaller.seq > replaced.seq && replaced.seq > placed.seq)
})

test.serial(
  'a trade is answered with its fills, and both sides read their own writes',
  async (t) => {
    const { baseAsset, limit, newTrader, symbol } = await openMarket()
    const [maker, taker] = [await newTrader(), await newTrader()]
    await place(maker, limit('Sell', '20', '1'))
    await place(maker, limit('Sell', '21', '1'))
    const result = await place(taker, {
      symbol,
      side: 'Buy',
      ordType: 'Market',
      orderQty: '1.5',
    })
    t.like(result, { ordStatus: 'Filled', cumQty: '1.5', avgPx: '20.3333' })
    t.deepEqual(
      result.fills.map(({ lastPx }) => lastPx),
      ['20', '21'],
    )
    // No wait in between: the query's own minimum sequence sees to it.
    const own = await taker.call<{ ordStatus: string; cumQty: string }>(
      'GET',
      `/v1/orders/${result.orderID}`,
    )
    t.like(own, { ordStatus: 'Filled', cumQty: '1.5' })
    const { executions } = await taker.call<{ executions: { execType: string; seq: number }[] }>(
      'GET',
      `/v1/executions?orderID=${result.orderID}`,
    )
    t.is(executions.filter(({ execType }) => execType === 'Trade').length, 2)
    const { balances } = await taker.call<{ balances: { asset: string; total: string }[] }>(
      'GET',
      '/v1/balances',
    )
    t.is(balances.find(({ asset }) => asset === baseAsset)?.total, '1001.5')
    const { entries } = await taker.call<{ entries: { traceId: string }[] }>(
      'GET',
      '/v1/ledger/entries',
    )
    // J1: one trace id from the order's answer to the ledger's row.
    t.true(entries.some(({ traceId }) => traceId === result.traceId))
  },
)

test.serial("the caller's trace goes through the log into the ledger", async (t) => {
  const { newTrader } = await openMarket()
  const trader = await newTrader()
  const traceId = randomUUID().replaceAll('-', '')
  const answer = await rawRequest(base, 'POST', '/v1/deposits', {
    headers: { 'x-api-key': trader.apiKey, traceparent: `00-${traceId}-${'1'.repeat(16)}-01` },
    body: { asset: 'USD', amount: '5' },
  })
  t.is(answer.headers['x-request-id'], traceId)
  const { entries } = await trader.call<{ entries: { traceId: string }[] }>(
    'GET',
    '/v1/ledger/entries',
  )
  t.true(entries.some((entry) => entry.traceId === traceId))
})

test.serial('a transfer with a known transferId changes nothing and says so', async (t) => {
  const { newTrader } = await openMarket()
  const trader = await newTrader()
  const body = { asset: 'USD', amount: '7.25', transferId: randomUUID() }
  const first = await trader.call<{ balance: string }>('POST', '/v1/deposits', body)
  const again = await trader.call<{ balance: string }>('POST', '/v1/deposits', body)
  t.like(first, { balance: '100007.25', duplicate: false, amount: '7.25' })
  t.like(again, { balance: '100007.25', duplicate: true })
  const out = { asset: 'USD', amount: '100008' }
  const refused = await rawRequest(base, 'POST', '/v1/withdrawals', {
    headers: { 'x-api-key': trader.apiKey },
    body: out,
  })
  t.is(refused.json.error?.code, 'TE_REJECT_INSUFFICIENT_FUNDS')
  t.is(typeof refused.json['seq'], 'number')
})

test.serial(
  'a socket places, streams and cancels; reports and balances come by themselves',
  async (t) => {
    const { limit, newTrader } = await openMarket()
    const [maker, taker] = [await newTrader(), await newTrader()]
    await using socket = await loggedOn(maker)
    await socket.ask('subscribe', { channels: ['orders', 'balances'] })
    const placed = await socket.ask('order.place', limit('Sell', '30', '2', { clOrdID: 'x1' }))
    t.true(placed.ok)
    await place(taker, limit('Buy', '30', '0.5'))
    const fill = await socket.next('the fill', (message) => {
      const report = message['report'] as { execType?: string } | undefined
      return message.channel === 'orders' && report?.execType === 'Trade'
    })
    t.like(fill, { type: 'executionReport', accountId: maker.accountId })
    t.like(fill['report'], {
      clOrdID: 'x1',
      lastQty: '0.5',
      lastPx: '30',
      leavesQty: '1.5',
      aggressor: false,
      ordStatus: 'PartiallyFilled',
    })
    await socket.next(
      'the money',
      (message) => message.channel === 'balances' && message['asset'] === 'USD',
    )
    const canceled = await socket.ask('order.cancel', { origClOrdID: 'x1' })
    t.like(canceled.result, { ordStatus: 'Canceled', cumQty: '0.5', leavesQty: '0' })
    const again = await socket.ask('order.cancel', { origClOrdID: 'x1' })
    t.is(again.error?.code, 'TE_REJECT_UNKNOWN_ORDER')
    t.true((again.seq ?? 0) > 0)
  },
)

test.serial('commands of one socket keep their order across its accounts and frames', async (t) => {
  const { limit, newTrader, symbol } = await openMarket()
  const traders = [await newTrader(), await newTrader()]
  await using socket = await loggedOn(...traders)
  const ids = traders.map(({ accountId }) => accountId)
  const requests = Array.from({ length: 200 }, (_, i) => ({
    op: 'order.place',
    id: 1000 + i,
    accountId: ids[i % 2],
    ...limit('Buy', '1', '0.1', { clOrdID: `o-${i}` }),
  }))
  socket.send(JSON.stringify(requests.slice(0, 150)))
  for (const request of requests.slice(150)) socket.send(JSON.stringify(request))
  const results = await Promise.all(
    requests.map(({ id }) => socket.next(`answer ${id}`, (message) => message.id === id)),
  )
  t.true(results.every(({ ok }) => ok))
  const orderIDs = results.map(({ result }) => Number(result?.['orderID']))
  t.deepEqual(
    orderIDs,
    [...orderIDs].sort((a, b) => a - b),
  )
  for (const accountId of ids) {
    const { result } = await socket.ask('order.massCancel', { accountId, symbol })
    t.is(result?.['canceledCount'], 100)
  }
})

test.serial('a logon and orders in one frame: the orders wait for the logon', async (t) => {
  const { limit, newTrader } = await openMarket()
  const trader = await newTrader()
  await using socket = await rawSocket(base)
  const frame = [
    { op: 'logon', id: 'a', apiKey: trader.apiKey },
    { op: 'order.place', id: 'b', ...limit('Buy', '1') },
    { op: 'order.massCancel', id: 'c' },
  ]
  socket.send(JSON.stringify(frame))
  const last = await socket.next('the last answer', ({ id }) => id === 'c')
  t.is(last.result?.['canceledCount'], 1)
  t.deepEqual(
    socket.messages.map(({ id }) => id),
    ['a', 'b', 'c'],
  )
})

test.serial(
  'cancel on disconnect ends the open orders of those who asked for it, and no others',
  async (t) => {
    const { limit, newTrader } = await openMarket()
    const [careful, careless] = [await newTrader(), await newTrader()]
    const socket = await rawSocket(base)
    await socket.ask('logon', { apiKey: careful.apiKey, cancelOnDisconnect: true })
    await socket.ask('logon', { apiKey: careless.apiKey })
    for (const { accountId } of [careful, careless]) {
      await socket.ask('order.place', { ...limit('Buy', '2'), accountId })
    }
    socket.terminate()
    await eventually(async () => {
      const { orders } = await careful.call<{ orders: unknown[] }>('GET', '/v1/orders?status=open')
      if (orders.length > 0) throw new Error('still open')
    })
    const { orders } = await careless.call<{ orders: unknown[] }>('GET', '/v1/orders?status=open')
    t.is(orders.length, 1)
  },
)

test.serial(
  'book, trades and ticker begin with what is there and go on with what comes',
  async (t) => {
    const { limit, newTrader, symbol } = await openMarket()
    const [maker, taker] = [await newTrader(), await newTrader()]
    await place(maker, limit('Sell', '40', '3'))
    await using socket = await rawSocket(base)
    const channels = [`book:${symbol}`, `trades:${symbol}`, `ticker:${symbol}`]
    await socket.ask('subscribe', { channels })
    const snapshot = await socket.next('the book', ({ type }) => type === 'snapshot')
    await socket.next('the trades', ({ type }) => type === 'trades')
    await place(taker, limit('Buy', '40', '1'))
    const diff = await socket.next('the diff', ({ type }) => type === 'diff')
    t.true(Number(diff['prevSeq']) <= Number(snapshot['seq']))
    t.true(Number(diff['seq']) > Number(snapshot['seq']))
    t.like(await socket.next('the trade', ({ type }) => type === 'trade'), {
      price: '40',
      qty: '1',
    })
    await socket.ask('unsubscribe', { channels })
    await socket.ask('ping')
    const seen = socket.messages.length
    await place(maker, limit('Sell', '41', '1'))
    await socket.ask('ping')
    t.is(socket.messages.length, seen + 1)
  },
)

test.serial('an alert that fires arrives on the socket', async (t) => {
  const { limit, newTrader, symbol } = await openMarket()
  const [trader, maker] = [await newTrader(), await newTrader()]
  await using socket = await loggedOn(trader)
  await socket.ask('subscribe', { channels: ['alerts'] })
  await trader.call('POST', '/v1/alerts', { kind: 'PriceAbove', symbol, price: '49' })
  await place(maker, limit('Sell', '50', '1'))
  await place(trader, limit('Buy', '50', '1'))
  const message = await socket.next('the alert', ({ channel }) => channel === 'alerts')
  t.like(message['alert'], { kind: 'PriceAbove', symbol, status: 'Fired' })
})

test.serial(
  'A3: a thousand subscribers that come and go leave no subscription behind',
  async (t) => {
    const { symbol } = await openMarket()
    const open = async () => {
      const { text } = await rawRequest(base, 'GET', '/metrics')
      return Number(/^te_gateway_market_channels\{.*\} (\d+)/m.exec(text)?.[1])
    }
    const before = await open()
    for (let round = 0; round < 20; round++) {
      const sockets = await Promise.all(Array.from({ length: 50 }, () => rawSocket(base)))
      for (const socket of sockets) {
        const frame = {
          op: 'subscribe',
          id: 1,
          channels: [`book:${symbol}`, `candles-1s:${symbol}`],
        }
        socket.send(JSON.stringify(frame))
      }
      for (const socket of sockets) socket.terminate()
      await Promise.all(sockets.map(({ closed }) => closed))
    }
    await eventually(async () => {
      const now = await open()
      if (now !== before) throw new Error(`${now} channels, ${before} before`)
    })
    t.pass()
  },
)

test.serial('without Redis orders flow; the readiness names it and stays good', async (t) => {
  const { limit, newTrader } = await openMarket()
  const trader = await newTrader()
  await stack.takeDown('redis')
  try {
    t.is((await place(trader, limit('Buy', '3'))).ordStatus, 'New')
    const ready = await rawRequest(base, 'GET', '/health/ready')
    t.is(ready.status, 200)
    t.deepEqual(ready.json['degraded'], ['redis'])
  } finally {
    await stack.bringBack('redis')
  }
  t.is((await place(trader, limit('Buy', '3'))).ordStatus, 'New')
})

test.serial('while matching is away a command is refused by name and not stored', async (t) => {
  const { limit, newTrader } = await openMarket()
  const trader = await newTrader()
  await stack.takeDown('matching')
  try {
    const answer = await eventually(
      async () => {
        const refused = await rawRequest(base, 'POST', '/v1/orders', {
          headers: { 'x-api-key': trader.apiKey },
          body: limit('Buy', '3', '1', { clOrdID: 'unheard' }),
        })
        // In the two seconds before the silence is noticed a command waits in the log for its leader.
        if (refused.json.error?.code !== 'TE_UNAVAILABLE_MATCHING') throw new Error(refused.text)
        return refused
      },
      { timeoutMs: 20_000 },
    )
    t.is(answer.status, 503)
    t.is((await rawRequest(base, 'GET', '/health/ready')).status, 503)
    t.is((await rawRequest(base, 'GET', '/v1/instruments')).status, 200)
  } finally {
    await stack.bringBack('matching')
  }
  await eventually(
    async () => {
      t.is((await place(trader, limit('Buy', '3', '1', { clOrdID: 'heard' }))).ordStatus, 'New')
    },
    { timeoutMs: 20_000, pollMs: 200 },
  )
})

test.serial(
  'L3: while NATS hangs the gateway says so, and goes on without a restart',
  async (t) => {
    const { limit, newTrader } = await openMarket()
    const trader = await newTrader()
    const pid = stack.pid('gateway')
    stack.pause('nats')
    try {
      await eventually(async () => {
        const ready = await rawRequest(base, 'GET', '/health/ready')
        const { nats } = ready.json['deps'] as { nats: { ok: boolean } }
        if (ready.status !== 503 || nats.ok) throw new Error('still ready')
      })
      t.is((await rawRequest(base, 'GET', '/health/live')).status, 200)
      const refused = await rawRequest(base, 'POST', '/v1/orders', {
        headers: { 'x-api-key': trader.apiKey },
        body: limit('Buy', '3'),
      })
      t.true([503, 504].includes(refused.status), refused.text)
    } finally {
      stack.resume('nats')
    }
    await eventually(
      async () => {
        t.is((await place(trader, limit('Buy', '3'))).ordStatus, 'New')
      },
      { timeoutMs: 30_000, pollMs: 200 },
    )
    t.is(stack.pid('gateway'), pid)
  },
)

test.serial('A10: on SIGTERM sockets close with 1001, and what is open is answered', async (t) => {
  const { limit, newTrader } = await openMarket()
  const trader = await newTrader()
  const sockets = await Promise.all(Array.from({ length: 100 }, () => rawSocket(base)))
  const before = stack.pid('gateway')
  const [first] = sockets
  await first?.ask('logon', { apiKey: trader.apiKey })
  stack.kill('gateway', 'SIGTERM')
  const codes = await Promise.all(sockets.map(({ closed }) => closed))
  t.true(
    codes.every(({ code }) => code === 1001),
    JSON.stringify(codes.slice(0, 3)),
  )
  await eventually(() => {
    if (stack.pid('gateway') === before) throw new Error('still the old one')
  })
  await stack.waitReady('gateway')
  t.not(stack.pid('gateway'), before)
  t.is((await place(trader, limit('Buy', '3'))).ordStatus, 'New')
})

test.serial(
  'L7: a gateway that has just started takes nothing before it knows the instruments',
  async (t) => {
    const { limit, newTrader } = await openMarket()
    const trader = await newTrader()
    await stack.takeDown('gateway', 'SIGKILL')
    const back = stack.bringBack('gateway')
    const seen = new Set<number>()
    await eventually(
      async () => {
        const { statusCode, body } = await request(`${base}/v1/orders`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-api-key': trader.apiKey },
          body: JSON.stringify(limit('Buy', '3')),
        })
        await body.dump()
        seen.add(statusCode)
        if (statusCode !== 201) throw new Error(String(statusCode))
      },
      { timeoutMs: 40_000, pollMs: 5 },
    )
    await back
    // Never "no such instrument": not known yet is not the same as not there.
    t.false(seen.has(404), JSON.stringify([...seen]))
  },
)
