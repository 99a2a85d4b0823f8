// The slow and obvious engine, an oracle for the fast one: Maps, arrays, bigint, no pools, no limbs,
// no incremental sums. It covers what tests send to both: orders, accounts, limits, switches. Ids
// that are done are remembered without end here, so tests stay below the fast one's bound.

import type { CancelOrder, Command, NewOrder, ReplaceOrder } from '#domain/command.ts'
import type { BalanceChanged, EngineEvent } from '#domain/event.ts'
import type { Asset } from '#domain/instrument.ts'
import type { ExecType, Side } from '#domain/order.ts'
import type { RejectReason } from '#domain/reject-reason.ts'
import type { BalanceView, LevelView, PositionView } from '#engine/engine.ts'
import { COMMAND_NS, type EngineUnderTest } from './engine-under-test.ts'
import { admin } from './naive-admin.ts'
import { guardAction, reachOf } from './naive-auction.ts'
import {
  ceilDiv,
  type NaiveInstrument,
  type NaiveOrder,
  naiveLevels,
  opposite,
} from './naive-book.ts'
import { checkNew, checkReplace } from './naive-checks.ts'
import { showFirst, shownOf, shrinkShown } from './naive-iceberg.ts'
import { countOrder, endOf, type NaiveAccountTime, noTime, staysOpen } from './naive-lifetime.ts'
import { type NaiveList, touchList } from './naive-lists.ts'
import {
  enforceReduceOnly,
  isOverPositionLimit,
  isPerpetual,
  NaiveMargin,
  positionViews,
  reportPositions,
} from './naive-margin.ts'
import { openStatus, rejectNew, rejectRequest, report } from './naive-reports.ts'
import { enter, reportIndications } from './naive-states.ts'
import { prevent, trade } from './naive-trades.ts'
import { checkTrigger, settleDependents } from './naive-triggers.ts'
import {
  countedWaiting,
  hold,
  isLimitType,
  isTriggerType,
  release,
  startElectable,
  startWaiting,
} from './naive-waiting.ts'

interface Account {
  killSwitch: boolean
  maxOpenOrders: number
  makerFeePpm: number | null
  takerFeePpm: number | null
  maxPosition: Map<number, number>
  time: NaiveAccountTime
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
  now = 0n
  lastOrderID = 0
  lastExecID = 0
  lastTime = 0
  /** Elected, not yet in the market. */
  elected: NaiveOrder[] = []
  /** Lists of which an order has begun or ended in this command. */
  touchedLists: NaiveList[] = []
  events: EngineEvent[] = []
  touched = new Map<string, Money>()
  margin = new NaiveMargin()
  /** What a command says after everything else. */
  atEnd: () => void = () => {}
  traceId = ''

  constructor() {
    for (const account of [1, 2, 3, 4]) this.openAccount(account)
  }

  /** Time of the next command; each one moves it on by a millisecond. */
  advanceTo(ns: bigint): void {
    this.now = ns - COMMAND_NS
  }

  apply(command: Command): EngineEvent[] {
    this.now += COMMAND_NS
    this.events = []
    this.touched = new Map()
    this.atEnd = () => {}
    this.traceId = command.traceId
    for (const i of this.instruments) i.guardPrice = i.lastPrice
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
        admin(this, command)
    }
    settleDependents(this)
    this.reportBalances()
    this.atEnd()
    reportIndications(this)
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

  positions(): PositionView[] {
    return positionViews(this)
  }

  // ---- orders ----

  newOrder(c: NewOrder): void {
    const check = isTriggerType(c.ordType) ? checkTrigger : checkNew
    const { reason, firstOrderID, qty, short } = check(this, c)
    if (reason !== 'None') {
      rejectNew(this, c, reason, firstOrderID)
      const key = `${c.account}:${c.clOrdID}`
      const isFirst = this.accounts.has(c.account) && c.clOrdID !== '' && !this.clientIds.has(key)
      if (isFirst) this.clientIds.set(key, 0)
      return
    }
    const order = this.makeOrder(c, qty, ++this.lastOrderID)
    this.clientIds.set(`${c.account}:${c.clOrdID}`, order.orderID)
    countOrder(this, c.account)
    if (isTriggerType(c.ordType)) {
      startWaiting(this, order)
      report(this, order, 'New', 'PendingTrigger', qty)
      startElectable(this, order)
      return
    }
    report(this, order, 'New', 'New', qty)
    this.execute(order, short)
  }

