// The connector (8): JetStream and NATS requests -> functions. Composition root.

import { connectNats, ensureStreams } from '#adapters/nats/index.ts'
import { createLogger, createServiceServer, installProcessGuards } from '#adapters/service/index.ts'
import { readConfig } from './config.ts'
import { Connector } from './connector.ts'
import { createFunctionClient } from './function-client.ts'
import { createMetrics } from './metrics.ts'

const DRAIN_MS = 8000
const SHARD = 0

const config = readConfig(process.env)
const log = createLogger({ name: 'connector', level: config.logLevel })
const stop = new AbortController()
const client = createFunctionClient(config.faasUrl, config.secrets)
let connector: Connector | undefined
let closeLink: (() => Promise<void>) | undefined
let probeNats: () => Promise<void> = () => Promise.reject(new Error('not connected yet'))

const server = createServiceServer({
  name: 'connector',
  host: config.host,
  port: config.port,
  log,
  probes: {
    nats: () => probeNats(),
    faas: async () => {
      if (connector === undefined) throw new Error('starting')
      connector.checkHost()
    },
  },
  info: () => ({ lanes: connector?.lags() ?? [], subjects: connector?.subjects() ?? [] }),
})
const metrics = createMetrics(server.registry, () => connector?.lags() ?? [])
installProcessGuards(log, async () => {
  stop.abort()
  await connector?.close(DRAIN_MS)
  await closeLink?.()
  await server.close()
})
await server.listen()

const link = await connectNats({ url: config.natsUrl, name: 'connector', log, signal: stop.signal })
closeLink = () => link.close()
probeNats = async () => void (await link.rtt())
await ensureStreams(link, { shard: SHARD, signal: stop.signal })
connector = new Connector({ link, client, metrics, config, log })
await connector.start()
log.info({ subjects: connector.subjects() }, 'ready')
