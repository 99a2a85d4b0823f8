// The registry in the real etcd: who lives is there, who has gone is not, and its loss heals.

import { randomUUID } from 'node:crypto'
import test from 'ava'
import { Etcd3 } from 'etcd3'
import { createEtcd } from '#adapters/etcd/index.ts'
import { eventually, testStack } from '../helpers/stack.ts'

const stack = testStack()
const connect = () =>
  createEtcd({ url: stack.urls.etcd, log: { warn: () => undefined }, leaseSeconds: 2 })

/** Resolves when so many instances of a service are there. */
const untilListed = (etcd: ReturnType<typeof connect>, name: string, count: number) =>
  eventually(
    async () => {
      const found = await etcd.list(name)
      if (found.length !== count) throw new Error(`${found.length} of ${name}`)
      return found
    },
    { timeoutMs: 30_000 },
  )

test.serial('the running gateway stands in the registry', async (t) => {
  await using etcd = connect()
  const addresses = (await etcd.list('gateway')).map(({ address }) => address)
  t.true(addresses.includes(stack.urls.gateway), addresses.join())
})

test.serial('a registration lasts as long as its process wants and no longer', async (t) => {
  await using etcd = connect()
  const name = `t-${randomUUID()}`
  const registration = etcd.register({ name, instance: 'a', address: 'http://x' })
  await untilListed(etcd, name, 1)
  await registration[Symbol.asyncDispose]()
  t.is((await untilListed(etcd, name, 0)).length, 0)
})

test.serial('after etcd was away registrations are made again', async (t) => {
  await using etcd = connect()
  const name = `t-${randomUUID()}`
  await using _registration = etcd.register({ name, instance: 'a', address: 'http://x' })
  await untilListed(etcd, name, 1)
  await stack.takeDown('etcd')
  await t.throwsAsync(etcd.ping(), { code: 'TE_UNAVAILABLE_ETCD' })
  const ready = await fetch(`${stack.urls.gateway}/health/ready`)
  t.is(ready.status, 200)
  await stack.bringBack('etcd')
  await untilListed(etcd, name, 1)
  const [gateway] = await untilListed(etcd, 'gateway', 1)
  t.is(gateway?.address, stack.urls.gateway)
})

test.serial('live settings are seen as they are and as they change', async (t) => {
  await using etcd = connect()
  const client = new Etcd3({ hosts: stack.urls.etcd })
  const name = `t-${randomUUID()}`
  await client.put(`/te/settings/${name}`).value('one')
  const seen: (string | undefined)[] = []
  await using _watch = etcd.watchSettings((setting, value) => {
    if (setting === name) seen.push(value)
  })
  const until = (value: string | undefined) =>
    eventually(() => {
      if (seen.length === 0 || seen.at(-1) !== value) throw new Error(`not ${value} yet`)
    })
  await until('one')
  await client.put(`/te/settings/${name}`).value('two')
  await until('two')
  await client.delete().key(`/te/settings/${name}`)
  await until(undefined)
  client.close()
  t.pass()
})
