/** InfluxDB 1.x: the history of trades and candles. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { probeHttp } from './http-probe.ts'
import { type ServerSpec, serverEnv } from './spec.ts'

/** The database that the feed writes to. */
export const INFLUX_DATABASE = 'tradeengine'

export const influx: ServerSpec = {
  async prepare({ dir, ports, found }) {
    const file = join(dir, 'influxdb.conf')
    await writeFile(
      file,
      `reporting-disabled = true
bind-address = "127.0.0.1:${ports.influxBackup}"
[meta]
  dir = "${dir}/meta"
[data]
  dir = "${dir}/data"
  wal-dir = "${dir}/wal"
  index-version = "tsi1"
  query-log-enabled = false
  # Writes of one flush share an fsync: the log is the truth, history can be written again.
  wal-fsync-delay = "100ms"
[http]
  bind-address = "127.0.0.1:${ports.influx}"
  log-enabled = false
[monitor]
  store-enabled = false
[logging]
  level = "warn"
  suppress-logo = true
`,
    )
    return {
      command: found.binary,
      args: ['-config', file],
      env: serverEnv({ ...found.env, HOME: dir }),
      cwd: dir,
      stopSignal: 'SIGTERM',
    }
  },
  async probe(ports) {
    await probeHttp(`http://127.0.0.1:${ports.influx}/ping`, (status) => status === 204)
  },
}

/** Makes the database when it is not there; does nothing when it is. */
export async function createInfluxDatabase(address: string): Promise<void> {
  const url = new URL('/query', address)
  // InfluxDB 2 (compose) has its database made by its own set-up and needs credentials.
  if (url.password !== '') return
  const response = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ q: `CREATE DATABASE ${INFLUX_DATABASE}` }),
    signal: AbortSignal.timeout(10_000),
  })
  const body = await response.text()
  if (!response.ok) throw new Error(`InfluxDB: CREATE DATABASE: ${response.status} ${body}`)
}
