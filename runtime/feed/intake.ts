// The tick path of the feed: one event message in, its messages out, without waiting for anyone.
// Messages go to NATS, points to the spool, tickers to the cache writer; each may be down by itself.

import { createInfluxSpool, type InfluxSpool } from '#adapters/influx/index.ts'
import { readEventHeader } from '#contracts/event-codec.ts'
import type { MarketSink } from './instrument-market.ts'
import { createLatestWriter } from './latest-writer.ts'
import { MarketState } from './market-state.ts'
import { createCounts, type FeedCounts, registerMetrics } from './metrics.ts'
import type { FeedParts } from './service.ts'
import { newestSnapshot } from './snapshot-choice.ts'
import { createSnapshotFiles } from './snapshot-files.ts'
import { createSnapshotter, type Snapshotter } from './snapshotter.ts'

/** The parts of the tick path. */
export interface Intake {
  readonly state: MarketState
  readonly spool: InfluxSpool
  readonly snapshots: Snapshotter
  readonly counts: FeedCounts
  /** The event that the state started from; 0 without a snapshot. */
  readonly startSeq: number
  /** Takes one batch or part of one; false when it does not follow the last one. */
  readonly onBatch: (seq: number, data: Uint8Array) => boolean
  /** Says tickers and candles, refreshes the cache, writes snapshots that wait. */
  readonly conflate: () => void
}

/** Batches older than this are history: numbered, not published. Whoever was there sees the gap. */
const LIVE_MAX_MS = 10_000

/** Makes the tick path, starting from the newest snapshot that fits the log. */
export async function createIntake(parts: FeedParts): Promise<Intake> {
  const { config, influx, log } = parts
  const now = parts.now ?? Date.now
  const counts = createCounts()
  const files = createSnapshotFiles(config.dataDir, config.shard, log)
  const dump = await newestSnapshot(parts.link, config.shard, files, log)
  const startSeq = dump?.seq ?? 0
  const spool = createInfluxSpool({ influx, log, startMark: startSeq })
  const latest = createLatestWriter(parts.cache, () => counts.redisFailures++)
  const sink = createSink(parts, counts, spool, latest.put)
  const state = new MarketState(sink)
  if (dump !== null) state.load(dump)
  const snapshots = createSnapshotter({
    state,
    files,
    acknowledged: spool.acknowledged,
    every: config.snapshotEvery,
    startSeq,
    onWritten: () => counts.snapshots++,
    onFailure: (err) => log.warn({ err }, 'snapshot not written'),
  })
  const observeLag = registerMetrics(parts.registry, {
    counts,
    seq: () => state.seq,
    snapshotSeq: snapshots.seq,
    spool: spool.state,
  })
  return {
    state,
    spool,
    snapshots,
    counts,
    startSeq,
    onBatch: (seq, data) => {
      const { timestampNs, isLast } = readEventHeader(data)
      const lagMs = now() - Number(timestampNs / 1_000_000n)
      sink.isLive = lagMs < LIVE_MAX_MS
      sink.mark = seq
      const outcome = state.apply(seq, data)
      if (outcome === 'Repeated') counts.repeats++
      if (outcome !== 'Applied') return outcome === 'Repeated'
      if (!isLast) return true
      counts.batches++
      spool.advance(seq)
      if (sink.isLive) observeLag(lagMs)
      snapshots.afterBatch()
      return true
    },
    conflate: () => {
      const nowMs = now()
      sink.isLive = true
      sink.mark = Math.max(sink.mark, state.seq)
      for (const market of state.markets()) market.conflate(nowMs, sink)
      latest.tick(nowMs)
      snapshots.tick(nowMs)
    },
  }
}

type Sink = { -readonly [K in keyof MarketSink]: MarketSink[K] } & {
  /** The event that points come from. */
  mark: number
}

function createSink(
  { link, log }: FeedParts,
  counts: FeedCounts,
  spool: InfluxSpool,
  put: (latest: { symbol: string; ticker: string; top: string }) => void,
): Sink {
  const sink: Sink = {
    isLive: false,
    mark: 0,
    publish: (channel, subject, text) => {
      if (link.publish(subject, text)) counts.messages[channel]++
      else counts.publishDrops++
    },
    history: (line) => void spool.push(line, sink.mark),
    latest: (symbol, ticker, top) => put({ symbol, ticker, top }),
    onTradeGap: (symbol, expected, got) => {
      counts.tradeGaps++
      log.error({ symbol, expected, got }, 'trade ids have a gap')
    },
  }
  return sink
}
