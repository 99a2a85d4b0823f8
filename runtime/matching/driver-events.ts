// The engine's events as lines of JSON, in the words of the order semantics; prices, quantities and
// amounts as decimal strings. Lines are built by hand: every text in them is of a closed alphabet.

import { StepDecimal } from '#contracts/decimal-steps.ts'
import { BALANCE_REASONS } from '#domain/balance-reason.ts'
import type { RareEvent } from '#domain/event.ts'
import type { Asset, Instrument } from '#domain/instrument.ts'
import {
  EXEC_TYPES,
  ORD_STATUSES,
  ORD_TYPES,
  SIDES,
  STP_MODES,
  TIMES_IN_FORCE,
} from '#domain/order.ts'
import { REJECT_REASONS } from '#domain/reject-reason.ts'
import {
  BALANCE_AMOUNT,
  type BalanceChangedRecord,
  type EventSink,
  type ExecutionReportRecord,
} from '#engine/event-sink.ts'
import { bodyOf } from './driver-bodies.ts'
import { ACCOUNT_OFFSET, accountText, type ScriptInstrument } from './driver-names.ts'
import { LineOutput, type Segment, segment } from './driver-output.ts'

/** For an instrument that is not known: numbers as they are. */
const PLAIN = new StepDecimal('1')
const NO_ASSET: Segment = segment('')

const REPORT = segment('{"event":"ExecutionReport","seq":')
const BALANCE = segment('{"event":"BalanceChanged","seq":')
const ACCOUNT = segment(',"account":')
const SYMBOL = segment(',"symbol":"')
const EXEC_TYPE = EXEC_TYPES.map((value) => segment(`","execType":"${value}`))
const ORD_STATUS = ORD_STATUSES.map((value) => segment(`","ordStatus":"${value}","orderID":`))
const CL_ORD_ID = segment(',"clOrdID":"')
const ORIG_CL_ORD_ID = segment('","origClOrdID":"')
const EXEC_ID = segment('","execID":')
const TRADE_ID = segment(',"tradeID":')
const SIDE = SIDES.map((value) => segment(`,"side":"${value}`))
const ORD_TYPE = ORD_TYPES.map((value) => segment(`","ordType":"${value}`))
const TIME_IN_FORCE = TIMES_IN_FORCE.map((value) => segment(`","timeInForce":"${value}`))
const STP_MODE = STP_MODES.map((value) => segment(`","stpMode":"${value}"`))
/** By postOnly + 2 x reduceOnly. */
const FLAGS = [0, 1, 2, 3].map((bits) =>
  segment(`,"postOnly":${(bits & 1) !== 0},"reduceOnly":${(bits & 2) !== 0},"price":"`),
)
const STOP_PX = segment('","stopPx":"')
const ORDER_QTY = segment('","orderQty":"')
const NO_STOP_PX = segment('","stopPx":"0","orderQty":"')
const DISPLAY_QTY = segment('","displayQty":"')
const LAST_QTY = segment('","lastQty":"')
const LAST_PX = segment('","lastPx":"')
const LEAVES_QTY = segment('","leavesQty":"')
const NO_LAST = segment('","displayQty":"0","lastQty":"0","lastPx":"0","leavesQty":"')
const CUM_QTY = segment('","cumQty":"')
const PREVENTED_QTY = segment('","preventedQty":"')
const LAST_NOTIONAL = segment('","lastNotional":"')
const CUM_NOTIONAL = segment('","cumNotional":"')
const FEE = segment('","fee":"')
const NOTHING_DONE = segment(
  '0","preventedQty":"0","lastNotional":"0","cumNotional":"0","fee":"0","feeAsset":"',
)
const FEE_ASSET = segment('","feeAsset":"')
const AGGRESSOR = [segment('","aggressor":false'), segment('","aggressor":true')] as const
const REJECT_REASON = REJECT_REASONS.map((value) => segment(`,"rejectReason":"${value}"`))
const ASSET = segment(',"asset":"')
const REASON = BALANCE_REASONS.map((value) => segment(`","reason":"${value}","delta":"`))
const BALANCE_NOW = segment('","balance":"')
const HOLD = segment('","hold":"')
const AVAILABLE = segment('","available":"')
const TRANSFER_ID = segment('","transferId":"')
const DUPLICATE = [segment('","duplicate":false'), segment('","duplicate":true')] as const
const END = segment('"}\n')

/** Collects the lines of the events. */
export class ScriptSink implements EventSink {
  readonly output = new LineOutput()
  seq = 0
  /** By id. */
  readonly instruments: (ScriptInstrument | undefined)[] = []
  readonly assets: (Asset | undefined)[] = []
  readonly #symbols: Segment[] = []
  readonly #assetNames: Segment[] = []
  #now = 0n
  #time = timeSegment(0n)
  readonly #available = new Int32Array(2)

  get now(): bigint {
    return this.#now
  }

