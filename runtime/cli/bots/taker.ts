// A taker: now and then it wants to buy or sell a larger amount and works it in small market orders.

import { formatSteps, parseSteps } from '#contracts/decimal.ts'
import { type BotWork, pause } from './bot-session.ts'
import type { MarketConfig } from './config.ts'
import type { MarketSpec } from './maker.ts'
import type { Random } from './random.ts'

/** Mean time between two orders. */
const MEAN_WAIT_MS = 900

/** A taker's work. */
export function takerWork(spec: MarketSpec, market: MarketConfig, random: Random): BotWork {
  return async (socket, signal) => {
    const lots = parseSteps(market.quoteQty, spec.lotSize, 'quoteQty')
    let side: 'Buy' | 'Sell' = random.next() < 0.5 ? 'Buy' : 'Sell'
    let slices = 0
    while (await pause(MEAN_WAIT_MS * random.exponential(), socket, signal)) {
      if (slices === 0) {
        side = random.next() < 0.5 ? 'Buy' : 'Sell'
        slices = random.between(1, 14)
      }
      slices -= 1
      const qty = Math.max(1, Math.round(lots * 0.6 * random.exponential()))
      await socket
        .request('order.place', {
          symbol: spec.symbol,
          side,
          ordType: 'Market',
          orderQty: formatSteps(qty, spec.lotSize),
        })
        .catch((error: unknown) => {
          if (!((error as { code?: string }).code ?? '').startsWith('TE_REJECT_')) throw error
          // Out of money on this side: turn round.
          side = side === 'Buy' ? 'Sell' : 'Buy'
        })
    }
  }
}
