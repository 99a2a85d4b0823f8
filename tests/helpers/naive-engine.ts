// The slow and obvious engine, an oracle for the fast one: Maps, arrays, bigint, no pools, no limbs,
// no incremental sums. It covers what tests send to both: orders, accounts, limits, switches. Ids
// that are done are remembered without end here, so tests stay below the fast one's bound.

import type {
  CancelOrder,
  Command,
  ListInstrument,
  MassCancel,
  NewOrder,
  ReplaceOrder,
  Transfer,
} from '#domain/command.ts'
import type { BalanceChanged, EngineEvent, ExecutionReport } from '#domain/event.ts'
import type { Asset } from '#domain/instrument.ts'
import { unitsOf } from '#domain/listing.ts'
import type { ExecType, OrdStatus } from '#domain/order.ts'
import type { RejectReason } from '#domain/reject-reason.ts'
import type { BalanceView, LevelView } from '#engine/engine.ts'
import type { EngineUnderTest } from './engine-under-test.ts'
import {
  ceilDiv,
  foresee,
  type NaiveInstrument,
  type NaiveOrder,
  naiveLevels,
  opposite,
} from './naive-book.ts'

interface Account {
  killSwitch: boolean
  maxOpenOrders: number
  makerFeePpm: number | null
  takerFeePpm: number | null
  maxPosition: Map<number, number>
}

interface Money {
  balance: bigint
  hold: bigint
}

const MILLION = 1_000_000n

/** Same face, same events, none of the speed. */
export class NaiveEngine implements EngineUnderTest {
  accounts = new Map<number, Account>()
  money = new Map<string, Money>()
  instruments: NaiveInstrument[] = []
  assets: Asset[] = []
  clientIds = new Map<string, number>()
  transferIds = new Map<string, boolean>()
  venueHalted = false
  lastOrderID = 0
  lastExecID = 0
  lastTime = 0
  events: EngineEvent[] = []
  touched = new Map<string, Money>()
  traceId = ''

  constructor() {
    for (const account of [1, 2, 3]) this.openAccount(account)
  }

  apply(command: Command): EngineEvent[] {
    this.events = []
    this.touched = new Map()
    this.traceId = command.traceId
    switch (command.type) {
      case 'NewOrder':
        this.newOrder(command)
        break
      case 'CancelOrder':
        this.cancelOrder(command)
        break
      case 'ReplaceOrder':
        this.replaceOrder(command)
        break
      default:
        this.admin(command)
    }
    this.reportBalances()
    return this.events
  }

  levels(instrumentId: number, side: 'Buy' | 'Sell'): LevelView[] {
    const instrument = this.instruments[instrumentId - 1]
    return instrument === undefined ? [] : naiveLevels(instrument, side)
  }

  balances(): BalanceView[] {
    return [...this.money]
      .map(([key, { balance, hold }]) => {
        const [account, assetId] = key.split(':').map(Number) as [number, number]
        return { account, assetId, balance, hold }
      })
      .filter(({ balance, hold }) => balance !== 0n || hold !== 0n)
      .sort((a, b) => a.account - b.account || a.assetId - b.assetId)
  }

  // ---- orders ----

  newOrder(c: NewOrder): void {
    const { reason, firstOrderID, qty } = this.checkNew(c)
    const instrument = this.instruments[c.instrumentId - 1]
    if (reason !== 'None') {
      this.rejectNew(c, reason, firstOrderID)
      const key = `${c.account}:${c.clOrdID}`
      const isFirst = this.accounts.has(c.account) && c.clOrdID !== '' && !this.clientIds.has(key)
      if (isFirst) this.clientIds.set(key, 0)
      return
    }
    const definition = (instrument as NaiveInstrument).definition
    const { maker, taker } = this.rates(c.account, instrument as NaiveInstrument)
    const order: NaiveOrder = {
      orderID: ++this.lastOrderID,
      account: c.account,
      instrument: instrument as NaiveInstrument,
      side: c.side,
      command: c,
      stpMode: c.stpMode ?? (definition.defaultStpMode as NaiveOrder['stpMode']),
      clOrdID: c.clOrdID,
      price: c.price,
      orderQty: qty,
      leaves: qty,
      cumQty: 0,
      prevented: 0,
      cumNotional: 0n,
      feePaid: 0n,
      feeExact: 0n,
      makerFeePpm: maker,
      takerFeePpm: taker,
      time: 0,
    }
    this.clientIds.set(`${c.account}:${c.clOrdID}`, order.orderID)
    this.report(order, 'New', 'New', qty)
    this.execute(order)
  }

