// The queue of deadlines against a sorted list, and at the edges of its integers.

import test from 'ava'
import { Deadlines } from '#engine/lifetime/deadlines.ts'
import { NONE } from '#engine/memory/slot-pool.ts'
import { Random } from '../../helpers/workload-random.ts'

function words(instant: bigint): Int32Array {
  return new Int32Array(BigInt64Array.of(instant).buffer)
}

test('handles fall due by instant, then by tie, whatever was moved or removed in between', (t) => {
  for (let seed = 1; seed <= 20; seed++) {
    const r = new Random(seed)
    const queue = new Deadlines()
    const wanted = new Map<number, { instant: bigint; tie: number }>()
    for (let i = 0; i < 300; i++) {
      const handle = 1 + r.below(80)
      if (r.chance(70)) {
        const instant = BigInt(r.below(9)) << BigInt(r.pick([0, 31, 32, 33, 58]))
        wanted.set(handle, { instant, tie: handle * 2 ** 30 })
        queue.set(handle, words(instant), 0, handle * 2 ** 30)
      } else {
        wanted.delete(handle)
        queue.remove(handle)
      }
      t.is(queue.has(handle), wanted.has(handle))
      t.is(queue.count, wanted.size)
    }
    const sorted = [...wanted].sort(
      ([, a], [, b]) => Number(a.instant - b.instant) || a.tie - b.tie,
    )
    for (const [handle, { instant }] of sorted) {
      t.is(queue.due(instant - 1n), NONE, `seed ${seed}`)
      t.is(queue.due(instant), handle, `seed ${seed}`)
      queue.remove(handle)
    }
    t.is(queue.due(2n ** 63n - 1n), NONE)
  }
})

test('instants that differ in one bit of either word are told apart', (t) => {
  for (const instant of [1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 62n, 2n ** 63n - 1n]) {
    const queue = new Deadlines()
    queue.set(7, words(instant), 0, 0)
    t.is(queue.due(instant - 1n), NONE)
    t.is(queue.due(instant), 7)
  }
})
