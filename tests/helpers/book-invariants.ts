// What must hold of a book after every operation: its structures read from the outside.

import { assert } from '#domain/assert.ts'
import { type Book, type BookMemory, SIDE_BUY } from '#engine/book/book.ts'
import { LEVEL, ORDER } from '#engine/book/order-pool.ts'
import { NONE } from '#engine/memory/slot-pool.ts'
import type { SortedBook, SortedOrder } from './sorted-book.ts'

/** Holds a book against the obvious one. Errors: asserts. */
export function checkBook(book: Book, memory: BookMemory, model: SortedBook): void {
  let orders = 0
  let levels = 0
  for (const side of [0, 1] as const) {
    const wanted = model.sides[side]
    levels += checkSide(book, side, wanted)
    orders += wanted.length
  }
  assert(memory.orders.live === orders, 'every record of an order rests')
  assert(memory.levels.live === levels, 'no level is empty and none is lost')
  const icebergs = model.sides.flat().filter(({ hidden }) => hidden > 0).length
  assert(memory.reserves.pool.live === icebergs, 'who hides something has a reserve, nobody else')
}

function checkSide(book: Book, side: 0 | 1, wanted: readonly SortedOrder[]): number {
  const half = side === SIDE_BUY ? book.bids : book.asks
  const { f64, i32 } = book.levels
  let at = 0
  let total = 0
  let levels = 0
  let better = NONE
  assert(book.bestPrice(side) === Math.abs(wanted[0]?.key ?? 0), 'the best is the best')
  for (let level = half.best; level !== NONE; level = i32[level * LEVEL.words + LEVEL.worse] ?? 0) {
    const key = f64[level * LEVEL.doubles + LEVEL.key] as number
    assert(i32[level * LEVEL.words + LEVEL.better] === better, 'levels are linked both ways')
    assert(half.find(key) === level, 'the index finds every level')
    const first = at
    while (wanted[at]?.key === key) at++
    const here = wanted.slice(first, at)
    checkLevel(book, level, here)
    total += here.reduce((sum, { shown, hidden }) => sum + shown + hidden, 0)
    levels += 1
    better = level
  }
  assert(at === wanted.length, 'every price has its level')
  assert(half.qty === total, 'a side knows all that is open')
  return levels
}

function checkLevel(book: Book, level: number, wanted: readonly SortedOrder[]): void {
  const { f64, i32 } = book.levels
  const { f64: values, i32: links } = book.orders
  let order = i32[level * LEVEL.words + LEVEL.head] as number
  let previous = NONE
  for (const { handle, owner, shown, hidden } of wanted) {
    assert(order === handle, 'time priority')
    assert(values[order * ORDER.doubles + ORDER.leaves] === shown, 'what is shown')
    assert(book.openQty(order) === shown + hidden, 'what is open')
    assert(links[order * ORDER.words + ORDER.owner] === owner, 'whose it is')
    assert(links[order * ORDER.words + ORDER.previous] === previous, 'queues are linked both ways')
    previous = order
    order = links[order * ORDER.words + ORDER.next] as number
  }
  assert(wanted.length > 0 && order === NONE, 'a queue ends where its orders end')
  assert(i32[level * LEVEL.words + LEVEL.tail] === previous, 'the tail is the youngest')
  assert(i32[level * LEVEL.words + LEVEL.count] === wanted.length, 'a level counts its orders')
  const shown = wanted.reduce((sum, one) => sum + one.shown, 0)
  assert(f64[level * LEVEL.doubles + LEVEL.qty] === shown, 'a level sums what is shown')
  const open = wanted.reduce((sum, one) => sum + one.shown + one.hidden, 0)
  assert(book.levelOpenQty(level) === open, 'a level sums what is open')
}
