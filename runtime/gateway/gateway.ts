// The gateway put together: everything that takes part in the way of an order, wired once. Used by
// main.ts, and by tests that want a gateway in their own process.

import { randomInt } from 'node:crypto'
import { createEtcd, type EtcdLink } from '#adapters/etcd/index.ts'
import {
  connectNats,
  createLogPublisher,
  type LogPublisher,
  type NatsLink,
} from '#adapters/nats/index.ts'
import { createRateLimits, createRedis, type RedisLink } from '#adapters/redis/index.ts'
import { addServiceRoutes, type Logger, type ServiceOptions } from '#adapters/service/index.ts'
import { OperationalError } from '#contracts/errors.ts'
import { commandStream, commandSubject, PUSH_ALL } from '#contracts/subjects.ts'
import { createVerifyApiKey } from './access/api-key-cache.ts'
import { createAuthenticator } from './access/authenticator.ts'
import { createRateGuard } from './access/rate-guard.ts'
import { createVerifyToken } from './access/token-verifier.ts'
import { createApp } from './app.ts'
import { createCatalogue } from './catalogue.ts'
import { createAccountDesk } from './commands/account-desk.ts'
import { type MatchingWatch, watchMatching } from './commands/matching-watch.ts'
import { createOrderDesk } from './commands/order-desk.ts'
import { createCommandPipeline } from './commands/pipeline.ts'
import type { GatewayConfig } from './config.ts'
import { addRoutes } from './describe.ts'
import { createEventRouter } from './events/router.ts'
import { addGatewayMetrics, createBatchMetric, type ObserveBatch } from './metrics.ts'
import type { GatewayParts } from './parts.ts'
import { addPage } from './routes/page.ts'
import { addSocketRoute } from './routes/socket.ts'
import { createRpc } from './rpc.ts'
import { createMarketHub, type MarketHub } from './socket/market-hub.ts'
import { createOutboxes } from './socket/outbox.ts'
import { createPrivateHub } from './socket/private-streams.ts'
import { createSocketServer } from './socket/server.ts'
import { startEvents } from './start-events.ts'
import { newTraceId } from './trace.ts'

/** A listening gateway. */
export interface Gateway {
  readonly port: number
  /** Resolves when the catalogue is there and events are followed. */
  readonly started: Promise<void>
  /** Stops taking, answers what is open, closes. */
  readonly close: () => Promise<void>
}

/** What a gateway is made from. */
export interface GatewayOptions {
  readonly config: GatewayConfig
  readonly adminToken: string
  readonly log: Logger
}

/** Publishes that the adapter may hold unacknowledged: the pipeline's own bound, twice over. */
const PUBLISHES_MAX = 4

/** Starts a gateway; resolves when it listens (after the first connection to NATS). */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, log } = options
  const life = { isStarted: false, stop: new AbortController() }
  const servers = await connectServers(config, log, life.stop.signal)
  const batches = createBatchMetric()
  const parts = createParts(options, servers, batches.observe, () => life.isStarted)
  const app = await createApp(parts)
  const registry = addServiceRoutes(app, serviceOptions(config, servers, parts))
  batches.add(registry)
  addGatewayMetrics(app, registry, {
    pendingCommands: parts.pipeline.pending,
    sockets: parts.sockets.open,
    marketChannels: parts.markets.openChannels,
    lastSeq: parts.router.lastSeq,
  })
  addRoutes(app, parts)
  addSocketRoute(app, parts, config)
  await addPage(app, config.webDir)
  await app.listen({ host: config.host, port: config.port })
  const address = app.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : config.port
  const registration = servers.etcd.register({
    name: 'gateway',
    instance: String(port),
    address: `http://${config.host}:${port}`,
  })
  const following = startEvents({ ...parts, shard: config.shard, signal: life.stop.signal })
  const started = following.then(() => {
    life.isStarted = true
    log.info({ port, durability: config.durability }, 'ready')
  })
  const close = async () => {
    await registration[Symbol.asyncDispose]()
    // Sockets first: what their sessions cancel on disconnect still goes into the log.
    await parts.sockets.close()
    await Promise.all([app.close(), parts.pipeline.drain()])
    life.stop.abort()
    parts.markets.close()
    parts.pipeline.close()
    await servers.close()
  }
  return { port, started, close }
}

interface Servers {
  readonly link: NatsLink
  readonly redis: RedisLink
  readonly etcd: EtcdLink
  readonly publisher: LogPublisher
  readonly watch: MatchingWatch
  readonly close: () => Promise<void>
}

