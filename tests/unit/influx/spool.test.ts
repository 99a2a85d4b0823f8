// The spool between the feed and InfluxDB: what is acknowledged, what is kept, what is let go.

import test from 'ava'
import { createInfluxSpool, type WriteOutcome } from '#adapters/influx/index.ts'
import { OperationalError } from '#contracts/errors.ts'
import { until } from '../../helpers/until.ts'

const log = { warn: () => undefined }

/** A server that answers as told and remembers the lines. */
function server(answer: (lines: string[]) => Promise<WriteOutcome> | WriteOutcome) {
  const written: string[] = []
  return {
    written,
    influx: {
      ensureDatabase: () => Promise.resolve(),
      write: async (text: string) => {
        const lines = text.split('\n')
        const outcome = await answer(lines)
        if (outcome === 'Written') written.push(...lines)
        return outcome
      },
    },
  }
}

const down = (): never => {
  throw new OperationalError('TE_UNAVAILABLE_INFLUX', 'down')
}

test('points are written in order, in batches of at most the bound', async (t) => {
  const sizes: number[] = []
  const { influx, written } = server((lines) => {
    sizes.push(lines.length)
    return 'Written'
  })
  const spool = createInfluxSpool({ influx, log, startMark: 0, batchMax: 10 })
  const lines = Array.from({ length: 35 }, (_, i) => `p${i}`)
  lines.forEach((line, i) => spool.push(line, i + 1))
  t.true(await spool.flush(2_000))
  t.deepEqual(written, lines)
  t.true(sizes.every((size) => size <= 10))
  await spool[Symbol.asyncDispose]()
})

test('the acknowledged mark stays behind every point that is not stored', async (t) => {
  let isDown = true
  const { influx } = server(() => (isDown ? down() : 'Written'))
  const spool = createInfluxSpool({ influx, log, startMark: 5 })
  t.is(spool.acknowledged(), 5)
  spool.advance(6)
  t.is(spool.acknowledged(), 6)
  spool.push('a', 7)
  spool.advance(7)
  spool.push('b', 9)
  spool.advance(9)
  t.is(spool.acknowledged(), 6)
  await until('the first failure', () => !spool.state().isHealthy)
  t.is(spool.acknowledged(), 6)
  isDown = false
  t.true(await spool.flush(5_000))
  t.is(spool.acknowledged(), 9)
  t.deepEqual(spool.state(), { size: 0, written: 2, dropped: 0, refused: 0, isHealthy: true })
  await spool[Symbol.asyncDispose]()
})

test('F26: a full spool drops with a count, and the mark never passes what was dropped', async (t) => {
  let isDown = true
  const { influx, written } = server(() => (isDown ? down() : 'Written'))
  const spool = createInfluxSpool({ influx, log, startMark: 0, sizeMax: 3 })
  const taken = [1, 2, 3, 4, 5].map((mark) => spool.push(`p${mark}`, mark))
  spool.advance(5)
  t.deepEqual(taken, [true, true, true, false, false])
  isDown = false
  t.true(await spool.flush(5_000))
  spool.push('p6', 6)
  spool.advance(6)
  t.true(await spool.flush(5_000))
  t.deepEqual(written, ['p1', 'p2', 'p3', 'p6'])
  t.is(spool.state().dropped, 2)
  t.is(spool.acknowledged(), 3)
  await spool[Symbol.asyncDispose]()
})

test('refused points are counted and do not block those behind them', async (t) => {
  const { influx, written } = server((lines) =>
    lines.includes('bad') ? { refused: 'unable to parse' } : 'Written',
  )
  const spool = createInfluxSpool({ influx, log, startMark: 0, batchMax: 1 })
  for (const [i, line] of ['good', 'bad', 'fine'].entries()) spool.push(line, i + 1)
  spool.advance(3)
  t.true(await spool.flush(2_000))
  t.deepEqual(written, ['good', 'fine'])
  t.is(spool.state().refused, 1)
  t.is(spool.acknowledged(), 3)
  await spool[Symbol.asyncDispose]()
})

test('A4: a server that never answers holds up nobody who pushes', async (t) => {
  const { influx } = server(() => new Promise<WriteOutcome>(() => undefined))
  const spool = createInfluxSpool({ influx, log, startMark: 0, sizeMax: 1_000, batchMax: 100 })
  for (let mark = 1; mark <= 1_500; mark++) spool.push('p', mark)
  t.is(spool.state().size, 1_000)
  t.is(spool.state().dropped, 500)
  t.false(await spool.flush(20))
  await spool[Symbol.asyncDispose]()
})
