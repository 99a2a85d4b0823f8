// The machinery of the matching bench: races, percentiles, the engine's load, the document and the
// plot. Times themselves are never asserted.

import test from 'ava'
import type { BenchRow } from '../../bench/bench-row.ts'
import { replaceBetweenMarks } from '../../bench/markdown.ts'
import { type Contestant, race, speedRow } from '../../bench/matching/contestant.ts'
import { generateEngineLoad } from '../../bench/matching/engine-load.ts'
import { EnginePipeline } from '../../bench/matching/engine-pipeline.ts'
import { LatencyLog, middleOf } from '../../bench/matching/latency.ts'
import { MATCHING_PARTS } from '../../bench/matching/parts.ts'
import { renderPlot } from '../../bench/matching/plot.ts'
import { runScalingBookPart } from '../../bench/matching/scaling-book-part.ts'

const MACHINE = {
  cpu: 'a CPU',
  cores: 2,
  memoryGiB: 1,
  system: 'linux x64',
  node: 'v24',
  commit: 'abc',
  load: 0,
  date: '2026-01-01',
}

test('a race plays rounds in turns, drops the first two and takes the median', (t) => {
  const played: string[] = []
  const contestant = (name: string, times: number[]): Contestant => ({
    name,
    commands: 10,
    run: () => {
      played.push(name)
      const clock = times.shift() ?? 0
      return { clock, cpu: clock / 2 }
    },
  })
  const results = race(
    [contestant('a', [9000, 8000, 100, 300, 200]), contestant('b', [9000, 8000, 10, 30, 1000])],
    3,
  )
  t.is(played.join(''), 'ababababab')
  t.deepEqual(
    results.map((result) => speedRow('part', result).value),
    [20, 3],
  )
  t.deepEqual(
    results.map((result) => speedRow('part', result).cpu),
    [10, 1.5],
  )
  t.is(speedRow('part', results[0] as (typeof results)[0]).perSecond, 50_000_000)
})

test('percentiles are of one type or of all, in microseconds', (t) => {
  const log = new LatencyLog(1000)
  for (let i = 1; i <= 1000; i++) log.add(i % 2, i / 1e6)
  const all = log.percentiles()
  t.is(all.p50, 0.501)
  t.is(all.max, 1)
  t.is(log.percentiles(0).max, 1)
  t.is(log.percentiles(1).max, 0.999)
})

test('one bad round does not decide a percentile', (t) => {
  const logs = [1, 2, 900].map((nanos) => {
    const log = new LatencyLog(1)
    log.add(0, nanos / 1e6)
    return log
  })
  t.is(middleOf(logs.map((log) => log.percentiles())).max, 0.002)
})

test('the load of the engine is half places, 45 % cancels, 5 % trades, and its books keep their size', (t) => {
  const options = { commands: 20_000, instruments: 10, accounts: 100, open: 2000 }
  const load = generateEngineLoad(options)
  const { rests, cancels, takers, trades } = load.counts
  const near = (count: number, percent: number): void => {
    const share = (100 * count) / load.commands
    t.true(Math.abs(share - percent) <= 1.5, `${share} for ${percent}`)
  }
  near(rests, 50)
  near(cancels, 45)
  near(takers, 5)
  t.true(trades >= takers)
  const pipeline = new EnginePipeline(load.snapshot)
  t.is(pipeline.engine.openOrderCount, options.open)
  for (const batch of load.batches) pipeline.play(batch)
  t.true(Math.abs(pipeline.engine.openOrderCount - options.open) < options.open / 10)
  pipeline.engine.checkInvariants()
})

test('the load of the engine is the same bytes from the same seed', (t) => {
  const options = { commands: 512, instruments: 3, accounts: 10, open: 100 }
  const { batches } = generateEngineLoad(options)
  t.deepEqual(generateEngineLoad(options).batches, batches)
  t.notDeepEqual(generateEngineLoad({ ...options, seed: 7 }).batches, batches)
})

test('growth is stated for every line, with points for the plot', (t) => {
  const sizes = { orders: [100, 1000], levels: [10, 20], fixed: { orders: 200, levels: 10 } }
  const rows = runScalingBookPart(1, sizes)
  t.is(rows.filter(({ point }) => point !== undefined).length, 6)
  t.is(rows.filter(({ name }) => name.startsWith('growth of')).length, 3)
})

test('names of parts are distinct', (t) => {
  const names = MATCHING_PARTS.map(({ name }) => name)
  t.is(new Set(names).size, names.length)
})

test('only what stands between the marks of a document is replaced', (t) => {
  const marks = ['<!-- matching figures: begin -->', '<!-- matching figures: end -->']
  const document = `before\n${marks[0]}\nold\n${marks[1]}\nafter\n`
  const replaced = replaceBetweenMarks(document, 'new')
  t.is(replaced, `before\n${marks[0]}\n\nnew\n${marks[1]}\nafter\n`)
  t.is(replaceBetweenMarks(replaced, 'new'), replaced)
  t.throws(() => replaceBetweenMarks('no marks', 'new'), { message: /no marks/ })
})

test('the plot draws bars, growth and percentiles, and escapes what it is given', (t) => {
  const common = { bench: 'matching', unit: 'ns/command' } as const
  const rows: BenchRow[] = [
    { ...common, name: 'a < b & "c"', value: 40 },
    { ...common, name: 'at 10', value: 50, point: { line: 'orders', at: 10 } },
    { ...common, name: 'at 1000', value: 70, point: { line: 'orders', at: 1000 } },
    {
      ...common,
      unit: 'us',
      name: 'book, one command',
      value: 0.1,
      percentiles: { p50: 0.1, p90: 0.2, p99: 0.3, 'p99.9': 0.4, 'p99.99': 2 },
    },
  ]
  const svg = renderPlot(rows, MACHINE)
  t.true(svg.includes('a &lt; b &amp; &quot;c&quot;'))
  t.is(svg.match(/<g /g)?.length, 3)
  t.is(svg.match(/<polyline /g)?.length, 2)
  t.false(/NaN|undefined|Infinity/.test(svg))
  t.is(renderPlot([], MACHINE).match(/<g /g), null)
})
