// The engine of one shard: (state, command) -> (state, events). Synchronous, no clock, no chance, no
// I/O; the same commands give the same events and the same state, byte for byte. Steps (4) and (5)
// of an order's way.
//
//   begin(seq, time) -> newOrder | cancelOrder | replaceOrder | admin ...  -> events into the sink
//
// Read next: orders/new-order.ts, then risk/pre-trade.ts, book/book.ts, risk/settlement.ts.

import { assert } from '#domain/assert.ts'
import type { AdminCommand } from '#domain/command.ts'
import type { Asset, Instrument } from '#domain/instrument.ts'
import { administer } from './admin/admin.ts'
import { reportIndications } from './auction/indication.ts'
import { type EngineOptions, EngineState } from './engine-state.ts'
import type { EventOutput, EventSink } from './event-sink.ts'
import {
  type CancelOrderCommand,
  ID_WORDS,
  type NewOrderCommand,
  type ReplaceOrderCommand,
  TRACE_WORDS,
} from './hot-command.ts'
import { NONE } from './memory/slot-pool.ts'
import { cancelOrder, findOwnOrder } from './orders/cancel-order.ts'
import { placeOrder } from './orders/new-order.ts'
import { instrumentOf } from './orders/open-orders.ts'
import { cancelPlain, placePlain } from './orders/plain-order.ts'
import { replaceOrder } from './orders/replace-order.ts'
import { checkInvariants } from './snapshot/invariants.ts'
import { loadSnapshot, type PreparedSnapshot, prepareSnapshot } from './snapshot/snapshot.ts'
import { stateHash } from './snapshot/state-hash.ts'
import {
  availableOf,
  type BalanceView,
  balancesOf,
  type LevelView,
  levelsOf,
  type OrderView,
  ordersOf,
  type PositionView,
  positionsOf,
} from './views.ts'
import { idToWords, traceToWords } from './words.ts'

export type { EngineOptions } from './engine-state.ts'
export type { PreparedSnapshot } from './snapshot/snapshot.ts'
export type { BalanceView, LevelView, OrderView, PositionView } from './views.ts'

// Two copies of these modules would be two engines that look like one (hazard A11).
const LOADED = Symbol.for('tradeengine.engine')
assert(!Object.hasOwn(globalThis, LOADED), 'the engine is loaded once in a process')
Object.defineProperty(globalThis, LOADED, { value: true })

/** Owns the whole state. Nothing that it hands out is a part of it. */
export class Engine {
  readonly #state: EngineState
  readonly #trace = new Int32Array(TRACE_WORDS)

  constructor(sink: EventSink | EventOutput, options: EngineOptions = {}) {
    this.#state = new EngineState(sink, options)
  }

  /** Starts a batch. `seq` is its place in the log; time is the log's. */
  begin(seq: number, timestampNs: bigint): void {
    this.#state.lastSeq = seq
    this.#state.now = timestampNs
    this.#state.second = -1
  }

