// The local function host: composition root. What it holds besides processes is on disk, so that a
// restart brings every function back; the children hold a leash and end with it, however it ends.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLogger, installProcessGuards } from '#adapters/service/index.ts'
import { createAsyncQueue } from './async-queue.ts'
import { readConfig } from './config.ts'
import { Registry } from './registry.ts'
import { createHostServer } from './server.ts'
import { openStore } from './store.ts'

const config = readConfig(process.env)
const log = createLogger({ name: 'faas', level: config.logLevel })
const { version } = JSON.parse(readFileSync(join(config.root, 'package.json'), 'utf8')) as {
  version: string
}
const store = openStore(config.dataDir)
const registry = new Registry(config, store, log, (name, instance, line) => {
  // A function's own JSON lines are log lines already; anything else is wrapped into one.
  if (line.startsWith('{')) process.stdout.write(`${line}\n`)
  else log.info({ function: name, instance, line }, 'output of a function')
})
const queue = createAsyncQueue(`http://${config.host}:${config.port}`, (fields, message) =>
  log.warn(fields, message),
)
const app = createHostServer({ config, registry, store, queue, log, version })
installProcessGuards(log, async () => {
  const late = new Promise((resolve) => setTimeout(resolve, config.drainMs))
  await Promise.race([Promise.all([app.close(), queue.drain()]), late])
  await registry.close()
})

await app.listen({ host: config.host, port: config.port })
const { port } = app.server.address() as { port: number }
registry.restore()
log.info(
  { port, strict: config.isStrict, authentication: config.credentials !== undefined },
  'ready',
)
