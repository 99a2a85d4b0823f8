// Markets of our own making for the book, each from a seed: what a deep quiet book, a wild swing, a
// crash or a crowd at one price do to the time of a command. Anyone can generate the same bytes;
// tests/unit/bench/regimes.test.ts holds their hashes.
//
// A book plays along while the commands are made, so that cancels and modifies name orders that are
// open. Every regime first fills its book (these commands are not timed), then trades.

import { LimitBook, REPORT_TRADE } from '#engine/book/limit-book.ts'
import { ReportSink } from '#engine/book/report-sink.ts'
import { emptyWorkload, playWorkload, type Workload } from '../helpers/workload-file.ts'
import { Random } from '../helpers/workload-random.ts'

/** A regime. The mix is of 100 commands; what it leaves over are IOC orders that trade. */
export interface Regime {
  readonly name: string
  readonly about: string
  /** Orders that are to be open; so many are entered before the timed part. */
  readonly open: number
  readonly mix: { readonly places: number; readonly cancels: number; readonly modifies: number }
  /** Middle of the market in ticks, at a share 0..1 of the timed part. */
  mid(share: number): number
  /** Ticks between the middle and a new order that shall rest. */
  distance(random: Random): number
}

/** A regime's commands; the first `warm` of them fill the book. */
export interface RegimeLoad {
  readonly columns: Workload
  readonly warm: number
}

/** Seed of the markets that the bench plays. */
export const REGIME_SEED = 0x7eb00c

const MID = 100_000
/** Middle of a market so wide that 350,000 ticks lie below it. */
const WIDE_MID = 1_000_000
/** Middle of a market whose orders live long enough while the price moves by a quarter. */
const LOW_MID = 20_000
const IOC_REACH = 8
const QTY_MAX = 100

/** A triangle wave 0 -> 1 -> 0 -> -1 -> 0 of so many periods. */
function triangle(share: number, periods: number): number {
  const phase = (share * periods) % 1
  if (phase < 0.25) return 4 * phase
  return phase < 0.75 ? 2 - 4 * phase : 4 * phase - 4
}

/** Half of the price within a twentieth of the run, back within a fifth; twice. */
function crash(share: number): number {
  const phase = (share * 2) % 1
  if (phase < 0.4) return MID
  if (phase < 0.45) return Math.round(MID * (1 - 10 * (phase - 0.4)))
  if (phase < 0.6) return MID / 2
  if (phase < 0.8) return Math.round(MID * (0.5 + 2.5 * (phase - 0.6)))
  return MID
}

/** Squeezes most orders near the touch and lets few lie far away. */
function nearTouch(random: Random, levels: number): number {
  const a = random.below(levels)
  const b = random.below(levels)
  const c = random.below(levels)
  return 1 + Math.min(a, b, c)
}

const steady = (): number => MID

export const REGIMES: readonly Regime[] = [
  {
    name: 'narrow book',
    about: '5 levels a side, 2,000 orders; half of the commands modify',
    open: 2000,
    mix: { places: 25, cancels: 20, modifies: 50 },
    mid: steady,
    distance: (random) => 1 + random.below(5),
  },
  {
    name: 'static deep book',
    about: '1,000 levels a side, 100,000 orders, cancels anywhere',
    open: 100_000,
    mix: { places: 50, cancels: 45, modifies: 0 },
    mid: steady,
    distance: (random) => 1 + random.below(1000),
  },
  {
    name: 'sparse levels',
    about: '100,000 levels of about one order each, 7 ticks apart',
    open: 100_000,
    mix: { places: 48, cancels: 46, modifies: 4 },
    mid: () => WIDE_MID,
    distance: (random) => 1 + 7 * random.below(50_000),
  },
  {
    name: 'crowded level',
    about: '40,000 orders at one price a side, cancels anywhere in the queue',
    open: 80_000,
    mix: { places: 50, cancels: 45, modifies: 2 },
    mid: steady,
    distance: () => 1,
  },
  {
    name: 'swings',
    about: 'the price moves 25 % up and down, twice, and the book is swept on the way',
    open: 1500,
    mix: { places: 52, cancels: 35, modifies: 8 },
    mid: (share) => Math.round(LOW_MID * (1 + 0.25 * triangle(share, 2))),
    distance: (random) => nearTouch(random, 1200),
  },
  {
    name: 'flash crash',
    about: 'the price halves within a twentieth of the run and comes back, twice',
    open: 20_000,
    mix: { places: 45, cancels: 40, modifies: 5 },
    mid: crash,
    distance: (random) => nearTouch(random, 2000),
  },
]

