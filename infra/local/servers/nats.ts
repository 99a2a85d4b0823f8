/** NATS JetStream: the durable log. Its configuration file is infra/nats/nats-server.conf. */
import { join } from 'node:path'
import { repoRoot } from '../paths.ts'
import { probeHttp } from './http-probe.ts'
import { type ServerSpec, serverEnv } from './spec.ts'

/** What `sync_interval` is for each durability; 2m is the server's own default. */
const SYNC_INTERVAL = { 'power-safe': 'always', 'process-safe': '2m' } as const

export const nats: ServerSpec = {
  async prepare({ dir, ports, found, durability }) {
    return {
      command: found.binary,
      args: ['--config', join(repoRoot, 'infra/nats/nats-server.conf')],
      env: serverEnv({
        ...found.env,
        // Quoted, because NATS reads the values as parts of its configuration.
        TE_NATS_HOST: '"127.0.0.1"',
        TE_NATS_PORT: String(ports.nats),
        TE_NATS_HTTP: `"127.0.0.1:${ports.natsMonitor}"`,
        TE_NATS_STORE: `"${dir}"`,
        TE_NATS_SYNC_INTERVAL: `"${SYNC_INTERVAL[durability]}"`,
      }),
      cwd: dir,
      stopSignal: 'SIGTERM',
    }
  },
  async probe(ports) {
    const url = `http://127.0.0.1:${ports.natsMonitor}/healthz`
    await probeHttp(url, (status, body) => status === 200 && body.includes('ok'))
  },
}
