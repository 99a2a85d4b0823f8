// Laws of the engine as a state machine over random commands.

import { isDeepStrictEqual } from 'node:util'
import test from 'ava'
import type { EngineEvent } from '#domain/event.ts'
import { isOpen } from '#domain/order.ts'
import { FastEngine } from '../helpers/engine-under-test.ts'
import { RandomCommands, START_NS } from '../helpers/workload-random.ts'

const COMMANDS = 3000

/** Plays a seed; `visit` is called after each command. */
function play(seed: number, engine: FastEngine, visit: (events: EngineEvent[], i: number) => void) {
  const commands = new RandomCommands(seed)
  engine.advanceTo(START_NS)
  const opening = commands.opening()
  for (let i = 0; i < opening.length + COMMANDS; i++) {
    const events = engine.apply(opening[i] ?? commands.next())
    commands.observe(events)
    visit(events, i)
  }
}

test('B2: a run with restarts from snapshots is the run without, event by event', (t) => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const whole = new FastEngine()
    const torn = new FastEngine({ capacity: 1 })
    const wanted: EngineEvent[][] = []
    play(seed, whole, (events) => wanted.push(events))
    play(seed, torn, (events, i) => {
      if (!isDeepStrictEqual(events, wanted[i]))
        t.deepEqual(events, wanted[i], `seed ${seed}: ${i}`)
      if (i % 197 !== seed) return
      const before = torn.engine.stateHash()
      torn.restart(1 + (i % 3))
      torn.engine.checkInvariants()
      t.is(torn.engine.stateHash(), before, `seed ${seed}, restart at ${i}`)
    })
    t.is(torn.engine.stateHash(), whole.engine.stateHash())
  }
})

test('B7: capacity 1 and capacity 1,000,000 give the same events and the same hash', (t) => {
  const small = new FastEngine({ capacity: 1 })
  const large = new FastEngine({ capacity: 1_000_000 })
  const wanted: EngineEvent[][] = []
  play(6, small, (events) => wanted.push(events))
  play(6, large, (events, i) => {
    if (!isDeepStrictEqual(events, wanted[i])) t.deepEqual(events, wanted[i], `command ${i}`)
  })
  t.is(small.engine.stateHash(), large.engine.stateHash())
})

test('the state hash tells states apart that differ in one field', (t) => {
  const seen = new Set<string>()
  const engine = new FastEngine()
  play(7, engine, () => seen.add(engine.engine.stateHash()))
  t.true(seen.size > COMMANDS)
})

test('orderQty = cumQty + leavesQty + what ended, and closed means no leaves', (t) => {
  for (const seed of [8, 9, 10]) {
    const last = new Map<number, number>()
    play(seed, new FastEngine(), (events) => {
      for (const e of events) {
        if (e.type !== 'ExecutionReport' || e.execType === 'Rejected') continue
        const open = isOpen(e.ordStatus)
        if (open) t.is(e.orderQty, e.cumQty + e.leavesQty + e.preventedQty)
        else t.is(e.leavesQty, 0)
        if (open && e.orderQty > 0) t.true(e.leavesQty > 0)
        t.true(e.cumQty >= (last.get(e.orderID) ?? 0), 'cumQty never falls')
        last.set(e.orderID, e.cumQty)
      }
    })
  }
})

test('no quantity and no money is made: both sides of a trade agree, tradeIDs have no gaps', (t) => {
  for (const seed of [11, 12]) {
    const lastTrade = new Map<number, number>()
    let lastExecID = 0
    play(seed, new FastEngine(), (events) => {
      const reports = events.filter((e) => e.type === 'ExecutionReport')
      for (const e of reports) t.is(e.execID, ++lastExecID)
      const trades = reports.filter((e) => e.execType === 'Trade')
      for (let i = 0; i < trades.length; i += 2) {
        const [taker, maker] = trades.slice(i, i + 2)
        if (taker === undefined || maker === undefined) return t.fail('a trade has two sides')
        t.true(taker.aggressor && !maker.aggressor && taker.side !== maker.side)
        t.deepEqual(
          [taker.tradeID, taker.lastQty, taker.lastPx, taker.lastNotional],
          [maker.tradeID, maker.lastQty, maker.lastPx, maker.lastNotional],
        )
        t.is(taker.tradeID, (lastTrade.get(taker.instrumentId) ?? 0) + 1)
        lastTrade.set(taker.instrumentId, taker.tradeID)
      }
      const deltas = new Map<number, bigint>()
      for (const e of events) {
        if (e.type === 'BalanceChanged') {
          deltas.set(e.assetId, (deltas.get(e.assetId) ?? 0n) + e.delta)
        }
      }
      for (const sum of deltas.values()) t.is(sum, 0n)
    })
  }
})

test('A11 B3: scribbling over what the engine hands out changes nothing inside', (t) => {
  const engine = new FastEngine()
  play(13, engine, () => {})
  const before = engine.engine.stateHash()
  for (const chunk of engine.engine.takeSnapshot()) chunk.fill(255)
  for (const row of engine.engine.balances()) Object.assign(row, { balance: 0n })
  for (const row of engine.engine.levels(1, 'Buy')) Object.assign(row, { qty: 0 })
  for (const row of engine.engine.positions()) Object.assign(row, { netQty: 0 })
  for (const row of engine.engine.openOrders(1)) Object.assign(row, { leavesQty: 0, orderID: 0 })
  for (const row of engine.engine.instruments()) {
    t.throws(() => Object.assign(row, { symbol: 'X' }))
    t.throws(() => Object.assign(row.base, { scale: 0 }))
    t.throws(() => (row.allowedStpModes as unknown[]).push('X'))
  }
  ;(engine.engine.assets() as unknown[]).length = 0
  ;(engine.engine.instruments() as unknown[]).length = 0
  const { bytes, writeTo } = engine.engine.prepareSnapshot()
  const memory = new Uint8Array(bytes)
  writeTo(memory)
  memory.fill(255)
  t.is(engine.engine.stateHash(), before)
})

test('F12: a snapshot that is cut anywhere is refused', (t) => {
  const engine = new FastEngine({ recentIdsMax: 20 })
  play(14, engine, () => {})
  const whole = Buffer.concat(engine.engine.takeSnapshot())
  for (let length = 0; length < whole.length; length += 1 + (whole.length >> 6)) {
    const fresh = new FastEngine({ recentIdsMax: 20 })
    t.throws(() => fresh.engine.loadSnapshot(whole.subarray(0, length)))
  }
})