  checkNew(c: NewOrder): { reason: RejectReason; firstOrderID: number; qty: number } {
    const no = (reason: RejectReason, firstOrderID = 0) => ({ reason, firstOrderID, qty: 0 })
    const account = this.accounts.get(c.account)
    if (this.venueHalted) return no('VenueHalted')
    if (account === undefined) return no('UnknownAccount')
    if (account.killSwitch || c.account <= 3) return no('AccountBlocked')
    const instrument = this.instruments[c.instrumentId - 1]
    if (instrument === undefined) return no('UnknownInstrument')
    const d = instrument.definition
    if (d.tradingState !== 'Open') return no('TradingStateForbids')
    if (c.clOrdID === '') return no('Malformed')
    if (c.ordType !== 'Limit' && c.ordType !== 'Market') return no('UnsupportedOrder')
    if (!['GTC', 'IOC', 'FOK'].includes(c.timeInForce)) return no('UnsupportedOrder')
    const stpMode = (c.stpMode ?? d.defaultStpMode) as NaiveOrder['stpMode']
    if (!d.allowedStpModes.includes(stpMode)) return no('UnsupportedOrder')
    if (c.postOnly && (c.ordType === 'Market' || c.timeInForce !== 'GTC'))
      return no('UnsupportedOrder')
    if (c.reduceOnly || c.stopPx !== 0 || c.displayQty !== 0 || c.expireTimeNs !== 0n) {
      return no('UnsupportedOrder')
    }
    const byAmount = c.quoteAmount !== 0n
    if (byAmount && c.ordType === 'Limit') return no('UnsupportedOrder')
    if (byAmount) {
      if (c.orderQty !== 0) return no('InvalidQty')
      if (c.price !== 0) return no('InvalidPrice')
      if (c.quoteAmount < d.minNotional || c.quoteAmount > d.maxNotional)
        return no('InvalidNotional')
    } else {
      const reason = this.checkBounds(
        instrument,
        c.side,
        c.ordType === 'Market',
        c.price,
        c.orderQty,
        c.orderQty,
      )
      if (reason !== 'None') return no(reason)
    }
    if (c.ordType === 'Limit' && !this.insideBand(instrument, c.price)) return no('PriceBand')
    const first = this.clientIds.get(`${c.account}:${c.clOrdID}`)
    if (first !== undefined) return no('DuplicateClOrdID', first)
    const limit = c.ordType === 'Limit' ? c.price : this.bandEdge(instrument, c.side)
    const steps = foresee(opposite(instrument, c.side, limit), c.account, stpMode)
    const rates = this.rates(c.account, instrument)
    const sized = byAmount
      ? this.size(instrument, c, steps, rates.taker)
      : { qty: c.orderQty, short: false }
    const { qty } = sized
    if (c.ordType === 'Limit' && c.timeInForce === 'GTC') {
      const mine = this.instruments
        .flatMap((known) => known.open)
        .filter((o) => o.account === c.account)
      const here = mine.filter((o) => o.instrument === instrument)
      if (account.maxOpenOrders > 0 && mine.length >= account.maxOpenOrders)
        return no('TooManyOpenOrders')
      if (d.maxOpenOrders > 0 && here.length >= d.maxOpenOrders) return no('TooManyOpenOrders')
    }
    if (c.side === 'Buy' && this.overLimit(instrument, c.account, qty)) return no('PositionLimit')
    const holdPpm = BigInt(Math.max(rates.maker, rates.taker, 0))
    const takerPpm = BigInt(Math.max(rates.taker, 0))
    const withFee = (n: bigint, ppm: bigint) => n + ceilDiv(n * ppm, MILLION)
    const notional = (price: number, lots: number) =>
      BigInt(price) * BigInt(lots) * d.notionalFactor
    let need: bigint
    if (c.side === 'Sell') need = BigInt(qty) * d.lotBaseMinor
    else if (byAmount) need = c.quoteAmount
    else if (limit !== null) need = withFee(notional(limit, qty), holdPpm)
    else {
      let left = qty
      need = 0n
      for (const step of steps) {
        const part = Math.min(left, step.qty)
        left -= part
        if (!step.prevented) need += notional(step.price, part)
      }
      need = withFee(need, takerPpm)
    }
    const { balance, hold } = this.of(
      c.account,
      c.side === 'Buy' ? d.quote.assetId : d.base.assetId,
    )
    if (balance - hold < need) return no('InsufficientFunds')
    if (c.postOnly && opposite(instrument, c.side, c.price).length > 0)
      return no('PostOnlyWouldCross')
    if (c.timeInForce === 'FOK') {
      if (byAmount && (sized.short || qty === 0)) return no('FokCannotFill')
      let left = qty
      for (const step of steps) {
        if (left > 0 && step.prevented) return no('FokCannotFill')
        left -= Math.min(left, step.qty)
      }
      if (left > 0) return no('FokCannotFill')
    }
    return { reason: 'None', firstOrderID: 0, qty }
  }

