// Random commands on two perpetuals and a spot instrument that settle in one asset: small balances,
// marks that move far, liquidations all the time. Mostly sensible orders, so that positions build up.

import type { Command, ListInstrument, NewOrder } from '#domain/command.ts'
import type { EngineEvent } from '#domain/event.ts'
import { SIDES, type Side, STP_MODES, type StpMode } from '#domain/order.ts'
import { TRACE } from './engine-under-test.ts'
import { type CommandSource, Random } from './workload-random.ts'

const ACCOUNTS = [1001, 1002, 1003, 1004, 1005, 1006]
const RECENT_MAX = 30

/** What these commands are drawn from besides their seed. */
interface MarginConfig {
  /** First price of all instruments; the money in play grows with it. */
  readonly start: number
  /** Prices are this far from the mark at most. */
  readonly spread: number
  /** Thousandths of itself by which a mark moves at most. */
  readonly swing: number
  readonly tickSize: string
  readonly stpModes: readonly StpMode[]
  readonly defaultStpMode: StpMode
}

const PLAIN: MarginConfig = {
  start: 1000,
  spread: 20,
  swing: 100,
  tickSize: '0.01',
  stpModes: STP_MODES,
  defaultStpMode: 'ExpireMaker',
}

/** A configuration from a seed. */
export function drawMarginConfig(seed: number): MarginConfig {
  const r = new Random(seed ^ 0x2c1b3c6d)
  const start = r.pick([1000, 1000, 100, 50_000, 1_000_000_000])
  const defaultStpMode = r.pick(STP_MODES)
  return {
    start,
    spread: Math.ceil((start * r.pick([2, 20, 100])) / 1000),
    swing: r.pick([10, 100, 300]),
    tickSize: r.pick(['0.01', '0.05']),
    stpModes: STP_MODES.filter((mode) => mode === defaultStpMode || r.chance(60)),
    defaultStpMode,
  }
}

/** Commands without end, from a seed. */
export class RandomMarginCommands implements CommandSource {
  readonly random: Random
  readonly #config: MarginConfig
  readonly #prices: number[]
  readonly #orders: { account: number; orderID: number; price: number; orderQty: number }[] = []
  /** Whose liquidation is asked for next. */
  #asked: number[] = []
  #sent = 0

  constructor(seed: number, config = PLAIN) {
    this.random = new Random(seed)
    this.#config = config
    this.#prices = [0, config.start, config.start, config.start]
  }