  makeOrder(c: NewOrder, qty: number, orderID: number): NaiveOrder {
    const instrument = this.instruments[c.instrumentId - 1] as NaiveInstrument
    const { definition } = instrument
    const { maker, taker } = this.rates(c.account, instrument)
    return {
      orderID,
      account: c.account,
      instrument,
      side: c.side,
      command: c,
      stpMode: c.stpMode ?? (definition.defaultStpMode as NaiveOrder['stpMode']),
      clOrdID: c.clOrdID,
      price: c.price,
      orderQty: qty,
      leaves: qty,
      shown: 0,
      expiresAt: endOf(this, c),
      cumQty: 0,
      prevented: 0,
      cumNotional: 0n,
      feePaid: 0n,
      feeExact: 0n,
      makerFeePpm: maker,
      takerFeePpm: taker,
      time: 0,
      stopPx: 0,
      waiting: null,
      list: null,
    }
  }

  execute(order: NaiveOrder, short = false): void {
    const { instrument, command } = order
    const isLimit = isLimitType(command.ordType)
    const limit = isLimit ? order.price : this.bandEdge(instrument, order.side)
    const reach = reachOf(instrument, order.side, limit)
    const wanted = order.leaves
    const isOpen = instrument.definition.tradingState === 'Open'
    const next = () => (isOpen ? opposite(instrument, order.side, reach)[0] : undefined)
    for (let maker = next(); maker !== undefined && order.leaves > 0; maker = next()) {
      if (maker.account === order.account && order.stpMode !== 'None') prevent(this, order, maker)
      else trade(this, order, maker, Math.min(order.leaves, shownOf(maker)))
    }
    const guard = isOpen ? guardAction(order, limit, short) : null
    const fits = order.cumNotional + this.notional(order, order.leaves) < 2n ** 63n
    const mayRest = isLimit && staysOpen(command.timeInForce) && fits
    if (order.leaves === 0 && wanted > 0) {
      // Filled, or ended by prevention.
    } else if (mayRest && guard !== 'EndSweep') {
      order.time = ++this.lastTime
      showFirst(order)
      instrument.open.push(order)
      this.changeHold(order, this.holdOf(order))
    } else {
      order.leaves = 0
      report(this, order, 'Expired', 'Expired', 0)
    }
    enforceReduceOnly(this)
    if (guard === 'Auction') enter(this, instrument, 'Auction', 0)
  }

  /** Whether it was canceled. */
  cancelOrder(c: CancelOrder): boolean {
    const order = this.findOwn(c)
    let reason: RejectReason = 'None'
    if (!this.accounts.has(c.account)) reason = 'UnknownAccount'
    else if (order === undefined) reason = 'UnknownOrder'
    else if (order.instrument.definition.tradingState === 'Closed') reason = 'TradingStateForbids'
    if (reason !== 'None' || order === undefined) {
      rejectRequest(this, c, reason, Number.isSafeInteger(c.orderID) ? c.orderID : 0)
      return false
    }
    this.end(order, c.clOrdID)
    return true
  }

  /** Takes an open order out and cancels what it has open. */
  end(order: NaiveOrder, requestID: string): void {
    this.changeHold(order, -this.holdOf(order))
    this.forget(order)
    order.leaves = 0
    const ids = requestID === '' ? {} : { clOrdID: requestID, origClOrdID: order.clOrdID }
    report(this, order, 'Canceled', 'Canceled', 0, ids)
  }

