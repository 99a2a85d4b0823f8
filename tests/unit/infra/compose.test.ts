import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { parse } from 'yaml'
import { SERVER_NAMES } from '../../../infra/local/find-servers.ts'
import { repoRoot } from '../../../infra/local/paths.ts'

const compose = parse(readFileSync(join(repoRoot, 'infra/compose/compose.yaml'), 'utf8')) as {
  services: Record<string, { image: string; ports: string[]; environment?: Record<string, string> }>
}

test('compose has every server under the name that the supervisor starts it by', (t) => {
  t.deepEqual(Object.keys(compose.services).sort(), [...SERVER_NAMES].sort())
})

test('compose publishes ports on loopback only', (t) => {
  const ports = Object.values(compose.services).flatMap((service) => service.ports)
  t.true(ports.length >= SERVER_NAMES.length)
  for (const port of ports) t.regex(port, /^127\.0\.0\.1:/)
})

test('the log is synced to disk before an acknowledgement unless somebody asks otherwise', (t) => {
  const sync = compose.services['nats']?.environment?.['TE_NATS_SYNC_INTERVAL']
  t.is(sync, '"${TE_NATS_SYNC_INTERVAL:-always}"')
  const conf = readFileSync(join(repoRoot, 'infra/nats/nats-server.conf'), 'utf8')
  t.regex(conf, /^ {2}sync_interval: \$TE_NATS_SYNC_INTERVAL$/m)
})
