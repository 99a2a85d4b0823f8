// Random commands from a seed: mostly sensible, sometimes hostile, always over few accounts, prices
// and ids so that they meet. The configuration (fees, band, limits, sizes) is random too.

import type { Command, ListInstrument, NewOrder } from '#domain/command.ts'
import type { EngineEvent } from '#domain/event.ts'
import {
  type Instrument,
  TRADING_STATES,
  VOLATILITY_ACTIONS,
  type VolatilityGuard,
} from '#domain/instrument.ts'
import { CANCEL_REPLACE_MODES, SIDES, STP_MODES, TIMES_IN_FORCE } from '#domain/order.ts'
import { COMMAND_NS, TRACE } from './engine-under-test.ts'
import { asTrigger, randomList } from './workload-triggers.ts'

/** xorshift32: small, seeded, the same everywhere. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0 || 0x9e3779b9
    for (let i = 0; i < 8; i++) this.next()
  }

  next(): number {
    let x = this.#state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.#state = x
    return x >>> 0
  }

  /** 0 .. n-1 */
  below(n: number): number {
    return this.next() % n
  }

  chance(percent: number): boolean {
    return this.below(100) < percent
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T
  }
}

/** Time of the first command: the run goes through a midnight. */
export const START_NS = 1_767_571_200_000_000_000n - 1_000_000_000n

const ODD_NUMBERS = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53 - 1, 2 ** 53, 1e300]
const ACCOUNTS = [1000, 1001, 1002, 1003, 4_294_967_295]

/** Orders that a generator keeps in mind for cancels and replaces; some have ended meanwhile. */
const RECENT_MAX = 40

/** Commands without end. It learns from the events which orders there are. */
export class RandomCommands {
  readonly random: Random
  #sent = 0
  readonly #orders: { account: number; orderID: number; clOrdID: string }[] = []
  /** What ends the halts that were sent, soon. */
  readonly #resume: Command[] = []
  #price = 1000
  #now = START_NS
  readonly #scale: number
  /** Instruments: two of spot, and a perpetual in every other run. */
  readonly #listed: number

  constructor(seed: number) {
    this.random = new Random(seed)
    // Some runs trade in huge quantities, so that limbs and bounds are met.
    this.#scale = this.random.pick([1, 1, 1000, 3_000_000])
    this.#listed = this.random.chance(50) ? 3 : 2
  }

