import test from 'ava'
import { createStartSlots } from '../../../runtime/faas/start-slots.ts'

test('no more start at once than there are slots, and the first to ask is the first to start', async (t) => {
  const acquire = createStartSlots(2)
  const started: number[] = []
  const starts = [0, 1, 2, 3].map(async (n) => {
    const release = await acquire()
    started.push(n)
    return release
  })
  const releaseFirst = await starts[0]
  await starts[1]
  t.deepEqual(started, [0, 1])
  releaseFirst?.()
  releaseFirst?.()
  const releaseThird = await starts[2]
  t.deepEqual(started, [0, 1, 2])
  releaseThird?.()
  await starts[3]
  t.deepEqual(started, [0, 1, 2, 3])
})
