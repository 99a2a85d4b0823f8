// Settings of the feed; the only reader of the environment here.

import { parseConfigOrExit } from '#adapters/service/index.ts'

/** What the feed needs to know. */
export interface FeedConfig {
  readonly host: string
  readonly port: number
  readonly natsUrl: string
  readonly redisUrl: string
  /** May carry `user:token@` for InfluxDB 2.x and 3.x. */
  readonly influxUrl: string
  readonly influxDb: string
  readonly shard: number
  readonly dataDir: string
  /** Event batches between two snapshots: what a restart after a crash reads again at most. */
  readonly snapshotEvery: number
  readonly logLevel: string
}

/** Reads the environment once. A bad setting is printed and ends the process. */
export function readConfig(): FeedConfig {
  return parseConfigOrExit(process.env, (env) => ({
    host: env.text('TE_HOST', '127.0.0.1'),
    port: env.port('TE_FEED_PORT', 8006),
    natsUrl: env.url('TE_NATS_URL', ['nats:', 'tls:'], 'nats://127.0.0.1:4222'),
    redisUrl: env.url('TE_REDIS_URL', ['redis:', 'rediss:'], 'redis://127.0.0.1:6379'),
    influxUrl: env.url('TE_INFLUX_URL', ['http:', 'https:'], 'http://127.0.0.1:8086'),
    influxDb: env.text('TE_INFLUX_DB', 'tradeengine'),
    shard: env.integer('TE_SHARD', 0, { max: 9_999 }),
    dataDir: env.text('TE_DATA_DIR', '.tradeengine/feed'),
    snapshotEvery: env.integer('TE_FEED_SNAPSHOT_EVERY', 20_000, { min: 1 }),
    logLevel: env.text('TE_LOG_LEVEL', 'info'),
  }))
}

/** The settings as a log may show them: URLs without what stands before the @. */
export function shownConfig(config: FeedConfig): object {
  const shown = Object.entries(config).map(([name, value]): [string, unknown] => [
    name,
    typeof value === 'string' ? value.replace(/\/\/[^/@]*@/, '//***@') : value,
  ])
  return Object.fromEntries(shown)
}
