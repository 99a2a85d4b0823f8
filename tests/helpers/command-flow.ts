// Commands for tests of the log and of recovery: an instrument, funded accounts, then seeded orders,
// replaces, cancels, mass cancels and transfers around a moving price. Same seed, same commands.

import { encodeCommandBatch } from '#contracts/command-codec.ts'
import type { Command } from '#domain/command.ts'
import { PLAIN } from './plain-order.ts'

/** Numbers of a seeded generator, below n. */
export type Dice = (n: number) => number

/** xorshift32. */
export function createDice(seed: number): Dice {
  let x = seed >>> 0 || 1
  return (n) => {
    x ^= x << 13
    x >>>= 0
    x ^= x >>> 17
    x ^= x << 5
    x >>>= 0
    return x % n
  }
}

const ACCOUNTS = 8
const FIRST_ACCOUNT = 1_000
const MID = 25_000

/** An endless source of command batches. */
export interface CommandFlow {
  /** The next batch of up to `max` commands. The first one lists and funds. */
  readonly next: (max?: number) => Uint8Array
}

/** Makes a flow. `source` is what the batches say of their gateway. */
export function createCommandFlow(seed: number, source = 1): CommandFlow {
  const dice = createDice(seed)
  let sourceSeq = 0
  let orders = 0
  const traceId = (): string => (++orders).toString(16).padStart(32, '0')
  const account = (): number => FIRST_ACCOUNT + dice(ACCOUNTS)
  const oldId = (): string => `c${seed}-${1 + dice(Math.max(1, orders))}`
  const one = (): Command => {
    const kind = dice(100)
    const common = { account: account(), traceId: traceId() }
    if (kind < 60) return newOrder(common, `c${seed}-${orders}`, dice)
    if (kind < 85) {
      return { type: 'CancelOrder', ...common, orderID: 0, origClOrdID: oldId(), clOrdID: '' }
    }
    if (kind < 96) {
      const clOrdID = `c${seed}-${orders}`
      const price = MID + dice(41) - 20
      const ids = { orderID: 0, origClOrdID: oldId(), clOrdID }
      return { type: 'ReplaceOrder', ...common, ...ids, price, orderQty: 1 + dice(1_000) }
    }
    if (kind < 97) {
      const extra = { instrumentId: 0, side: null, clOrdID: '' }
      return { type: 'MassCancel', ...common, ...extra }
    }
    const extra = { asset: 'USD', amount: BigInt(dice(1_000)), transferId: `t${orders}` }
    return { type: kind < 99 ? 'Credit' : 'Debit', ...common, ...extra }
  }
  return {
    next: (max = 20) => {
      const isFirst = sourceSeq++ === 0
      const commands = isFirst ? opening() : Array.from({ length: 1 + dice(max) }, one)
      return encodeCommandBatch({ source, sourceSeq }, commands)
    },
  }
}

function newOrder(
  common: { account: number; traceId: string },
  clOrdID: string,
  dice: Dice,
): Command {
  const isMarket = dice(10) === 0
  return {
    type: 'NewOrder',
    ...PLAIN,
    ...common,
    instrumentId: 1,
    clOrdID,
    side: dice(2) === 0 ? 'Buy' : 'Sell',
    ordType: isMarket ? 'Market' : 'Limit',
    timeInForce: isMarket || dice(8) === 0 ? 'IOC' : 'GTC',
    price: isMarket ? 0 : MID + dice(41) - 20,
    orderQty: 1 + dice(1_000),
  }
}

function opening(): Command[] {
  const traceId = '0'.repeat(32)
  const commands: Command[] = [
    {
      type: 'ListInstrument',
      account: 0,
      traceId,
      symbol: 'BTC-USD',
      kind: 'Spot',
      baseAsset: 'BTC',
      quoteAsset: 'USD',
      baseScale: 8,
      quoteScale: 10,
      tickSize: '0.01',
      lotSize: '0.00000001',
      minQty: 1,
      maxQty: 1_000_000_000_000,
      minNotional: 0n,
      maxNotional: 10n ** 18n,
      priceBandPpm: 0,
      makerFeePpm: 100,
      takerFeePpm: 200,
      initialMarginPpm: 0,
      maintenanceMarginPpm: 0,
      maxPosition: 0,
      maxOpenOrders: 10_000,
      allowedStpModes: ['None', 'ExpireTaker', 'ExpireMaker', 'ExpireBoth', 'Decrement'],
      defaultStpMode: 'ExpireTaker',
      tradingState: 'Open',
    },
  ]
  for (let i = 0; i < ACCOUNTS; i++) {
    const common = { account: FIRST_ACCOUNT + i, traceId }
    commands.push({ type: 'OpenAccount', ...common })
    const usd = { asset: 'USD', amount: 10n ** 15n, transferId: `usd-${i}` }
    commands.push({ type: 'Credit', ...common, ...usd })
    const btc = { asset: 'BTC', amount: 10n ** 13n, transferId: `btc-${i}` }
    commands.push({ type: 'Credit', ...common, ...btc })
  }
  return commands
}