  replaceOrder(command: ReplaceOrder): void {
    const order = this.findOwn(command)
    const c = this.completed(command, order)
    const checked = checkReplace(this, c, order)
    if (checked.reason !== 'None' || order === undefined) {
      let orderID = Number.isSafeInteger(c.orderID) ? c.orderID : 0
      if (checked.reason === 'DuplicateClOrdID') orderID = checked.firstOrderID
      else if (order !== undefined && checked.found) orderID = order.orderID
      rejectRequest(this, c, checked.reason, orderID)
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
    countOrder(this, c.account)
    const keepsPlace = c.price === order.price && c.orderQty <= order.orderQty
    release(this, order)
    Object.assign(order, { clOrdID: c.clOrdID, price: c.price, orderQty: c.orderQty, leaves })
    Object.assign(order, { makerFeePpm: maker, takerFeePpm: taker })
    if (order.waiting !== null) {
      if (isLimitType(order.command.ordType)) order.waiting.holdPrice = c.price
      hold(this, order)
      report(this, order, 'Replaced', 'PendingTrigger', leaves, ids)
      return
    }
    if (keepsPlace) {
      shrinkShown(order)
      this.changeHold(order, this.holdOf(order))
      report(this, order, 'Replaced', openStatus(order), leaves, ids)
      return
    }
    this.forget(order)
    report(this, order, 'Replaced', openStatus(order), leaves, ids)
    this.execute(order)
  }

  /** A price or quantity of 0 leaves the order's own as it is. */
  completed(c: ReplaceOrder, order: NaiveOrder | undefined): ReplaceOrder {
    if (order === undefined || !checkReplace(this, c, order).found) return c
    const price = c.price === 0 ? order.price : c.price
    return { ...c, price, orderQty: c.orderQty === 0 ? order.orderQty : c.orderQty }
  }

  // ---- the rest of the state ----

  openOrders(): NaiveOrder[] {
    return this.instruments.flatMap((i) => [...i.open, ...i.waiting])
  }

  findOwn(c: { account: number; orderID: number; origClOrdID: string }): NaiveOrder | undefined {
    const mine = this.openOrders().filter((o) => o.account === c.account)
    return mine.find((o) =>
      c.orderID === 0 ? o.clOrdID === c.origClOrdID : o.orderID === c.orderID,
    )
  }

  /** Every report of an order passes here: its list may have to know. */
  noteStep(order: NaiveOrder, execType: ExecType): void {
    touchList(this, order, execType)
  }

  forget(order: NaiveOrder): void {
    const i = order.instrument
    i.open = i.open.filter((o) => o !== order)
    i.waiting = i.waiting.filter((o) => o !== order)
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

  overLimit(i: NaiveInstrument, account: number, side: Side, added: number): boolean {
    if (isPerpetual(i)) return isOverPositionLimit(this, i, account, side, added)
    if (side === 'Sell') return false
    const own = this.accounts.get(account)?.maxPosition.get(i.definition.instrumentId)
    const lots = own ?? i.definition.maxPosition
    if (lots === 0) return false
    const buys = i.open.filter((o) => o.account === account && o.side === 'Buy')
    buys.push(...countedWaiting(i, account))
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
    return order.side === 'Buy' || isPerpetual(order.instrument) ? quote.assetId : base.assetId
  }

  /** What the open quantity can still cost: its notional, and what its fee adds to the fee paid. */
  holdOf(order: NaiveOrder): bigint {
    if (order.waiting !== null) return order.waiting.held
    const isMargined = isPerpetual(order.instrument)
    if (order.side === 'Sell' && !isMargined)
      return BigInt(order.leaves) * order.instrument.definition.lotBaseMinor
    const notional = this.notional(order, order.leaves)
    const ppm = BigInt(Math.max(order.makerFeePpm, order.takerFeePpm, 0))
    const fee = ceilDiv(order.feeExact + notional * ppm, MILLION) - order.feePaid
    return isMargined ? fee : notional + fee
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
    if (order.waiting?.armed === false) return
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
      time: noTime(),
    })
  }

  // ---- the commands that travel seldom ----

  // ---- events ----

  reportBalances(): void {
    reportPositions(this)
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
    const { killSwitch, maxOpenOrders, makerFeePpm, takerFeePpm, ...known } = this.accounts.get(
      account,
    ) as Account
    this.rare({
      type: 'AccountChanged',
      account,
      killSwitch,
      maxOpenOrders,
      makerFeePpm,
      takerFeePpm,
      maxPositions: [...known.maxPosition]
        .map(([instrumentId, lots]) => ({ instrumentId, lots }))
        .sort((a, b) => a.instrumentId - b.instrumentId),
      maxOrdersPerSecond: known.time.maxOrdersPerSecond,
      deadManTimeoutMs: known.time.deadManTimeoutMs,
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
