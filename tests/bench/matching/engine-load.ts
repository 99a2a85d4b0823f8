// A load for the whole engine as the log carries it: batches of 128 encoded commands, 50 % orders
// that rest, 45 % cancels, 5 % orders that trade, over any number of instruments, accounts and open
// orders. Seeded. An engine runs while the load is made, so that every cancel names an open order;
// its snapshot before the first of the batches is where every contestant starts.

import {
  EXECUTION_REPORT as ER,
  FLAG_AGGRESSOR,
  HEADER,
  RECORD,
  TYPE_EXECUTION_REPORT,
} from '#contracts/batch-layout.ts'
import { encodeCommandBatch } from '#contracts/command-codec.ts'
import type { HotCommand, NewOrder } from '#domain/command.ts'
import { EXEC_TYPES } from '#domain/order.ts'
import { PLAIN } from '../../helpers/plain-order.ts'
import { Random } from '../../helpers/workload-random.ts'
import { EnginePipeline } from './engine-pipeline.ts'
import { openVenue, TRACE } from './engine-venue.ts'

export const BATCH_COMMANDS = 128
/** Seed of the loads, unless another is asked for. */
export const ENGINE_SEED = 42
/** Percent of the commands: orders that rest, orders that trade; the others cancel. */
const RESTS = 50
const TRADES = 5
const FIRST_ACCOUNT = 1000
const MID = 3_000_000
const LEVELS = 40
const QTY = { min: 1000, span: 100_000 }
/** The mix holds the books about as full as they were; beyond this share it is corrected. */
const DRIFT_MAX = 0.05
const NEW = EXEC_TYPES.indexOf('New')
const TRADE = EXEC_TYPES.indexOf('Trade')

export interface EngineLoadOptions {
  /** Commands after the orders that fill the books; whole batches. */
  readonly commands: number
  readonly instruments: number
  readonly accounts: number
  /** Orders that rest before the first of the commands, and stay about as many. */
  readonly open: number
  readonly seed?: number
}

/** Commands by what they do, and the trades that came of them. */
interface LoadCounts {
  rests: number
  cancels: number
  takers: number
  trades: number
}

/** What an engine gets after the snapshot. */
export interface EngineLoad {
  readonly options: EngineLoadOptions
  readonly snapshot: Uint8Array
  readonly batches: readonly Uint8Array[]
  readonly commands: number
  /** What the commands (without those that filled the books) came to. */
  readonly counts: Readonly<LoadCounts>
}

/** Makes a load. Shapes: commands are rounded up to whole batches. */
export function generateEngineLoad(options: EngineLoadOptions): EngineLoad {
  const { pipeline, maker } = openFilled(options, options.open)
  const snapshot = new Uint8Array(Buffer.concat(pipeline.engine.takeSnapshot()))
  const batches: Uint8Array[] = []
  for (let sent = 0; sent < options.commands; sent += BATCH_COMMANDS) {
    const commands = Array.from({ length: BATCH_COMMANDS }, () => maker.next())
    batches.push(encodeCommandBatch({ source: 1, sourceSeq: batches.length + 1 }, commands))
  }
  const { counts } = maker
  return { options, snapshot, batches, commands: batches.length * BATCH_COMMANDS, counts }
}

/** An engine with the venue, accounts and open orders of a load. */
export function openFilledEngine(options: EngineLoadOptions, capacity: number): EnginePipeline {
  return openFilled(options, capacity).pipeline
}

function openFilled(options: EngineLoadOptions, capacity: number) {
  const pipeline = new EnginePipeline(undefined, capacity)
  openVenue(pipeline.engine, options.instruments, options.accounts, FIRST_ACCOUNT)
  const maker = new LoadMaker(pipeline, options)
  maker.fill()
  return { pipeline, maker }
}

/** Chooses commands and plays them at once, and so knows the open orders. */
class LoadMaker {
  readonly counts: LoadCounts = { rests: 0, cancels: 0, takers: 0, trades: 0 }
  readonly #pipeline: EnginePipeline
  readonly #options: EngineLoadOptions
  readonly #random: Random
  /** The open orders, and by orderID the place of each. */
  readonly #open: { readonly orderID: number; readonly account: number }[] = []
  readonly #places = new Map<number, number>()
  #sent = 0

