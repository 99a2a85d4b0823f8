import test from 'ava'
import { IdRing, REMEMBERED } from '#engine/accounts/id-ring.ts'
import { ID_WORDS } from '#engine/hot-command.ts'

/** Ids that the ring still has, oldest first. */
function idsIn(ring: IdRing): number[] {
  return Array.from(
    { length: ring.count },
    (_, i) => ring.records.i32[ring.at(i) * REMEMBERED.words] as number,
  )
}

function push(ring: IdRing, id: number): void {
  if (ring.isFull) ring.dropOldest()
  ring.push(1, new Int32Array(ID_WORDS).fill(id), 0, id)
}

test('B4: a ring of N holds the last N ids in order, whatever N and however many came', (t) => {
  for (let max = 1; max <= 17; max++) {
    const ring = new IdRing(max)
    for (let last = 1; last <= 5 * max; last++) {
      push(ring, last)
      const first = Math.max(1, last - max + 1)
      const wanted = Array.from({ length: last - first + 1 }, (_, i) => first + i)
      t.deepEqual(idsIn(ring), wanted, `${max} places, ${last} ids`)
      t.is(ring.records.i32[ring.oldest * REMEMBERED.words], first)
    }
  }
})

test('B4: a ring that grows past its first room holds the last N ids as well', (t) => {
  const ring = new IdRing(150)
  for (let last = 1; last <= 400; last++) push(ring, last)
  t.deepEqual(
    idsIn(ring),
    Array.from({ length: 150 }, (_, i) => 251 + i),
  )
})

test('B4: a ring that is taken from a snapshot goes on where it was', (t) => {
  for (const count of [0, 3, 7, 8, 12]) {
    const ring = new IdRing(7)
    for (let last = 1; last <= count; last++) push(ring, last)
    const restored = new IdRing(7)
    const used = ring.used
    restored.records.restore(new Uint8Array(ring.records.memory(used)))
    restored.restore(ring.oldest, ring.count, used)
    for (let last = count + 1; last <= count + 10; last++) {
      push(ring, last)
      push(restored, last)
      t.deepEqual(idsIn(restored), idsIn(ring), `${count} ids before, ${last} now`)
    }
  }
})