  checkBounds(
    i: NaiveInstrument,
    side: string,
    market: boolean,
    price: number,
    qty: number,
    added: number,
  ): RejectReason {
    const d = i.definition
    if (!(qty >= d.minQty && qty <= d.maxQty)) return 'InvalidQty'
    if (!Number.isSafeInteger(qty)) return 'InvalidLot'
    if (market) return price === 0 ? 'None' : 'InvalidPrice'
    if (!Number.isSafeInteger(price) || price < 1) return 'InvalidPrice'
    const notional = BigInt(price) * BigInt(qty) * d.notionalFactor
    if (notional < d.minNotional || notional > d.maxNotional) return 'InvalidNotional'
    const resting = i.open
      .filter((o) => o.side === side)
      .reduce((sum, o) => sum + BigInt(o.leaves), 0n)
    return resting + BigInt(added) > BigInt(Number.MAX_SAFE_INTEGER) ? 'Overflow' : 'None'
  }

  /** Lots that an amount buys, or that bring it in. */
  size(i: NaiveInstrument, c: NewOrder, steps: ReturnType<typeof foresee>, takerPpm: number) {
    const ppm = BigInt(c.side === 'Buy' ? Math.max(takerPpm, 0) : 0)
    const cost = (n: bigint) => n + ceilDiv(n * ppm, MILLION)
    let total = 0n
    let qty = 0
    for (const step of steps) {
      const unit = BigInt(step.price) * i.definition.notionalFactor
      let part = Math.min(step.qty, i.definition.maxQty - qty)
      if (cost(total + BigInt(part) * unit) > c.quoteAmount) {
        // The largest n with cost(total + n * unit) <= amount: near the quotient, then by hand.
        let n = Number(((c.quoteAmount - cost(total)) * MILLION) / (unit * (MILLION + ppm))) + 2
        while (n > 0 && cost(total + BigInt(n) * unit) > c.quoteAmount) n--
        part = Math.min(part, n)
      }
      total += BigInt(part) * unit
      qty += part
      if (part < step.qty) return { qty, short: false }
    }
    return { qty, short: cost(total) < c.quoteAmount }
  }

  execute(order: NaiveOrder): void {
    const { instrument, command } = order
    const limit = command.ordType === 'Limit' ? order.price : this.bandEdge(instrument, order.side)
    const wanted = order.leaves
    for (const maker of opposite(instrument, order.side, limit)) {
      if (order.leaves === 0) break
      if (maker.account === order.account && order.stpMode !== 'None') {
        this.prevent(order, maker)
        continue
      }
      this.trade(order, maker, Math.min(order.leaves, maker.leaves))
    }
    if (order.leaves === 0 && wanted > 0) return
    const fits = order.cumNotional + this.notional(order, order.leaves) < 2n ** 63n
    if (command.ordType === 'Limit' && command.timeInForce === 'GTC' && fits) {
      order.time = ++this.lastTime
      instrument.open.push(order)
      this.changeHold(order, this.holdOf(order))
      return
    }
    order.leaves = 0
    this.report(order, 'Expired', 'Expired', 0)
  }

  prevent(taker: NaiveOrder, maker: NaiveOrder): void {
    const mode = taker.stpMode
    if (mode === 'Decrement') {
      const qty = Math.min(taker.leaves, maker.leaves)
      this.preventPart(taker, qty)
      this.preventPart(maker, qty)
      return
    }
    if (mode !== 'ExpireMaker') this.preventPart(taker, taker.leaves)
    if (mode !== 'ExpireTaker') this.preventPart(maker, maker.leaves)
  }

  preventPart(order: NaiveOrder, qty: number): void {
    const isResting = order.instrument.open.includes(order)
    const before = isResting ? this.holdOf(order) : 0n
    order.leaves -= qty
    order.prevented += qty
    if (isResting) this.changeHold(order, this.holdOf(order) - before)
    if (order.leaves === 0) this.forget(order)
    this.report(
      order,
      'TradePrevented',
      order.leaves > 0 ? openStatus(order) : 'Expired',
      order.leaves,
    )
  }

