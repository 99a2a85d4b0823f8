// Composition root of matching: one process, one shard. Nothing is accepted before recovery is done
// (the heartbeat and /health/ready say so); SIGTERM takes a snapshot; a log that cannot be the
// shard's own ends the process with a code of its own.

import { createEtcd } from '#adapters/etcd/index.ts'
import {
  connectNats,
  createSnapshotStore,
  ensureStreams,
  readServerDurability,
} from '#adapters/nats/index.ts'
import { createLogger, createServiceServer, installProcessGuards } from '#adapters/service/index.ts'
import { SNAPSHOT_BUCKET } from '#contracts/subjects.ts'
import { startClock } from './clock.ts'
import { type MatchingConfig, readMatchingConfig } from './config.ts'
import { startHeartbeat } from './heartbeat.ts'
import { createMarkKeeper, markPath, readMark } from './high-water-mark.ts'
import { inlineHotFunctions } from './inlining.ts'
import { singleNodeLeadership } from './leadership.ts'
import { createMatchingMetrics } from './metrics.ts'
import { serveOperatorRequests } from './operator-requests.ts'
import { EXIT_CODES, Refusal } from './refusal.ts'
import { type MatchingService, startMatching } from './service.ts'
import { createSnapshotThread } from './snapshot-thread.ts'

/** Of the 10 s in which a process ends; NATS may be away. */
const SNAPSHOT_MS_MAX = 6_000

inlineHotFunctions()
const config = readMatchingConfig()
const log = createLogger({ name: 'matching', level: config.logLevel })
const cleanup = new AsyncDisposableStack()
const stopping = new AbortController()
let service: MatchingService | undefined
let natsRtt: () => Promise<number> = () => Promise.reject(new Error('not connected yet'))

const leave = (refusal: Refusal): void => {
  log.fatal({ kind: refusal.kind }, refusal.message)
  process.exitCode = EXIT_CODES[refusal.kind]
  process.exit()
}

installProcessGuards(log, async () => {
  stopping.abort()
  if (service?.role() === 'leader') await leaveSnapshot(service)
  await cleanup.disposeAsync()
})

/** A courtesy to the next start, not a duty: without it the log is replayed from further back. */
async function leaveSnapshot(leaving: MatchingService): Promise<void> {
  const { promise: tooLate, resolve: giveUp } = Promise.withResolvers<'TooLate'>()
  const timer = setTimeout(() => giveUp('TooLate'), SNAPSHOT_MS_MAX)
  const work = leaving.drain().then(() => leaving.snapshot())
  const outcome = await Promise.race([work, tooLate]).catch((err: unknown) => err)
  clearTimeout(timer)
  if (outcome === 'TooLate' || outcome instanceof Error) {
    log.warn({ err: outcome }, 'no snapshot at the end')
  }
}

try {
  await run(config)
} catch (error) {
  if (!(error instanceof Refusal)) throw error
  leave(error)
}

async function run({ shard, durability, ...settings }: MatchingConfig): Promise<void> {
  const role = (): string => service?.role() ?? 'recovering'
  const etcd = cleanup.use(createEtcd({ url: settings.etcdUrl, log }))
  const server = cleanup.use(
    createServiceServer({
      name: 'matching',
      host: settings.host,
      port: settings.port,
      log,
      probes: { nats: async () => void (await natsRtt()), etcd: etcd.ping },
      optional: ['etcd'],
      role,
      info: () => ({
        ...(role() === 'leader' ? {} : { ready: false }),
        shard,
        seq: service?.seq() ?? 0,
        durability,
      }),
    }),
  )
  const metrics = createMatchingMetrics(server.registry)
  const port = await server.listen()
  const { natsUrl: url, dataDir, snapshotEvery, inFlightMax } = settings
  const link = cleanup.use(
    await connectNats({ url, name: `matching-${shard}`, log, signal: stopping.signal }),
  )
  natsRtt = () => link.rtt()
  await checkDurability(settings.natsMonitorUrl, durability)
  const address = `http://${settings.host}:${port}`
  const leadership = singleNodeLeadership(() =>
    etcd.register({ name: `matching-${shard}`, instance: `${process.pid}`, address }),
  )
  const lease = await leadership.campaign(stopping.signal)
  cleanup.defer(lease.resign)
  cleanup.use(
    startHeartbeat(link, shard, () => ({
      shard,
      role: role(),
      seq: service?.seq() ?? 0,
      epoch: lease.epoch,
      durability,
    })),
  )
  await ensureStreams(link, { shard, replicas: settings.natsReplicas, signal: stopping.signal })
  const store = await createSnapshotStore(link, SNAPSHOT_BUCKET)
  const path = markPath(dataDir, shard)
  const mark = await readMark(path)
  const onMarkError = (err: unknown): void => log.warn({ err }, 'high-water mark not written')
  const marks = cleanup.use(await createMarkKeeper(path, onMarkError))
  const snapshotThread = cleanup.use(
    createSnapshotThread({ natsUrl: url, bucket: SNAPSHOT_BUCKET }),
  )
  const parts = { link, store, marks, mark, shard, snapshotEvery, inFlightMax, metrics, log }
  const { epoch } = lease
  service = cleanup.use(await startMatching({ ...parts, snapshotThread, epoch, onEnd: leave }))
  cleanup.use(serveOperatorRequests(link, shard, service))
  cleanup.use(
    startClock(link, {
      shard,
      everyMs: settings.clockMs,
      leads: () => role() === 'leader',
      lost: lease.lost,
      onError: (err) => log.warn({ err }, 'the log did not take the time'),
    }),
  )
  await service.recovered
}

async function checkDurability(monitorUrl: string, promised: string): Promise<void> {
  if (promised !== 'power-safe') return
  if (monitorUrl === 'none') {
    log.warn({}, 'power-safe by configuration only: TE_NATS_MONITOR_URL is not set')
    return
  }
  const found = await readServerDurability(monitorUrl)
  if (found === 'power-safe') return
  const text = `NATS at ${monitorUrl} says ${found}: power-safe needs sync_interval: always`
  throw new Refusal('NotDurable', text)
}
