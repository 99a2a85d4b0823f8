import test from 'ava'
import { BALANCE_CHANGED, EXECUTION_REPORT, RECORD } from '#contracts/batch-layout.ts'
import { decodeEventBatch, encodeEventBatch } from '#contracts/event-codec.ts'
import type { EngineEvent } from '#domain/event.ts'
import { CHANGE, REPORT } from '#engine/event-buffer.ts'
import { createBatchApplier } from '../../../runtime/matching/journal/batch-applier.ts'
import {
  createEventWriter,
  type EventWriter,
} from '../../../runtime/matching/journal/event-writer.ts'
import { createCommandFlow } from '../../helpers/command-flow.ts'
import { FastEngine } from '../../helpers/engine-under-test.ts'
import { RandomCommands } from '../../helpers/workload-random.ts'

const head = { source: 4_000_000_000, sourceSeq: 9, seq: 2 ** 40, timestampNs: 2n ** 62n }
const COMMANDS = 1500

/** The same commands for an engine that writes batches and for one that gives records. */
function play(seed: number, writer: EventWriter, visit: (events: EngineEvent[]) => void): void {
  const commands = new RandomCommands(seed)
  const records = new FastEngine()
  const written = new FastEngine({}, writer)
  const opening = commands.opening()
  for (let i = 0; i < opening.length + COMMANDS; i++) {
    const command = opening[i] ?? commands.next()
    writer.begin()
    written.apply(command)
    const events = records.apply(command)
    commands.observe(events)
    visit(events)
  }
}

test('what the engine writes in place is what the codec of everyone else writes', (t) => {
  for (const seed of [31, 32]) {
    const writer = createEventWriter()
    play(seed, writer, (events) => {
      const bytes = writer.finish(head)
      if (!Buffer.from(encodeEventBatch({ ...head, events })).equals(bytes)) {
        t.deepEqual(decodeEventBatch(bytes).events, events)
        t.fail('the bytes differ')
      }
      const takers = events.filter((e) => e.type === 'ExecutionReport' && e.execType === 'Trade')
      t.is(writer.trades, takers.filter((e) => 'aggressor' in e && e.aggressor).length)
      t.is(writer.count, events.length)
    })
  }
})

test('the records of the engine have the layout of the wire', (t) => {
  const { size, ...report } = EXECUTION_REPORT
  const doubles = 'orderID execID tradeID price stopPx orderQty displayQty lastQty lastPx leavesQty'
  const inDoubles = new Set(`${doubles} cumQty preventedQty`.split(' '))
  const bytesOf = (layout: Readonly<Record<string, number>>, name: string): number | undefined => {
    const place = layout[name]
    return place === undefined ? undefined : place * (inDoubles.has(name) ? 8 : 4)
  }
  t.is(REPORT.words * 4, size)
  t.is(REPORT.account * 4, RECORD.account)
  const codes = [
    'execType',
    'ordStatus',
    'side',
    'ordType',
    'timeInForce',
    'rejectReason',
    'stpMode',
  ]
  for (const [name, at] of Object.entries(report)) {
    const place = codes.indexOf(name)
    const mine = place < 0 ? bytesOf(REPORT, name) : REPORT.codes * 4 + place
    t.is(mine, at, name)
  }
  const { size: changeSize, reason, duplicate, ...change } = BALANCE_CHANGED
  t.is(CHANGE.words * 4, changeSize)
  t.deepEqual([CHANGE.codes * 4, CHANGE.codes * 4 + 1], [reason, duplicate])
  for (const [name, at] of Object.entries(change)) t.is(bytesOf(CHANGE, name), at, name)
})

test('B7: a batch comes out the same whether the buffer had to grow or not', (t) => {
  const all = (capacity: number): Buffer[] => {
    const writer = createEventWriter(capacity)
    const batches: Buffer[] = []
    play(33, writer, () => batches.push(Buffer.from(writer.finish(head))))
    return batches
  }
  t.deepEqual(all(1), all(10_000_000))
})

test('B3: nothing of one batch is left in the next', (t) => {
  const writer = createEventWriter()
  play(34, writer, (events) => {
    t.is(decodeEventBatch(writer.finish(head)).events.length, events.length)
  })
})

test('B3: what applying a batch gave stays as it is, whoever scribbles over it', (t) => {
  const flow = createCommandFlow(35)
  const applier = createBatchApplier()
  const twin = createBatchApplier()
  const kept: Uint8Array[] = []
  const copies: Buffer[] = []
  for (let seq = 1; seq <= 40; seq++) {
    const batch = flow.next(50)
    const { bytes } = applier.apply(seq, BigInt(seq), batch).parts[0]
    kept.push(bytes)
    copies.push(Buffer.from(bytes))
    twin.apply(seq, BigInt(seq), batch).parts[0].bytes.fill(255)
    batch.fill(255)
  }
  t.deepEqual(
    kept.map((bytes) => Buffer.from(bytes)),
    copies,
  )
  t.is(twin.engine.stateHash(), applier.engine.stateHash())
  t.deepEqual(twin.chain(), applier.chain())
})