  trade(taker: NaiveOrder, maker: NaiveOrder, qty: number): void {
    const i = maker.instrument
    const d = i.definition
    const notional = BigInt(maker.price) * BigInt(qty) * d.notionalFactor
    const base = BigInt(qty) * d.lotBaseMinor
    const holdBefore = this.holdOf(maker)
    const takerFee = this.charge(taker, taker.takerFeePpm, notional, qty)
    const makerFee = this.charge(maker, maker.makerFeePpm, notional, qty)
    const released = this.holdOf(maker) - holdBefore
    const buyer = maker.side === 'Buy' ? maker : taker
    const seller = maker.side === 'Buy' ? taker : maker
    const fees = new Map([
      [taker, takerFee],
      [maker, makerFee],
    ])
    if (maker === buyer) this.changeHold(maker, released)
    this.changeBalance(buyer.account, d.quote.assetId, -notional - (fees.get(buyer) as bigint))
    this.changeBalance(buyer.account, d.base.assetId, base)
    if (maker === seller) this.changeHold(maker, released)
    this.changeBalance(seller.account, d.base.assetId, -base)
    this.changeBalance(seller.account, d.quote.assetId, notional - (fees.get(seller) as bigint))
    this.changeBalance(2, d.quote.assetId, takerFee + makerFee)
    i.lastPrice = maker.price
    i.lastTradeID += 1
    if (maker.leaves === 0) this.forget(maker)
    for (const order of [taker, maker]) {
      this.report(order, 'Trade', order.leaves > 0 ? 'PartiallyFilled' : 'Filled', order.leaves, {
        aggressor: order === taker,
        tradeID: i.lastTradeID,
        lastQty: qty,
        lastPx: maker.price,
        lastNotional: notional,
        fee: fees.get(order) as bigint,
      })
    }
  }

  /** Moves a fill from leaves to cum; all fills of an order pay its exact fee rounded up. */
  charge(order: NaiveOrder, ppm: number, notional: bigint, qty: number): bigint {
    order.leaves -= qty
    order.cumQty += qty
    order.cumNotional += notional
    const exact = order.feeExact + notional * BigInt(ppm)
    const fee = ppm === 0 ? 0n : ceilDiv(exact, MILLION) - order.feePaid
    const feeBalance = this.of(2, order.instrument.definition.quote.assetId).balance
    if (ppm < 0 && feeBalance + fee < -(2n ** 60n)) return 0n
    if (ppm !== 0) order.feeExact = exact
    order.feePaid += fee
    return fee
  }

  cancelOrder(c: CancelOrder): void {
    const order = this.findOwn(c)
    let reason: RejectReason = 'None'
    if (!this.accounts.has(c.account)) reason = 'UnknownAccount'
    else if (order === undefined) reason = 'UnknownOrder'
    else if (order.instrument.definition.tradingState === 'Closed') reason = 'TradingStateForbids'
    if (reason !== 'None' || order === undefined) {
      this.rejectRequest(c, reason, Number.isSafeInteger(c.orderID) ? c.orderID : 0)
      return
    }
    this.end(order, c.clOrdID)
  }

  /** Takes an open order out and cancels what it has open. */
  end(order: NaiveOrder, requestID: string): void {
    this.changeHold(order, -this.holdOf(order))
    this.forget(order)
    order.leaves = 0
    const ids = requestID === '' ? {} : { clOrdID: requestID, origClOrdID: order.clOrdID }
    this.report(order, 'Canceled', 'Canceled', 0, ids)
  }

  replaceOrder(command: ReplaceOrder): void {
    const order = this.findOwn(command)
    const c = this.completed(command, order)
    const checked = this.checkReplace(c, order)
    if (checked.reason !== 'None' || order === undefined) {
      let orderID = Number.isSafeInteger(c.orderID) ? c.orderID : 0
      if (checked.reason === 'DuplicateClOrdID') orderID = checked.firstOrderID
      else if (order !== undefined && checked.found) orderID = order.orderID
      this.rejectRequest(c, checked.reason, orderID)
      const key = `${c.account}:${c.clOrdID}`
      const isFirst = this.accounts.has(c.account) && c.clOrdID !== '' && !this.clientIds.has(key)
      if (isFirst) this.clientIds.set(key, 0)
      return
    }
    this.clientIds.set(`${c.account}:${c.clOrdID}`, order.orderID)
    const leaves = c.orderQty - order.cumQty - order.prevented
    const ids = { clOrdID: c.clOrdID, origClOrdID: order.clOrdID }
    if (leaves <= 0) {
      this.end(order, c.clOrdID)
      order.clOrdID = c.clOrdID
      return
    }
    const { maker, taker } = this.rates(c.account, order.instrument)
    const keepsPlace = c.price === order.price && c.orderQty <= order.orderQty
    this.changeHold(order, -this.holdOf(order))
    Object.assign(order, { clOrdID: c.clOrdID, price: c.price, orderQty: c.orderQty, leaves })
    Object.assign(order, { makerFeePpm: maker, takerFeePpm: taker })
    if (keepsPlace) {
      this.changeHold(order, this.holdOf(order))
      this.report(order, 'Replaced', openStatus(order), leaves, ids)
      return
    }
    this.forget(order)
    this.report(order, 'Replaced', openStatus(order), leaves, ids)
    this.execute(order)
  }