async function connectServers(
  config: GatewayConfig,
  log: Logger,
  signal: AbortSignal,
): Promise<Servers> {
  const link = await connectNats({ url: config.natsUrl, name: 'gateway', log, signal })
  const redis = createRedis({ url: config.redisUrl, name: 'gateway', log })
  const etcd = createEtcd({ url: config.etcdUrl, log })
  const watch = watchMatching(link, config.shard)
  const publisher = createLogPublisher(link, {
    stream: commandStream(config.shard),
    subject: commandSubject(config.shard),
    inFlightMax: PUBLISHES_MAX,
  })
  const close = async () => {
    watch.close()
    await publisher[Symbol.asyncDispose]()
    await Promise.all([link.close(), redis[Symbol.asyncDispose](), etcd[Symbol.asyncDispose]()])
  }
  return { link, redis, etcd, watch, publisher, close }
}

type AllParts = GatewayParts & { readonly markets: MarketHub }

function createParts(
  { config, adminToken, log }: GatewayOptions,
  { link, redis, publisher, watch }: Servers,
  onBatch: ObserveBatch,
  isStarted: () => boolean,
): AllParts {
  const catalogue = createCatalogue()
  const rpc = createRpc(link, config.shard)
  const auth = createAuthenticator({
    verifyToken: createVerifyToken(rpc),
    verifyApiKey: createVerifyApiKey(rpc),
    adminToken,
  })
  const rates = createRateGuard({
    limits: createRateLimits(redis),
    perAccount: config.ratePerAccount,
    perIp: config.ratePerIp,
    authPerMinute: config.rateAuthPerMinute,
    ordersPerAccount: config.rateOrdersPerAccount,
  })
  const pipeline = createCommandPipeline({
    publisher,
    source: randomInt(1, 2 ** 32 - 1),
    refuse: () => refuseCommands(link, watch, isStarted()),
    onBatch,
  })
  const privates = createPrivateHub(catalogue)
  const router = createEventRouter({ pipeline, catalogue, streams: privates })
  const desk = createOrderDesk({ pipeline, catalogue, router, rpc })
  const accounts = createAccountDesk({
    pipeline,
    catalogue,
    router,
    depositMax: config.depositMax,
  })
  const markets = createMarketHub({
    link,
    rpc,
    assertListed: (symbol) => void catalogue.bySymbol(symbol),
  })
  const createOutbox = createOutboxes()
  const sockets = createSocketServer({
    auth,
    catalogue,
    desk,
    rates,
    markets,
    privates,
    createOutbox,
    log,
  })
  link.subscribe(PUSH_ALL, (data, { subject }) => {
    const push = JSON.parse(Buffer.from(data).toString('utf8')) as { readonly alert?: unknown }
    privates.alert(Number(subject.slice(subject.indexOf('.') + 1)), push.alert)
  })
  const own = { link, log, auth, rates, catalogue, rpc, router, pipeline }
  return { ...own, desk, accounts, sockets, markets, isStarted }
}

/** Asked before each command: a no here means that nothing is in the log. */
function refuseCommands(
  link: NatsLink,
  watch: MatchingWatch,
  isStarted: boolean,
): OperationalError | undefined {
  if (!link.isConnected()) {
    return new OperationalError('TE_UNAVAILABLE_NATS', 'the command log cannot be reached')
  }
  if (!isStarted) return new OperationalError('TE_UNAVAILABLE_STARTING', 'the gateway is starting')
  if (watch.isAvailable()) return undefined
  return new OperationalError('TE_UNAVAILABLE_MATCHING', `matching: ${watch.state()}`)
}

/**
 * Without NATS or matching no order can be taken: not ready. Redis and etcd are optional (limits are
 * counted here then; the registry heals by itself), and so are feed and auth: orders of those who
 * are known go on without them.
 */
function serviceOptions(
  config: GatewayConfig,
  { link, redis, etcd, watch }: Servers,
  { rpc, isStarted, router, catalogue }: AllParts,
): ServiceOptions {
  const asked = async (work: Promise<unknown>) => void (await work)
  return {
    name: 'gateway',
    probes: {
      nats: () => asked(link.rtt()),
      matching: async () => {
        if (!watch.isAvailable()) throw new Error(watch.state())
      },
      redis: redis.ping,
      etcd: etcd.ping,
      feed: () => asked(rpc.feed('tickers', {}, { traceId: newTraceId() })),
      auth: () => asked(rpc.call('auth', 'jwks', {}, { traceId: newTraceId() })),
    },
    optional: ['redis', 'etcd', 'feed', 'auth'],
    info: () => ({
      ...(isStarted() ? {} : { ready: false }),
      durability: config.durability,
      shard: config.shard,
      seq: router.lastSeq(),
      instruments: catalogue.list().length,
    }),
  }
}
