// Matching's settings; the only reader of its environment.

import { parseConfigOrExit } from '#adapters/service/index.ts'

/** Reads the environment once. */
export const readMatchingConfig = () =>
  parseConfigOrExit(process.env, (env) => ({
    host: env.text('TE_HOST', '127.0.0.1'),
    port: env.port('TE_MATCHING_PORT', 8003),
    natsUrl: env.url('TE_NATS_URL', ['nats:'], 'nats://127.0.0.1:4222'),
    /** NATS's monitoring endpoint: lets power-safe mode be checked; `none` = it cannot be asked. */
    natsMonitorUrl: env.text('TE_NATS_MONITOR_URL', 'none'),
    etcdUrl: env.url('TE_ETCD_URL', ['http:', 'https:'], 'http://127.0.0.1:2379'),
    natsReplicas: env.integer('TE_NATS_REPLICAS', 1, { min: 1, max: 5 }),
    shard: env.integer('TE_SHARD', 0, { min: 0, max: 1_023 }),
    durability: env.oneOf('TE_DURABILITY', ['power-safe', 'process-safe'], 'power-safe'),
    dataDir: env.text('TE_DATA_DIR', 'data/matching'),
    snapshotEvery: env.integer('TE_SNAPSHOT_EVERY', 100_000, { min: 1, max: 1_000_000_000 }),
    /** Event messages on their way: the events of up to 512 commands each, at most 4 MB. */
    inFlightMax: env.integer('TE_MATCHING_IN_FLIGHT', 64, { min: 1, max: 1_024 }),
    /** Between two ticks of the log's clock; whatever ends by time ends at the next tick. */
    clockMs: env.integer('TE_CLOCK_MS', 1_000, { min: 10, max: 60_000 }),
    logLevel: env.oneOf(
      'TE_LOG_LEVEL',
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
      'info',
    ),
  }))

export type MatchingConfig = ReturnType<typeof readMatchingConfig>
