// How much one Clock ends: more orders than a table can hold.

import test from 'ava'
import { runTable } from '../helpers/book-table.ts'
import { FastEngine, TRACE } from '../helpers/engine-under-test.ts'
import { FUNDS } from '../helpers/rule.ts'

test('LIF-10: one Clock ends 10,000 orders, and the next one goes on', (t) => {
  const engine = new FastEngine()
  const clock = { type: 'Clock', account: 0, traceId: TRACE } as const
  const orders = (count: number, force: string) =>
    Array.from({ length: count }, (_, i) => `a1 buy 1 @ 1 ${force} ${force}${i}`).join('\n')
  runTable(engine, `${FUNDS}\n at 2026-01-05T09:00:00Z\n${orders(10_002, 'DAY')}`)
  runTable(engine, `${orders(10_001, 'GTC')}\n a1 deadman 1\n a2 deadman 1\n a3 buy 1 @ 1 b`)
  engine.advanceTo(BigInt(Date.parse('2026-01-06T00:00:00Z')) * 1_000_000n)
  const seen = [1, 2, 3].map(() => {
    const events = engine.apply(clock)
    const count = (execType: string) =>
      events.filter((e) => e.type === 'ExecutionReport' && e.execType === execType).length
    const fired = events.flatMap((e) => (e.type === 'DeadManFired' ? e.account - 1000 : []))
    return [count('Expired'), count('Canceled'), fired]
  })
  t.deepEqual(seen, [
    [10_000, 10_003, [1]],
    [0, 0, [2]],
    [0, 0, []],
  ])
  t.is(engine.engine.openOrderCount, 1)
})
