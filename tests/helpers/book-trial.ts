// The matcher against the obvious book: orders of several owners with self-trade prevention and
// icebergs, cancels and changes of quantity; every structure is looked at.

import { Book, createBookMemory } from '#engine/book/book.ts'
import { BookWalk } from '#engine/book/book-walk.ts'
import { FILL_TAKER_EXPIRED, FillLog } from '#engine/book/fill-log.ts'
import { agree, show, type Trial } from './agreement.ts'
import { checkBook } from './book-invariants.ts'
import { type BookConfig, PriceWalk } from './book-regimes.ts'
import { SortedBook, type SortedOrder } from './sorted-book.ts'
import { Random } from './workload-random.ts'

/** One run of both books. */
export class BookTrial implements Trial {
  readonly #random: Random
  readonly #config: BookConfig
  readonly #prices: PriceWalk
  readonly #memory: ReturnType<typeof createBookMemory>
  readonly #book: Book
  readonly #model = new SortedBook()
  readonly #log = new FillLog(1)
  readonly #walk = new BookWalk()
  #steps = 0
  #operation: unknown

  constructor(seed: number, config: BookConfig) {
    this.#random = new Random(seed)
    this.#config = config
    this.#prices = new PriceWalk(this.#random, config.regime)
    this.#memory = createBookMemory(config.capacity)
    this.#book = new Book(this.#memory)
  }

  step(): void {
    const r = this.#random
    this.#prices.step()
    const open = this.#model.sides[0].length + this.#model.sides[1].length
    const kind = r.below(100)
    const { openMax, cancelPercent } = this.#config
    if (kind < 85 - cancelPercent || open === 0) this.#enter(open > openMax)
    else if (kind < 85) this.#cancel(this.#pick())
    else this.#resize(this.#pick())
    this.#steps += 1
    if (this.#steps % this.#config.checkEvery === 0) this.end()
  }

  end(): void {
    checkBook(this.#book, this.#memory, this.#model)
  }

  describe(): string {
    return show(this.#operation)
  }

  #enter(isFull: boolean): void {
    const r = this.#random
    const isBuy = r.chance(50)
    const price = this.#prices.next(isBuy)
    const key = isBuy ? price : -price
    const qty = r.upTo(this.#config.regime.maxQty) * (isFull ? 10 : 1)
    const owner = 1 + r.below(this.#config.owners)
    const stp = r.pick(this.#config.stpModes)
    this.#operation = { type: 'match', key, qty, owner, stp }
    this.#foresee(key, owner, stp)
    const left = this.#match(key, qty, owner, stp)
    if (left === 0 || isFull || r.chance(15)) return
    const order = this.#book.enter(key, left, owner)
    const isIceberg = r.chance(this.#config.icebergPercent)
    const displayQty = isIceberg ? Math.ceil(left / (1 + r.below(6))) : 0
    this.#operation = { type: 'match and rest', key, qty, owner, stp, left, displayQty }
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
    this.#operation = { type: 'cancel', ...order }
    const open = this.#book.openQty(order.handle)
    this.#book.take(order.handle)
    same(this.#book.openQty(order.handle), open)
    this.#book.orders.release(order.handle)
    this.#model.remove(order)
  }

  #resize(order: SortedOrder): void {
    const open = this.#random.upTo(order.shown + order.hidden)
    this.#operation = { type: 'resize', ...order, open }
    this.#book.resize(order.handle, open)
    this.#model.resize(order, open)
  }
}

function endsMaker(step: { readonly kind: number | undefined }): boolean {
  return step.kind !== FILL_TAKER_EXPIRED
}

function same(found: unknown, wanted: unknown): void {
  agree(found, wanted, (a, b) => JSON.stringify(a) === JSON.stringify(b))
}
