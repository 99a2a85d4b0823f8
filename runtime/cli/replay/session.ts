// The replay's traders: several accounts on one socket, so that their commands keep one total order.
// Every execution report is kept in the order of arrival, which is the engine's order.

import { deposit, registerTrader, type Trader } from '../client/account.ts'
import type { OrderResult } from '../client/order-result.ts'
import { ApiError, createRest, type RestClient } from '../client/rest.ts'
import { openSocket, type VenueSocket } from '../client/socket.ts'
import type { Venue } from '../venue-home.ts'
import type { FlowFormat } from './flow.ts'

/** An execution report as the private stream tells it. */
export interface Report {
  readonly execType: string
  readonly ordStatus: string
  readonly orderID: number
  readonly clOrdID: string
  readonly side: 'Buy' | 'Sell'
  readonly timeInForce: string
  readonly price: string
  readonly leavesQty: string
  readonly cumQty: string
  readonly lastQty: string
  readonly lastPx: string
  readonly tradeID: number
  readonly aggressor: boolean
  readonly seq: number
  readonly traceId: string
}

/** What became of one command. */
export interface CommandOutcome {
  readonly result: OrderResult | null
  readonly rejectCode: string | null
  readonly latencyMs: number
}

export interface ReplaySession extends AsyncDisposable {
  readonly symbol: string
  readonly traders: readonly Trader[]
  readonly admin: RestClient
  readonly reports: readonly Report[]
  readonly outcomes: readonly (CommandOutcome | undefined)[]
  /** Sends without waiting; answers the command's number. Waits only while the window is full. */
  send(op: string, account: number, fields: Record<string, unknown>): Promise<number>
  /** Resolves when every command sent is answered and its reports have arrived. */
  settle(): Promise<void>
  readonly lastSeq: number
}

export interface SessionOptions {
  readonly accounts: number
  readonly inFlightMax: number
}

const PASSWORD = 'replay of recorded order flow'
/** Enough for every order of the five hours at once, far from the 64 bits of the venue's total. */
const USD_EACH = '8000000'
const BTC_EACH = '100000'

/** Lists a fresh instrument, opens and funds the accounts, logs them on. */
export async function openReplaySession(
  venue: Venue,
  format: FlowFormat,
  options: SessionOptions,
): Promise<ReplaySession> {
  const rest = createRest(venue.gatewayUrl)
  const admin = rest.as({ token: venue.adminToken })
  const run = Date.now().toString(36).toUpperCase()
  const symbol = `R${run}-USD`
  await admin.post('/v1/admin/instruments', listing(symbol, format))
  await admin.put(`/v1/admin/instruments/${symbol}/state`, { tradingState: 'Open' })
  const traders: Trader[] = []
  for (let i = 0; i < options.accounts; i++) {
    const trader = await registerTrader(
      rest,
      `replay-${run.toLowerCase()}-${i}@example.com`,
      PASSWORD,
    )
    await deposit(trader, 'USD', USD_EACH, `${run}-${i}-USD`)
    await deposit(trader, 'BTC', BTC_EACH, `${run}-${i}-BTC`)
    traders.push(trader)
  }
  const socket = await openSocket(venue.gatewayUrl)
  for (const trader of traders) await socket.request('logon', { apiKey: trader.apiKey })
  await socket.request('subscribe', { channels: ['orders'] })
  return runOn(socket, { symbol, traders, admin, rest }, options.inFlightMax)
}

function listing(symbol: string, format: FlowFormat): object {
  return {
    symbol,
    kind: 'Spot',
    baseAsset: 'BTC',
    quoteAsset: 'USD',
    baseScale: 8,
    quoteScale: 10,
    tickSize: format.tickSize,
    lotSize: format.lotSize,
    minQty: format.lotSize,
    maxQty: '1000000',
    minNotional: '0',
    maxNotional: '100000000',
    priceBandPpm: 0,
    makerFeePpm: 1000,
    takerFeePpm: 2000,
    maxOpenOrders: 100_000,
    tradingState: 'PreOpen',
  }
}

interface Parts {
  readonly symbol: string
  readonly traders: readonly Trader[]
  readonly admin: RestClient
  readonly rest: RestClient
}

function runOn(socket: VenueSocket, parts: Parts, inFlightMax: number): ReplaySession {
  const reports: Report[] = []
  const outcomes: (CommandOutcome | undefined)[] = []
  let inFlight = 0
  let lastSeq = 0
  let wake: (() => void) | null = null
  socket.onMessage((message) => {
    if (message.channel !== 'orders') return
    const report = message['report'] as Report & { symbol: string }
    if (report.symbol === parts.symbol) reports.push(report)
  })
  async function below(limit: number): Promise<void> {
    while (inFlight >= limit) await new Promise<void>((resolve) => (wake = resolve))
  }
  function settleOne(number: number, outcome: CommandOutcome): void {
    outcomes[number] = outcome
    lastSeq = Math.max(lastSeq, outcome.result?.seq ?? 0)
    inFlight -= 1
    const resume = wake
    wake = null
    resume?.()
  }
  return {
    ...parts,
    reports,
    outcomes,
    get lastSeq() {
      return lastSeq
    },
    async send(op, account, fields) {
      await below(inFlightMax)
      inFlight += 1
      const number = outcomes.push(undefined) - 1
      const startedMs = performance.now()
      const accountId = parts.traders[account]?.accountId
      socket.request<OrderResult>(op, { accountId, ...fields }).then(
        (result) =>
          settleOne(number, { result, rejectCode: null, latencyMs: performance.now() - startedMs }),
        (error: unknown) =>
          settleOne(number, {
            result: null,
            rejectCode: error instanceof ApiError ? error.code : String(error),
            latencyMs: performance.now() - startedMs,
          }),
      )
      return number
    },
    async settle() {
      await below(1)
      // The socket is ordered: when the answer to a ping is here, every report before it is too.
      await socket.request('ping')
    },
    async [Symbol.asyncDispose]() {
      await socket[Symbol.asyncDispose]()
      await parts.rest[Symbol.asyncDispose]()
    },
  }
}