  /** A price or quantity of 0 leaves the order's own as it is. */
  completed(c: ReplaceOrder, order: NaiveOrder | undefined): ReplaceOrder {
    if (order === undefined || !this.checkReplace(c, order).found) return c
    const price = c.price === 0 ? order.price : c.price
    return { ...c, price, orderQty: c.orderQty === 0 ? order.orderQty : c.orderQty }
  }

  checkReplace(
    c: ReplaceOrder,
    order: NaiveOrder | undefined,
  ): { reason: RejectReason; firstOrderID: number; found: boolean } {
    const no = (reason: RejectReason, firstOrderID = 0) => ({
      reason,
      firstOrderID,
      found: order !== undefined,
    })
    const account = this.accounts.get(c.account)
    const early = (reason: RejectReason) => ({ reason, firstOrderID: 0, found: false })
    if (this.venueHalted) return early('VenueHalted')
    if (account === undefined) return early('UnknownAccount')
    if (account.killSwitch || c.account <= 3) return early('AccountBlocked')
    if (order === undefined) return no('UnknownOrder')
    const i = order.instrument
    if (i.definition.tradingState !== 'Open') return no('TradingStateForbids')
    if (c.clOrdID === '') return no('Malformed')
    const leaves = Math.max(c.orderQty - order.cumQty - order.prevented, 0)
    const added = leaves - order.leaves
    const reason = this.checkBounds(i, order.side, false, c.price, c.orderQty, added)
    if (reason !== 'None') return no(reason)
    if (!this.insideBand(i, c.price)) return no('PriceBand')
    const first = this.clientIds.get(`${c.account}:${c.clOrdID}`)
    if (first !== undefined) return no('DuplicateClOrdID', first)
    if (leaves === 0) return no('None')
    if (order.side === 'Buy' && added > 0 && this.overLimit(i, c.account, added))
      return no('PositionLimit')
    const { maker, taker } = this.rates(c.account, i)
    const changed = { ...order, price: c.price, leaves, makerFeePpm: maker, takerFeePpm: taker }
    const { balance, hold } = this.of(c.account, this.holdAsset(order))
    if (balance - hold + this.holdOf(order) < this.holdOf(changed)) return no('InsufficientFunds')
    if (order.cumNotional + this.notional(changed, leaves) >= 2n ** 63n) return no('Overflow')
    if (order.command.postOnly && opposite(i, order.side, c.price).length > 0)
      return no('PostOnlyWouldCross')
    return no('None')
  }

  // ---- the rest of the state ----

  findOwn(c: { account: number; orderID: number; origClOrdID: string }): NaiveOrder | undefined {
    const mine = this.instruments.flatMap((i) => i.open).filter((o) => o.account === c.account)
    return mine.find((o) =>
      c.orderID === 0 ? o.clOrdID === c.origClOrdID : o.orderID === c.orderID,
    )
  }

  forget(order: NaiveOrder): void {
    order.instrument.open = order.instrument.open.filter((o) => o !== order)
  }

  rates(account: number, i: NaiveInstrument): { maker: number; taker: number } {
    const own = this.accounts.get(account)
    return {
      maker: own?.makerFeePpm ?? i.definition.makerFeePpm,
      taker: own?.takerFeePpm ?? i.definition.takerFeePpm,
    }
  }

  bandWidth(i: NaiveInstrument): number | null {
    if (i.definition.priceBandPpm === 0 || i.lastPrice === 0) return null
    return Number((BigInt(i.lastPrice) * BigInt(i.definition.priceBandPpm)) / MILLION)
  }

  insideBand(i: NaiveInstrument, price: number): boolean {
    const width = this.bandWidth(i)
    return width === null || Math.abs(price - i.lastPrice) <= width
  }

  bandEdge(i: NaiveInstrument, side: string): number | null {
    const width = this.bandWidth(i)
    if (width === null) return null
    return side === 'Buy'
      ? Math.min(i.lastPrice + width, Number.MAX_SAFE_INTEGER)
      : i.lastPrice - width
  }

