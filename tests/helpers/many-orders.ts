// One account with very many resting orders, so that one command has very many events.

import { BATCH_COMMANDS_MAX } from '#contracts/batch-layout.ts'
import { decodeCommandBatch } from '#contracts/command-codec.ts'
import type { Command } from '#domain/command.ts'
import { createCommandFlow } from './command-flow.ts'
import { PLAIN } from './plain-order.ts'

const ACCOUNT = 1_000
const MID = 25_000
const common = (n: number) => ({ account: ACCOUNT, traceId: n.toString(16).padStart(32, '0') })

/** Lists BTC-USD with room for so many open orders of an account, and funds eight accounts. */
export function openVenue(maxOpenOrders: number): Command[] {
  return decodeCommandBatch(createCommandFlow(1).next()).commands.map((command) =>
    command.type === 'ListInstrument' ? { ...command, maxOpenOrders } : command,
  )
}

/** Batches of bids below the market, 100 prices deep, `from` being the number of the first one. */
export function manyOrders(count: number, from = 1, batchMax = BATCH_COMMANDS_MAX): Command[][] {
  const batches: Command[][] = []
  for (let done = 0; done < count; done += batchMax) {
    const size = Math.min(batchMax, count - done)
    batches.push(Array.from({ length: size }, (_, i) => restingBid(from + done + i)))
  }
  return batches
}

function restingBid(n: number): Command {
  return {
    type: 'NewOrder',
    ...PLAIN,
    ...common(n),
    instrumentId: 1,
    clOrdID: `many-${n}`,
    side: 'Buy',
    ordType: 'Limit',
    timeInForce: 'GTC',
    price: MID - 1_000 - (n % 100),
    orderQty: 1,
  }
}

/** Cancels all orders of the account. */
export function massCancel(): Command {
  return { type: 'MassCancel', ...common(0), instrumentId: 0, side: null, clOrdID: 'all' }
}

/** One order of another account that sells into so many bids of one lot each. */
export function sweep(lots: number): Command {
  return {
    type: 'NewOrder',
    ...PLAIN,
    ...common(1),
    account: ACCOUNT + 1,
    instrumentId: 1,
    clOrdID: `sweep-${lots}`,
    side: 'Sell',
    ordType: 'Limit',
    timeInForce: 'IOC',
    price: MID - 2_000,
    orderQty: lots,
  }
}
