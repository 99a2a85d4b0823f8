// State of the page and what changes it: the venue's streams and the user's commands.

import { computed, signal } from '@preact/signals'
import type { CandleMessage, TickerMessage, TradeMessage } from '#contracts/market-data.ts'
import { isOpen } from '#domain/order.ts'
import { applyBook, clearBook } from './book.ts'
import { call } from './rest.ts'
import { openPageSocket, type PageSocket } from './socket.ts'
import type {
  BalanceInfo,
  InstrumentInfo,
  OrderInfo,
  ReportMessage,
  StreamMessage,
} from './wire.ts'

export interface Login {
  readonly accessToken: string
  readonly refreshToken: string
  readonly expiresIn: number
  readonly accountId: number
  readonly email: string
}

export const INTERVALS = ['1s', '1m', '5m', '1h', '1d'] as const
export type Interval = (typeof INTERVALS)[number]

export const connected = signal(false)
export const instruments = signal<readonly InstrumentInfo[]>([])
export const symbol = signal('')
export const interval = signal<Interval>('1m')
export const ticker = signal<TickerMessage | null>(null)
export const trades = signal<readonly TradeMessage[]>([])
export const login = signal<Login | null>(null)
export const openOrders = signal<ReadonlyMap<number, OrderInfo>>(new Map())
export const balances = signal<ReadonlyMap<string, BalanceInfo>>(new Map())
export const notice = signal<{ readonly kind: 'info' | 'error'; readonly text: string } | null>(
  null,
)
export const instrument = computed(() => instruments.value.find((i) => i.symbol === symbol.value))
/** The latest candle, for the chart; its history is read by REST. */
export const candle = signal<CandleMessage | null>(null)
/** Price that the user picked in the ladder. */
export const pickedPrice = signal('')

const TRADES_SHOWN = 40
const STORED = 'tradeengine.login'
let socket: PageSocket | null = null

/** Loads instruments and opens the streams. */
export async function start(): Promise<void> {
  try {
    const all = await call<InstrumentInfo[]>('GET', '/v1/instruments')
    instruments.value = all
    const wanted = new URLSearchParams(location.search).get('symbol')
    symbol.value = all.find((i) => i.symbol === wanted)?.symbol ?? all[0]?.symbol ?? ''
  } catch (error) {
    say(error)
    setTimeout(() => void start(), 2_000)
    return
  }
  restoreLogin()
  socket = openPageSocket({
    onOpen: () => {
      connected.value = true
      resubscribe().then(logon).catch(say)
    },
    onClose: () => {
      connected.value = false
    },
    onMessage,
  })
}

export async function chooseSymbol(next: string): Promise<void> {
  await unsubscribe()
  symbol.value = next
  await resubscribe()
}

export async function chooseInterval(next: Interval): Promise<void> {
  await request('unsubscribe', { channels: [`candles-${interval.value}:${symbol.value}`] })
  interval.value = next
  await request('subscribe', { channels: [`candles-${next}:${symbol.value}`] })
}

/** Sends an order; the answer is shown as a notice. */
export async function place(order: Record<string, unknown>): Promise<void> {
  const result = await request<OrderInfo>('order.place', { symbol: symbol.value, ...order })
  if (result === undefined) return
  const filled = result.cumQty === '0' ? '' : `, filled ${result.cumQty}`
  notice.value = { kind: 'info', text: `Order ${result.orderID} ${result.ordStatus}${filled}` }
}

export async function cancel(orderID: number): Promise<void> {
  await request('order.cancel', { orderID })
}

export async function cancelAll(): Promise<void> {
  await request('order.massCancel', { symbol: symbol.value })
}

export async function signIn(email: string, password: string): Promise<void> {
  const tokens = await call<Omit<Login, 'email'>>('POST', '/v1/auth/login', {
    body: { email, password },
  })
  await enter({ ...tokens, email })
}

