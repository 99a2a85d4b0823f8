/**
 * Runs a server as a container of infra/compose/compose.yaml, in the foreground of one
 * `docker compose up SERVICE`, so that the supervisor sees it live and die like any other child.
 */
import { dirname } from 'node:path'
import { env } from '../config.ts'
import type { FoundServer, ServerName } from '../find-servers.ts'
import { folderId } from '../paths.ts'
import type { Ports } from '../ports.ts'
import type { StackUrls } from '../stack-file.ts'
import type { Launch } from './spec.ts'

type Password = (name: string) => Promise<string>

/** How one service is started; data lives in volumes of a project named after the data folder. */
export async function composeLaunch(
  name: ServerName,
  found: FoundServer & { kind: 'compose' },
  stack: { dataDir: string; ports: Ports; durability: string; password: Password },
): Promise<Launch> {
  const { ports } = stack
  const project = `tradeengine-${folderId(stack.dataDir)}`
  return {
    command: 'docker',
    args: ['compose', '-f', found.file, '-p', project, 'up', '--no-log-prefix', name],
    env: {
      ...(env.all as Record<string, string>),
      TE_NATS_PORT: String(ports.nats),
      TE_NATS_MONITOR_PORT: String(ports.natsMonitor),
      TE_NATS_SYNC_INTERVAL: stack.durability === 'power-safe' ? 'always' : '2m',
      TE_PG_PORT: String(ports.postgres),
      TE_PG_ADMIN_PASSWORD: await stack.password('pg-admin'),
      TE_REDIS_PORT: String(ports.redis),
      TE_INFLUX_PORT: String(ports.influx),
      TE_INFLUX_PASSWORD: await stack.password('influx-admin'),
      TE_INFLUX_TOKEN: await stack.password('influx-token'),
      TE_ETCD_PORT: String(ports.etcd),
    },
    cwd: dirname(found.file),
    stopSignal: 'SIGTERM',
  }
}

/**
 * Addresses that differ when a server is a container: InfluxDB 2 wants a token, which its 1.x
 * interface takes as the password of basic authentication.
 */
export async function composeUrls(
  found: Record<ServerName, FoundServer>,
  ports: Ports,
  password: Password,
): Promise<Partial<StackUrls>> {
  if (found.influx.kind !== 'compose') return {}
  const token = await password('influx-token')
  return { influx: `http://tradeengine:${token}@127.0.0.1:${ports.influx}` }
}
