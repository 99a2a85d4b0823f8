// The book where books get slow or wrong: very many levels, very long queues, prices that jump, pools
// that grow under it. What is counted here are orders and levels, never time.

import test from 'ava'
import { Book, createBookMemory } from '#engine/book/book.ts'
import { FillLog } from '#engine/book/fill-log.ts'
import { LimitBook } from '#engine/book/limit-book.ts'
import { LEVEL, ORDER } from '#engine/book/order-pool.ts'
import { ReportSink } from '#engine/book/report-sink.ts'
import { NONE } from '#engine/memory/slot-pool.ts'
import { generateW1, playW1, totalsOf } from '../../bench/workload-w1.ts'
import { Random } from '../../helpers/workload-random.ts'

/** 256 empty leaves of an index stay, and at most ten nodes above each; two sides. */
const KEPT_NODES_MAX = 2 * 256 * 11

function shuffle(values: number[], random: Random): number[] {
  for (let i = values.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    const kept = values[i] as number
    values[i] = values[j] as number
    values[j] = kept
  }
  return values
}

test('B7: a book that starts at capacity 1 reports what one with room for a million does', (t) => {
  const load = generateW1({ count: 300_000 })
  const [small, large] = [1, 1_000_000].map((capacity) => {
    const sink = new ReportSink(500_000)
    playW1(load, new LimitBook(sink, capacity), 0, load.count)
    return { ...totalsOf(sink), reports: sink.count }
  })
  t.deepEqual(small, large)
  t.true((small?.trades ?? 0) > 50_000)
})

test('B1: 100,000 levels in any order stand from best to worst, and go in any other order', (t) => {
  const random = new Random(100)
  const memory = createBookMemory(1)
  const book = new Book(memory)
  const prices = shuffle(
    Array.from({ length: 100_000 }, (_, i) => 1 + i * 7),
    random,
  )
  const orders = prices.map((price) => {
    const order = book.enter(price, 5, 1)
    book.rest(order)
    return order
  })
  let price = Number.POSITIVE_INFINITY
  let levels = 0
  for (let at = book.bids.best; at !== NONE; levels++) {
    const key = book.levels.f64[at * LEVEL.doubles + LEVEL.key] as number
    if (key >= price || book.bids.find(key) !== at) t.fail(`level of ${key}`)
    price = key
    at = book.levels.i32[at * LEVEL.words + LEVEL.worse] as number
  }
  t.is(levels, 100_000)
  t.is(book.bestPrice(0), 1 + 99_999 * 7)
  for (const order of shuffle(orders, random)) {
    book.take(order)
    memory.orders.release(order)
  }
  t.is(book.bids.best, NONE)
  t.is(book.bids.qty, 0)
  t.is(memory.levels.live, 0)
  t.true(memory.nodes.live <= KEPT_NODES_MAX)
})

test('40,000 orders of one level leave in any order, and the rest keep their turn', (t) => {
  const memory = createBookMemory(1)
  const book = new Book(memory)
  const orders = Array.from({ length: 40_000 }, (_, i) => {
    const order = book.enter(-500, 1 + (i % 3), 1)
    book.rest(order)
    return order
  })
  const gone = new Set(shuffle([...orders], new Random(40)).slice(0, 30_000))
  for (const order of gone) book.take(order)
  const left = orders.filter((order) => !gone.has(order))
  t.is(book.levels.live, 1)
  const log = new FillLog(1)
  t.is(book.match(500, 1_000_000, 2, 0, log), 1_000_000 - openOf(left, orders))
  t.deepEqual([...log.maker.subarray(0, log.count)], left)
  t.is(book.levels.live, 0)
})

/** The quantities that the orders were entered with. */
function openOf(left: readonly number[], all: readonly number[]): number {
  const place = new Map(all.map((order, i) => [order, i]))
  return left.reduce((sum, order) => sum + 1 + ((place.get(order) ?? 0) % 3), 0)
}

test('prices that wander over the whole range leave neither levels nor nodes behind', (t) => {
  const random = new Random(7)
  const memory = createBookMemory(1)
  const book = new Book(memory)
  const open: number[] = []
  for (let step = 0; step < 50_000; step++) {
    const size = 2 ** (1 + random.below(52))
    const order = book.enter(-Math.floor(1 + (random.next() / 2 ** 32) * size), 1, 1)
    book.rest(order)
    open.push(order)
    if (open.length <= 5) continue
    const first = open.shift() as number
    book.take(first)
    memory.orders.release(first)
  }
  const best = Math.min(
    ...open.map((order) => -(book.orders.f64[order * ORDER.doubles + ORDER.key] as number)),
  )
  t.is(book.bestPrice(1), best)
  t.true(memory.levels.live <= 6)
  t.true(memory.nodes.live <= KEPT_NODES_MAX)
})

test('the lowest and the highest price of all find each other', (t) => {
  const book = new Book(createBookMemory(1))
  const log = new FillLog(1)
  const top = Number.MAX_SAFE_INTEGER
  for (const price of [1, 2, top - 1, top, 2 ** 30, 2 ** 31, 2 ** 32]) {
    book.rest(book.enter(price, 1, 1))
  }
  t.is(book.bestPrice(0), top)
  t.is(book.match(-(2 ** 32), 10, 2, 0, log), 7)
  t.is(book.bestPrice(0), 2 ** 31)
  t.is(book.match(-1, 10, 2, 0, log), 6)
  t.is(book.bids.best, NONE)
})
