import test from 'ava'
import { ConfigError } from '#adapters/service/index.ts'
import { parseGatewayConfig } from '../../../runtime/gateway/config.ts'

const good = { TE_SECRETS_DIR: '/secrets' }

test('without settings but the secrets folder the defaults hold', (t) => {
  const config = parseGatewayConfig(good)
  t.is(config.port, 8000)
  t.is(config.durability, 'power-safe')
  t.deepEqual(config.allowedOrigins, [])
  t.true(Object.isFrozen(config))
})

const NUMBERS = [
  '',
  ' ',
  'abc',
  '5s',
  '0x10',
  '1e3',
  '1.5',
  '-1',
  '+1',
  '٣',
  'NaN',
  'Infinity',
  '65536',
]
const bad: [string, string][] = [
  ...NUMBERS.map((value): [string, string] => ['TE_GATEWAY_PORT', value]),
  ...NUMBERS.slice(0, 12).map((value): [string, string] => ['TE_RATE_ORDERS_PER_S', value]),
  ...['', 'localhost', '127.0.0.1:4222', 'http://x', 'nats//x'].map((value): [string, string] => [
    'TE_NATS_URL',
    value,
  ]),
  ['TE_REDIS_URL', 'http://127.0.0.1'],
  ['TE_ETCD_URL', 'etcd'],
  ['TE_DURABILITY', 'fast'],
  ['TE_DURABILITY', ''],
  ['TE_HOST', ''],
  ['TE_SECRETS_DIR', ''],
  ['TE_SECRETS_DIR', '   '],
  ['TE_SHARD', '1024'],
  ['TE_SOCKETS_MAX', '0'],
]
for (const [name, value] of bad) {
  test(`L5: ${name}=${JSON.stringify(value)} is refused by name`, (t) => {
    const error = t.throws(() => parseGatewayConfig({ ...good, [name]: value }), {
      instanceOf: ConfigError,
    })
    t.true(error.problems.some((problem) => problem.startsWith(name)))
  })
}

test('L5: all problems are reported at once, and no secret is shown', (t) => {
  const error = t.throws(
    () => parseGatewayConfig({ TE_GATEWAY_PORT: 'x', TE_SHARD: '', TE_HOST: '' }),
    { instanceOf: ConfigError },
  )
  t.is(error.problems.length, 4)
})
