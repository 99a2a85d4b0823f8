// Random commands that are mostly plain: limits that rest and their cancels, around a middle, of a few
// accounts, with what makes some of them not plain: takers, limits, fees, amounts beyond 53 bits.

import type { Command, ListInstrument, NewOrder } from '#domain/command.ts'
import type { EngineEvent } from '#domain/event.ts'
import { SIDES, STP_MODES } from '#domain/order.ts'
import { TRACE } from './engine-under-test.ts'
import { PLAIN } from './plain-order.ts'
import { Random } from './workload-random.ts'

const ACCOUNTS = [1001, 1002, 1003]
const MIDDLE = 1000
const RECENT_MAX = 60

/** Commands without end; it learns from the events which orders there are. */
export class PlainCommands {
  readonly #random: Random
  readonly #scale: number
  readonly #orders: { account: number; orderID: number; clOrdID: string }[] = []
  #sent = 0

  constructor(seed: number) {
    this.#random = new Random(seed)
    this.#scale = this.#random.pick([1, 1000, 10 ** 9])
  }

  opening(): Command[] {
    const accounts = ACCOUNTS.flatMap((account): Command[] => {
      const common = { account, traceId: TRACE }
      const credit = (asset: string, amount: bigint): Command => ({
        ...common,
        type: 'Credit',
        asset,
        amount,
        transferId: asset,
      })
      const owned = BigInt(this.#scale) * BigInt(1000 + this.#random.below(20_000))
      return [
        { ...common, type: 'OpenAccount' },
        credit('BTC', owned),
        credit('USD', owned * BigInt(MIDDLE)),
      ]
    })
    return [this.#listing(), ...accounts]
  }

  /** Keeps orders that came to rest in mind. */
  observe(events: readonly EngineEvent[]): void {
    for (const event of events) {
      if (event.type !== 'ExecutionReport' || event.execType !== 'New') continue
      const { account, orderID, clOrdID } = event
      this.#orders.push({ account, orderID, clOrdID })
      if (this.#orders.length > RECENT_MAX) this.#orders.splice(this.#random.below(RECENT_MAX), 1)
    }
  }

  next(): Command {
    const kind = this.#random.below(1000)
    if (kind < 550) return this.#order()
    if (kind < 980) return this.#cancel()
    return this.#setting()
  }

  #order(): NewOrder {
    const r = this.#random
    const side = r.pick(SIDES)
    const away = r.chance(8) ? -r.below(5) : 1 + r.below(20)
    return {
      ...PLAIN,
      type: 'NewOrder',
      account: r.chance(1) ? 77 : r.pick(ACCOUNTS),
      traceId: TRACE,
      instrumentId: 1,
      clOrdID: r.chance(1) ? `o${r.below(this.#sent + 1)}` : `o${++this.#sent}`,
      side,
      ordType: 'Limit',
      timeInForce: r.chance(4) ? 'IOC' : 'GTC',
      stpMode: r.chance(80) ? null : r.pick(STP_MODES),
      postOnly: r.chance(15),
      price: side === 'Buy' ? MIDDLE - away : MIDDLE + away,
      orderQty: (1 + r.below(300)) * this.#scale,
    }
  }

  #cancel(): Command {
    const r = this.#random
    const known = this.#orders[r.below(Math.max(1, this.#orders.length))]
    const byID = r.chance(50)
    return {
      type: 'CancelOrder',
      account: r.chance(2) ? r.pick(ACCOUNTS) : (known?.account ?? 1001),
      traceId: TRACE,
      orderID: byID ? (known?.orderID ?? 1) : 0,
      origClOrdID: byID ? '' : (known?.clOrdID ?? 'none'),
      clOrdID: r.chance(10) ? '' : `c${++this.#sent}`,
    }
  }

  /** Fees, limits of accounts, of the instrument. */
  #setting(): Command {
    const r = this.#random
    const common = { account: r.pick(ACCOUNTS), traceId: TRACE }
    if (r.chance(30)) {
      const makerFeePpm = r.pick([null, 0, -250, 999])
      return { ...common, type: 'SetFeeTier', makerFeePpm, takerFeePpm: r.pick([null, 0, 1999]) }
    }
    if (r.chance(50)) {
      const maxOpenOrders = r.pick([0, 0, 25])
      const lots = r.pick([0, 30_000 * this.#scale])
      const maxPosition = r.chance(70) ? null : { instrumentId: 1, lots }
      return { ...common, type: 'SetLimits', maxOpenOrders, maxPosition }
    }
    return {
      ...common,
      type: 'AmendInstrument',
      instrumentId: 1,
      priceBandPpm: r.pick([0, 12_000, 500_000]),
      makerFeePpm: r.pick([null, -100, 0, 500]),
      takerFeePpm: r.pick([null, 0, 1000]),
      maxOpenOrders: r.pick([null, 0, 30]),
      maxPosition: null,
      volatilityGuard: null,
    }
  }

  #listing(): ListInstrument {
    return {
      type: 'ListInstrument',
      account: 0,
      traceId: TRACE,
      symbol: 'BTC-USD',
      kind: 'Spot',
      baseAsset: 'BTC',
      quoteAsset: 'USD',
      baseScale: 0,
      quoteScale: 0,
      tickSize: '1',
      lotSize: '1',
      minQty: 1,
      maxQty: 10 ** 12,
      minNotional: 0n,
      maxNotional: 2n ** 62n,
      priceBandPpm: 0,
      makerFeePpm: 0,
      takerFeePpm: 1000,
      initialMarginPpm: 0,
      maintenanceMarginPpm: 0,
      maxPosition: 0,
      maxOpenOrders: 0,
      allowedStpModes: STP_MODES,
      defaultStpMode: 'ExpireTaker',
      tradingState: 'Open',
    }
  }
}
