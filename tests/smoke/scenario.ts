// One story through every service: two newcomers trade, the matching engine is killed in between, and
// every book must come out to the cent. Fees: maker 0.1 %, taker 0.2 %.

import { deposit, registerTrader, type Trader } from '../../runtime/cli/client/account.ts'
import type { OrderResult } from '../../runtime/cli/client/order-result.ts'
import { createRest, type RestClient } from '../../runtime/cli/client/rest.ts'
import {
  openSocket,
  type StreamMessage,
  type VenueSocket,
} from '../../runtime/cli/client/socket.ts'
import type { Checks } from './checks.ts'

/** What the story needs of the venue beside its public API. */
export interface SmokeVenue {
  readonly gatewayUrl: string
  readonly adminToken: string
  /** kill -9 of the matching process; resolves when its successor is ready. */
  killMatching(): Promise<void>
}

interface Stage {
  readonly checks: Checks
  readonly symbol: string
  readonly admin: RestClient
  readonly maker: Trader
  readonly taker: Trader
  readonly socket: VenueSocket
  readonly messages: StreamMessage[]
}

/** Plays the story. Errors: SmokeDifference at the first check that does not hold. */
export async function playSmoke(venue: SmokeVenue, checks: Checks): Promise<void> {
  await using rest = createRest(venue.gatewayUrl)
  await using socket = await openSocket(venue.gatewayUrl)
  const stage = await setUp(rest, socket, venue, checks)
  await firstTrade(stage)
  await venue.killMatching()
  checks.equal('matching is back after kill -9', true, true)
  const lastSeq = await tradesAfterTheKill(stage)
  await checkRecords(stage, lastSeq)
  await checkMarketData(stage)
  await checkBooks(stage)
}

async function setUp(
  rest: RestClient,
  socket: VenueSocket,
  venue: SmokeVenue,
  checks: Checks,
): Promise<Stage> {
  const run = Date.now().toString(36).toUpperCase()
  const symbol = `S${run}-USD`
  const admin = rest.as({ token: venue.adminToken })
  await admin.post('/v1/admin/instruments', listing(symbol))
  await admin.put(`/v1/admin/instruments/${symbol}/state`, { tradingState: 'Open' })
  const [maker, taker] = await Promise.all(
    ['maker', 'taker'].map((role) =>
      registerTrader(
        rest,
        `smoke-${role}-${run.toLowerCase()}@example.com`,
        `smoke test ${run} user`,
      ),
    ),
  )
  if (maker === undefined || taker === undefined) throw new Error('unreachable')
  await deposit(maker, 'BTC', '10', `${run}-m-BTC`)
  await deposit(maker, 'USD', '1000', `${run}-m-USD`)
  await deposit(taker, 'USD', '1000', `${run}-t-USD`)
  // The same transferId again: the first result stands.
  await deposit(taker, 'USD', '1000', `${run}-t-USD`)
  checks.equal('a repeated deposit counts once', await balanceOf(taker, 'USD'), '1000')
  const messages: StreamMessage[] = []
  socket.onMessage((message) => messages.push(message))
  await socket.request('logon', { apiKey: taker.apiKey })
  await socket.request('subscribe', {
    channels: ['orders', 'balances', 'alerts', `trades:${symbol}`],
  })
  await taker.rest.post('/v1/alerts', { kind: 'PriceAbove', symbol, price: '100.5' })
  return { checks, symbol, admin, maker, taker, socket, messages }
}

function listing(symbol: string): object {
  return {
    symbol,
    kind: 'Spot',
    baseAsset: 'BTC',
    quoteAsset: 'USD',
    baseScale: 8,
    quoteScale: 10,
    tickSize: '0.01',
    lotSize: '0.00000001',
    minQty: '0.00000001',
    maxQty: '1000',
    minNotional: '0',
    maxNotional: '10000000',
    makerFeePpm: 1000,
    takerFeePpm: 2000,
    tradingState: 'PreOpen',
  }
}

async function firstTrade({ checks, symbol, maker, socket, messages }: Stage): Promise<void> {
  const ask = await maker.rest.post<OrderResult>(
    '/v1/orders',
    limit(symbol, 'Sell', '100', '2', 'ask'),
  )
  checks.equal('a resting order is New', ask.ordStatus, 'New')
  const buy = await socket.request<OrderResult>(
    'order.place',
    limit(symbol, 'Buy', '100', '1', 'buy'),
  )
  checks.equal('a crossing order is Filled', buy.ordStatus, 'Filled')
  checks.equal('its fee is 0.2 %', buy.fills[0]?.fee, '0.2')
  await checks.eventually(
    'the WebSocket tells the fill',
    () => reportTypes(messages, buy.orderID),
    ['New', 'Trade'],
  )
  const again = limit(symbol, 'Buy', '100', '1', 'buy')
  checks.equal(
    'the same clOrdID again is refused',
    await codeOf(socket.request('order.place', again)),
    'TE_REJECT_DUPLICATE_CL_ORD_ID',
  )
}

