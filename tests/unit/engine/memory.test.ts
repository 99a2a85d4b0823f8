// Pools, tables and the price index against Maps and sorted arrays.

import test from 'ava'
import { ClientIds } from '#engine/accounts/client-ids.ts'
import { ORDER } from '#engine/book/order-pool.ts'
import { PriceIndex } from '#engine/book/price-index.ts'
import { Columns } from '#engine/memory/columns.ts'
import { IdTable } from '#engine/memory/id-table.ts'
import { hashNumber, RefTable } from '#engine/memory/ref-table.ts'
import { NONE, SlotPool } from '#engine/memory/slot-pool.ts'
import { DETAIL } from '#engine/orders/order-details.ts'
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
    const model = new Map<number, { level: number; place: number }>()
    const sign = random.pick([1, -1])
    for (let step = 0; step < 4000; step++) {
      const key = sign * (1 + Math.floor((random.next() / 2 ** 32) * spread))
      const known = model.get(key)
      if (index.find(key) !== (known?.level ?? NONE)) t.fail(`find ${key}`)
      if (known !== undefined && random.chance(70)) {
        index.remove(known.place)
        model.delete(key)
      } else if (known === undefined && random.chance(70)) {
        const place = index.reach(key)
        index.insert(place, step + 1)
        model.set(key, { level: step + 1, place })
        const above = [...model.keys()].filter((other) => other > key)
        const next = above.length === 0 ? undefined : Math.min(...above)
        const wanted = next === undefined ? NONE : model.get(next)?.level
        if (index.above(place) !== wanted) t.fail(`above ${key}`)
      }
    }
    for (const { place } of model.values()) index.remove(place)
    // 256 empty leaves are kept, and at most ten nodes above each.
    t.true(nodes.live <= 256 * 11, 'an empty index keeps few nodes')
  }
})

test('a table of references agrees with a Map, also when hashes are few and handles grow', (t) => {
  for (const hashes of [1, 7, 40, 2 ** 32]) {
    const random = new Random(hashes)
    const keys = new Float64Array(70_000)
    const hashOf = (handle: number): number => hashNumber((keys[handle] as number) % hashes, 5)
    const table = new RefTable(1, hashOf)
    const model = new Map<number, number>()
    const find = (key: number): number => {
      let handle = table.find(hashNumber(key % hashes, 5))
      while (handle !== NONE && keys[handle] !== key) handle = table.next()
      return handle
    }
    for (let step = 1; step < 12_000; step++) {
      const key = random.below(200)
      const known = model.get(key)
      if (find(key) !== (known ?? NONE)) return t.fail(`hashes ${hashes}, step ${step}`)
      if (known === undefined) {
        const handle = step
        keys[handle] = key
        table.insert(hashOf(handle), handle)
        model.set(key, handle)
      } else if (random.chance(20)) {
        const moved = 20_000 + step
        keys[moved] = key
        table.replace(hashOf(known), known, moved)
        model.set(key, moved)
      } else {
        table.remove(hashOf(known), known)
        model.delete(key)
      }
    }
    t.is(table.count, model.size)
    for (const [key, handle] of model) t.is(find(key), handle)
  }
})

const words = (id: string): Int32Array => {
  const into = new Int32Array(9)
  idToWords(id, into)
  return into
}

test('a clOrdID is remembered while its order is open, and for a bounded while after', (t) => {
  const orders = new SlotPool(ORDER.words, 1)
  const details = new Columns(DETAIL.words, 1)
  const ids = new ClientIds(orders, details, 1, 3)
  const find = (account: number, id: string): number =>
    ids.find(account, words(id), ids.hash(account, words(id)))
  const open = (account: number, id: string, orderID: number): number => {
    const order = orders.allocate()
    details.reach(order)
    orders.i32[order * ORDER.words + ORDER.owner] = account
    details.i32.set(words(id), order * DETAIL.words + DETAIL.clOrdID)
    details.i32[order * DETAIL.words + DETAIL.idHash] = ids.hash(account, words(id))
    details.f64[order * DETAIL.doubles + DETAIL.orderID] = orderID
    ids.open(order)
    return order
  }
  const first = open(7, 'open', 1)
  for (let i = 0; i < 50; i++) {
    const order = open(7, `done-${i}`, 100 + i)
    t.is(ids.orderOf(find(7, `done-${i}`)), order)
    ids.finish(order)
    orders.release(order)
  }
  t.is(find(7, 'done-46'), NONE)
  t.is(ids.resultOf(find(7, 'done-47')), 147)
  t.is(ids.orderOf(find(7, 'done-47')), NONE)
  t.is(find(8, 'done-49'), NONE)
  t.is(ids.orderOf(find(7, 'open')), first)
  t.is(ids.count, 4)
  ids.remember(7, words('refused'), ids.hash(7, words('refused')), 0)
  t.is(ids.resultOf(find(7, 'refused')), 0)
  t.is(find(7, 'done-47'), NONE)
  t.is(ids.count, 4)
})

test('the memory of ids agrees with a Map and a queue, whatever opens, ends, moves and is refused', (t) => {
  for (const doneMax of [0, 1, 2, 40, 10_000]) {
    const random = new Random(doneMax)
    const orders = new SlotPool(ORDER.words, 1)
    const details = new Columns(DETAIL.words, 1)
    const ids = new ClientIds(orders, details, 1, doneMax)
    const open = new Map<string, { order: number; orderID: number }>()
    const done: { key: string; result: number }[] = []
    const forget = (): void => void done.splice(0, Math.max(0, done.length - doneMax))
    for (let step = 1; step < 4000; step++) {
      const account = 1 + random.below(3)
      const id = words(`id-${random.below(60)}`)
      const key = `${account} ${idToText(id)}`
      const hash = ids.hash(account, id)
      const ref = ids.find(account, id, hash)
      const known = open.get(key)
      const past = done.find((one) => one.key === key)
      const wanted = known?.orderID ?? past?.result
      const got = ref === NONE ? undefined : ids.resultOf(ref)
      if (got !== wanted) return t.fail(`doneMax ${doneMax}, step ${step}: ${got} for ${wanted}`)
      if (ref !== NONE && ids.orderOf(ref) !== (known?.order ?? NONE)) t.fail(`step ${step}: order`)
      if (known !== undefined) {
        ids.finish(known.order)
        orders.release(known.order)
        open.delete(key)
        done.push({ key, result: known.orderID })
      } else if (past === undefined && random.chance(70)) {
        const order = orders.allocate()
        details.reach(order)
        orders.i32[order * ORDER.words + ORDER.owner] = account
        details.i32.set(id, order * DETAIL.words + DETAIL.clOrdID)
        details.i32[order * DETAIL.words + DETAIL.idHash] = hash
        details.f64[order * DETAIL.doubles + DETAIL.orderID] = step
        ids.open(order)
        open.set(key, { order, orderID: step })
      } else if (past === undefined) {
        ids.remember(account, id, hash, 0)
        done.push({ key, result: 0 })
      }
      forget()
      t.is(ids.count, open.size + done.length)
    }
  }
})
