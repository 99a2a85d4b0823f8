// What AccountChanged tells of an account: every setting that it can have, and nothing half.

import test from 'ava'
import type { SetLimits } from '#domain/command.ts'
import type { EngineEvent } from '#domain/event.ts'
import { runTable } from '../../helpers/book-table.ts'
import { FastEngine, TRACE } from '../../helpers/engine-under-test.ts'

const ACCOUNT = { account: 1001, traceId: TRACE }

function settings(events: readonly EngineEvent[]): Record<string, unknown> {
  const [event] = events
  if (event?.type !== 'AccountChanged') return { ...event }
  const { maxPositions, maxOrdersPerSecond, deadManTimeoutMs, maxOpenOrders, killSwitch } = event
  return { maxPositions, maxOrdersPerSecond, deadManTimeoutMs, maxOpenOrders, killSwitch }
}

function limits(engine: FastEngine, change: Partial<SetLimits>): Record<string, unknown> {
  const none = { maxOpenOrders: null, maxPosition: null } as const
  return settings(engine.apply({ type: 'SetLimits', ...ACCOUNT, ...none, ...change }))
}

test('an account tells its limits, its switch and its dead-man switch, each as it stands', (t) => {
  const engine = new FastEngine({ capacity: 1 })
  runTable(engine, 'list\na1 gets 1 USD')
  const plain = {
    maxPositions: [],
    maxOrdersPerSecond: 0,
    deadManTimeoutMs: 0,
    maxOpenOrders: 0,
    killSwitch: false,
  }
  t.deepEqual(limits(engine, {}), plain)
  const limited = { ...plain, maxOrdersPerSecond: 7, maxOpenOrders: 3 }
  t.deepEqual(limits(engine, { maxOrdersPerSecond: 7, maxOpenOrders: 3 }), limited)
  const maxPosition = { instrumentId: 1, lots: 5 }
  t.deepEqual(limits(engine, { maxPosition }), { ...limited, maxPositions: [maxPosition] })
  const armed = { ...limited, maxPositions: [maxPosition], deadManTimeoutMs: 250 }
  t.deepEqual(settings(engine.apply({ type: 'SetDeadMan', ...ACCOUNT, timeoutMs: 250 })), armed)
  engine.restart()
  const killed = engine.apply({ type: 'SetKillSwitch', ...ACCOUNT, engaged: true })
  t.deepEqual(settings(killed), { ...armed, killSwitch: true })
  const freed = engine.apply({ type: 'SetKillSwitch', ...ACCOUNT, engaged: false })
  t.deepEqual(settings(freed), armed)
  engine.advanceTo(10n ** 18n)
  engine.apply({ type: 'Clock', account: 0, traceId: TRACE })
  t.is(limits(engine, {})['deadManTimeoutMs'], 0)
})

test('a limit that is no count is refused and changes nothing', (t) => {
  const engine = new FastEngine({ capacity: 1 })
  runTable(engine, 'list\na1 gets 1 USD')
  for (const maxOrdersPerSecond of [-1, 1.5, Number.NaN, 2 ** 31, 2 ** 53]) {
    const refused = limits(engine, { maxOrdersPerSecond, maxOpenOrders: 3 })
    t.is(refused['rejectReason'], 'InvalidTransition')
  }
  t.is(limits(engine, {})['maxOpenOrders'], 0)
})