  set now(timestampNs: bigint) {
    if (timestampNs === this.#now) return
    this.#now = timestampNs
    this.#time = timeSegment(timestampNs)
  }

  executionReport(r: ExecutionReportRecord): void {
    const known = this.instruments[r.instrumentId]
    const { output } = this
    output.begin()
    this.#head(REPORT, r.account)
    output.put(SYMBOL)
    output.put(this.#symbols[r.instrumentId] ?? NO_ASSET)
    output.put(EXEC_TYPE[r.execType] as Segment)
    output.put(ORD_STATUS[r.ordStatus] as Segment)
    output.integer(r.orderID)
    output.put(CL_ORD_ID)
    output.id(r.clOrdID)
    output.put(ORIG_CL_ORD_ID)
    output.id(r.origClOrdID)
    output.put(EXEC_ID)
    output.integer(r.execID)
    output.put(TRADE_ID)
    output.integer(r.tradeID)
    output.put(SIDE[r.side] as Segment)
    output.put(ORD_TYPE[r.ordType] as Segment)
    output.put(TIME_IN_FORCE[r.timeInForce] as Segment)
    output.put(STP_MODE[r.stpMode] as Segment)
    output.put(FLAGS[(r.postOnly ? 1 : 0) + (r.reduceOnly ? 2 : 0)] as Segment)
    this.#quantities(r, known?.price ?? PLAIN, known?.qty ?? PLAIN)
    if (r.cumQty === 0 && r.preventedQty === 0) output.put(NOTHING_DONE)
    else this.#amounts(r, known?.qty ?? PLAIN, known?.definition.quote.scale ?? 0)
    output.put(known === undefined ? NO_ASSET : this.#assetName(known.definition.quote.assetId))
    output.put(AGGRESSOR[r.aggressor ? 1 : 0])
    output.put(REJECT_REASON[r.rejectReason] as Segment)
    this.#tail(r.traceId)
  }

  balanceChanged(c: BalanceChangedRecord): void {
    const { output } = this
    const scale = this.assets[c.assetId]?.scale ?? 0
    output.begin()
    this.#head(BALANCE, c.account)
    output.put(ASSET)
    output.put(this.#assetName(c.assetId))
    output.put(REASON[c.reason] as Segment)
    output.money(c.amountWords, BALANCE_AMOUNT.delta * 2, scale)
    output.put(BALANCE_NOW)
    output.money(c.amountWords, BALANCE_AMOUNT.balance * 2, scale)
    output.put(HOLD)
    output.money(c.amountWords, BALANCE_AMOUNT.hold * 2, scale)
    this.#subtract(c.amountWords, BALANCE_AMOUNT.balance * 2, BALANCE_AMOUNT.hold * 2)
    output.put(AVAILABLE)
    output.money(this.#available, 0, scale)
    output.put(TRANSFER_ID)
    output.id(c.transferId)
    output.put(DUPLICATE[c.duplicate ? 1 : 0])
    this.#tail(c.traceId)
  }

  rare(event: RareEvent): void {
    if (event.type === 'InstrumentChanged') this.#learn(event.instrument)
    const { type, account, traceId } = event
    this.output.text(
      `{"event":"${type}","seq":${this.seq},"account":${accountText(account)}` +
        `${bodyOf(event, this.instruments, this.assets)},` +
        `"transactTimeNs":"${this.#now}","traceId":"${traceId}"}\n`,
    )
  }

  /** Takes over what a restored engine knows. */
  reset(definitions: readonly Instrument[]): void {
    for (const list of [this.instruments, this.assets, this.#symbols, this.#assetNames]) {
      list.length = 0
    }
    for (const definition of definitions) this.#learn(definition)
  }

  #learn(definition: Instrument): void {
    this.instruments[definition.instrumentId] = {
      definition,
      price: new StepDecimal(definition.tickSize),
      qty: new StepDecimal(definition.lotSize),
    }
    this.#symbols[definition.instrumentId] = segment(definition.symbol)
    for (const asset of [definition.base, definition.quote]) {
      this.assets[asset.assetId] = asset
      this.#assetNames[asset.assetId] = segment(asset.name)
    }
  }

  /** What is available, in two words as the others. */
  #subtract(words: Int32Array, from: number, what: number): void {
    const low = ((words[from] as number) >>> 0) - ((words[what] as number) >>> 0)
    const borrow = low < 0 ? 1 : 0
    this.#available[0] = low
    this.#available[1] = (words[from + 1] as number) - (words[what + 1] as number) - borrow
  }

  #assetName(assetId: number): Segment {
    return this.#assetNames[assetId] ?? NO_ASSET
  }

  #head(start: Segment, account: number): void {
    const { output } = this
    output.put(start)
    output.integer(this.seq)
    output.put(ACCOUNT)
    if (account > ACCOUNT_OFFSET) output.integer(account - ACCOUNT_OFFSET)
    else output.text(accountText(account))
  }

  #quantities(r: ExecutionReportRecord, price: StepDecimal, qty: StepDecimal): void {
    const { output } = this
    output.steps(r.price, price)
    if (r.stopPx === 0) output.put(NO_STOP_PX)
    else {
      output.put(STOP_PX)
      output.steps(r.stopPx, price)
      output.put(ORDER_QTY)
    }
    output.steps(r.orderQty, qty)
    if (r.displayQty === 0 && r.lastQty === 0) output.put(NO_LAST)
    else {
      output.put(DISPLAY_QTY)
      output.steps(r.displayQty, qty)
      output.put(LAST_QTY)
      output.steps(r.lastQty, qty)
      output.put(LAST_PX)
      output.steps(r.lastPx, price)
      output.put(LEAVES_QTY)
    }
    output.steps(r.leavesQty, qty)
    output.put(CUM_QTY)
  }

  #amounts(r: ExecutionReportRecord, qty: StepDecimal, scale: number): void {
    const { output } = this
    output.steps(r.cumQty, qty)
    output.put(PREVENTED_QTY)
    output.steps(r.preventedQty, qty)
    output.put(LAST_NOTIONAL)
    output.money(r.amountWords, 0, scale)
    output.put(CUM_NOTIONAL)
    output.money(r.amountWords, 2, scale)
    output.put(FEE)
    output.money(r.amountWords, 4, scale)
    output.put(FEE_ASSET)
  }

  #tail(traceId: Int32Array): void {
    this.output.put(this.#time)
    this.output.trace(traceId)
    this.output.put(END)
  }
}

function timeSegment(timestampNs: bigint): Segment {
  return segment(`,"transactTimeNs":"${timestampNs}","traceId":"`)
}
