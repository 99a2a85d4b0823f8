import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { readDeployments, substitute } from '../../../infra/local/stack-yml.ts'

test('variables of stack.yml take their value, else their default', (t) => {
  const env = { SET: 'value', EMPTY: '' }
  t.is(substitute('${SET} ${UNSET} ${UNSET:-d} ${EMPTY:-d} ${EMPTY-d}', env), 'value  d d ')
  t.is(substitute('${UNSET:-http://127.0.0.1:8080}/x', env), 'http://127.0.0.1:8080/x')
  t.is(substitute('a $$ and $SET stay', env), 'a $ and $SET stay')
})

test('a function becomes the deployment that faas-cli sends', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'te-stack-'))
  t.teardown(() => rmSync(dir, { recursive: true }))
  mkdirSync(join(dir, 'template/ts'), { recursive: true })
  writeFileSync(join(dir, 'template/ts/template.yml'), 'language: ts\nfprocess: node index.ts\n')
  writeFileSync(
    join(dir, 'stack.yml'),
    `version: 1.0
functions:
  orders:
    lang: ts
    handler: ./functions/orders
    image: \${PREFIX:-registry.test}/orders:dev
    environment: { FN: orders, retries: 3 }
    secrets: [pg-url]
    annotations: { topic: evt.0 }
`,
  )
  t.deepEqual(await readDeployments(dir, {}), [
    {
      service: 'orders',
      image: 'registry.test/orders:dev',
      envProcess: 'node index.ts',
      envVars: { FN: 'orders', retries: '3' },
      secrets: ['pg-url'],
      labels: {},
      annotations: { topic: 'evt.0' },
    },
  ])
})
