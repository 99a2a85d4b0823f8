// The feed's process: puts the parts together, serves health and metrics, ends in order.

import { createInflux } from '#adapters/influx/index.ts'
import { connectNats } from '#adapters/nats/index.ts'
import { createMarketCache, createRedis } from '#adapters/redis/index.ts'
import { createLogger, createServiceServer, installProcessGuards } from '#adapters/service/index.ts'
import { readConfig, shownConfig } from './config.ts'
import { type Feed, startFeed } from './service.ts'

const config = readConfig()
const log = createLogger({ name: 'feed', level: config.logLevel })
log.info(shownConfig(config), 'settings')

const resources = new AsyncDisposableStack()
let feed: Feed | undefined
installProcessGuards(log, async () => {
  await feed?.stop()
  await resources.disposeAsync()
})

const redis = resources.use(createRedis({ url: config.redisUrl, name: 'te-feed', log }))
const influx = resources.use(createInflux({ url: config.influxUrl, db: config.influxDb }))
let probeNats = (): Promise<void> => Promise.reject(new Error('not connected yet'))
const server = resources.use(
  createServiceServer({
    name: 'feed',
    host: config.host,
    port: config.port,
    log,
    probes: { nats: () => probeNats(), redis: redis.ping, influx: influx.ping },
    optional: ['redis', 'influx'],
    role: () => (feed?.isReady() ? 'publishing' : 'catching-up'),
    info: () => (feed?.isReady() ? { seq: feed.seq() } : { ready: false, seq: feed?.seq() ?? 0 }),
  }),
)
await server.listen()

const link = resources.use(await connectNats({ url: config.natsUrl, name: 'te-feed', log }))
probeNats = async () => {
  await link.rtt()
}
feed = await startFeed({
  config,
  link,
  influx,
  cache: createMarketCache(redis),
  log,
  registry: server.registry,
})
await feed.ready
