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
import {
  CANCEL_REPLACE_MODES,
  SIDES,
  STP_MODES,
  type StpMode,
  TIMES_IN_FORCE,
} from '#domain/order.ts'
import { COMMAND_NS, TRACE } from './engine-under-test.ts'
import { PLAIN, type WorkloadConfig } from './workload-config.ts'
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

  /** 0 or more and below 1. */
  fraction(): number {
    return this.next() / 2 ** 32
  }

  /** 1 .. max, for any max; coarse above 2^32. */
  upTo(max: number): number {
    return 1 + Math.floor(this.fraction() * max)
  }

  chance(percent: number): boolean {
    return this.below(100) < percent
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T
  }
}

/** A price that has jumped by up to half of itself, now and then home; `top` bounds it. */
export function jumped(r: Random, price: number, home: number, top: number): number {
  const to = Math.max(1, Math.min(Math.floor(price * (0.5 + r.fraction())), top))
  return r.chance(30) ? home : to
}

/** Commands without end, for both engines: what opens the venue, then one after the other. */
export interface CommandSource {
  opening(): Command[]
  next(): Command
  /** Tells what the last command has led to. */
  observe(events: readonly EngineEvent[]): void
}

/** Time of the first command: the run goes through a midnight. */
export const START_NS = 1_767_571_200_000_000_000n - 1_000_000_000n

const ODD_NUMBERS = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53 - 1, 2 ** 53, 1e300]
/** Where jumps end. */
const PRICE_MAX = 2 ** 53 - 2 ** 32
/** Of one amount: those of all accounts together stay below 2^63. */
const MONEY_MAX = 1_200_000_000_000_000_000n
const ACCOUNTS = [1000, 1001, 1002, 1003, 4_294_967_295]

/** Orders that a generator keeps in mind for cancels and replaces; some have ended meanwhile. */
const RECENT_MAX = 40

/** Commands without end. It learns from the events which orders there are. */
export class RandomCommands implements CommandSource {
  readonly random: Random
  #sent = 0
  readonly #orders: { account: number; orderID: number; clOrdID: string }[] = []
  /** What ends the halts that were sent, soon. */
  readonly #resume: Command[] = []
  #price: number
  #now = START_NS
  readonly #config: WorkloadConfig
  readonly #scale: number
  /** By how much prices, and so the money in play, are above those of the plain configuration. */
  readonly #level: bigint
  /** What orders ask for: seldom something that no instrument allows. */
  readonly #stpModes: readonly StpMode[]
  /** Instruments: two of spot, and a perpetual in every other run. */
  readonly #listed: number

  constructor(seed: number, config = PLAIN) {
    this.random = new Random(seed)
    this.#config = config
    this.#price = config.prices.start
    const { stpModes } = config
    const isAny = stpModes.length === STP_MODES.length
    this.#stpModes = isAny ? STP_MODES : [...STP_MODES, ...Array(20).fill(stpModes).flat()]
    this.#level = BigInt(Math.ceil(config.prices.start / 1000))
    this.#scale = this.random.pick(config.scales)
    this.#listed = this.random.chance(50) ? 3 : 2
  }

