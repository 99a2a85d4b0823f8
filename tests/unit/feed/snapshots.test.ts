// When a snapshot may be written, and what of it is believed.

import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { encodeEventBatch } from '#contracts/event-codec.ts'
import { MarketState } from '../../../runtime/feed/market-state.ts'
import { createSnapshotFiles } from '../../../runtime/feed/snapshot-files.ts'
import { createSnapshotter } from '../../../runtime/feed/snapshotter.ts'
import { batch, listed, parts, report } from '../../helpers/events.ts'
import { recordingSink } from '../../helpers/market-sink.ts'
import { until } from '../../helpers/until.ts'

const log = { warn: () => undefined }

function advance(state: MarketState, to: number): void {
  while (state.seq < to) {
    const seq = state.seq + 1
    const events = seq === 1 ? [listed()] : [report({ orderID: seq })]
    state.apply(seq, encodeEventBatch(batch(seq, events)))
  }
}

function snapshotter(every: number) {
  const state = new MarketState(recordingSink())
  const written: number[] = []
  let acknowledged = 0
  const snapshots = createSnapshotter({
    state,
    files: { write: (seq) => Promise.resolve(void written.push(seq)) },
    acknowledged: () => acknowledged,
    every,
    startSeq: 0,
    onWritten: () => undefined,
    onFailure: () => undefined,
  })
  const run = (to: number, acked: number): void => {
    while (state.seq < to) {
      advance(state, state.seq + 1)
      snapshots.afterBatch()
    }
    acknowledged = acked
    snapshots.tick(0)
  }
  return { state, snapshots, written, run, acknowledge: (n: number) => (acknowledged = n) }
}

test('a snapshot waits until InfluxDB has every point up to it', async (t) => {
  const { snapshots, written, run } = snapshotter(10)
  run(25, 9)
  t.is(snapshots.seq(), 0)
  run(25, 10)
  await until('the snapshot', () => (snapshots.tick(0), snapshots.seq() === 10))
  run(40, 40)
  await until('the next snapshot', () => (snapshots.tick(0), snapshots.seq() > 10))
  t.deepEqual(written, [10, 26])
})

test('the last snapshot is of the end when all is stored, else of what was', async (t) => {
  const stored = snapshotter(10)
  stored.run(15, 15)
  await stored.snapshots.finish()
  t.is(stored.snapshots.seq(), 15)
  const behind = snapshotter(10)
  behind.run(15, 9)
  behind.acknowledge(12)
  await behind.snapshots.finish()
  t.is(behind.snapshots.seq(), 10)
  const none = snapshotter(10)
  none.run(15, 9)
  await none.snapshots.finish()
  t.deepEqual(none.written, [])
})

test('the newest good file is read first; torn, altered and foreign ones are passed over', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'te-feed-'))
  const files = createSnapshotFiles(folder, 0, log)
  const state = new MarketState(recordingSink())
  for (const seq of [5, 10, 15]) {
    advance(state, seq)
    await files.write(seq, JSON.stringify(state.dump()))
  }
  const seqs = async () => {
    const found: number[] = []
    for await (const dump of files.read()) found.push(dump.seq)
    return found
  }
  t.deepEqual(await seqs(), [15, 10])
  t.deepEqual((await readdir(folder)).sort(), ['feed-0-10.snapshot', 'feed-0-15.snapshot'])
  const newest = join(folder, 'feed-0-15.snapshot')
  const text = await readFile(newest, 'utf8')
  for (const bad of [text.slice(0, -1), text.replace('"seq":15', '"seq":16'), '', '{}\n{}', 'x']) {
    await writeFile(newest, bad)
    t.deepEqual(await seqs(), [10])
  }
  await writeFile(join(folder, 'feed-0-99.snapshot'), text)
  t.deepEqual(await seqs(), [10])
  t.deepEqual(await createSnapshotFiles(folder, 1, log).read().next(), {
    done: true,
    value: undefined,
  })
})

test('C4: no snapshot is taken between two parts of a batch', async (t) => {
  const { state, snapshots, written, run, acknowledge } = snapshotter(10)
  run(9, 9)
  const [first, second] = parts(10, 10, [report({ orderID: 10 })], [report({ orderID: 11 })])
  if (first === undefined || second === undefined) return t.fail()
  state.apply(10, encodeEventBatch(first, first))
  acknowledge(99)
  await snapshots.finish()
  t.deepEqual(written, [])
  state.apply(10, encodeEventBatch(second, second))
  await snapshots.finish()
  t.deepEqual(written, [10])
})
