// A market maker: quotes both sides around a middle that follows from its own inventory alone. Takers
// that buy leave it short, so it asks more; the price of the market is what order flow makes of it.

import { formatSteps, parseAmount, parseSteps } from '#contracts/decimal.ts'
import type { RestClient } from '../client/rest.ts'
import type { VenueSocket } from '../client/socket.ts'
import { type BotWork, pause } from './bot-session.ts'
import type { MarketConfig } from './config.ts'
import type { Random } from './random.ts'

export interface MarketSpec {
  readonly symbol: string
  readonly baseAsset: string
  readonly baseScale: number
  readonly tickSize: string
  readonly lotSize: string
}

const LEVELS = 12
/** Half spread and distance of levels, in parts per million of the middle. */
const HALF_SPREAD_PPM = 150
const STEP_PPM = 180
/** How far the middle moves for one quote's quantity of inventory. */
const IMPACT_PPM = 110
const REFRESH_MS = 700

/** A maker's work. `rank` sets one maker apart from another on the same market. */
export function makerWork(
  rest: RestClient,
  spec: MarketSpec,
  market: MarketConfig,
  rank: number,
  random: Random,
): BotWork {
  return async (socket, signal) => {
    const quotes = new Map<string, Quote>()
    do {
      const middle = middleTicks(await baseHeld(rest, spec), spec, market)
      for (let level = 0; level < LEVELS; level++) {
        await requote(socket, quotes, spec, market, { side: 'Buy', level, middle, rank, random })
        await requote(socket, quotes, spec, market, { side: 'Sell', level, middle, rank, random })
      }
    } while (await pause(REFRESH_MS * (0.7 + 0.6 * random.next()), socket, signal))
  }
}

interface Quote {
  readonly orderID: number
  readonly ticks: number
}

interface Place {
  readonly side: 'Buy' | 'Sell'
  readonly level: number
  readonly middle: number
  readonly rank: number
  readonly random: Random
}

async function baseHeld(rest: RestClient, spec: MarketSpec): Promise<bigint> {
  const { balances } = await rest.get<{ balances: { asset: string; total: string }[] }>(
    '/v1/balances',
  )
  const base = balances.find((b) => b.asset === spec.baseAsset)
  return parseAmount(base?.total ?? '0', spec.baseScale, 'total')
}

function middleTicks(held: bigint, spec: MarketSpec, market: MarketConfig): number {
  const start = parseSteps(market.startPrice, spec.tickSize, 'startPrice')
  const quote = parseAmount(market.quoteQty, spec.baseScale, 'quoteQty')
  const target = parseAmount(market.targetBase, spec.baseScale, 'targetBase')
  const quotesShort = Number(target - held) / Number(quote)
  return Math.max(LEVELS * 4, Math.round(start * Math.exp((quotesShort * IMPACT_PPM) / 1e6)))
}

/** Keeps the quote that still stands at its price, else cancels it and quotes anew. */
async function requote(
  socket: VenueSocket,
  quotes: Map<string, Quote>,
  spec: MarketSpec,
  market: MarketConfig,
  place: Place,
): Promise<void> {
  const key = `${place.side}${place.level}`
  const away = Math.round(
    (place.middle * (HALF_SPREAD_PPM + place.level * STEP_PPM * (1 + place.rank / 3))) / 1e6,
  )
  const ticks = place.middle + (place.side === 'Buy' ? -1 : 1) * (1 + away)
  const old = quotes.get(key)
  const slack = Math.max(1, Math.round((place.middle * STEP_PPM) / 4e6))
  if (old !== undefined && Math.abs(old.ticks - ticks) <= slack && place.random.next() > 0.03)
    return
  if (old !== undefined)
    await socket.request('order.cancel', { orderID: old.orderID }).catch(ignoreGone)
  quotes.delete(key)
  const lots = parseSteps(market.quoteQty, spec.lotSize, 'quoteQty')
  const qty = Math.max(1, Math.round(lots * (0.5 + place.random.next()) * (1 + place.level / 4)))
  const placed = await socket
    .request<{ orderID: number; ordStatus: string }>('order.place', {
      symbol: spec.symbol,
      side: place.side,
      ordType: 'Limit',
      timeInForce: 'GTC',
      postOnly: true,
      price: formatSteps(ticks, spec.tickSize),
      orderQty: formatSteps(qty, spec.lotSize),
    })
    .catch(ignoreRefused)
  if (placed !== undefined) quotes.set(key, { orderID: placed.orderID, ticks })
}

/** A quote that traded meanwhile is no fault; everything else is. */
function ignoreGone(error: unknown): void {
  if ((error as { code?: string }).code !== 'TE_REJECT_UNKNOWN_ORDER') throw error
}

/** The market moved, or the inventory is used up: quote again next round. */
function ignoreRefused(error: unknown): undefined {
  const code = (error as { code?: string }).code ?? ''
  if (!code.startsWith('TE_REJECT_')) throw error
}
