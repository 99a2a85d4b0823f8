// What the connector tells Prometheus. Lag is the figure to watch: how far a projection is behind.

import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** The connector's counters. */
export interface ConnectorMetrics {
  readonly bulkMessages: Histogram<'function'>
  readonly callSeconds: Histogram<'function' | 'kind'>
  readonly calls: Counter<'function' | 'kind' | 'outcome'>
  readonly events: Counter<'function'>
  readonly deadLetters: Counter<'function'>
}

/** Registers them; `lags` is asked at each scrape. */
export function createMetrics(
  registry: Registry,
  lags: () => readonly { readonly name: string; readonly stream: string; readonly lag: number }[],
): ConnectorMetrics {
  const registers = [registry]
  new Gauge({
    name: 'te_connector_lag_messages',
    help: 'Stored event batches that the function has not acknowledged',
    labelNames: ['function', 'stream'],
    registers,
    collect() {
      this.reset()
      for (const { name, stream, lag } of lags()) this.set({ function: name, stream }, lag)
    },
  })
  return {
    bulkMessages: new Histogram({
      name: 'te_connector_bulk_messages',
      help: 'Event batches of one call',
      labelNames: ['function'],
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
      registers,
    }),
    callSeconds: new Histogram({
      name: 'te_connector_call_seconds',
      help: 'Time of a call, with all its retries apart',
      labelNames: ['function', 'kind'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30],
      registers,
    }),
    calls: new Counter({
      name: 'te_connector_calls_total',
      help: 'Calls by outcome: a status, TIMEOUT, UNAVAILABLE or OVERLOADED',
      labelNames: ['function', 'kind', 'outcome'],
      registers,
    }),
    events: new Counter({
      name: 'te_connector_event_batches_total',
      help: 'Event batches acknowledged by a function',
      labelNames: ['function'],
      registers,
    }),
    deadLetters: new Counter({
      name: 'te_connector_dead_letters_total',
      help: 'Messages that a function refused for good',
      labelNames: ['function'],
      registers,
    }),
  }
}