async function tradesAfterTheKill(stage: Stage): Promise<number> {
  const { checks, symbol, maker, taker } = stage
  const market = { symbol, side: 'Buy', ordType: 'Market', orderQty: '1', clOrdID: 'market' }
  const buy = await taker.rest.post<OrderResult>('/v1/orders', market)
  checks.equal('the resting order survived: it fills a market order', buy.ordStatus, 'Filled')
  checks.equal('at its price', buy.avgPx === null ? null : Number(buy.avgPx), 100)
  await maker.rest.post<OrderResult>('/v1/orders', limit(symbol, 'Buy', '101', '0.5', 'bid'))
  const sell = await taker.rest.post<OrderResult>('/v1/orders', {
    ...limit(symbol, 'Sell', '101', '1', 'sell'),
    timeInForce: 'IOC',
  })
  checks.equal('an IOC order never rests', [sell.ordStatus, sell.cumQty], ['Expired', '0.5'])
  const rest = await taker.rest.post<OrderResult>(
    '/v1/orders',
    limit(symbol, 'Sell', '120', '1', 'rest'),
  )
  const canceled = await taker.rest.delete<OrderResult>(`/v1/orders/${rest.orderID}`)
  checks.equal('a cancel is final', [canceled.ordStatus, canceled.leavesQty], ['Canceled', '0'])
  checks.equal(
    'an order of somebody else is not there',
    await codeOf(maker.rest.delete(`/v1/orders/${rest.orderID}`)),
    'TE_REJECT_UNKNOWN_ORDER',
  )
  return canceled.seq
}

async function checkRecords(stage: Stage, lastSeq: number): Promise<void> {
  const { checks, symbol, maker, taker } = stage
  const query = `/v1/executions?symbol=${symbol}&limit=100&minSeq=${lastSeq}`
  for (const [who, trader] of [
    ['maker', maker],
    ['taker', taker],
  ] as const) {
    const { executions } = await trader.rest.get<{
      executions: { execType: string; lastQty: string }[]
    }>(query)
    const traded = executions.filter((e) => e.execType === 'Trade').map((e) => e.lastQty)
    checks.equal(`execution history of the ${who}`, traded.sort(), ['0.5', '1', '1'])
  }
  checks.equal('taker BTC', await balanceOf(taker, 'BTC', lastSeq), '1.5')
  checks.equal('taker USD', await balanceOf(taker, 'USD', lastSeq), '849.999')
  checks.equal('maker BTC', await balanceOf(maker, 'BTC', lastSeq), '8.5')
  checks.equal('maker USD', await balanceOf(maker, 'USD', lastSeq), '1149.2495')
  const { positions } = await taker.rest.get<{ positions: Position[] }>(
    `/v1/positions?minSeq=${lastSeq}`,
  )
  const position = positions.find((p) => p.symbol === symbol)
  checks.equal(
    'position of the taker: net, cost, realised, fees',
    [position?.netQty, position?.cost, position?.realizedPnl, position?.fees],
    ['1.5', '150', '0.5', '0.501'],
  )
  const open = await taker.rest.get<{ orders: unknown[] }>(
    `/v1/orders?status=open&symbol=${symbol}&minSeq=${lastSeq}`,
  )
  checks.equal('no order of the taker is open', open.orders.length, 0)
  await checks.eventually(
    'the price alert fired, by REST',
    async () =>
      (await taker.rest.get<{ alerts: { status: string }[] }>('/v1/alerts')).alerts.map(
        (a) => a.status,
      ),
    ['Fired'],
  )
  await checks.eventually(
    'and was delivered on the WebSocket, once',
    () => stage.messages.filter((m) => m.channel === 'alerts').length,
    1,
  )
}

interface Position {
  readonly symbol: string
  readonly netQty: string
  readonly cost: string
  readonly realizedPnl: string
  readonly fees: string
}

async function checkMarketData({ checks, symbol, taker, messages }: Stage): Promise<void> {
  const { rest } = taker
  await checks.eventually(
    'public trades',
    async () =>
      (await rest.get<{ trades: { qty: string }[] }>(`/v1/trades/${symbol}`)).trades.length,
    3,
  )
  await checks.eventually(
    'minute candles add up to the traded volume',
    async () => {
      const { candles } = await rest.get<{ candles: { volume: string }[] }>(
        `/v1/candles/${symbol}?interval=1m`,
      )
      return candles.reduce((sum, c) => sum + Number(c.volume), 0)
    },
    2.5,
  )
  const ticker = await rest.get<{ last: string; volume24h: string }>(`/v1/tickers/${symbol}`)
  checks.equal('ticker: last and volume', [Number(ticker.last), ticker.volume24h], [101, '2.5'])
  const book = await rest.get<{ bids: unknown[]; asks: unknown[] }>(`/v1/book/${symbol}`)
  checks.equal('the book is empty again', [book.bids, book.asks], [[], []])
  const told = messages.filter((m) => m.channel === `trades:${symbol}` && m.type === 'trade')
  checks.equal('trades on the WebSocket', told.length, 3)
}

async function checkBooks({ checks, admin }: Stage): Promise<void> {
  const { assets } = await admin.get<{ assets: { asset: string; sum: string }[] }>(
    '/v1/admin/ledger/trial-balance',
  )
  for (const { asset, sum } of assets) checks.equal(`ledger sum of ${asset}`, sum, '0')
  await checks.eventually(
    'ledger equals the engine, account by account',
    async () => (await admin.get<{ matched: boolean }>('/v1/admin/ledger/reconciliation')).matched,
    true,
  )
}

function limit(
  symbol: string,
  side: string,
  price: string,
  orderQty: string,
  clOrdID: string,
): object & Record<string, unknown> {
  return { symbol, side, ordType: 'Limit', price, orderQty, clOrdID }
}

function reportTypes(messages: readonly StreamMessage[], orderID: number): string[] {
  return messages
    .filter((m) => m.channel === 'orders')
    .map((m) => m['report'] as { orderID: number; execType: string })
    .filter((r) => r.orderID === orderID)
    .map((r) => r.execType)
}

async function balanceOf(trader: Trader, asset: string, minSeq = 0): Promise<string | undefined> {
  const { balances } = await trader.rest.get<{ balances: { asset: string; total: string }[] }>(
    `/v1/balances${minSeq === 0 ? '' : `?minSeq=${minSeq}`}`,
  )
  return balances.find((b) => b.asset === asset)?.total
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return 'accepted'
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}