/** A fresh account with demo money, through the same calls as anybody's. */
export async function openDemoAccount(): Promise<void> {
  const id = crypto.randomUUID()
  const email = `demo-${id.slice(0, 8)}@example.com`
  const password = `demo ${id}`
  await call('POST', '/v1/auth/register', { body: { email, password } })
  await signIn(email, password)
  const token = login.value?.accessToken
  const money = { USD: '100000', BTC: '2', ETH: '20' }
  for (const [asset, amount] of Object.entries(money)) {
    await call('POST', '/v1/deposits', {
      body: { asset, amount, transferId: crypto.randomUUID() },
      token,
    })
  }
}

export function signOut(): void {
  sessionStorage.removeItem(STORED)
  location.reload()
}

/** Shows an error to the user. */
export function say(error: unknown): void {
  notice.value = { kind: 'error', text: error instanceof Error ? error.message : String(error) }
}

async function enter(next: Login): Promise<void> {
  login.value = next
  sessionStorage.setItem(STORED, JSON.stringify(next))
  setTimeout(() => void refresh(next), next.expiresIn * 800)
  if (connected.value) await logon()
}

async function refresh(from: Login): Promise<void> {
  try {
    const tokens = await call<Omit<Login, 'email'>>('POST', '/v1/auth/refresh', {
      body: { refreshToken: from.refreshToken },
    })
    await enter({ ...tokens, email: from.email })
  } catch {
    signOut()
  }
}

function restoreLogin(): void {
  const stored = sessionStorage.getItem(STORED)
  if (stored === null) return
  const saved = JSON.parse(stored) as Login
  login.value = saved
  void refresh(saved)
}

async function logon(): Promise<void> {
  const token = login.value?.accessToken
  if (token === undefined) return
  const answer = await request('logon', { token })
  if (answer === undefined) return
  await request('subscribe', { channels: ['orders', 'balances'] })
  const { orders } = await call<{ orders: OrderInfo[] }>(
    'GET',
    '/v1/orders?status=open&limit=200',
    { token },
  )
  openOrders.value = new Map(orders.map((o) => [o.orderID, o]))
  const list = await call<{ balances: BalanceInfo[] }>('GET', '/v1/balances', { token })
  balances.value = new Map(list.balances.map((b) => [b.asset, b]))
}

function channels(): string[] {
  const s = symbol.value
  return [`book:${s}`, `trades:${s}`, `ticker:${s}`, `candles-${interval.value}:${s}`]
}

async function unsubscribe(): Promise<void> {
  await request('unsubscribe', { channels: channels() })
}

async function resubscribe(): Promise<void> {
  clearBook()
  trades.value = []
  ticker.value = null
  candle.value = null
  await request('subscribe', { channels: channels() })
}

async function request<T>(op: string, fields: Record<string, unknown>): Promise<T | undefined> {
  try {
    return await socket?.request<T>(op, fields)
  } catch (error) {
    say(error)
    return undefined
  }
}

function onMessage(message: StreamMessage): void {
  if ('report' in message) return onReport(message)
  if (message.channel === 'balances') return onBalance(message as BalanceInfo)
  if (!message.channel.endsWith(`:${symbol.value}`) || !('type' in message)) return
  switch (message.type) {
    case 'snapshot':
    case 'diff':
      if (!applyBook(message)) void resubscribeBook()
      return
    case 'trades':
      trades.value = [...message.trades].reverse().slice(0, TRADES_SHOWN)
      return
    case 'trade':
      trades.value = [message, ...trades.value].slice(0, TRADES_SHOWN)
      return
    case 'ticker':
      ticker.value = message
      return
    case 'candle':
      if (message.interval === interval.value) candle.value = message
  }
}

async function resubscribeBook(): Promise<void> {
  const book = [`book:${symbol.value}`]
  await request('unsubscribe', { channels: book })
  await request('subscribe', { channels: book })
}

function onReport({ report }: ReportMessage): void {
  const next = new Map(openOrders.value)
  if (isOpen(report.ordStatus)) next.set(report.orderID, report)
  else next.delete(report.orderID)
  openOrders.value = next
}

function onBalance(balance: BalanceInfo): void {
  balances.value = new Map(balances.value).set(balance.asset, balance)
}
