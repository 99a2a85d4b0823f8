// One face for both engines, the fast and the naive one: plain commands in, plain events out. The
// adapter of the fast one fills the hot records and copies the event records, as matching does.

import { encodeCommandBatch } from '#contracts/command-codec.ts'
import { BALANCE_REASONS } from '#domain/balance-reason.ts'
import type { AdminCommand, Command } from '#domain/command.ts'
import type { EngineEvent } from '#domain/event.ts'
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
  type BalanceView,
  Engine,
  type EngineOptions,
  type LevelView,
  type PositionView,
} from '#engine/engine.ts'
import type {
  BalanceChangedRecord,
  EventOutput,
  EventSink,
  ExecutionReportRecord,
} from '#engine/event-sink.ts'
import {
  CancelOrderCommand,
  ID_WORDS,
  NewOrderCommand,
  ReplaceOrderCommand,
} from '#engine/hot-command.ts'
import { idToText, idToWords, traceToText, traceToWords } from '#engine/words.ts'
import { createCommandReader } from '../../runtime/matching/journal/command-reader.ts'

export const TRACE = '0123456789abcdef0123456789abcdef'

/** By how much each command moves the log's time on. */
export const COMMAND_NS = 1_000_000n

/** What both engines can do. */
export interface EngineUnderTest {
  apply(command: Command): EngineEvent[]
  /** Sets the time of the next command. */
  advanceTo(ns: bigint): void
  levels(instrumentId: number, side: 'Buy' | 'Sell'): LevelView[]
  balances(): BalanceView[]
  positions(): PositionView[]
}

/** Collects events as plain objects. */
export class RecordingSink implements EventSink {
  events: EngineEvent[] = []

  executionReport(r: ExecutionReportRecord): void {
    this.events.push({
      type: 'ExecutionReport',
      cmdIndex: r.cmdIndex,
      account: r.account,
      traceId: traceToText(r.traceId),
      instrumentId: r.instrumentId,
      execType: pick(EXEC_TYPES, r.execType),
      ordStatus: pick(ORD_STATUSES, r.ordStatus),
      side: pick(SIDES, r.side),
      ordType: pick(ORD_TYPES, r.ordType),
      timeInForce: pick(TIMES_IN_FORCE, r.timeInForce),
      stpMode: pick(STP_MODES, r.stpMode),
      rejectReason: pick(REJECT_REASONS, r.rejectReason),
      aggressor: r.aggressor,
      postOnly: r.postOnly,
      reduceOnly: r.reduceOnly,
      orderID: r.orderID,
      execID: r.execID,
      tradeID: r.tradeID,
      price: r.price,
      stopPx: r.stopPx,
      orderQty: r.orderQty,
      displayQty: r.displayQty,
      lastQty: r.lastQty,
      lastPx: r.lastPx,
      leavesQty: r.leavesQty,
      cumQty: r.cumQty,
      preventedQty: r.preventedQty,
      lastNotional: r.amounts[0] ?? 0n,
      cumNotional: r.amounts[1] ?? 0n,
      fee: r.amounts[2] ?? 0n,
      feeAssetId: r.feeAssetId,
      clOrdID: idToText(r.clOrdID),
      origClOrdID: idToText(r.origClOrdID),
    })
  }

  balanceChanged(c: BalanceChangedRecord): void {
    this.events.push({
      type: 'BalanceChanged',
      cmdIndex: c.cmdIndex,
      account: c.account,
      traceId: traceToText(c.traceId),
      assetId: c.assetId,
      reason: pick(BALANCE_REASONS, c.reason),
      delta: c.amounts[0] ?? 0n,
      balance: c.amounts[1] ?? 0n,
      hold: c.amounts[2] ?? 0n,
      transferId: idToText(c.transferId),
      duplicate: c.duplicate,
    })
  }

  rare(event: EngineEvent): void {
    this.events.push(event)
  }
}

/** The production engine behind the common face. */
export class FastEngine implements EngineUnderTest {
  readonly sink = new RecordingSink()
  engine: Engine
  readonly #options: EngineOptions
  #seq = 0
  #now = 0n
  readonly #new = new NewOrderCommand()
  readonly #cancel = new CancelOrderCommand()
  readonly #reader = createCommandReader()
  /** Whether plain orders may come where they lie in a batch, and how many of them have. */
  takesRecords = true
  plainCount = 0
  readonly #replace = new ReplaceOrderCommand()

  /** `output`: where the events go instead of the recording sink. */
  constructor(options: EngineOptions = {}, output?: EventOutput) {
    this.#options = options
    this.engine = new Engine(output ?? this.sink, options)
  }

