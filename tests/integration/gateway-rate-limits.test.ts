// Rate limits in the real Redis: atomic over gateways, and no key without an end.

import { randomUUID } from 'node:crypto'
import test from 'ava'
import { createRateLimits, createRedis } from '#adapters/redis/index.ts'
import { eventually, testStack } from '../helpers/stack.ts'

const stack = testStack()
const log = { warn: () => undefined }

async function connect() {
  const redis = createRedis({ url: stack.urls.redis, name: 'test', log })
  await eventually(() => redis.ping())
  return redis
}

test('two gateways at once give out exactly what the limit allows', async (t) => {
  await using one = await connect()
  await using two = await connect()
  const key = `test:${randomUUID()}`
  // A token comes back every 1,000 s: none within the test.
  const rate = { perSecond: 0.001, burst: 100 }
  const gateways = [createRateLimits(one), createRateLimits(two)]
  const verdicts = await Promise.all(
    gateways.flatMap((limits) => Array.from({ length: 1000 }, () => limits.take(key, rate))),
  )
  t.is(verdicts.filter(({ isAllowed }) => isAllowed).length, 100)
  t.true(verdicts.every(({ isAllowed, retryAfterMs }) => isAllowed === (retryAfterMs === 0)))
})

test('many tokens are given whole or not at all', async (t) => {
  await using redis = await connect()
  const limits = createRateLimits(redis)
  const key = `test:${randomUUID()}`
  const rate = { perSecond: 0.001, burst: 10 }
  t.true((await limits.take(key, rate, 8)).isAllowed)
  t.false((await limits.take(key, rate, 3)).isAllowed)
  t.true((await limits.take(key, rate, 2)).isAllowed)
})

test('H4: every key of a limit ends by itself', async (t) => {
  await using redis = await connect()
  const key = `test:${randomUUID()}`
  await createRateLimits(redis).take(key, { perSecond: 2, burst: 10 }, 4)
  const ttlMs = await redis.client.pttl(`te:rate:${key}`)
  t.true(ttlMs > 0 && ttlMs <= 2001, String(ttlMs))
})
