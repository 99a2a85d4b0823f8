// The obvious book of one instrument: an array of orders per side, kept in priority by sorting, every
// quantity a plain number. What Book does in flat memory must come to the same, step by step.

import {
  STP_DECREMENT,
  STP_EXPIRE_BOTH,
  STP_EXPIRE_MAKER,
  STP_EXPIRE_TAKER,
  STP_NONE,
} from '#engine/book/book.ts'
import {
  FILL_DECREMENTED,
  FILL_MAKER_EXPIRED,
  FILL_TAKER_EXPIRED,
  FILL_TRADE,
} from '#engine/book/fill-log.ts'

/** A resting order. `displayQty` 0: it shows all that it has. */
export interface SortedOrder {
  readonly handle: number
  readonly key: number
  readonly owner: number
  readonly displayQty: number
  shown: number
  hidden: number
}

/** A step of a match, as in FillLog. */
export interface Step {
  readonly kind: number
  readonly maker: number
  readonly qty: number
}

export class SortedBook {
  /** By side 0 (keys above zero) and 1, best first, then oldest. */
  readonly sides: readonly [SortedOrder[], SortedOrder[]] = [[], []]

  rest(handle: number, key: number, owner: number, open: number, displayQty: number): SortedOrder {
    const shown = displayQty === 0 ? open : Math.min(open, displayQty)
    const order = { handle, key, owner, displayQty, shown, hidden: open - shown }
    this.#join(order)
    return order
  }

  remove(order: SortedOrder): void {
    const side = this.#sideOf(order.key)
    side.splice(side.indexOf(order), 1)
  }

  resize(order: SortedOrder, open: number): void {
    order.shown = order.hidden > 0 ? Math.min(order.shown, open) : open
    order.hidden = open - order.shown
  }

  /** Trades and answers the steps and what is left. */
  match(
    takerKey: number,
    qty: number,
    owner: number,
    stp: number,
  ): { steps: Step[]; left: number } {
    const makers = this.sides[takerKey > 0 ? 1 : 0]
    const steps: Step[] = []
    let left = qty
    while (left > 0) {
      const [maker] = makers
      if (maker === undefined || maker.key + takerKey < 0) break
      const isOwn = stp !== STP_NONE && maker.owner === owner
      if (isOwn && (stp === STP_EXPIRE_TAKER || stp === STP_EXPIRE_BOTH)) {
        steps.push({ kind: FILL_TAKER_EXPIRED, maker: maker.handle, qty: left })
        left = 0
        if (stp === STP_EXPIRE_TAKER) break
      }
      if (isOwn && stp !== STP_DECREMENT) {
        const whole = maker.shown + maker.hidden
        steps.push({ kind: FILL_MAKER_EXPIRED, maker: maker.handle, qty: whole })
        makers.shift()
        continue
      }
      const part = Math.min(left, maker.shown)
      steps.push({ kind: isOwn ? FILL_DECREMENTED : FILL_TRADE, maker: maker.handle, qty: part })
      left -= part
      maker.shown -= part
      if (maker.shown === 0) this.#showNext(makers)
    }
    return { steps, left }
  }

  /** What a taker with more than there is would meet, and whether each is prevented. */
  foresee(takerKey: number, owner: number, stp: number): { qty: number; prevented: boolean }[] {
    const copy = new SortedBook()
    for (const side of [0, 1] as const) {
      copy.sides[side].push(...this.sides[side].map((order) => ({ ...order })))
    }
    const all = copy.sides[takerKey > 0 ? 1 : 0].reduce((sum, o) => sum + o.shown + o.hidden, 1)
    return copy
      .match(takerKey, all, owner, stp)
      .steps.filter(({ kind }) => kind === FILL_TRADE || kind === FILL_DECREMENTED)
      .map(({ kind, qty }) => ({ qty, prevented: kind === FILL_DECREMENTED }))
  }

  /** The tranche of the first order is gone. */
  #showNext(makers: SortedOrder[]): void {
    const order = makers.shift() as SortedOrder
    if (order.hidden === 0) return
    order.shown = Math.min(order.displayQty, order.hidden)
    order.hidden -= order.shown
    this.#join(order)
  }

  #join(order: SortedOrder): void {
    const side = this.#sideOf(order.key)
    side.push(order)
    side.sort((a, b) => b.key - a.key)
  }

  #sideOf(key: number): SortedOrder[] {
    return this.sides[key > 0 ? 0 : 1]
  }
}

/** Modes of self-trade prevention, for random picks. */
export const MODES = [
  STP_NONE,
  STP_EXPIRE_TAKER,
  STP_EXPIRE_MAKER,
  STP_EXPIRE_BOTH,
  STP_DECREMENT,
] as const