  apply(command: Command): EngineEvent[] {
    this.sink.events = []
    this.#seq += 1
    this.#now += COMMAND_NS
    this.engine.begin(this.#seq, this.#now)
    if (!this.takesRecords || !this.#sendRecord(command)) this.#send(command)
    return this.sink.events
  }

  advanceTo(ns: bigint): void {
    this.#now = ns - COMMAND_NS
  }

  levels(instrumentId: number, side: 'Buy' | 'Sell'): LevelView[] {
    return this.engine.levels(instrumentId, side)
  }

  balances(): BalanceView[] {
    return this.engine.balances()
  }

  positions(): PositionView[] {
    return this.engine.positions()
  }

  /** Goes on in a fresh engine that has only read a snapshot of this one. */
  restart(capacity = 1): void {
    const bytes = Buffer.concat(this.engine.takeSnapshot())
    this.engine = new Engine(this.sink, { ...this.#options, capacity })
    this.engine.loadSnapshot(bytes)
  }

  /** As matching does: in the bytes of a batch, for those that the engine takes from there. */
  #sendRecord(command: Command): boolean {
    if (command.type !== 'NewOrder' && command.type !== 'CancelOrder') return false
    const ids = [command.clOrdID, 'origClOrdID' in command ? command.origClOrdID : '']
    if (ids.some((id) => id !== '' && !idToWords(id, new Int32Array(ID_WORDS)))) return false
    const { engine } = this
    let isTaken = false
    this.#reader.open(encodeCommandBatch({ source: 1, sourceSeq: this.#seq }, [command]))
    this.#reader.readAll({
      plainOrder: (i, words, floats, at) => {
        isTaken = engine.plainOrder(i, words, floats, at)
        return isTaken
      },
      plainCancel: (i, words, floats, at) => {
        isTaken = engine.plainCancel(i, words, floats, at)
        return isTaken
      },
      newOrder: () => undefined,
      cancelOrder: () => undefined,
      replaceOrder: () => undefined,
      admin: () => undefined,
      malformed: () => undefined,
    })
    if (isTaken) this.plainCount += 1
    return isTaken
  }

  #send(command: Command): void {
    switch (command.type) {
      case 'NewOrder': {
        const c = this.#new
        Object.assign(c, {
          account: command.account,
          instrumentId: command.instrumentId,
          side: SIDES.indexOf(command.side),
          ordType: ORD_TYPES.indexOf(command.ordType),
          timeInForce: TIMES_IN_FORCE.indexOf(command.timeInForce),
          stpMode: command.stpMode === null ? 255 : STP_MODES.indexOf(command.stpMode),
          postOnly: command.postOnly,
          reduceOnly: command.reduceOnly,
          price: command.price,
          orderQty: command.orderQty,
          stopPx: command.stopPx,
          displayQty: command.displayQty,
          trailingOffset: command.trailingOffset,
          isTrailingPpm: command.trailingOffsetUnit === 'Ppm',
        })
        c.quoteAmount.set(words(command.quoteAmount))
        c.expireTimeNs.set(words(command.expireTimeNs))
        writeId(command.clOrdID, c.clOrdID)
        traceToWords(command.traceId, c.traceId)
        this.engine.newOrder(0, c)
        return
      }
      case 'CancelOrder':
        this.#cancel.account = command.account
        this.#cancel.orderID = command.orderID
        writeId(command.clOrdID, this.#cancel.clOrdID)
        writeId(command.origClOrdID, this.#cancel.origClOrdID)
        traceToWords(command.traceId, this.#cancel.traceId)
        this.engine.cancelOrder(0, this.#cancel)
        return
      case 'ReplaceOrder':
        this.#replace.account = command.account
        this.#replace.orderID = command.orderID
        this.#replace.price = command.price
        this.#replace.orderQty = command.orderQty
        writeId(command.clOrdID, this.#replace.clOrdID)
        writeId(command.origClOrdID, this.#replace.origClOrdID)
        traceToWords(command.traceId, this.#replace.traceId)
        this.engine.replaceOrder(0, this.#replace)
        return
      default:
        this.engine.admin(0, command as AdminCommand)
    }
  }
}

function pick<T>(set: readonly T[], code: number): T {
  const value = set[code]
  if (value === undefined) throw new Error(`code ${code} is not in its set`)
  return value
}

function words(value: bigint): Int32Array {
  return new Int32Array(BigInt64Array.of(value).buffer)
}

function writeId(id: string, into: Int32Array): void {
  if (!idToWords(id, into)) into.fill(0)
}
