// Turns recorded events into commands, in order.
//
// new -> a limit order; cancel -> a cancel; reduce -> a replace to less. `left` (the recording says so
// much remains after a fill) needs no command when the fill happened here too. Where more is left here,
// the recorded counterparty was no order of this recording: the order is reduced to what the recording
// says, without a trade, and counted as a correction. Nothing is invented: no fill without a match.

import { setTimeout as sleep } from 'node:timers/promises'
import { formatAmount } from '#contracts/decimal.ts'
import { unreachable } from '#domain/assert.ts'
import { type BookFigures, compareBook, determinedRange, type RecordedTrade } from './comparison.ts'
import { type FlowDefect, type FlowEvent, isDefect, type Side } from './flow.ts'
import type { ReplaySession } from './session.ts'
import { createShadowBook, type ShadowBook, toPrice, toQty } from './shadow-book.ts'

type EventOf<K extends FlowEvent['kind']> = Extract<FlowEvent, { kind: K }>
type BookEvent = EventOf<'book'>

export interface ReplayFigures {
  events: number
  commands: number
  readonly counts: Record<string, number>
  readonly defects: FlowDefect[]
  readonly books: BookFigures
  readonly trades: RecordedTrade[]
}

interface Tracked {
  readonly account: number
  /** The command that entered it. */
  readonly command: number
  clOrdID: string
  replaces: number
}

interface Entry {
  readonly side: Side
  readonly price: string
  readonly qty: string
}

/** How many commands may pass before reports are worked off: bounds memory, not correctness. */
const WORK_OFF_EVERY = 2_000
/** Events around a trade in which the orders of it are named. */
const TRADE_NEIGHBOURS = 6
const SEED_ACCOUNT = 0

/** Owns one replay: what was sent, what is known of each order, what is still to be compared. */
export class Replayer {
  readonly figures: ReplayFigures = emptyFigures()
  readonly #session: ReplaySession
  readonly #speed: number
  readonly #shadow: ShadowBook = createShadowBook()
  readonly #orders = new Map<string, Tracked>()
  readonly #ended = new Set<string>()
  readonly #seeds = new Map<string, Tracked>()
  readonly #due: { readonly after: number; readonly event: BookEvent }[] = []
  readonly #commandOfTrace = new Map<string, number>()
  #worst: Record<Side, bigint> | null = null
  #lastUnknownAt = Number.NEGATIVE_INFINITY
  #reportsApplied = 0
  #outcomesMapped = 0
  #clock: { recordedMs: number; startedMs: number } | null = null

  /** `speed` 0 = as fast as the venue answers; else recorded time divided by it. */
  constructor(session: ReplaySession, speed: number) {
    this.#session = session
    this.#speed = speed
  }

  get shadow(): ShadowBook {
    return this.#shadow
  }

