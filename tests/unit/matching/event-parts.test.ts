import test from 'ava'
import { EVENT_PART_BYTES_MAX } from '#contracts/batch-layout.ts'
import { encodeCommandBatch } from '#contracts/command-codec.ts'
import { decodeEventBatch, encodeEventBatch, readEventHeader } from '#contracts/event-codec.ts'
import type { Command } from '#domain/command.ts'
import type { EngineEvent } from '#domain/event.ts'
import { createBatchApplier } from '../../../runtime/matching/journal/batch-applier.ts'
import { cutBatch } from '../../../runtime/matching/journal/event-parts.ts'
import { createCommandFlow } from '../../helpers/command-flow.ts'
import { balance, batch, listed, report, trade } from '../../helpers/events.ts'
import { manyOrders, massCancel, openVenue, sweep } from '../../helpers/many-orders.ts'

const eventsOf = (parts: readonly Uint8Array[]): EngineEvent[][] =>
  parts.map((part) => [...decodeEventBatch(part).events])
const cut = (events: readonly EngineEvent[], bytesMax: number): EngineEvent[][] =>
  eventsOf(cutBatch(encodeEventBatch(batch(1, events)), bytesMax))

/** 32 bytes of header and so many reports. */
const roomFor = (reports: number): number => 32 + reports * 240
const reports = (cmdIndex: number, count: number): EngineEvent[] =>
  Array.from({ length: count }, (_, i) => report({ cmdIndex, orderID: cmdIndex * 100 + i + 1 }))

test('a batch that fits stays one message, byte for byte, and a copy', (t) => {
  const whole = encodeEventBatch(batch(3, [listed(), report(), balance()]))
  const [only, ...others] = cutBatch(whole, whole.length)
  t.deepEqual(only, whole)
  t.deepEqual(others, [])
  whole.fill(255)
  t.is(readEventHeader(only ?? whole).seq, 3)
})

test('a command that does not fit any more begins the next part', (t) => {
  const [a, b, c] = [reports(0, 2), reports(1, 2), reports(2, 3)]
  t.deepEqual(cut([...a, ...b, ...c], roomFor(4)), [[...a, ...b], c])
  t.deepEqual(cut([...a, ...b, ...c], roomFor(3)), [a, b, c])
})

test('a command that is more than a part is cut between its events', (t) => {
  const [small, large] = [reports(0, 1), reports(1, 7)]
  const found = cut([...small, ...large], roomFor(3))
  t.deepEqual(found, [small, large.slice(0, 3), large.slice(3, 6), large.slice(6)])
})

test('a command of JSON records is seen as one, too', (t) => {
  const json = Array.from({ length: 4 }, () => ({ ...listed(), cmdIndex: 1 }) as EngineEvent)
  const { length } = encodeEventBatch(batch(1, json))
  const first = reports(0, 2)
  t.deepEqual(cut([...first, ...json], length), [first, json])
})

test('the two reports of a trade stay together, even in a part that is too small for them', (t) => {
  const sales = Array.from({ length: 5 }, (_, i) =>
    trade({
      tradeID: i + 1,
      price: 100,
      qty: 1,
      buyer: 1_000,
      seller: 1_001,
      buyOrderID: 1,
      sellOrderID: i + 2,
    }),
  )
  const [first = [], second = [], ...rest] = sales
  t.deepEqual(cut(sales.flat(), roomFor(3)), sales)
  t.deepEqual(cut(sales.flat(), roomFor(5)), [
    [...first, ...second],
    rest.slice(0, 2).flat(),
    rest[2],
  ])
  t.deepEqual(cut(sales.flat(), roomFor(1)), sales)
})

test('whatever the engine tells, its parts are the batch, in bounds, and numbered', (t) => {
  const bytesMax = 2_048
  const flow = createCommandFlow(51)
  const flowTwin = createCommandFlow(51)
  const cutting = createBatchApplier(undefined, { partBytesMax: bytesMax })
  const whole = createBatchApplier()
  let several = 0
  for (let seq = 1; seq <= 200; seq++) {
    const { parts } = cutting.apply(seq, BigInt(seq), flow.next(100))
    const one = whole.apply(seq, BigInt(seq), flowTwin.next(100)).parts[0].bytes
    t.deepEqual(eventsOf(parts.map(({ bytes }) => bytes)).flat(), decodeEventBatch(one).events)
    parts.forEach(({ bytes }, part) => {
      const { events: _events, ...header } = decodeEventBatch(one)
      t.deepEqual(readEventHeader(bytes), { ...header, part, isLast: part === parts.length - 1 })
      t.true(bytes.length <= bytesMax)
    })
    if (parts.length > 1) several++
    t.deepEqual(parts.at(-1)?.chain, cutting.chain())
  }
  t.true(several > 100)
  t.is(cutting.engine.stateHash(), whole.engine.stateHash())
})

/** What a fresh venue with so many resting bids of one account gives for one command more. */
function applyTo(orders: number, command: Command) {
  const applier = createBatchApplier()
  let seq = 0
  const take = (commands: readonly Command[]) => {
    seq++
    return applier.apply(
      seq,
      BigInt(seq),
      encodeCommandBatch({ source: 1, sourceSeq: seq }, commands),
    )
  }
  take(openVenue(50_000))
  const counts = manyOrders(orders).map((commands) => take(commands).parts.length)
  return { counts, parts: take([command]).parts.map(({ bytes }) => bytes) }
}

test('at the size of the log a mass cancel of 40,000 orders comes in three parts', (t) => {
  const { counts, parts } = applyTo(40_000, massCancel())
  t.true(counts.every((count) => count === 1))
  t.is(parts.length, 3)
  for (const part of parts) t.true(part.length <= EVENT_PART_BYTES_MAX)
  const events = eventsOf(parts).flat()
  const canceled = events.flatMap((e) => (e.type === 'ExecutionReport' ? [e.orderID] : []))
  t.is(new Set(canceled).size, 40_000)
  t.is(canceled.length, 40_000)
  t.is(events.filter(({ type }) => type === 'MassCanceled').length, 1)
  const again = applyTo(40_000, massCancel()).parts
  const isSame = again.every((part, i) => Buffer.compare(part, parts[i] ?? new Uint8Array()) === 0)
  t.true(isSame, 'a replay makes the same parts')
})

test('at the size of the log a sweep through 10,000 orders keeps its trades whole', (t) => {
  const { parts } = applyTo(10_000, sweep(10_000))
  t.is(parts.length, 2)
  for (const events of eventsOf(parts)) {
    const sides = new Map<number, number>()
    for (const event of events) {
      if (event.type !== 'ExecutionReport' || event.execType !== 'Trade') continue
      sides.set(event.tradeID, (sides.get(event.tradeID) ?? 0) + 1)
    }
    t.true([...sides.values()].every((count) => count === 2))
    t.true(sides.size > 1_000)
  }
})
