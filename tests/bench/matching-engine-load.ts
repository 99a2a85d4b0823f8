// A load for the whole engine: 50 % place, 45 % cancel, 5 % trade, over 100 instruments and 10,000
// accounts, seeded. A scout engine runs while it is made, so that every cancel meets an open order.

import type { ListInstrument } from '#domain/command.ts'
import { EXEC_TYPES, STP_MODES } from '#domain/order.ts'
import { Engine } from '#engine/engine.ts'
import type { BalanceChangedRecord, EventSink, ExecutionReportRecord } from '#engine/event-sink.ts'
import { CancelOrderCommand, NewOrderCommand } from '#engine/hot-command.ts'
import { Random } from '../helpers/workload-random.ts'

const COMMANDS = 500_000
const INSTRUMENTS = 100
const ACCOUNTS = 10_000
const FIRST_ACCOUNT = 1000
/** Orders that are to be open at a time. */
const OPEN_TARGET = 20_000
const MID = 3_000_000
const TRACE = '0'.repeat(32)
const NEW = EXEC_TYPES.indexOf('New')

/** Commands as columns; kind 0 new, 1 cancel. */
export interface EngineLoad {
  readonly count: number
  readonly kind: Uint8Array
  readonly account: Uint32Array
  readonly instrument: Uint8Array
  readonly side: Uint8Array
  readonly price: Float64Array
  readonly qty: Float64Array
  readonly orderID: Float64Array
}

/** Counts, and adds something up so that nothing is optimised away. */
class CountingSink implements EventSink {
  events = 0
  sum = 0

  executionReport(report: ExecutionReportRecord): void {
    this.events += 1
    this.sum += report.leavesQty
  }

  balanceChanged(change: BalanceChangedRecord): void {
    this.events += 1
    this.sum += change.amountWords[2] as number
  }

  rare(): void {
    this.events += 1
  }
}

/** Knows which orders are open. */
class ScoutSink extends CountingSink {
  readonly #open: { orderID: number; account: number }[] = []
  readonly #places = new Map<number, number>()

  override executionReport(report: ExecutionReportRecord): void {
    const { orderID, account } = report
    if (report.execType === NEW) {
      this.#places.set(orderID, this.#open.length)
      this.#open.push({ orderID, account })
    } else if (report.leavesQty === 0) this.#close(orderID)
  }

  get open(): number {
    return this.#open.length
  }

  pick(random: Random): { orderID: number; account: number } {
    return this.#open[random.below(this.#open.length)] as { orderID: number; account: number }
  }

  #close(orderID: number): void {
    const place = this.#places.get(orderID)
    const last = this.#open.pop()
    this.#places.delete(orderID)
    if (place === undefined || last === undefined || last.orderID === orderID) return
    this.#open[place] = last
    this.#places.set(last.orderID, place)
  }
}

export function generateEngineLoad(): EngineLoad {
  const load: EngineLoad = {
    count: COMMANDS,
    kind: new Uint8Array(COMMANDS),
    account: new Uint32Array(COMMANDS),
    instrument: new Uint8Array(COMMANDS),
    side: new Uint8Array(COMMANDS),
    price: new Float64Array(COMMANDS),
    qty: new Float64Array(COMMANDS),
    orderID: new Float64Array(COMMANDS),
  }
  const random = new Random(42)
  const scout = new ScoutSink()
  const engine = openEngine(scout)
  const player = new Player(engine, load)
  for (let i = 0; i < COMMANDS; i++) {
    const what = random.below(100)
    const isTrade = what < 5
    if (!isTrade && what >= 55 && scout.open >= OPEN_TARGET) {
      const { orderID, account } = scout.pick(random)
      load.kind[i] = 1
      load.account[i] = account
      load.orderID[i] = orderID
    } else {
      const side = random.below(2)
      const away = isTrade ? -40 : 1 + random.below(40)
      load.account[i] = FIRST_ACCOUNT + random.below(ACCOUNTS)
      load.instrument[i] = 1 + random.below(INSTRUMENTS)
      load.side[i] = side
      load.price[i] = side === 0 ? MID - away : MID + away
      load.qty[i] = 1000 + random.below(100_000)
    }
    player.play(i)
  }
  return load
}

