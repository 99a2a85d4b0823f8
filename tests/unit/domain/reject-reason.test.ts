import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { REJECT_REASONS } from '#domain/reject-reason.ts'

test('docs/reference/rejects.md documents every reason, in the order of the checks', (t) => {
  const path = join(import.meta.dirname, '../../../docs/reference/rejects.md')
  const documented = [...readFileSync(path, 'utf8').matchAll(/^\| ([A-Z][A-Za-z]+) \|/gm)].map(
    (m) => m[1],
  )
  t.deepEqual(
    documented,
    REJECT_REASONS.filter((reason) => reason !== 'None'),
  )
})
