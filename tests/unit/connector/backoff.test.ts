import test from 'ava'
import { backoffMs, pause } from '../../../runtime/connector/backoff.ts'

test('the wait doubles from 100 ms to 5 s, with at most half of it taken off', (t) => {
  const longest = [0, 1, 2, 3, 4, 5, 6, 7, 1000].map((attempt) => backoffMs(attempt, () => 1))
  t.deepEqual(longest, [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000])
  t.is(
    backoffMs(3, () => 0),
    400,
  )
})

test('A8: an abort ends a wait at once', async (t) => {
  const stop = new AbortController()
  const waiting = pause(60_000, stop.signal)
  stop.abort()
  await waiting
  await pause(60_000, stop.signal)
  t.pass()
})