  overLimit(i: NaiveInstrument, account: number, added: number): boolean {
    const own = this.accounts.get(account)?.maxPosition.get(i.definition.instrumentId)
    const lots = own ?? i.definition.maxPosition
    if (lots === 0) return false
    const buys = i.open.filter((o) => o.account === account && o.side === 'Buy')
    const open = buys.reduce((sum, o) => sum + BigInt(o.leaves), 0n)
    const { balance } = this.of(account, i.definition.base.assetId)
    const lot = i.definition.lotBaseMinor
    return balance + (open + BigInt(added)) * lot > BigInt(lots) * lot
  }

  notional(order: NaiveOrder, qty: number): bigint {
    return BigInt(order.price) * BigInt(qty) * order.instrument.definition.notionalFactor
  }

  holdAsset(order: NaiveOrder): number {
    const { base, quote } = order.instrument.definition
    return order.side === 'Buy' ? quote.assetId : base.assetId
  }

  /** What the open quantity can still cost: its notional, and what its fee adds to the fee paid. */
  holdOf(order: NaiveOrder): bigint {
    if (order.side === 'Sell')
      return BigInt(order.leaves) * order.instrument.definition.lotBaseMinor
    const notional = this.notional(order, order.leaves)
    const ppm = BigInt(Math.max(order.makerFeePpm, order.takerFeePpm, 0))
    return notional + ceilDiv(order.feeExact + notional * ppm, MILLION) - order.feePaid
  }

  of(account: number, assetId: number): Money {
    return this.money.get(`${account}:${assetId}`) ?? { balance: 0n, hold: 0n }
  }

  touch(account: number, assetId: number): Money {
    const key = `${account}:${assetId}`
    const money = this.money.get(key) ?? { balance: 0n, hold: 0n }
    this.money.set(key, money)
    if (!this.touched.has(key)) this.touched.set(key, { ...money })
    return money
  }

  changeBalance(account: number, assetId: number, delta: bigint): void {
    this.touch(account, assetId).balance += delta
  }

  changeHold(order: NaiveOrder, delta: bigint): void {
    this.touch(order.account, this.holdAsset(order)).hold += delta
  }

  openAccount(account: number): void {
    if (this.accounts.has(account)) return
    this.accounts.set(account, {
      killSwitch: false,
      maxOpenOrders: 0,
      makerFeePpm: null,
      takerFeePpm: null,
      maxPosition: new Map(),
    })
  }

  // ---- the commands that travel seldom ----

  admin(c: Exclude<Command, NewOrder | CancelOrder | ReplaceOrder>): void {
    const account = this.accounts.get(c.account)
    switch (c.type) {
      case 'OpenAccount':
        this.openAccount(c.account)
        return this.accountChanged(c.account)
      case 'Credit':
      case 'Debit':
        return this.transfer(c)
      case 'SetLimits':
        if (account === undefined) return this.refuse(c, 'UnknownAccount')
        if (c.maxOpenOrders !== null) account.maxOpenOrders = c.maxOpenOrders
        if (c.maxPosition !== null)
          account.maxPosition.set(c.maxPosition.instrumentId, c.maxPosition.lots)
        return this.accountChanged(c.account)
      case 'SetFeeTier':
        if (account === undefined) return this.refuse(c, 'UnknownAccount')
        Object.assign(account, { makerFeePpm: c.makerFeePpm, takerFeePpm: c.takerFeePpm })
        return this.accountChanged(c.account)
      case 'SetKillSwitch':
        if (c.account === 0) {
          this.venueHalted = c.engaged
          this.rare({ type: 'VenueChanged', account: 0, killSwitch: c.engaged })
          return
        }
        if (account === undefined) return this.refuse(c, 'UnknownAccount')
        account.killSwitch = c.engaged
        return this.accountChanged(c.account)
      case 'MassCancel':
        return this.massCancel(c)
      case 'ListInstrument':
        return this.list(c)
      case 'AmendInstrument':
      case 'SetTradingState': {
        const instrument = this.instruments[c.instrumentId - 1]
        if (instrument === undefined) return this.refuse(c, 'UnknownInstrument')
        const { type: _type, account: _account, traceId: _trace, ...changes } = c
        const set = Object.fromEntries(
          Object.entries(changes).filter(([, value]) => value !== null),
        )
        instrument.definition = { ...instrument.definition, ...set }
        this.rare({
          type: 'InstrumentChanged',
          account: c.account,
          instrument: instrument.definition,
        })
        return
      }
      default:
        return
    }
  }

