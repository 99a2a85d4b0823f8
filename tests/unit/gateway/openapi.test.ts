import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import test from 'ava'
import { describeApi } from '../../../runtime/gateway/describe.ts'

const file = resolve(import.meta.dirname, '../../../docs/reference/openapi.json')
interface Operation {
  security?: unknown[]
  tags?: string[]
  responses?: Record<string, unknown>
}

test('docs/reference/openapi.json is what the routes say (TE_UPDATE=1 writes it)', async (t) => {
  const now = `${JSON.stringify(await describeApi(), null, 2)}\n`
  if (process.env['TE_UPDATE'] === '1') await writeFile(file, now)
  t.is(await readFile(file, 'utf8'), now)
})

test('every route outside of market and auth says what its callers must show', async (t) => {
  const { paths } = (await describeApi()) as { paths: Record<string, Record<string, Operation>> }
  const open = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(
        ([, { security, tags }]) => !security && !['market', 'auth'].includes(tags?.[0] ?? ''),
      )
      .map(([method]) => `${method} ${path}`),
  )
  t.deepEqual(open, [])
  t.true(Object.keys(paths).length >= 30)
})

test('every route documents its good answer and its refusals', async (t) => {
  const { paths } = (await describeApi()) as { paths: Record<string, Record<string, Operation>> }
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, { responses = {} }] of Object.entries(operations)) {
      const codes = Object.keys(responses)
      t.true(
        codes.some((code) => code.startsWith('2')),
        `${method} ${path}`,
      )
      t.true(codes.includes('4XX'), `${method} ${path}: ${codes.join()}`)
    }
  }
})
