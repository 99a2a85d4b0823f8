/** The processes of ours: what is started, with which environment, and in which order they end. */
import { join } from 'node:path'
import { env } from './config.ts'
import { repoRoot } from './paths.ts'
import type { Ports } from './ports.ts'
import { INFLUX_DATABASE } from './servers/influx.ts'
import type { Launch } from './servers/spec.ts'
import type { ChildName, ProcessName, StackState, StackUrls } from './stack-file.ts'

const ENTRIES: Record<ProcessName, string> = {
  faas: 'runtime/faas/main.ts',
  matching: 'runtime/matching/main.ts',
  feed: 'runtime/feed/main.ts',
  connector: 'runtime/connector/main.ts',
  gateway: 'runtime/gateway/main.ts',
  bots: 'runtime/cli/bots/main.ts',
}

/** matching: 3 = the log contradicts what it remembers, 5 = NATS is not as durable as asked for. */
const FINAL_CODES: Partial<Record<ProcessName, readonly number[]>> = { matching: [3, 5] }

/**
 * Who ends before whom: first who brings orders, then who passes them on, then who keeps them.
 * Those of one step end together.
 */
export const STOP_ORDER: readonly (readonly ChildName[])[] = [
  ['bots'],
  ['gateway'],
  ['connector', 'matching', 'feed'],
  ['faas'],
  ['nats', 'postgres', 'redis', 'influx', 'etcd'],
]

/** The environment that all processes of ours share. */
export function commonEnv(stack: {
  id: string
  urls: StackUrls
  ports: Ports
  functionPortBase: number
  secretsDir: string
  durability: string
}): Record<string, string> {
  const { urls, ports } = stack
  return {
    TE_STACK_ID: stack.id,
    TE_HOST: '127.0.0.1',
    TE_NATS_URL: urls.nats,
    TE_NATS_MONITOR_URL: urls.natsMonitor,
    TE_PG_URL: urls.pg,
    TE_REDIS_URL: urls.redis,
    TE_INFLUX_URL: urls.influx,
    TE_INFLUX_DB: INFLUX_DATABASE,
    TE_ETCD_URL: urls.etcd,
    TE_FAAS_URL: urls.faas,
    TE_GATEWAY_URL: urls.gateway,
    TE_GATEWAY_PORT: String(ports.gateway),
    TE_MATCHING_PORT: String(ports.matching),
    TE_FEED_PORT: String(ports.feed),
    TE_CONNECTOR_PORT: String(ports.connector),
    TE_FAAS_PORT: String(ports.faas),
    TE_FAAS_FUNCTION_PORT_BASE: String(stack.functionPortBase),
    TE_SHARD: '0',
    TE_DURABILITY: stack.durability,
    TE_SECRETS_DIR: stack.secretsDir,
    TE_LOG_LEVEL: env.logLevel,
  }
}

/** How a process of ours is started. */
export function processLaunch(name: ProcessName, dataDir: string, stack: StackState): Launch {
  return {
    command: process.execPath,
    args: [join(repoRoot, ENTRIES[name])],
    env: {
      // A process starts in a third of the time when its compiled code is there (0.8 -> 0.25 s).
      NODE_COMPILE_CACHE: join(repoRoot, 'node_modules/.cache/tradeengine/compile'),
      ...(env.all as Record<string, string>),
      ...stack.env,
      TE_DATA_DIR: join(dataDir, 'data', name),
      TE_BOTS_CONFIG: join(dataDir, 'bots.json'),
    },
    cwd: repoRoot,
    finalCodes: FINAL_CODES[name] ?? [],
    stopSignal: 'SIGTERM',
  }
}

/** Asks a process of ours whether it is ready; rejects with what it misses. */
export async function probeProcess(port: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/health/ready`, {
    signal: AbortSignal.timeout(3000),
  })
  const body = await response.text()
  if (response.status !== 200)
    throw new Error(`not ready: ${response.status} ${body.slice(0, 500)}`)
}
