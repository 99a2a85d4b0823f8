// What the feed counts. Plain numbers on the tick path; they become metrics when somebody asks.

import { Gauge, Histogram, type Registry } from 'prom-client'
import type { SpoolState } from '#adapters/influx/index.ts'
import type { MarketChannel } from './instrument-market.ts'

/** Plain counters. */
export interface FeedCounts {
  readonly messages: Record<MarketChannel, number>
  /** Messages that NATS did not take because the connection was down. */
  publishDrops: number
  batches: number
  repeats: number
  gaps: number
  tradeGaps: number
  redisFailures: number
  snapshots: number
}

/** All zero. */
export function createCounts(): FeedCounts {
  return {
    messages: { book: 0, trades: 0, candles: 0, ticker: 0, auction: 0 },
    publishDrops: 0,
    batches: 0,
    repeats: 0,
    gaps: 0,
    tradeGaps: 0,
    redisFailures: 0,
    snapshots: 0,
  }
}

/** What the gauges read. */
export interface FeedFigures {
  readonly counts: FeedCounts
  readonly seq: () => number
  readonly snapshotSeq: () => number
  readonly spool: () => SpoolState
}

/** Registers the metrics; answers the observer of the lag from event time to publish. */
export function registerMetrics(
  registry: Registry,
  { counts, seq, snapshotSeq, spool }: FeedFigures,
): (lagMs: number) => void {
  const read = (name: string, help: string, value: () => number): void => {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [registry],
      collect: () => gauge.set(value()),
    })
  }
  const messages: Gauge<'channel'> = new Gauge({
    name: 'te_feed_messages_total',
    help: 'Messages published, by channel',
    labelNames: ['channel'],
    registers: [registry],
    collect: () => {
      for (const [channel, n] of Object.entries(counts.messages)) messages.set({ channel }, n)
    },
  })
  read('te_feed_seq', 'Last event batch applied', seq)
  read('te_feed_snapshot_seq', 'Event batch of the newest snapshot on disk', snapshotSeq)
  read('te_feed_snapshots_total', 'Snapshots written', () => counts.snapshots)
  read('te_feed_batches_total', 'Event batches applied', () => counts.batches)
  read('te_feed_repeats_total', 'Event batches seen again and ignored', () => counts.repeats)
  read('te_feed_gaps_total', 'Gaps in the event batches that were read again', () => counts.gaps)
  read('te_feed_trade_gaps_total', 'Trade ids that did not follow', () => counts.tradeGaps)
  read('te_feed_publish_drops_total', 'Messages not sent, NATS down', () => counts.publishDrops)
  read('te_feed_redis_failures_total', 'Cache writes that failed', () => counts.redisFailures)
  read('te_feed_influx_spool_points', 'Points waiting for InfluxDB', () => spool().size)
  read('te_feed_influx_written_total', 'Points that InfluxDB holds', () => spool().written)
  read('te_feed_influx_dropped_total', 'Points without room in the spool', () => spool().dropped)
  read('te_feed_influx_refused_total', 'Points that InfluxDB refused', () => spool().refused)
  const lag = new Histogram({
    name: 'te_feed_lag_seconds',
    help: 'From the time of a command in the log to its market data being published',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  return (lagMs) => lag.observe(Math.max(0, lagMs) / 1_000)
}