  transfer(c: Transfer): void {
    const asset = this.assets.find((known) => known.name === c.asset)
    if (!this.accounts.has(c.account)) return this.refuse(c, 'UnknownAccount')
    if (c.account <= 3) return this.refuse(c, 'AccountBlocked')
    if (asset === undefined) return this.refuse(c, 'UnknownAsset')
    const key = `${c.account}:${c.transferId}`
    const first = this.transferIds.get(key)
    if (first === false) return this.refuse(c, 'DuplicateTransferId')
    const { balance, hold } = this.of(c.account, asset.assetId)
    const common = { assetId: asset.assetId, reason: c.type, transferId: c.transferId }
    if (first === true) {
      this.balanceChanged({
        ...common,
        account: c.account,
        delta: 0n,
        balance,
        hold,
        duplicate: true,
      })
      return
    }
    let reason: RejectReason = 'None'
    if (c.amount <= 0n || c.amount >= 2n ** 63n) reason = 'InvalidAmount'
    else if (c.type === 'Debit' && balance - hold < c.amount) reason = 'InsufficientFunds'
    else if (
      c.type === 'Credit' &&
      this.of(1, asset.assetId).balance - c.amount < -(2n ** 63n - 2n ** 61n)
    ) {
      reason = 'Overflow'
    }
    this.transferIds.set(key, reason === 'None')
    if (reason !== 'None') return this.refuse(c, reason)
    const delta = c.type === 'Credit' ? c.amount : -c.amount
    for (const [account, change] of [
      [c.account, delta],
      [1, -delta],
    ] as const) {
      this.changeBalance(account, asset.assetId, change)
      const now = this.of(account, asset.assetId)
      this.balanceChanged({ ...common, account, delta: change, ...now, duplicate: false })
    }
    this.touched.clear()
  }

  massCancel(c: MassCancel): void {
    if (!this.accounts.has(c.account)) return this.refuse(c, 'UnknownAccount')
    const instrument = this.instruments[c.instrumentId - 1]
    if (c.instrumentId !== 0) {
      if (instrument === undefined) return this.refuse(c, 'UnknownInstrument')
      if (instrument.definition.tradingState === 'Closed')
        return this.refuse(c, 'TradingStateForbids')
    }
    const orders = this.instruments
      .filter((i) => c.instrumentId === 0 || i === instrument)
      .filter((i) => i.definition.tradingState !== 'Closed')
      .flatMap((i) =>
        i.open
          .filter((o) => o.account === c.account && (c.side === null || o.side === c.side))
          .sort((a, b) =>
            a.side < b.side ? -1 : a.side > b.side ? 1 : a.price - b.price || a.time - b.time,
          ),
      )
    for (const order of orders) this.end(order, '')
    this.reportBalances()
    this.rare({
      type: 'MassCanceled',
      account: c.account,
      instrumentId: c.instrumentId,
      side: c.side,
      clOrdID: c.clOrdID,
      canceledCount: orders.length,
    })
  }

  list(c: ListInstrument): void {
    const units = unitsOf(c)
    if (units === null) return this.refuse(c, 'InvalidListing')
    if (this.instruments.some((i) => i.definition.symbol === c.symbol)) {
      return this.refuse(c, 'DuplicateInstrument')
    }
    const asset = (name: string, scale: number): Asset => {
      const known = this.assets.find((a) => a.name === name)
      if (known !== undefined) return known
      const added = { assetId: this.assets.length + 1, name, scale }
      this.assets.push(added)
      return added
    }
    const {
      type: _type,
      account,
      traceId: _trace,
      baseAsset,
      quoteAsset,
      baseScale,
      quoteScale,
      ...terms
    } = c
    const definition = {
      ...terms,
      ...units,
      instrumentId: this.instruments.length + 1,
      base: asset(baseAsset, baseScale),
      quote: asset(quoteAsset, quoteScale),
      initialMarginPpm: 0,
      maintenanceMarginPpm: 0,
    }
    this.instruments.push({ definition, open: [], lastPrice: 0, lastTradeID: 0 })
    this.rare({ type: 'InstrumentChanged', account, instrument: definition })
  }

  // ---- events ----

  report(
    order: NaiveOrder,
    execType: ExecType,
    ordStatus: OrdStatus,
    leavesQty: number,
    more: Partial<ExecutionReport> = {},
  ): void {
    const { command } = order
    this.events.push({
      type: 'ExecutionReport',
      cmdIndex: 0,
      account: order.account,
      traceId: this.traceId,
      instrumentId: order.instrument.definition.instrumentId,
      execType,
      ordStatus,
      side: order.side,
      ordType: command.ordType,
      timeInForce: command.timeInForce,
      stpMode: order.stpMode,
      rejectReason: 'None',
      aggressor: false,
      postOnly: command.postOnly,
      reduceOnly: false,
      orderID: order.orderID,
      execID: ++this.lastExecID,
      tradeID: 0,
      price: order.price,
      stopPx: 0,
      orderQty: order.orderQty,
      displayQty: 0,
      lastQty: 0,
      lastPx: 0,
      leavesQty,
      cumQty: order.cumQty,
      preventedQty: order.prevented,
      lastNotional: 0n,
      cumNotional: order.cumNotional,
      fee: 0n,
      feeAssetId: order.instrument.definition.quote.assetId,
      clOrdID: order.clOrdID,
      origClOrdID: '',
      ...more,
    })
  }

