// Laws of what ends by itself, over many runs: races have one outcome, and a restart between the
// last moment and the first changes nothing.

import test from 'ava'
import type { NewOrder } from '#domain/command.ts'
import type { EngineEvent, ExecutionReport } from '#domain/event.ts'
import { runTable } from '../helpers/book-table.ts'
import { FastEngine, TRACE } from '../helpers/engine-under-test.ts'
import { PLAIN } from '../helpers/plain-order.ts'
import { FUNDS } from '../helpers/rule.ts'
import { Random } from '../helpers/workload-random.ts'

const MIDNIGHTS = ['2026-02-28', '2026-03-01', '2026-03-02']

test('G3: three midnights, with a restart from a snapshot on either side of each', (t) => {
  for (const restartsBefore of [true, false]) {
    const engine = new FastEngine({ capacity: 1 })
    t.deepEqual(runTable(engine, FUNDS), [])
    MIDNIGHTS.forEach((day, i) => {
      const orders = `
        a1 buy 1 @ 100 DAY show=1 d${i}        -> d${i} New
        a2 buy 1 @ 99 GTD until=${day}T00:00:00Z g${i} -> g${i} New
        a3 deadman 1
      `
      const eve = new Date(Date.parse(`${day}T00:00:00Z`) - 1000).toISOString()
      t.deepEqual(runTable(engine, `at ${eve}\n${orders}`), [], day)
      const before = engine.engine.stateHash()
      if (restartsBefore) engine.restart()
      engine.engine.checkInvariants()
      t.is(engine.engine.stateHash(), before)
      const ends = `clock ${day}T00:00:00Z -> d${i} Expired; g${i} Expired; a3 DeadMan 0`
      t.deepEqual(runTable(engine, ends), [], day)
      if (!restartsBefore) engine.restart()
      engine.engine.checkInvariants()
      t.deepEqual(runTable(engine, `clock ${day}T00:00:01Z\nbook |`), [], day)
    })
  }
})

test('the state hash sees a deadline, a switch and a count of orders', (t) => {
  const hashes = new Set<string>()
  for (const line of [
    'a1 buy 5 @ 100 GTD until=2026-01-06T00:00:00Z b1',
    'a1 buy 5 @ 100 GTD until=2026-01-06T00:00:00.000000001Z b1',
    'a1 buy 5 @ 100 GTD until=2026-01-06T00:00:04.294967296Z b1',
    'a1 buy 5 @ 100 show=2 b1',
    'a1 buy 5 @ 100 show=3 b1',
    'a1 deadman 1',
    'a1 deadman 2',
    'a1 limits rate=1',
    'a1 limits rate=2',
    'a1 limits orders=0',
  ]) {
    const engine = new FastEngine()
    runTable(engine, `${FUNDS}\nat 2026-01-05T10:00:00Z\n${line}`)
    hashes.add(engine.engine.stateHash())
    engine.restart()
    t.true(hashes.has(engine.engine.stateHash()), line)
  }
  t.is(hashes.size, 10)
})

test('D3: ten thousand races of cancel, replace, expiry and fill end each order exactly once', (t) => {
  const r = new Random(3)
  const engine = new FastEngine({ capacity: 1 })
  runTable(engine, `${FUNDS}\nat 2026-01-05T10:00:00Z`)
  let now = BigInt(Date.parse('2026-01-05T10:00:00Z')) * 1_000_000n
  for (let i = 0; i < 10_000; i++) {
    const order = limit(1001, 'Buy', `b${i}`)
    const events = engine.apply({ ...order, timeInForce: 'GTD', expireTimeNs: now + 3_000_000n })
    const rivals = r.pick([
      ['cancel', 'fill'],
      ['fill', 'cancel'],
      ['replace', 'cancel', 'fill'],
      ['fill', 'replace', 'clock'],
      ['clock', 'cancel'],
      ['cancel', 'clock', 'replace'],
    ] as const)
    for (const rival of rivals) events.push(...race(engine, rival, i))
    events.push(...engine.apply({ type: 'Clock', account: 0, traceId: TRACE }))
    events.push(
      ...engine.apply({
        type: 'MassCancel',
        account: 1002,
        traceId: TRACE,
        instrumentId: 0,
        side: null,
        clOrdID: '',
      }),
    )
    const ends = reportsOf(events, 1001).filter(
      (e) => e.execType !== 'Rejected' && e.leavesQty === 0,
    )
    if (ends.length !== 1) t.deepEqual(ends, [], `race ${i}: ${rivals.join(', ')}`)
    now += BigInt(rivals.length + 3) * 1_000_000n
  }
  engine.engine.checkInvariants()
  t.is(engine.engine.openOrderCount, 0)
})

function race(engine: FastEngine, rival: 'cancel' | 'fill' | 'replace' | 'clock', i: number) {
  const common = { account: 1001, traceId: TRACE }
  const name = { ...common, orderID: 0, origClOrdID: `b${i}` }
  switch (rival) {
    case 'cancel':
      return engine.apply({ ...name, type: 'CancelOrder', clOrdID: '' })
    case 'replace':
      return engine.apply({
        ...name,
        type: 'ReplaceOrder',
        clOrdID: `r${i}`,
        price: 100,
        orderQty: 4,
      })
    case 'fill':
      return engine.apply(limit(1002, 'Sell', `s${i}`))
    case 'clock':
      return engine.apply({ ...common, account: 0, type: 'Clock' })
  }
}

function reportsOf(events: readonly EngineEvent[], account: number): ExecutionReport[] {
  return events.filter((e) => e.type === 'ExecutionReport').filter((e) => e.account === account)
}

function limit(account: number, side: 'Buy' | 'Sell', clOrdID: string): NewOrder {
  return {
    type: 'NewOrder',
    ...PLAIN,
    account,
    traceId: TRACE,
    instrumentId: 1,
    clOrdID,
    side,
    ordType: 'Limit',
    timeInForce: 'GTC',
    price: 100,
    orderQty: 5,
  }
}