  /**
   * A new order where it lies in a batch (command-record.ts), if it is a plain one. False: nothing has
   * happened, and it has to come as a command.
   */
  plainOrder(cmdIndex: number, words: Int32Array, floats: Float64Array, at: number): boolean {
    this.#state.cmdIndex = cmdIndex
    if (!placePlain(this.#state, words, floats, at)) return false
    this.#state.commandCount += 1
    this.#state.sink.done()
    return true
  }

  /** The same for a cancel of a plain order. */
  plainCancel(cmdIndex: number, words: Int32Array, floats: Float64Array, at: number): boolean {
    this.#state.cmdIndex = cmdIndex
    if (!cancelPlain(this.#state, words, floats, at)) return false
    this.#state.commandCount += 1
    this.#state.sink.done()
    return true
  }

  /** Errors: none for any content of the record; what is wrong with it is reported. */
  newOrder(cmdIndex: number, cmd: NewOrderCommand): void {
    this.#state.beginCommand(cmdIndex, cmd.traceId)
    placeOrder(this.#state, cmd)
    this.#state.sink.done()
    this.#endCommand()
  }

  cancelOrder(cmdIndex: number, cmd: CancelOrderCommand): void {
    this.#state.beginCommand(cmdIndex, cmd.traceId)
    cancelOrder(this.#state, cmd)
    this.#state.sink.done()
    this.#endCommand()
  }

  replaceOrder(cmdIndex: number, cmd: ReplaceOrderCommand): void {
    this.#state.beginCommand(cmdIndex, cmd.traceId)
    replaceOrder(this.#state, cmd)
    this.#state.sink.done()
    this.#endCommand()
  }

  /** Any of the commands that travel seldom; unknown ones are refused. */
  admin(cmdIndex: number, command: AdminCommand): void {
    traceToWords(command.traceId, this.#trace)
    this.#state.beginCommand(cmdIndex, this.#trace)
    administer(this.#state, command)
    this.#state.sink.done()
    this.#endCommand()
  }

  #endCommand(): void {
    if (this.#state.staleAuctions.length > 0) reportIndications(this.#state)
  }

  /** Place in the log of the last batch begun. */
  get lastSeq(): number {
    return this.#state.lastSeq
  }

  /** Time of the last batch begun. */
  get now(): bigint {
    return this.#state.now
  }

  /** Orders that rest now. */
  get openOrderCount(): number {
    return this.#state.memory.orders.live
  }

  /** The orders that rest in one book: bids then asks, best first, oldest first. */
  openOrders(instrumentId: number): OrderView[] {
    return ordersOf(this.#state, instrumentId)
  }

  /** The instrument of an account's open order, named as in a request. */
  instrumentOfOrder(account: number, orderID: number, clOrdID: string): Instrument | undefined {
    const id = new Int32Array(ID_WORDS)
    idToWords(clOrdID, id)
    const order = findOwnOrder(this.#state, account, orderID, id)
    return order === NONE ? undefined : instrumentOf(this.#state, order).definition
  }

  /** All instruments, by id from 1. */
  instruments(): readonly Instrument[] {
    return this.#state.instruments.flatMap((known) => known?.definition ?? [])
  }

  instrumentOf(symbol: string): Instrument | undefined {
    return this.instruments().find((instrument) => instrument.symbol === symbol)
  }

  assets(): readonly Asset[] {
    return [...this.#state.assets]
  }

  /** All balances that are not zero, by account and asset. */
  balances(): BalanceView[] {
    return balancesOf(this.#state)
  }

  /** What an account may spend of an asset; 0 where it has none. */
  available(account: number, assetId: number): bigint {
    return availableOf(this.#state, account, assetId)
  }

  /** All open positions in perpetuals, by account and instrument. */
  positions(): PositionView[] {
    return positionsOf(this.#state)
  }

  /** Price levels of one side, best first. */
  levels(instrumentId: number, side: 'Buy' | 'Sell', max = Number.MAX_SAFE_INTEGER): LevelView[] {
    return levelsOf(this.#state, instrumentId, side, max)
  }

  /** 32 hex digits over the whole logical state. */
  stateHash(): string {
    return stateHash(this.#state)
  }

  /** The state as it is now, to be written into memory that is there: see snapshot/snapshot.ts. */
  prepareSnapshot(): PreparedSnapshot {
    return prepareSnapshot(this.#state)
  }

  /** The state as chunks of bytes, all of them copies. */
  takeSnapshot(): Uint8Array[] {
    const { bytes, writeTo } = this.prepareSnapshot()
    const copy = new Uint8Array(bytes)
    writeTo(copy)
    return [copy]
  }

  /** Takes over a snapshot. Shapes: only into an engine that has seen no command. Errors: throws. */
  loadSnapshot(bytes: Uint8Array): void {
    loadSnapshot(this.#state, bytes)
  }

  /** Walks everything and throws when a law of the state does not hold. For tests. */
  checkInvariants(): void {
    checkInvariants(this.#state)
  }
}
