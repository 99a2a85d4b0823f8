// The cache gets the newest and holds up nobody.

import test from 'ava'
import { createLatestWriter } from '../../../runtime/feed/latest-writer.ts'
import { until } from '../../helpers/until.ts'

const of = (symbol: string, ticker: string) => ({ symbol, ticker, top: '' })

test('A4: a cache that never answers holds up nobody, and one write is out at most', (t) => {
  let writes = 0
  const cache = { write: () => new Promise<void>(() => void writes++) }
  const writer = createLatestWriter(cache, () => t.fail())
  for (let i = 0; i < 1_000; i++) {
    writer.put(of('A-B', String(i)))
    writer.tick(i)
  }
  t.is(writes, 1)
})

test('after a failure the newest is written, not what failed', async (t) => {
  const written: string[] = []
  let isDown = true
  let failures = 0
  const cache = {
    write: (list: readonly { ticker: string }[]) => {
      if (isDown) return Promise.reject(new Error('down'))
      written.push(...list.map(({ ticker }) => ticker))
      return Promise.resolve()
    },
  }
  const writer = createLatestWriter(cache, () => failures++)
  writer.put(of('A-B', 'old'))
  writer.tick(0)
  await until('the failure', () => failures === 1)
  isDown = false
  writer.put(of('A-B', 'new'))
  await until('the write', () => (writer.tick(1), written.length > 0))
  t.deepEqual(written, ['new'])
})

test('what does not change is written again before it expires', async (t) => {
  const written: string[] = []
  const cache = {
    write: (list: readonly { ticker: string }[]) => {
      written.push(...list.map(({ ticker }) => ticker))
      return Promise.resolve()
    },
  }
  const writer = createLatestWriter(cache, () => t.fail())
  writer.put(of('A-B', 'same'))
  for (const nowMs of [20_000, 20_250, 29_999, 30_000, 30_250]) {
    writer.tick(nowMs)
    await new Promise((resolve) => setImmediate(resolve))
  }
  t.deepEqual(written, ['same', 'same'])
})
