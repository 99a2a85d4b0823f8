// Matching's figures for Prometheus. Labels are few and closed: nothing per account or order.

import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { AppliedBatch } from './journal/batch-applier.ts'

/** What the loop reports. */
export interface MatchingMetrics {
  readonly applied: (batch: AppliedBatch, durationMs: number) => void
  readonly stored: (latencyMs: number) => void
  readonly lag: (batches: number) => void
  readonly snapshot: (copyMs: number, totalMs: number) => void
  readonly recovered: (durationMs: number) => void
}

const SECONDS = [1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1, 3]

/** Registers the figures. */
export function createMatchingMetrics(registry: Registry): MatchingMetrics {
  const registers = [registry]
  const counter = (name: string, help: string) => new Counter({ name, help, registers })
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers })
  const histogram = (name: string, help: string) =>
    new Histogram({ name, help, registers, buckets: SECONDS })
  const batches = counter('te_matching_batches_total', 'command batches applied')
  const commands = counter('te_matching_commands_total', 'commands applied')
  const events = counter('te_matching_events_total', 'events made')
  const trades = counter('te_matching_trades_total', 'trades made')
  const malformed = counter('te_matching_malformed_total', 'records that could not be decoded')
  const apply = histogram('te_matching_apply_seconds', 'decoding, matching and encoding a batch')
  const publish = histogram('te_matching_publish_seconds', 'from applied to stored in TE_EVT')
  const lag = gauge('te_matching_lag_batches', 'command batches in the log and not applied yet')
  const copy = gauge('te_matching_snapshot_copy_seconds', 'pause of the last snapshot')
  const snapshot = gauge('te_matching_snapshot_seconds', 'last snapshot, until it was stored')
  const recovery = gauge('te_matching_recovery_seconds', 'last recovery')
  return {
    applied: (batch, durationMs) => {
      batches.inc()
      commands.inc(batch.commands)
      events.inc(batch.events)
      trades.inc(batch.trades)
      if (batch.malformed > 0) malformed.inc(batch.malformed)
      apply.observe(durationMs / 1_000)
    },
    stored: (latencyMs) => publish.observe(latencyMs / 1_000),
    lag: (count) => lag.set(count),
    snapshot: (copyMs, totalMs) => {
      copy.set(copyMs / 1_000)
      snapshot.set(totalMs / 1_000)
    },
    recovered: (durationMs) => recovery.set(durationMs / 1_000),
  }
}