  async take(event: FlowEvent | FlowDefect): Promise<void> {
    this.figures.events += 1
    if (isDefect(event)) {
      this.figures.defects.push(event)
      return
    }
    await this.#pace(event.timeMs)
    await this.#onEvent(event)
    if (this.#session.outcomes.length - this.#outcomesMapped >= WORK_OFF_EVERY)
      await this.#workOff()
  }

  /** Waits for everything and runs the comparisons that are still due. */
  async finish(): Promise<void> {
    await this.#workOff()
  }

  async #onEvent(event: FlowEvent): Promise<void> {
    switch (event.kind) {
      case 'new':
        return this.#onNew(event)
      case 'cancel':
        return this.#onCancel(event)
      case 'left':
        return this.#onLeft(event)
      case 'reduce':
        return this.#onReduce(event)
      case 'execute':
        return this.#onExecute(event)
      case 'trade':
        this.figures.trades.push({ event, nearUnknownOrder: this.#nearUnknown() })
        return
      case 'book':
        if (this.#worst === null) await this.#onFirstBook(event)
        this.#due.push({ after: this.#session.outcomes.length, event })
        return
      default:
        return unreachable(event)
    }
  }

  async #onNew(event: EventOf<'new'>): Promise<void> {
    if (this.#ended.has(event.id)) return this.#count('created after its own end: not sent')
    const account = Number(BigInt(event.id) % BigInt(this.#session.traders.length))
    this.#orders.set(event.id, await this.#enter(event, `o${event.id}`, account))
  }

  async #onCancel(event: EventOf<'cancel'>): Promise<void> {
    if (this.#ended.has(event.id)) return this.#count('ended twice: not sent')
    this.#ended.add(event.id)
    const order = this.#orders.get(event.id)
    if (order !== undefined) return this.#cancel(order)
    this.#noteUnknown('cancel')
    const seed = this.#seeds.get(`${event.side}/${event.price}`)
    if (seed === undefined) return
    await this.#workOff()
    const leaves = this.#resting(seed)?.leaves ?? 0n
    const gone = toQty(event.qty)
    await this.#reduceTo(seed, leaves > gone ? leaves - gone : 0n)
  }

  async #onLeft(event: EventOf<'left'>): Promise<void> {
    const there = toQty(event.qty)
    if (there === 0n) this.#ended.add(event.id)
    const order = this.#orders.get(event.id)
    if (order === undefined) return this.#noteUnknown('fill')
    await this.#workOff()
    const here = this.#resting(order)?.leaves ?? 0n
    if (here === there) return this.#count('fills: the same is left here')
    if (here < there)
      return this.#count('fills: already further here (a sweep is told fill by fill)')
    this.#count('fills without a counterparty here: order reduced, no trade invented')
    await this.#reduceTo(order, there)
  }

  async #onReduce(event: EventOf<'reduce'>): Promise<void> {
    const order = this.#orders.get(event.id)
    if (order === undefined) return this.#noteUnknown('reduction')
    await this.#workOff()
    const leaves = this.#resting(order)?.leaves ?? 0n
    const less = toQty(event.qty)
    await this.#reduceTo(order, leaves > less ? leaves - less : 0n)
  }

  async #onExecute(event: EventOf<'execute'>): Promise<void> {
    const resting = this.#orders.get(event.id)
    if (resting === undefined) this.#noteUnknown('execution')
    this.figures.trades.push({
      event: { ...event, kind: 'trade' },
      nearUnknownOrder: resting === undefined,
    })
    const account = ((resting?.account ?? 0) + 1) % this.#session.traders.length
    const side = event.side === 'Buy' ? 'Sell' : 'Buy'
    await this.#enter({ ...event, side }, `x${event.line}`, account, 'IOC')
  }

  async #onFirstBook(event: BookEvent): Promise<void> {
    this.#worst = determinedRange(event)
    await this.#workOff()
    for (const side of ['Buy', 'Sell'] as const) {
      for (const [price, qty] of side === 'Buy' ? event.bids : event.asks) {
        const older = toQty(qty) - this.#shadow.level(side, toPrice(price))
        if (older <= 0n) continue
        const seed = { side, price, qty: formatAmount(older, 8) }
        const id = `seed-${side}-${price}`
        this.#seeds.set(`${side}/${price}`, await this.#enter(seed, id, SEED_ACCOUNT))
        this.#count('levels seeded from the first snapshot')
      }
    }
  }

  async #enter(order: Entry, clOrdID: string, account: number, tif = 'GTC'): Promise<Tracked> {
    const command = await this.#send('order.place', account, {
      symbol: this.#session.symbol,
      side: order.side,
      ordType: 'Limit',
      timeInForce: tif,
      price: order.price,
      orderQty: order.qty,
      clOrdID,
      stpMode: 'None',
    })
    return { account, command, clOrdID, replaces: 0 }
  }

  async #cancel(order: Tracked): Promise<void> {
    await this.#send('order.cancel', order.account, { origClOrdID: order.clOrdID })
  }

  /** Brings an order down to `left`; only after workOff, so that what is left here is known. */
  async #reduceTo(order: Tracked, left: bigint): Promise<void> {
    const resting = this.#resting(order)
    if (resting === undefined || resting.leaves <= left) return
    if (left === 0n) return this.#cancel(order)
    order.replaces += 1
    const clOrdID = `${order.clOrdID.split(':')[0]}:${order.replaces}`
    await this.#send('order.replace', order.account, {
      symbol: this.#session.symbol,
      origClOrdID: order.clOrdID,
      clOrdID,
      orderQty: formatAmount(resting.cum + left, 8),
    })
    order.clOrdID = clOrdID
  }

  async #send(op: string, account: number, fields: Record<string, unknown>): Promise<number> {
    this.figures.commands += 1
    return this.#session.send(op, account, fields)
  }

  #resting(order: Tracked): { leaves: bigint; cum: bigint } | undefined {
    const orderID = this.#session.outcomes[order.command]?.result?.orderID
    return orderID === undefined ? undefined : this.#shadow.order(orderID)
  }

  /** Applies reports in order and runs each recorded snapshot's comparison at its own place. */
  async #workOff(): Promise<void> {
    const { outcomes, reports } = this.#session
    await this.#session.settle()
    for (; this.#outcomesMapped < outcomes.length; this.#outcomesMapped++) {
      const result = outcomes[this.#outcomesMapped]?.result
      if (result) this.#commandOfTrace.set(result.traceId, this.#outcomesMapped)
    }
    for (; this.#reportsApplied < reports.length; this.#reportsApplied++) {
      const report = reports[this.#reportsApplied]
      if (report === undefined) break
      const command = this.#commandOfTrace.get(report.traceId)
      if (command !== undefined) this.#compareUpTo(command)
      this.#shadow.apply(report)
    }
    this.#compareUpTo(outcomes.length)
  }

  #compareUpTo(command: number): void {
    while (this.#worst !== null && this.#due[0] !== undefined && this.#due[0].after <= command) {
      compareBook(this.#shadow, this.#due[0].event, this.#worst, this.figures.books)
      this.#due.shift()
    }
  }

  async #pace(timeMs: number): Promise<void> {
    if (this.#speed === 0) return
    this.#clock ??= { recordedMs: timeMs, startedMs: performance.now() }
    const { recordedMs, startedMs } = this.#clock
    const dueMs = (timeMs - recordedMs) / this.#speed - (performance.now() - startedMs)
    if (dueMs > 1) await sleep(dueMs)
  }

  #noteUnknown(what: string): void {
    this.#lastUnknownAt = this.figures.events
    this.#count(`${what} of an order older than the recording`)
  }

  #nearUnknown(): boolean {
    return this.figures.events - this.#lastUnknownAt <= TRADE_NEIGHBOURS
  }

  #count(what: string): void {
    this.figures.counts[what] = (this.figures.counts[what] ?? 0) + 1
  }
}

function emptyFigures(): ReplayFigures {
  const books = { snapshots: 0, snapshotsEqual: 0, levels: 0, levelsEqual: 0 }
  return {
    events: 0,
    commands: 0,
    counts: {},
    defects: [],
    trades: [],
    books: { ...books, levelsUndetermined: 0, examples: [] },
  }
}