  /** What comes before the first order. */
  opening(): Command[] {
    const r = this.random
    const commands: Command[] = ['BTC', 'ETH'].map((base) => this.#listing(base))
    if (this.#listed > 2) commands.push(this.#perpetual())
    for (const account of ACCOUNTS) {
      commands.push({ type: 'OpenAccount', account, traceId: TRACE })
      for (const asset of ['BTC', 'ETH', 'USD']) {
        const amount =
          BigInt(r.below(200)) * BigInt(this.#scale) * (asset === 'USD' ? 20_000n * 100n : 1000n)
        commands.push(this.#transfer('Credit', account, asset, amount))
      }
    }
    this.#now += BigInt(commands.length) * COMMAND_NS
    return commands
  }

  /** Keeps orders that came to rest in mind. */
  observe(events: readonly EngineEvent[]): void {
    for (const event of events) {
      if (event.type === 'InstrumentChanged') this.#endAuction(event.instrument)
      if (event.type !== 'ExecutionReport' || event.leavesQty === 0) continue
      const { account, orderID, clOrdID } = event
      this.#orders.push({ account, orderID, clOrdID })
      if (this.#orders.length > RECENT_MAX) {
        this.#orders.splice(this.random.below(RECENT_MAX), 1)
      }
    }
  }

  /** An auction, however it began, ends some time. */
  #endAuction({ tradingState, instrumentId }: Instrument): void {
    if (tradingState !== 'Auction') return
    const open = { type: 'SetTradingState', account: 0, traceId: TRACE, instrumentId } as const
    this.#resume.unshift({ ...open, tradingState: 'Open' })
  }

  next(): Command {
    const r = this.random
    if (this.#resume.length > 0 && r.chance(10)) {
      this.#now += COMMAND_NS
      return this.#resume.pop() as Command
    }
    const kind = r.below(1000)
    this.#now += COMMAND_NS
    if (kind < 440) return this.#newOrder()
    if (kind < 520) return asTrigger(r, this.#newOrder(), () => this.#priceNear())
    if (kind < 540) {
      return randomList(
        r,
        () => this.#newOrder(),
        () => this.#priceNear(),
      )
    }
    if (kind < 560) return this.#cancelReplace()
    if (kind < 780) return { ...this.#request(), type: 'CancelOrder' }
    if (kind < 930) {
      return {
        ...this.#request(),
        type: 'ReplaceOrder',
        price: this.#priceNear(),
        orderQty: this.#qty(),
      }
    }
    return this.#rare()
  }

  #newOrder(): NewOrder {
    const r = this.random
    const instrumentId = r.chance(1) ? r.pick([0, 4, 99]) : 1 + r.below(this.#listed)
    const isMarket = r.chance(15)
    const byAmount = isMarket && r.chance(40)
    const odd = r.chance(2)
    const timeInForce = r.chance(60) ? 'GTC' : r.pick(TIMES_IN_FORCE.slice(0, isMarket ? 3 : 6))
    return {
      type: 'NewOrder',
      account: r.chance(1) ? r.pick([0, 1, 2, 77]) : r.pick(ACCOUNTS),
      traceId: TRACE,
      instrumentId,
      clOrdID: r.chance(2) ? (r.chance(10) ? '' : this.#id()) : `c${++this.#sent}`,
      side: r.pick(SIDES),
      ordType: odd && r.chance(20) ? 'Stop' : isMarket ? 'Market' : 'Limit',
      timeInForce,
      stpMode: r.chance(50) ? null : r.pick(STP_MODES),
      postOnly: r.chance(10),
      reduceOnly: instrumentId === 3 ? r.chance(25) : odd && r.chance(10),
      price: isMarket && !odd ? 0 : this.#priceNear(),
      orderQty: byAmount ? 0 : this.#qty(),
      quoteAmount: byAmount ? BigInt(r.below(1_000_000)) * BigInt(this.#scale) * 100n : 0n,
      stopPx: odd && r.chance(10) ? 5 : 0,
      displayQty: r.chance(15) ? (r.chance(3) ? r.pick(ODD_NUMBERS) : this.#part()) : 0,
      trailingOffset: 0,
      trailingOffsetUnit: 'Ticks',
      expireTimeNs: (timeInForce === 'GTD') !== odd ? this.#soon() : 0n,
    }
  }

  #request(): Omit<Extract<Command, { type: 'CancelOrder' }>, 'type'> {
    const r = this.random
    const known = this.#orders[r.below(Math.max(1, this.#orders.length))]
    const clOrdID = r.chance(20) ? '' : r.chance(2) ? this.#id() : `c${++this.#sent}`
    if (known === undefined || r.chance(4)) {
      const account = r.pick([0, 1, 77, ...ACCOUNTS])
      const orderID = r.pick([...ODD_NUMBERS, 0, 0, 1, 5])
      return { account, traceId: TRACE, orderID, origClOrdID: this.#id(), clOrdID }
    }
    const byID = r.chance(50)
    return {
      account: r.chance(3) ? r.pick(ACCOUNTS) : known.account,
      traceId: TRACE,
      orderID: byID ? known.orderID : 0,
      origClOrdID: byID && r.chance(50) ? '' : known.clOrdID,
      clOrdID,
    }
  }

  #cancelReplace(): Command {
    const r = this.random
    const { account, traceId: _trace, type: _type, ...order } = this.#newOrder()
    const { orderID, origClOrdID } = this.#request()
    const mode = r.pick(CANCEL_REPLACE_MODES)
    const request = { orderID, origClOrdID, order, mode, traceId: TRACE } as const
    return { type: 'CancelReplace', account, ...request }
  }

  /** An instant near the present one, now and then gone by. */
  #soon(): bigint {
    return this.#now + BigInt(this.random.below(400) - 10) * (COMMAND_NS / 2n)
  }

  #rare(): Command {
    const r = this.random
    if (this.#listed > 2 && r.chance(40)) return this.#margined()
    if (r.chance(40)) return this.#timely()
    const account = r.chance(3) ? 77 : r.pick(ACCOUNTS)
    const common = { account, traceId: TRACE }
    const asset = r.pick(['BTC', 'ETH', 'USD', 'XXX'])
    switch (r.below(10)) {
      case 0:
        this.#resume.push({ ...common, type: 'SetKillSwitch', engaged: false })
        return { ...common, type: 'SetKillSwitch', engaged: true }
      case 1:
        this.#resume.push({ ...common, account: 0, type: 'SetKillSwitch', engaged: false })
        return { ...common, account: 0, type: 'SetKillSwitch', engaged: true }
      case 2: {
        const lots = r.pick([10, 1000, 100_000]) * this.#scale
        const instrumentId = 1 + r.below(this.#listed)
        const none = { ...common, type: 'SetLimits', maxOpenOrders: 0 } as const
        this.#resume.push({ ...none, maxPosition: { instrumentId, lots: 0 } })
        const maxPosition = r.chance(50) ? null : { instrumentId, lots }
        return { ...common, type: 'SetLimits', maxOpenOrders: r.pick([null, 0, 3]), maxPosition }
      }
      case 3:
        return {
          ...common,
          type: 'SetFeeTier',
          makerFeePpm: r.pick([null, 0, -250, 333, 20_000, -1_000_000]),
          takerFeePpm: r.pick([null, 0, 77, 1999, 1_000_000]),
        }
      case 4: {
        const instrumentId = 1 + r.below(3)
        const state = { ...common, type: 'SetTradingState', instrumentId } as const
        const tradingState = r.chance(50) ? 'Auction' : r.pick(TRADING_STATES)
        if (tradingState !== 'Auction') this.#resume.push({ ...state, tradingState: 'Open' })
        if (tradingState === 'Closed') this.#resume.push({ ...state, tradingState: 'PreOpen' })
        return { ...state, tradingState }
      }
      case 5:
        return {
          ...common,
          type: 'AmendInstrument',
          instrumentId: 1 + r.below(this.#listed),
          priceBandPpm: r.pick([null, 0, 4_000, 50_000, 999_999]),
          makerFeePpm: r.pick([null, -100, 0, 500]),
          takerFeePpm: r.pick([null, 0, 1000]),
          maxOpenOrders: r.pick([null, 0, 0, 5]),
          maxPosition: r.pick([null, 0, 0, 1000 * this.#scale]),
          volatilityGuard: r.chance(50) ? null : this.#guard(),
        }
      case 6: {
        const side = r.pick(['Buy', 'Sell', null] as const)
        return { ...common, type: 'MassCancel', instrumentId: r.below(4), side, clOrdID: '' }
      }
      case 7:
      case 8:
        return this.#transfer('Debit', account, asset, BigInt(r.below(5_000) * this.#scale))
      default:
        return this.#transfer(
          'Credit',
          account,
          asset,
          BigInt(r.below(5_000)) * BigInt(this.#scale),
        )
    }
  }

  /** What has to do with time. */
  #timely(): Command {
    const r = this.random
    const common = { account: r.chance(3) ? 77 : r.pick(ACCOUNTS), traceId: TRACE }
    if (r.chance(60)) return { ...common, account: 0, type: 'Clock' }
    if (r.chance(60)) {
      const timeoutMs = r.pick([0, 5, 20, 100, 1000, 1.5, -1])
      return { ...common, type: 'SetDeadMan', timeoutMs }
    }
    const limits = { ...common, type: 'SetLimits', maxOpenOrders: null, maxPosition: null } as const
    this.#resume.push({ ...limits, maxOrdersPerSecond: 0 })
    return { ...limits, maxOrdersPerSecond: r.pick([1, 20, 100, null]) }
  }

  /** What has to do with the perpetual. */
  #margined(): Command {
    const r = this.random
    const common = { account: r.pick(ACCOUNTS), traceId: TRACE }
    if (r.chance(40)) return { ...common, type: 'Liquidate' }
    if (r.chance(10)) {
      return this.#transfer('Credit', 3, 'USD', BigInt(r.below(1_000_000) * this.#scale) * 10n)
    }
    if (r.chance(5)) {
      const amend = { ...common, type: 'AmendInstrument', instrumentId: 3 } as const
      const rest = { priceBandPpm: null, makerFeePpm: null, takerFeePpm: null } as const
      const limits = { maxOpenOrders: null, maxPosition: null } as const
      const margins = {
        initialMarginPpm: r.pick([100_000, 200_000, 10_000, 0]),
        maintenanceMarginPpm: r.pick([null, 10_000, 50_000]),
      }
      return { ...amend, ...rest, ...limits, ...margins }
    }
    const price = r.chance(3)
      ? r.pick(ODD_NUMBERS)
      : Math.max(1, Math.round(this.#price * (1 + (r.below(300) - 150) / 1000)))
    return { ...common, type: 'SetMark', instrumentId: r.chance(3) ? 1 : 3, price }
  }

  #transfer(type: 'Credit' | 'Debit', account: number, asset: string, amount: bigint): Command {
    const r = this.random
    const transferId = r.chance(3) ? `t${this.#recent()}` : `t${++this.#sent}`
    return {
      type,
      account,
      traceId: TRACE,
      asset,
      amount: r.chance(1) ? -amount : amount,
      transferId,
    }
  }

  #priceNear(): number {
    const r = this.random
    if (r.chance(1)) return r.pick(ODD_NUMBERS)
    if (r.chance(4)) this.#price = Math.max(20, this.#price + r.below(21) - 10)
    return this.#price + r.below(13) - 6
  }

  #qty(): number {
    const r = this.random
    if (r.chance(1)) return r.pick(ODD_NUMBERS)
    return (1 + r.below(20)) * (r.chance(90) ? this.#scale : 1)
  }

  /** What an iceberg may show. */
  #part(): number {
    return (1 + this.random.below(6)) * this.#scale
  }

  #recent(): number {
    return Math.max(0, this.#sent - this.random.below(60))
  }

  #id(): string {
    return `c${this.#recent()}`
  }

  /** Large lots, so that margin binds. */
  #perpetual(): ListInstrument {
    const r = this.random
    return {
      ...this.#listing('PRP'),
      kind: 'LinearPerpetual',
      lotSize: r.pick(['10', '100']),
      priceBandPpm: r.pick([0, 0, 5_000, 200_000]),
      takerFeePpm: r.pick([0, 1000]),
      initialMarginPpm: r.pick([10_000, 50_000, 250_000]),
      maintenanceMarginPpm: r.pick([1, 5_000, 10_000]),
    }
  }

  #listing(base: string): ListInstrument {
    const r = this.random
    return {
      type: 'ListInstrument',
      account: 0,
      traceId: TRACE,
      symbol: `${base}-USD`,
      kind: 'Spot',
      baseAsset: base,
      quoteAsset: 'USD',
      baseScale: 4,
      quoteScale: r.pick([6]),
      tickSize: '0.01',
      lotSize: r.pick(['0.0001', '0.001', '0.1']),
      minQty: 1,
      maxQty: 1_000_000_000_000,
      minNotional: r.pick([0n, 500n]),
      maxNotional: 2n ** 62n,
      priceBandPpm: r.pick([0, 5_000, 200_000]),
      makerFeePpm: r.pick([0, -100, 500]),
      takerFeePpm: r.pick([0, 1000, 250_000]),
      initialMarginPpm: 0,
      maintenanceMarginPpm: 0,
      maxPosition: 0,
      maxOpenOrders: r.pick([0, 0, 40]),
      allowedStpModes: STP_MODES,
      defaultStpMode: r.pick(STP_MODES),
      tradingState: r.chance(80) ? 'Open' : 'Auction',
      volatilityGuard: r.chance(60) ? null : this.#guard(),
    }
  }

  #guard(): VolatilityGuard {
    const bandPpm = this.random.pick([0, 2_000, 4_000, 50_000])
    return { bandPpm, action: this.random.pick(VOLATILITY_ACTIONS) }
  }
}