/** Makes the commands of a regime: `timed` of them after those that fill the book. */
export function generateRegime(regime: Regime, timed: number, seed = REGIME_SEED): RegimeLoad {
  const warm = regime.open
  const maker = new CommandMaker(warm + timed, seed)
  for (let i = 0; i < warm; i++) maker.place(regime.mid(0), regime.distance(maker.random))
  const { random } = maker
  const { places, cancels, modifies } = regime.mix
  for (let i = 0; i < timed; i++) {
    const mid = regime.mid(i / timed)
    let what = random.below(100)
    // Swings trade orders away: the book is filled up, so that a regime stays what it is.
    if (maker.open < regime.open * 0.8) what = 0
    if (what < places) maker.place(mid, regime.distance(random))
    else if (what < places + cancels) maker.cancel()
    else if (what < places + cancels + modifies) {
      maker.modify(mid, regime.distance(random))
    } else maker.take(mid)
  }
  return { columns: maker.columns, warm }
}

/** Writes commands and plays them at once, and so knows which orders are open. */
class CommandMaker {
  readonly columns: Workload
  readonly random: Random
  readonly #sink = new ReportSink(1 << 14)
  readonly #book = new LimitBook(this.#sink)
  #sent = 0
  #lastId = 0
  readonly #open: number[] = []
  /** By id: place in #open, side and what is left. */
  readonly #place = new Map<number, number>()
  readonly #side = new Map<number, number>()
  readonly #left = new Map<number, number>()

  constructor(count: number, seed: number) {
    this.random = new Random(seed)
    this.columns = emptyWorkload(count)
  }

  get open(): number {
    return this.#open.length
  }

  place(mid: number, distance: number): void {
    const side = this.random.below(2)
    const price = side === 0 ? mid - distance : mid + distance
    this.#send(0, ++this.#lastId, side, price, 1 + this.random.below(QTY_MAX), 0)
  }

  /** An order that takes what it meets within a few ticks of the middle. */
  take(mid: number): void {
    const side = this.random.below(2)
    const price = side === 0 ? mid + IOC_REACH : mid - IOC_REACH
    this.#send(0, ++this.#lastId, side, price, 1 + this.random.below(QTY_MAX), 1)
  }

  cancel(): void {
    const id = this.#pick()
    this.#send(1, id, this.#side.get(id) ?? 0, 0, 0, 0)
  }

  modify(mid: number, distance: number): void {
    const id = this.#pick()
    const side = this.#side.get(id) ?? 0
    const price = side === 0 ? mid - distance : mid + distance
    this.#send(2, id, side, price, 1 + this.random.below(QTY_MAX), 0)
  }

  #pick(): number {
    return this.#open[this.random.below(this.#open.length)] ?? 0
  }

  #send(type: number, id: number, side: number, price: number, qty: number, ioc: number): void {
    const i = this.#sent++
    const { columns } = this
    columns.type[i] = type
    columns.side[i] = side
    columns.ioc[i] = ioc
    columns.qty[i] = qty
    columns.seq[i] = i + 1
    columns.id[i] = id
    columns.price[i] = price
    this.#sink.reset()
    playWorkload(columns, this.#book, i, i + 1)
    if (type === 1) return this.#close(id)
    this.#side.set(id, side)
    this.#observe(id, ioc === 0 ? qty : 0)
  }

  /** What one command did to the orders: its trades, and what is left of its own. */
  #observe(id: number, qty: number): void {
    const sink = this.#sink
    let left = qty
    for (let i = 0; i < sink.count; i++) {
      if (sink.type(i) !== REPORT_TRADE) continue
      const maker = sink.id(i)
      const traded = sink.qty(i)
      left -= traded
      const makersLeft = (this.#left.get(maker) ?? 0) - traded
      this.#left.set(maker, makersLeft)
      if (makersLeft === 0) this.#close(maker)
    }
    if (left <= 0) return this.#close(id)
    this.#left.set(id, left)
    if (this.#place.has(id)) return
    this.#place.set(id, this.#open.length)
    this.#open.push(id)
  }

  #close(id: number): void {
    const place = this.#place.get(id)
    this.#left.delete(id)
    this.#side.delete(id)
    if (place === undefined) return
    this.#place.delete(id)
    const last = this.#open.pop() as number
    if (last === id) return
    this.#open[place] = last
    this.#place.set(last, place)
  }
}