  /** What comes before the first order. */
  opening(): Command[] {
    const commands: Command[] = ['BTC', 'ETH'].map((base) => this.#listing(base))
    if (this.#listed > 2) commands.push(this.#perpetual())
    for (const account of ACCOUNTS) {
      commands.push({ type: 'OpenAccount', account, traceId: TRACE })
      for (const asset of ['BTC', 'ETH', 'USD']) {
        const amount = this.#money(200, asset === 'USD' ? 2_000_000n * this.#level : 1000n)
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
      if (event.type !== 'ExecutionReport') continue
      const { account, orderID, clOrdID, leavesQty } = event
      if (leavesQty === 0) {
        this.#forget(orderID)
        continue
      }
      this.#orders.push({ account, orderID, clOrdID })
      if (this.#orders.length > RECENT_MAX) {
        this.#orders.splice(this.random.below(RECENT_MAX), 1)
      }
    }
  }

  /** An order has ended. */
  #forget(orderID: number): void {
    const { forgottenPercent } = this.#config
    if (forgottenPercent === 0 || !this.random.chance(forgottenPercent)) return
    const known = this.#orders.findIndex((order) => order.orderID === orderID)
    if (known >= 0) this.#orders.splice(known, 1)
  }

  /** An auction, however it began, ends some time. */
  #endAuction({ tradingState, instrumentId }: Instrument): void {
    if (tradingState !== 'Auction') return
    const open = { type: 'SetTradingState', account: 0, traceId: TRACE, instrumentId } as const
    this.#resume.unshift({ ...open, tradingState: 'Open' })
  }

  next(): Command {
    const r = this.random
    if (this.#resume.length > 0 && r.chance(this.#config.resumePercent)) {
      this.#now += COMMAND_NS
      return this.#resume.pop() as Command
    }
    let kind = r.below(1000)
    const isOf = (share: number) => {
      kind -= share
      return kind < 0
    }
    this.#now += COMMAND_NS
    const { mix } = this.#config
    const near = () => this.#priceNear()
    if (isOf(mix.newOrder)) return this.#newOrder()
    if (isOf(mix.trigger)) return asTrigger(r, this.#newOrder(), near)
    if (isOf(mix.list)) return randomList(r, () => this.#newOrder(), near)
    if (isOf(mix.cancelReplace)) return this.#cancelReplace()
    if (isOf(mix.cancel)) return { ...this.#request(), type: 'CancelOrder' }
    if (!isOf(mix.replace)) return this.#rare()
    const request = { ...this.#request(), type: 'ReplaceOrder' } as const
    return { ...request, price: near(), orderQty: this.#qty() }
  }

  #newOrder(): NewOrder {
    const r = this.random
    const instrumentId = r.chance(1) ? r.pick([0, 4, 99]) : 1 + r.below(this.#listed)
    const isMarket = r.chance(this.#config.marketPercent)
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
      stpMode: r.chance(50) ? null : r.pick(this.#stpModes),
      postOnly: r.chance(this.#config.postOnlyPercent),
      reduceOnly: instrumentId === 3 ? r.chance(25) : odd && r.chance(10),
      price: isMarket && !odd ? 0 : this.#priceNear(),
      orderQty: byAmount ? 0 : this.#qty(),
      quoteAmount: byAmount ? this.#money(1_000_000, 100n * this.#level) : 0n,
      stopPx: odd && r.chance(10) ? 5 : 0,
      displayQty: r.chance(this.#config.icebergPercent) ? this.#part() : 0,
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
    const { statePercent } = this.#config
    if (statePercent > 0 && r.chance(statePercent)) return this.#state(common)
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
      case 4:
        return this.#state(common)
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

  /** Another state of an instrument; what trades nothing ends soon. */
  #state(common: { account: number; traceId: string }): Command {
    const r = this.random
    const instrumentId = 1 + r.below(3)
    const state = { ...common, type: 'SetTradingState', instrumentId } as const
    const tradingState = r.chance(50) ? 'Auction' : r.pick(TRADING_STATES)
    if (tradingState !== 'Auction') this.#resume.push({ ...state, tradingState: 'Open' })
    if (tradingState === 'Closed') this.#resume.push({ ...state, tradingState: 'PreOpen' })
    return { ...state, tradingState }
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
    const { start, driftPercent, drift, spread, jumpPercent } = this.#config.prices
    if (r.chance(driftPercent)) {
      this.#price = Math.max(20, this.#price + r.below(2 * drift + 1) - drift)
    }
    if (jumpPercent > 0 && r.chance(jumpPercent)) {
      this.#price = Math.max(20, jumped(r, this.#price, start, PRICE_MAX))
    }
    return this.#price + r.below(2 * spread + 1) - spread
  }

  #qty(): number {
    const r = this.random
    if (r.chance(1)) return r.pick(ODD_NUMBERS)
    return (1 + r.below(20)) * (r.chance(90) ? this.#scale : 1)
  }

  /** What an iceberg may show. */
  #part(): number {
    const r = this.random
    return r.chance(3) ? r.pick(ODD_NUMBERS) : (1 + r.below(6)) * this.#scale
  }

  /** Fewer than `units` of a unit that grows with the quantities: in sum below 2^63. */
  #money(units: number, unit: bigint): bigint {
    const scaled = unit * BigInt(this.#scale)
    const most = MONEY_MAX / BigInt(units)
    return BigInt(this.random.below(units)) * (scaled > most ? most : scaled)
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
    const { quoteScales, steps, bandsPpm, makerFeesPpm, takerFeesPpm } = this.#config
    const { guardPercent, openPercent, stpModes } = this.#config
    const quoteScale = r.pick(quoteScales)
    const [tickSize, lotSize] = r.pick(steps)
    return {
      type: 'ListInstrument',
      account: 0,
      traceId: TRACE,
      symbol: `${base}-USD`,
      kind: 'Spot',
      baseAsset: base,
      quoteAsset: 'USD',
      baseScale: 4,
      quoteScale,
      tickSize,
      lotSize,
      minQty: 1,
      maxQty: 1_000_000_000_000,
      minNotional: r.pick([0n, 500n]),
      maxNotional: 2n ** 62n,
      priceBandPpm: r.pick(bandsPpm),
      makerFeePpm: r.pick(makerFeesPpm),
      takerFeePpm: r.pick(takerFeesPpm),
      initialMarginPpm: 0,
      maintenanceMarginPpm: 0,
      maxPosition: 0,
      maxOpenOrders: r.pick([0, 0, 40]),
      allowedStpModes: stpModes,
      defaultStpMode: r.pick(stpModes),
      tradingState: r.chance(openPercent) ? 'Open' : 'Auction',
      volatilityGuard: r.chance(100 - guardPercent) ? null : this.#guard(),
    }
  }

  #guard(): VolatilityGuard {
    const bandPpm = this.random.pick([0, 2_000, 4_000, 50_000])
    return { bandPpm, action: this.random.pick(VOLATILITY_ACTIONS) }
  }
}
