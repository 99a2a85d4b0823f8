/** etcd: leases, leader election, shard map. Shared settings are in infra/etcd/etcd.env. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { repoRoot } from '../paths.ts'
import { probeHttp } from './http-probe.ts'
import { type ServerSpec, serverEnv } from './spec.ts'

export const etcd: ServerSpec = {
  async prepare({ dir, ports, found }) {
    const shared = parseEnv(await readFile(join(repoRoot, 'infra/etcd/etcd.env'), 'utf8'))
    const client = `http://127.0.0.1:${ports.etcd}`
    const peer = `http://127.0.0.1:${ports.etcdPeer}`
    const name = shared['ETCD_NAME'] ?? 'tradeengine'
    const flags = {
      'data-dir': join(dir, 'data'),
      'listen-client-urls': client,
      'advertise-client-urls': client,
      'listen-peer-urls': peer,
      'initial-advertise-peer-urls': peer,
      'initial-cluster': `${name}=${peer}`,
    }
    return {
      command: found.binary,
      args: Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`),
      env: serverEnv({ ...found.env, ...(shared as Record<string, string>) }),
      cwd: dir,
      stopSignal: 'SIGTERM',
    }
  },
  async probe(ports) {
    const url = `http://127.0.0.1:${ports.etcd}/health`
    await probeHttp(url, (status, body) => status === 200 && body.includes('"true"'))
  },
}