/** Nanoseconds for the whole load in a fresh engine. */
export function playEngineLoad(load: EngineLoad): number {
  const player = new Player(openEngine(new CountingSink()), load)
  const start = process.hrtime.bigint()
  for (let i = 0; i < load.count; i++) player.play(i)
  return Number(process.hrtime.bigint() - start)
}

/** Microseconds of single commands, each timed; the timer's own cost is in them. */
export function sampleEngineLoad(load: EngineLoad): Record<string, number> {
  const player = new Player(openEngine(new CountingSink()), load)
  const taken = new Float64Array(load.count)
  for (let i = 0; i < load.count; i++) {
    const start = process.hrtime.bigint()
    player.play(i)
    taken[i] = Number(process.hrtime.bigint() - start) / 1000
  }
  const sorted = taken.subarray(load.count / 5).sort()
  const shares = { p50: 0.5, p99: 0.99, 'p99.9': 0.999, 'p99.99': 0.9999, max: 1 }
  return Object.fromEntries(
    Object.entries(shares).map(([name, share]) => [
      name,
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0,
    ]),
  )
}

/** Sends commands of a load, reusing two records. */
class Player {
  readonly #engine: Engine
  readonly #load: EngineLoad
  readonly #new = new NewOrderCommand()
  readonly #cancel = new CancelOrderCommand()

  constructor(engine: Engine, load: EngineLoad) {
    this.#engine = engine
    this.#load = load
    this.#new.stopPx = 0
    this.#new.displayQty = 0
    this.#new.clOrdID.fill(0x30303030)
  }

  play(i: number): void {
    const load = this.#load
    if (load.kind[i] === 1) {
      this.#cancel.account = load.account[i] as number
      this.#cancel.orderID = load.orderID[i] as number
      this.#engine.cancelOrder(0, this.#cancel)
      return
    }
    const cmd = this.#new
    cmd.account = load.account[i] as number
    cmd.instrumentId = load.instrument[i] as number
    cmd.side = load.side[i] as number
    cmd.price = load.price[i] as number
    cmd.orderQty = load.qty[i] as number
    // Distinct ids of 36 characters: the number in four of them, as a counter in hex would be.
    cmd.clOrdID[7] = 0x41414141 + (i & 0x0f0f0f0f)
    cmd.clOrdID[8] = 0x41414141 + ((i >>> 4) & 0x0f0f0f0f)
    this.#engine.newOrder(0, cmd)
  }
}

function openEngine(sink: EventSink): Engine {
  const engine = new Engine(sink, { capacity: 65_536 })
  engine.begin(1, 1n)
  for (let i = 1; i <= INSTRUMENTS; i++) engine.admin(0, listing(i))
  for (let account = FIRST_ACCOUNT; account < FIRST_ACCOUNT + ACCOUNTS; account++) {
    engine.admin(0, { type: 'OpenAccount', account, traceId: TRACE })
    const common = { type: 'Credit', account, traceId: TRACE } as const
    engine.admin(0, { ...common, asset: 'BTC', amount: 10n ** 12n, transferId: 'b' })
    engine.admin(0, { ...common, asset: 'USD', amount: 10n ** 14n, transferId: 'u' })
  }
  return engine
}

function listing(i: number): ListInstrument {
  return {
    type: 'ListInstrument',
    account: 0,
    traceId: TRACE,
    symbol: `BTC${i}-USD`,
    kind: 'Spot',
    baseAsset: 'BTC',
    quoteAsset: 'USD',
    baseScale: 8,
    quoteScale: 10,
    tickSize: '0.01',
    lotSize: '0.00000001',
    minQty: 1,
    maxQty: 10 ** 13,
    minNotional: 0n,
    maxNotional: 2n ** 62n,
    priceBandPpm: 100_000,
    makerFeePpm: 500,
    takerFeePpm: 1000,
    initialMarginPpm: 0,
    maintenanceMarginPpm: 0,
    maxPosition: 0,
    maxOpenOrders: 0,
    allowedStpModes: STP_MODES,
    defaultStpMode: 'ExpireTaker',
    tradingState: 'Open',
  }
}
