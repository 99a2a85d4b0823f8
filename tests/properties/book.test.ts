// The matcher against the obvious book: a million random operations, every structure checked after
// each. A failure names seed and step.

import test from 'ava'
import { Book, createBookMemory } from '#engine/book/book.ts'
import { BookWalk } from '#engine/book/book-walk.ts'
import { FILL_TAKER_EXPIRED, FillLog } from '#engine/book/fill-log.ts'
import { checkBook } from '../helpers/book-invariants.ts'
import { MODES, SortedBook, type SortedOrder } from '../helpers/sorted-book.ts'
import { Random } from '../helpers/workload-random.ts'

const STEPS = 125_000
const OWNERS = 3

/** Prices as a walk from a start: how far one may stand from the other, and how they jump. */
interface Regime {
  readonly name: string
  readonly start: number
  readonly spread: number
  /** Percent of steps that move the middle by up to half of itself. */
  readonly jumps: number
  readonly maxQty: number
}

const REGIMES: readonly Regime[] = [
  { name: 'a few prices', start: 32_768, spread: 3, jumps: 0, maxQty: 20 },
  { name: 'neighbouring pages of the index', start: 1024, spread: 40, jumps: 0, maxQty: 1000 },
  { name: 'prices that jump by half', start: 100_000, spread: 300, jumps: 2, maxQty: 50 },
  { name: 'prices around 2^52', start: 2 ** 52, spread: 2 ** 51, jumps: 1, maxQty: 2 ** 40 },
]

class Trial {
  readonly #random: Random
  readonly #regime: Regime
  readonly #memory = createBookMemory(1)
  readonly #book = new Book(this.#memory)
  readonly #model = new SortedBook()
  readonly #log = new FillLog(1)
  readonly #walk = new BookWalk()
  #middle: number

  constructor(seed: number, regime: Regime) {
    this.#random = new Random(seed)
    this.#regime = regime
    this.#middle = regime.start
  }

  step(): void {
    const r = this.#random
    if (r.chance(this.#regime.jumps)) this.#jump()
    const open = this.#model.sides[0].length + this.#model.sides[1].length
    const kind = r.below(100)
    if (kind < 55 || open === 0) this.#enter(open > 25)
    else if (kind < 85) this.#cancel(this.#pick())
    else this.#resize(this.#pick())
    checkBook(this.#book, this.#memory, this.#model)
  }

  #jump(): void {
    const to = this.#middle * (0.5 + this.#random.next() / 2 ** 32)
    this.#middle = Math.max(1, Math.min(Math.floor(to), 2 ** 53 - 1 - this.#regime.spread))
    if (this.#random.chance(30)) this.#middle = this.#regime.start
  }

  #draw(max: number): number {
    return 1 + Math.floor((this.#random.next() / 2 ** 32) * max)
  }

  #enter(isFull: boolean): void {
    const r = this.#random
    const price = Math.max(
      1,
      this.#middle + this.#draw(this.#regime.spread) - this.#draw(this.#regime.spread),
    )
    const key = r.chance(50) ? price : -price
    const qty = this.#draw(this.#regime.maxQty) * (isFull ? 10 : 1)
    const owner = 1 + r.below(OWNERS)
    const stp = r.pick(MODES)
    this.#foresee(key, owner, stp)
    const left = this.#match(key, qty, owner, stp)
    if (left === 0 || isFull || r.chance(15)) return
    const order = this.#book.enter(key, left, owner)
    const displayQty = r.chance(30) ? Math.ceil(left / (1 + r.below(6))) : 0
    if (displayQty === 0) this.#book.rest(order)
    else this.#book.restIceberg(order, displayQty)
    this.#model.rest(order, key, owner, left, displayQty)
  }

  #match(key: number, qty: number, owner: number, stp: number): number {
    const log = this.#log
    log.count = 0
    const left = this.#book.match(key, qty, owner, stp, log)
    const wanted = this.#model.match(key, qty, owner, stp)
    const steps = Array.from({ length: log.count }, (_, i) => ({
      kind: log.kind[i],
      maker: log.maker[i],
      qty: log.qty[i],
    }))
    same({ left, steps }, { left: wanted.left, steps: wanted.steps })
    const resting = new Set(this.#model.sides.flat().map(({ handle }) => handle))
    for (const maker of new Set(steps.filter(endsMaker).map((one) => one.maker as number))) {
      if (!resting.has(maker)) this.#book.orders.release(maker)
    }
    return left
  }

  #foresee(key: number, owner: number, stp: number): void {
    const steps: { qty: number; prevented: boolean }[] = []
    this.#walk.start(this.#book, key, owner, stp)
    while (this.#walk.next()) {
      steps.push({ qty: this.#walk.qty, prevented: this.#walk.prevented })
    }
    same(steps, this.#model.foresee(key, owner, stp))
  }

  #pick(): SortedOrder {
    return this.#random.pick(this.#model.sides.flat())
  }

  #cancel(order: SortedOrder): void {
    const open = this.#book.openQty(order.handle)
    this.#book.take(order.handle)
    same(this.#book.openQty(order.handle), open)
    this.#book.orders.release(order.handle)
    this.#model.remove(order)
  }

  #resize(order: SortedOrder): void {
    const open = this.#draw(order.shown + order.hidden)
    this.#book.resize(order.handle, open)
    this.#model.resize(order, open)
  }
}

function endsMaker(step: { readonly kind: number | undefined }): boolean {
  return step.kind !== FILL_TAKER_EXPIRED
}

function same(found: unknown, wanted: unknown): void {
  const [one, other] = [JSON.stringify(found), JSON.stringify(wanted)]
  if (one !== other) throw new Error(`${one} is not ${other}`)
}

for (const regime of REGIMES) {
  for (const seed of [1, 2]) {
    test(`B1: the book agrees with a sorted array: ${regime.name}, seed ${seed}`, (t) => {
      const trial = new Trial(seed, regime)
      for (let step = 0; step < STEPS; step++) {
        try {
          trial.step()
        } catch (error) {
          t.fail(`seed ${seed}, step ${step}: ${(error as Error).message}`)
          return
        }
      }
      t.pass()
    })
  }
}
