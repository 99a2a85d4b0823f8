// Pools, tables and the price index against Maps and sorted arrays.

import test from 'ava'
import { IdMemory } from '#engine/accounts/id-memory.ts'
import { PriceIndex } from '#engine/book/price-index.ts'
import { IdTable } from '#engine/memory/id-table.ts'
import { NONE, SlotPool } from '#engine/memory/slot-pool.ts'
import { idToText, idToWords } from '#engine/words.ts'
import { Random } from '../../helpers/workload-random.ts'

test('B7: a pool that starts at capacity 1 keeps its records while it grows', (t) => {
  const pool = new SlotPool(4, 1)
  const slots = Array.from({ length: 1000 }, (_, i) => {
    const slot = pool.allocate()
    pool.f64[slot * 2] = i + 0.5
    return slot
  })
  slots.forEach((slot, i) => {
    t.is(pool.f64[slot * 2], i + 0.5)
  })
  const [first = NONE] = slots
  pool.release(first)
  const again = pool.allocate()
  t.is(again, first)
  t.is(pool.f64[again * 2], 0)
})

test('an id table agrees with a Map under inserts and removals', (t) => {
  const random = new Random(11)
  const table = new IdTable(1)
  const model = new Map<number, number>()
  for (let step = 0; step < 20_000; step++) {
    const id = random.below(500) * (random.chance(30) ? 2 ** 40 + 1 : 1)
    const known = model.get(id)
    if (table.find(id) !== (known ?? NONE)) t.fail(`step ${step}`)
    if (known !== undefined && random.chance(60)) {
      table.remove(id)
      model.delete(id)
    } else if (known === undefined) {
      const handle = 1 + step
      table.insert(id, handle)
      model.set(id, handle)
    }
  }
  for (const [id, handle] of model) t.is(table.find(id), handle)
})

test('B1: the price index finds every level and its better neighbour, for any prices', (t) => {
  for (const spread of [40, 5000, 2 ** 30, 2 ** 52]) {
    const random = new Random(spread)
    const nodes = PriceIndex.pool(1)
    const index = new PriceIndex(nodes)
    const model = new Map<number, { level: number; leaf: number }>()
    const sign = random.pick([1, -1])
    for (let step = 0; step < 4000; step++) {
      const key = sign * (1 + Math.floor((random.next() / 2 ** 32) * spread))
      const known = model.get(key)
      if (index.find(key) !== (known?.level ?? NONE)) t.fail(`find ${key}`)
      if (known !== undefined && random.chance(70)) {
        index.remove(key, known.leaf)
        model.delete(key)
      } else if (known === undefined && random.chance(70)) {
        const leaf = index.insert(key, step + 1)
        model.set(key, { level: step + 1, leaf })
        const above = [...model.keys()].filter((other) => other > key)
        const next = above.length === 0 ? undefined : Math.min(...above)
        const wanted = next === undefined ? NONE : model.get(next)?.level
        if (index.above(key, leaf) !== wanted) t.fail(`above ${key}`)
      }
    }
    for (const [key, { leaf }] of model) index.remove(key, leaf)
    t.is(nodes.live, 0, 'an empty index keeps no node')
  }
})

test('an id is remembered while its order is open, and for a bounded while after', (t) => {
  const ids = new IdMemory(1, 3)
  const words = (id: string): Int32Array => {
    const into = new Int32Array(9)
    t.true(idToWords(id, into))
    t.is(idToText(into), id)
    return into
  }
  ids.add(1000, words('open'), 1, 77)
  for (let i = 0; i < 50; i++) ids.finish(ids.add(1000, words(`done-${i}`), i, NONE))
  t.is(ids.find(1000, words('done-46')), NONE)
  t.is(ids.resultOf(ids.find(1000, words('done-47'))), 47)
  t.is(ids.find(1001, words('done-49')), NONE)
  t.is(ids.orderOf(ids.find(1000, words('open'))), 77)
  t.is(ids.pool.live, 4)
})