  /** Listings, accounts, money. */
  opening(): Command[] {
    const r = this.random
    const commands: Command[] = ['BTC', 'ETH', 'XRP'].map((base, i) => this.#listing(base, i < 2))
    for (const account of ACCOUNTS) {
      commands.push({ type: 'OpenAccount', account, traceId: TRACE })
      commands.push(this.#credit(account, 'USD', 20_000 + r.below(300_000)))
      commands.push(this.#credit(account, 'XRP', r.below(200)))
    }
    if (r.chance(50)) commands.push(this.#credit(3, 'USD', r.below(30_000)))
    return commands
  }

  /** Keeps orders that came to rest in mind. */
  observe(events: readonly EngineEvent[]): void {
    for (const event of events) {
      if (event.type !== 'ExecutionReport' || event.leavesQty === 0) continue
      const { account, orderID, price, orderQty } = event
      this.#orders.push({ account, orderID, price, orderQty })
      if (this.#orders.length > RECENT_MAX) this.#orders.splice(this.random.below(RECENT_MAX), 1)
    }
  }

  next(): Command {
    const r = this.random
    const asked = this.#asked.pop()
    if (asked !== undefined) return { type: 'Liquidate', account: asked, traceId: TRACE }
    const kind = r.below(100)
    const account = r.pick(ACCOUNTS)
    const common = { account, traceId: TRACE }
    if (kind < 62) return this.#newOrder(account)
    if (kind < 70) return { ...common, ...this.#known(), type: 'CancelOrder', clOrdID: '' }
    if (kind < 78) return this.#replace()
    if (kind < 88) return this.#mark()
    if (kind < 90) return { ...common, type: 'Liquidate' }
    if (kind < 98) return this.#credit(account, 'USD', r.below(20_000))
    if (kind < 99) return { ...this.#credit(account, 'USD', r.below(20_000)), type: 'Debit' }
    const rates = { makerFeePpm: r.pick([null, -500, 0]), takerFeePpm: r.pick([null, 0, 9_000]) }
    return { ...common, type: 'SetFeeTier', ...rates }
  }

  #newOrder(account: number): NewOrder {
    const r = this.random
    const instrumentId = 1 + r.below(r.chance(90) ? 2 : 3)
    const isMarket = r.chance(12)
    const byAmount = isMarket && r.chance(30)
    const stop = r.chance(6)
    const force = r.chance(80) ? 'GTC' : r.pick(['IOC', 'FOK', 'DAY'] as const)
    const timeInForce = isMarket && force === 'DAY' ? 'GTC' : force
    const canHide = !isMarket && !stop && (timeInForce === 'GTC' || timeInForce === 'DAY')
    const orderQty = byAmount ? 0 : 1 + r.below(r.chance(80) ? 150 : 900)
    return {
      type: 'NewOrder',
      account,
      traceId: TRACE,
      instrumentId,
      clOrdID: `m${++this.#sent}`,
      side: r.chance(20) ? r.pick(SIDES) : this.#opinionOf(account),
      ordType: stop ? (isMarket ? 'Stop' : 'StopLimit') : isMarket ? 'Market' : 'Limit',
      timeInForce,
      stpMode: r.pick(this.#config.stpModes),
      postOnly: canHide && r.chance(10),
      reduceOnly: r.chance(25),
      price: isMarket ? 0 : this.#priceNear(instrumentId),
      orderQty: byAmount && stop ? 5 : orderQty,
      quoteAmount: byAmount && !stop ? this.#amount() : 0n,
      stopPx: stop ? this.#priceNear(instrumentId) : 0,
      displayQty: canHide && r.chance(10) ? 1 + r.below(orderQty) : 0,
      trailingOffset: 0,
      trailingOffsetUnit: 'Ticks',
      expireTimeNs: 0n,
    }
  }

  /** Accounts hold on to a direction for a while, so that positions grow. */
  #opinionOf(account: number): Side {
    return (account + Math.floor(this.#sent / 300)) % 2 === 0 ? 'Buy' : 'Sell'
  }

  #replace(): Command {
    const r = this.random
    const known = this.#orders[r.below(Math.max(1, this.#orders.length))]
    const price = known === undefined || r.chance(50) ? 0 : known.price + r.below(9) - 4
    const orderQty = r.chance(40) ? 0 : 1 + r.below(2 * (known?.orderQty ?? 5))
    const ids = { ...this.#known(known), clOrdID: `m${++this.#sent}` }
    return { type: 'ReplaceOrder', traceId: TRACE, ...ids, price, orderQty }
  }

  #known(order = this.#orders[this.random.below(Math.max(1, this.#orders.length))]) {
    const account = order?.account ?? 1001
    return { account, orderID: order?.orderID ?? 1, origClOrdID: '' }
  }

  /** Prices follow the marks, so that positions are carried through them. */
  #mark(): Command {
    const r = this.random
    const instrumentId = 1 + r.below(2)
    const old = this.#prices[instrumentId] ?? 1000
    const { start, swing } = this.#config
    const to = old + Math.round((old * (r.below(2 * swing) - swing)) / 1000)
    const price = Math.min(Math.max(start / 20, to), start * 1000)
    this.#prices[instrumentId] = price
    if (r.chance(50)) this.#asked = [...ACCOUNTS]
    return { type: 'SetMark', account: 0, traceId: TRACE, instrumentId, price }
  }

  #priceNear(instrumentId: number): number {
    const { spread } = this.#config
    return Math.max(
      1,
      (this.#prices[instrumentId] ?? 1000) + this.random.below(2 * spread + 1) - spread,
    )
  }

  #amount(): bigint {
    return BigInt(Math.ceil(this.random.below(500_000) * (this.#config.start / 1000)))
  }

  #credit(account: number, asset: string, amount: number): Extract<Command, { asset: string }> {
    const transferId = `t${++this.#sent}`
    const level = asset === 'USD' ? this.#config.start / 1000 : 1
    const units = BigInt(Math.ceil(amount * level))
    return { type: 'Credit', account, traceId: TRACE, asset, amount: units, transferId }
  }

  #listing(base: string, isPerpetual: boolean): ListInstrument {
    const r = this.random
    return {
      type: 'ListInstrument',
      account: 0,
      traceId: TRACE,
      symbol: `${base}-USD`,
      kind: isPerpetual ? 'LinearPerpetual' : 'Spot',
      baseAsset: base,
      quoteAsset: 'USD',
      baseScale: 0,
      quoteScale: 2,
      tickSize: this.#config.tickSize,
      lotSize: r.pick(['1', '7']),
      minQty: 1,
      maxQty: 1_000_000,
      minNotional: 0n,
      maxNotional: 2n ** 60n,
      priceBandPpm: r.pick([0, 0, 100_000, 300_000]),
      makerFeePpm: r.pick([0, -100, 200]),
      takerFeePpm: r.pick([0, 500, 3_000]),
      initialMarginPpm: isPerpetual ? r.pick([20_000, 100_000, 333_333]) : 0,
      maintenanceMarginPpm: isPerpetual ? r.pick([10_000, 20_000, 7]) : 0,
      maxPosition: r.pick([0, 0, 1500]),
      maxOpenOrders: r.pick([0, 0, 12]),
      allowedStpModes: this.#config.stpModes,
      defaultStpMode: this.#config.defaultStpMode,
      tradingState: 'Open',
    }
  }
}
