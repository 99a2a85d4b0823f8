// The servers and processes of the stack themselves: real, durable, and brought back when they die.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { createPostgres } from '#adapters/postgres/index.ts'
import { SERVER_NAMES } from '../../infra/local/find-servers.ts'
import { requestJson } from '../../infra/local/http-json.ts'
import { eventually, testStack } from '../helpers/stack.ts'

const stack = testStack()

for (const name of [...SERVER_NAMES, 'faas', 'matching', 'feed', 'connector', 'gateway'] as const) {
  test.serial(`${name} answers`, async (t) => {
    await t.notThrowsAsync(stack.waitReady(name))
  })
}

test.serial('X1: an acknowledged command is on disk: NATS syncs always', async (t) => {
  const jsz = await requestJson<{ config: { sync_always?: boolean; store_dir: string } }>({
    url: `${stack.urls.natsMonitor}/jsz?config=true`,
  })
  const varz = await requestJson<{ jetstream: { config: { sync_always?: boolean } } }>({
    url: `${stack.urls.natsMonitor}/varz`,
  })
  t.true(jsz.config.sync_always ?? varz.jetstream.config.sync_always)
  t.is(stack.durability, 'power-safe')
})

test.serial('everything listens on loopback only', async (t) => {
  for (const url of Object.values(stack.urls)) t.is(new URL(url).hostname, '127.0.0.1')
})

test.serial('the functions log in as a role that does not own the tables', async (t) => {
  await using db = createPostgres({ url: stack.urls.pg, max: 1 })
  const { rows } = await db.query<{ tableowner: string }>(
    `SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'`,
  )
  t.deepEqual(rows, [{ tableowner: 'tradeengine_owner' }])
  const settings = await db.query<{ setting: string }>(
    `SELECT setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit') ORDER BY name`,
  )
  t.deepEqual(
    settings.rows.map(({ setting }) => setting),
    ['on', 'on'],
  )
})

test.serial('secrets are readable by nobody else', (t) => {
  t.is(statSync(stack.secretsDir).mode & 0o077, 0)
  for (const name of ['admin-token', 'jwt-private-key', 'pg-url', 'function-token']) {
    t.is(statSync(join(stack.secretsDir, name)).mode & 0o077, 0)
  }
})

for (const name of ['redis', 'etcd', 'feed', 'connector'] as const) {
  test.serial(`${name} is started again when it is killed`, async (t) => {
    const before = stack.pid(name)
    const restarts = stack.child(name)?.restarts ?? 0
    stack.kill(name)
    await eventually(() => {
      const now = stack.pid(name)
      if (now === undefined || now === before) throw new Error(`${name} is not back`)
    })
    await stack.waitReady(name)
    t.is(stack.child(name)?.restarts, restarts + 1)
  })
}

test.serial('a server that is taken down stays down until it is brought back', async (t) => {
  await stack.takeDown('redis')
  await t.throwsAsync(stack.waitReady('redis', 0))
  await eventually(() => {
    const state = stack.child('redis')?.state
    if (state !== 'held') throw new Error(`redis is ${state}`)
  })
  await stack.bringBack('redis')
  await t.notThrowsAsync(stack.waitReady('redis'))
  await t.notThrowsAsync(stack.waitReady('gateway'))
})