  constructor(pipeline: EnginePipeline, options: EngineLoadOptions) {
    this.#pipeline = pipeline
    this.#options = options
    this.#random = new Random(options.seed ?? ENGINE_SEED)
  }

  /** Enters resting orders until as many are open as there shall be. */
  fill(): void {
    while (this.#open.length < this.#options.open) {
      const commands: HotCommand[] = []
      const missing = this.#options.open - this.#open.length
      for (let i = 0; i < Math.min(missing, BATCH_COMMANDS); i++) commands.push(this.#order(false))
      const before = this.#open.length
      this.#send(commands)
      if (this.#open.length === before) throw new Error('the venue refuses the orders of the load')
    }
  }

  /** The next command; the engine has seen it. */
  next(): HotCommand {
    const what = this.#random.below(100)
    let kind: 'rests' | 'takers' | 'cancels' = 'cancels'
    if (what < RESTS) kind = 'rests'
    else if (what < RESTS + TRADES) kind = 'takers'
    const drift = this.#open.length / this.#options.open - 1
    if (kind === 'cancels' && drift < -DRIFT_MAX) kind = 'rests'
    else if (kind === 'rests' && drift > DRIFT_MAX) kind = 'cancels'
    const command = kind === 'cancels' ? this.#cancel() : this.#order(kind === 'takers')
    this.counts[kind] += 1
    this.#send([command])
    return command
  }

  #order(isTaker: boolean): NewOrder {
    const random = this.#random
    const side = random.below(2)
    const away = isTaker ? -LEVELS : 1 + random.below(LEVELS)
    return {
      type: 'NewOrder',
      ...PLAIN,
      account: FIRST_ACCOUNT + random.below(this.#options.accounts),
      traceId: TRACE,
      instrumentId: 1 + random.below(this.#options.instruments),
      clOrdID: clOrdIDOf(this.#sent++),
      side: side === 0 ? 'Buy' : 'Sell',
      ordType: 'Limit',
      timeInForce: isTaker ? 'IOC' : 'GTC',
      price: side === 0 ? MID - away : MID + away,
      orderQty: QTY.min + random.below(QTY.span),
    }
  }

  #cancel(): HotCommand {
    const chosen = this.#open[this.#random.below(this.#open.length)]
    if (chosen === undefined) throw new Error('no order is open: the load needs more of them')
    const { orderID, account } = chosen
    const ids = { clOrdID: clOrdIDOf(this.#sent++), origClOrdID: '' }
    return { type: 'CancelOrder', account, traceId: TRACE, orderID, ...ids }
  }

  #send(commands: readonly HotCommand[]): void {
    this.#observe(this.#pipeline.play(encodeCommandBatch({ source: 1, sourceSeq: 0 }, commands)))
  }

  #observe(events: Uint8Array): void {
    const view = new DataView(events.buffer, events.byteOffset, events.length)
    let o: number = HEADER.size
    while (o < events.length) {
      const size = view.getUint16(o + RECORD.size, true)
      if (size === 0) throw new Error('the load makes events of a rare kind')
      if (events[o + RECORD.type] === TYPE_EXECUTION_REPORT) this.#observeReport(view, o)
      o += size
    }
  }

  #observeReport(view: DataView, o: number): void {
    const orderID = view.getFloat64(o + ER.orderID, true)
    const execType = view.getUint8(o + ER.execType)
    const isAggressor = (view.getUint8(o + RECORD.flags) & FLAG_AGGRESSOR) !== 0
    if (execType === TRADE && isAggressor) this.counts.trades += 1
    if (execType === NEW) {
      this.#places.set(orderID, this.#open.length)
      this.#open.push({ orderID, account: view.getUint32(o + RECORD.account, true) })
    } else if (view.getFloat64(o + ER.leavesQty, true) === 0) this.#close(orderID)
  }

  #close(orderID: number): void {
    const place = this.#places.get(orderID)
    if (place === undefined) return
    const last = this.#open.pop()
    this.#places.delete(orderID)
    if (last === undefined || last.orderID === orderID) return
    this.#open[place] = last
    this.#places.set(last.orderID, place)
  }
}

/** 36 characters, as clients send them: a UUID's length, with a counter in it. */
function clOrdIDOf(i: number): string {
  return `7b0c52d1-6f3a-4c1e-9d55-${i.toString(16).padStart(12, '0')}`
}