  rejectNew(c: NewOrder, rejectReason: RejectReason, orderID: number): void {
    const known = this.instruments[c.instrumentId - 1]
    const reached = !['VenueHalted', 'UnknownAccount', 'AccountBlocked'].includes(rejectReason)
    this.pushReject({
      account: c.account,
      instrumentId: c.instrumentId,
      side: c.side,
      ordType: c.ordType,
      timeInForce: c.timeInForce,
      stpMode: c.stpMode ?? 'None',
      rejectReason,
      postOnly: c.postOnly,
      reduceOnly: c.reduceOnly,
      orderID,
      price: whole(c.price),
      stopPx: whole(c.stopPx),
      orderQty: whole(c.orderQty),
      displayQty: whole(c.displayQty),
      feeAssetId: reached ? (known?.definition.quote.assetId ?? 0) : 0,
      clOrdID: c.clOrdID,
    })
  }

  rejectRequest(c: CancelOrder | ReplaceOrder, rejectReason: RejectReason, orderID: number): void {
    const sizes =
      c.type === 'ReplaceOrder' ? { price: whole(c.price), orderQty: whole(c.orderQty) } : {}
    const { account, clOrdID, origClOrdID } = c
    this.pushReject({ account, rejectReason, orderID, clOrdID, origClOrdID, ...sizes })
  }

  pushReject(more: Partial<ExecutionReport>): void {
    this.events.push({
      type: 'ExecutionReport',
      cmdIndex: 0,
      account: 0,
      traceId: this.traceId,
      instrumentId: 0,
      execType: 'Rejected',
      ordStatus: 'Rejected',
      side: 'Buy',
      ordType: 'Limit',
      timeInForce: 'GTC',
      stpMode: 'None',
      rejectReason: 'None',
      aggressor: false,
      postOnly: false,
      reduceOnly: false,
      orderID: 0,
      execID: ++this.lastExecID,
      tradeID: 0,
      price: 0,
      stopPx: 0,
      orderQty: 0,
      displayQty: 0,
      lastQty: 0,
      lastPx: 0,
      leavesQty: 0,
      cumQty: 0,
      preventedQty: 0,
      lastNotional: 0n,
      cumNotional: 0n,
      fee: 0n,
      feeAssetId: 0,
      clOrdID: '',
      origClOrdID: '',
      ...more,
    })
  }

  reportBalances(): void {
    for (const [key, before] of this.touched) {
      const [account, assetId] = key.split(':').map(Number) as [number, number]
      const { balance, hold } = this.of(account, assetId)
      const delta = balance - before.balance
      if (delta === 0n && hold === before.hold) continue
      const reason = delta !== 0n ? 'Trade' : hold > before.hold ? 'Hold' : 'Release'
      this.balanceChanged({
        account,
        assetId,
        reason,
        delta,
        balance,
        hold,
        transferId: '',
        duplicate: false,
      })
    }
    this.touched.clear()
  }

  balanceChanged(event: Omit<BalanceChanged, 'type' | 'cmdIndex' | 'traceId'>): void {
    this.events.push({ type: 'BalanceChanged', cmdIndex: 0, traceId: this.traceId, ...event })
  }

  accountChanged(account: number): void {
    const { killSwitch, maxOpenOrders, makerFeePpm, takerFeePpm } = this.accounts.get(
      account,
    ) as Account
    this.rare({
      type: 'AccountChanged',
      account,
      killSwitch,
      maxOpenOrders,
      makerFeePpm,
      takerFeePpm,
    })
  }

  refuse(c: Command, rejectReason: RejectReason): void {
    const transferId = 'transferId' in c ? c.transferId : ''
    this.rare({
      type: 'CommandRejected',
      account: c.account,
      command: c.type,
      rejectReason,
      transferId,
    })
  }

  rare(event: Record<string, unknown>): void {
    this.events.push({ cmdIndex: 0, traceId: this.traceId, ...event } as unknown as EngineEvent)
  }
}

function openStatus(order: NaiveOrder): OrdStatus {
  return order.cumQty > 0 ? 'PartiallyFilled' : 'New'
}

function whole(value: number): number {
  return Number.isSafeInteger(value) ? value : 0
}
