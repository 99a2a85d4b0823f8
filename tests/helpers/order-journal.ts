// A client with a memory: sends orders without pause, repeats what got no clear answer under the
// same clOrdID, and writes down what the venue acknowledged. What it says must later be found.

import { HttpError } from '../../infra/local/http-json.ts'
import type { Trader } from './stack.ts'

/** What the venue answered about one order; unknown = no clear answer to the end. */
export type Outcome = 'accepted' | 'refused' | 'unknown'

export interface OrderJournal {
  /** `<accountId>:<clOrdID>` -> outcome. */
  readonly outcomes: ReadonlyMap<string, Outcome>
  /** Orders acknowledged so far. */
  readonly acceptedCount: () => number
  /** Stops sending; resolves when nothing is in flight. */
  readonly stop: () => Promise<void>
}

const WORKERS = 4
/** Longer than any outage of these tests: then the outcome stays unknown. */
const RETRY_MS_MAX = 30_000

/** Starts the load: each trader with some workers, orders around one price that match each other. */
export function startOrderJournal(
  traders: readonly Trader[],
  symbol: string,
  price: number,
): OrderJournal {
  const outcomes = new Map<string, Outcome>()
  const stopping = new AbortController()
  let accepted = 0
  let next = 0
  const worker = async (trader: Trader): Promise<void> => {
    while (!stopping.signal.aborted) {
      const n = next++
      const order = {
        symbol,
        side: n % 2 === 0 ? 'Buy' : 'Sell',
        ordType: 'Limit',
        price: (price + ((n * 7) % 5) - 2).toFixed(2),
        orderQty: '0.1',
        clOrdID: `chaos-${trader.accountId}-${n}`,
      }
      const outcome = await place(trader, order, stopping.signal)
      outcomes.set(`${trader.accountId}:${order.clOrdID}`, outcome)
      if (outcome === 'accepted') accepted++
    }
  }
  const workers = traders.flatMap((trader) => Array.from({ length: WORKERS }, () => worker(trader)))
  return {
    outcomes,
    acceptedCount: () => accepted,
    stop: async () => {
      stopping.abort()
      await Promise.all(workers)
    },
  }
}

async function place(
  trader: Trader,
  order: Record<string, string>,
  stopping: AbortSignal,
): Promise<Outcome> {
  const startedAt = performance.now()
  for (;;) {
    try {
      await trader.call('POST', '/v1/orders', order)
      return 'accepted'
    } catch (error) {
      if (isDuplicate(error)) return 'accepted'
      if (error instanceof HttpError && error.status < 500 && error.status !== 429) return 'refused'
    }
    const isLate = performance.now() - startedAt > RETRY_MS_MAX
    if (isLate || (stopping.aborted && performance.now() - startedAt > 5_000)) return 'unknown'
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** F2: the first attempt was accepted after all, and is never executed twice. */
function isDuplicate(error: unknown): boolean {
  return error instanceof HttpError && error.body.includes('TE_REJECT_DUPLICATE_CL_ORD_ID')
}
