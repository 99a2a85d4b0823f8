// What the feed's log says of its settings.

import test from 'ava'
import { shownConfig } from '../../../runtime/feed/config.ts'

test('a URL is logged without what stands before the @', (t) => {
  const shown = JSON.stringify(
    shownConfig({
      host: '127.0.0.1',
      port: 8006,
      natsUrl: 'nats://user:hush@127.0.0.1:4222',
      redisUrl: 'redis://:hush@127.0.0.1:6379',
      influxUrl: 'http://te:hush@127.0.0.1:8086',
      influxDb: 'tradeengine',
      shard: 0,
      dataDir: '/data',
      snapshotEvery: 1,
      logLevel: 'info',
    }),
  )
  t.false(shown.includes('hush'))
  t.true(shown.includes('***@127.0.0.1:8086'))
})
