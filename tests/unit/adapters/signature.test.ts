import test from 'ava'
import { signCall, verifyCall } from '#adapters/signature/index.ts'

const BODY = Buffer.from('{"a":1}')
const NOW = 1_800_000_000
const good = signCall('key', 'rpc.a.b', BODY, NOW)

test('a signature holds for five minutes either way', (t) => {
  for (const age of [0, 300, -300]) {
    t.is(verifyCall('key', 'rpc.a.b', BODY, good, NOW + age), undefined)
  }
  for (const age of [301, -301]) {
    t.is(verifyCall('key', 'rpc.a.b', BODY, good, NOW + age), 'stale')
  }
})

test('a signature is for one key, topic, body and time', (t) => {
  t.is(verifyCall('other', 'rpc.a.b', BODY, good, NOW), 'wrong')
  t.is(verifyCall('key', 'rpc.a.c', BODY, good, NOW), 'wrong')
  t.is(verifyCall('key', 'rpc.a.b', Buffer.from('{"a":2}'), good, NOW), 'wrong')
  t.is(verifyCall('key', 'rpc.a.b', BODY, good.replace(`${NOW}`, `${NOW + 1}`), NOW), 'wrong')
})

test('anything that is not a signature is malformed, nothing is missing', (t) => {
  t.is(verifyCall('key', 'rpc.a.b', BODY, undefined, NOW), 'missing')
  t.is(verifyCall('key', 'rpc.a.b', BODY, '', NOW), 'missing')
  for (const bad of ['x', `${good}0`, ` ${good}`, good.toUpperCase(), good.replace('t=', 't=-')]) {
    t.is(verifyCall('key', 'rpc.a.b', BODY, bad, NOW), 'malformed')
  }
})
