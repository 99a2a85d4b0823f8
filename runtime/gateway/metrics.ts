// The gateway's own metrics. Labels are closed sets: route patterns, methods, status classes (J2).

import { Gauge, Histogram, type Registry } from 'prom-client'
import type { App } from './app.ts'

/** What is read when somebody scrapes. */
export interface GatewayGauges {
  readonly pendingCommands: () => number
  readonly sockets: () => number
  readonly marketChannels: () => number
  readonly lastSeq: () => number
}

/** Called for each command message. */
export type ObserveBatch = (commands: number, waiting: number) => void

/** Adds the metrics to the registry of /metrics. */
export function addGatewayMetrics(app: App, registry: Registry, gauges: GatewayGauges) {
  const registers = [registry]
  const requests = new Histogram({
    name: 'te_gateway_request_seconds',
    help: 'Time of REST requests by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  })
  app.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions } = request
    const route = routeOptions.url ?? 'none'
    const labels = { method, route, status: `${Math.floor(reply.statusCode / 100)}xx` }
    requests.observe(labels, reply.elapsedTime / 1000)
  })
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  gauge('te_gateway_commands_pending', 'Commands without a result', gauges.pendingCommands)
  gauge('te_gateway_sockets', 'Open sockets', gauges.sockets)
  gauge('te_gateway_market_channels', 'Followed market channels', gauges.marketChannels)
  gauge('te_gateway_event_seq', 'Last event batch taken', gauges.lastSeq)
}

/** The size of command messages: how well group commit works. */
export function createBatchMetric(): {
  readonly observe: ObserveBatch
  readonly add: (registry: Registry) => void
} {
  const sizes = new Histogram({
    name: 'te_gateway_batch_commands',
    help: 'Commands in one message of the log',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
    registers: [],
  })
  return {
    observe: (commands) => sizes.observe(commands),
    add: (registry) => registry.registerMetric(sizes),
  }
}
