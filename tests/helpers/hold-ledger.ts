// What accounts have to hold, told by commands and events alone: the worst case of every open order,
// added up anew from the whole list whenever it is asked for. Knows nothing of the engine's holds.

import type { Command } from '#domain/command.ts'
import type { EngineEvent, ExecutionReport } from '#domain/event.ts'
import type { Instrument } from '#domain/instrument.ts'

const MILLION = 1_000_000n

interface Rates {
  readonly maker: number
  readonly taker: number
}

interface OpenOrder {
  readonly account: number
  readonly instrument: Instrument
  readonly isBuy: boolean
  /** Of the orders of a list only the dearest counts; its own, where it is in none. */
  readonly group: object
  /** Where the order holds: its limit, or where a waiting Market type may trade. */
  price: number
  leaves: number
  isWaiting: boolean
  /** A leg of a bracket whose entry has not filled holds nothing. */
  isHeldBack: boolean
  rates: Rates
  /** Exact fee so far times 10^6, and what has been paid of it. */
  feeExact: bigint
  feePaid: bigint
}

/** Follows the open orders of a venue. */
export class HoldLedger {
  readonly #orders = new Map<number, OpenOrder>()
  readonly #instruments = new Map<number, Instrument>()
  readonly #tiers = new Map<number, { maker: number | null; taker: number | null }>()
  /** The legs of the list under way, by clOrdID. */
  readonly #legs = new Map<string, { readonly group: object; readonly isHeldBack: boolean }>()

  apply(command: Command, events: readonly EngineEvent[]): void {
    this.#legs.clear()
    if (command.type === 'NewOrderList') {
      const isBracket = command.contingencyType === 'Bracket'
      const group = {}
      for (const [role, { clOrdID }] of command.orders.entries()) {
        const isEntry = isBracket && role === 0
        this.#legs.set(clOrdID, { group: isEntry ? {} : group, isHeldBack: isBracket && !isEntry })
      }
    }
    for (const event of events) this.#take(event)
  }

  /** What is held, by `account:assetId`; nothing that is 0. */
  holds(): Map<string, bigint> {
    const dearest = new Map<object, { readonly key: string; readonly need: bigint }>()
    for (const order of this.#orders.values()) {
      const need = needOf(order)
      const known = dearest.get(order.group)
      if (known === undefined || known.need < need) {
        dearest.set(order.group, { key: `${order.account}:${assetOf(order)}`, need })
      }
    }
    const sums = new Map<string, bigint>()
    for (const { key, need } of dearest.values()) {
      if (need !== 0n) sums.set(key, (sums.get(key) ?? 0n) + need)
    }
    return sums
  }

  /** How many orders wait: whether a run has shown any. */
  get waiting(): number {
    return [...this.#orders.values()].filter(({ isWaiting }) => isWaiting).length
  }

  #take(event: EngineEvent): void {
    if (event.type === 'InstrumentChanged') {
      const { instrument } = event
      this.#instruments.set(instrument.instrumentId, instrument)
    } else if (event.type === 'AccountChanged') {
      this.#tiers.set(event.account, { maker: event.makerFeePpm, taker: event.takerFeePpm })
    } else if (event.type === 'ExecutionReport' && event.execType !== 'Rejected') {
      if (event.execType === 'New') this.#enter(event)
      else this.#step(event)
      if (event.leavesQty === 0) this.#orders.delete(event.orderID)
    }
  }

  #enter(r: ExecutionReport): void {
    const leg = this.#legs.get(r.clOrdID)
    const isWaiting = r.ordStatus === 'PendingTrigger'
    this.#orders.set(r.orderID, {
      account: r.account,
      instrument: this.#instrumentOf(r.instrumentId),
      isBuy: r.side === 'Buy',
      group: leg?.group ?? {},
      price: isWaiting ? this.#worstPriceOf(r) : r.price,
      leaves: r.leavesQty,
      isWaiting,
      isHeldBack: leg?.isHeldBack ?? false,
      rates: this.#ratesOf(r),
      feeExact: 0n,
      feePaid: 0n,
    })
  }

  #step(r: ExecutionReport): void {
    const order = this.#orders.get(r.orderID)
    if (order === undefined) return
    order.leaves = r.leavesQty
    if (r.execType === 'Trade') {
      const ppm = r.aggressor ? order.rates.taker : order.rates.maker
      order.feeExact += r.lastNotional * BigInt(ppm)
      order.feePaid += r.fee
    }
    if (r.execType === 'Triggered') {
      Object.assign(order, { isWaiting: false, isHeldBack: false, price: r.price })
    }
    if (r.execType !== 'Replaced') return
    // A replace by its owner has a name of its own; the others are what a list or a position does.
    if (r.origClOrdID !== '') order.rates = this.#ratesOf(r)
    if (r.price !== 0) order.price = r.price
    else if (order.isHeldBack) order.price = this.#worstPriceOf(r)
    order.isHeldBack = false
  }

  /** A waiting limit type holds at its limit, a Market type at its stop widened by the band. */
  #worstPriceOf(r: ExecutionReport): number {
    if (r.price !== 0) return r.price
    const stop = BigInt(r.stopPx === 0 ? 1 : r.stopPx)
    const { priceBandPpm } = this.#instrumentOf(r.instrumentId)
    const worst = Number(stop + (stop * BigInt(priceBandPpm)) / MILLION)
    return Math.min(worst, Number.MAX_SAFE_INTEGER)
  }

  /** The rates of now: an order keeps those that it came with, until its owner replaces it. */
  #ratesOf(r: ExecutionReport): Rates {
    const { makerFeePpm, takerFeePpm } = this.#instrumentOf(r.instrumentId)
    const tier = this.#tiers.get(r.account)
    return { maker: tier?.maker ?? makerFeePpm, taker: tier?.taker ?? takerFeePpm }
  }

  #instrumentOf(instrumentId: number): Instrument {
    const known = this.#instruments.get(instrumentId)
    if (known === undefined) throw new Error(`a report on instrument ${instrumentId}, never listed`)
    return known
  }
}

function assetOf({ instrument, isBuy }: OpenOrder): number {
  const isQuote = isBuy || instrument.kind === 'LinearPerpetual'
  return (isQuote ? instrument.quote : instrument.base).assetId
}

/** The worst case of what an order has open: all of it fills at its price, at the dearer fee. */
function needOf({ instrument, isBuy, isWaiting, isHeldBack, ...order }: OpenOrder): bigint {
  const isMargined = instrument.kind === 'LinearPerpetual'
  const lots = BigInt(order.leaves)
  if (isHeldBack || (isMargined && isWaiting)) return 0n
  if (!isBuy && !isMargined) return lots * instrument.lotBaseMinor
  const notional = BigInt(order.price) * lots * instrument.notionalFactor
  const ppm = BigInt(Math.max(order.rates.maker, order.rates.taker, 0))
  const fee = ceilOf(order.feeExact + notional * ppm) - order.feePaid
  return isMargined ? fee : notional + fee
}

/** Rounded up: against the client, also below zero. */
function ceilOf(exact: bigint): bigint {
  const whole = exact / MILLION
  return exact > 0n && whole * MILLION !== exact ? whole + 1n : whole
}
