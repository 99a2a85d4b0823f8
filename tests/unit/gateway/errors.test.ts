import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import test from 'ava'
import { ERROR_STATUS, rejectCode, rejectStatus } from '#contracts/errors.ts'
import { REJECT_REASONS } from '#domain/reject-reason.ts'

const page = resolve(import.meta.dirname, '../../../docs/reference/errors.md')

test('the documented codes and the codes of the code are the same, with the same status', async (t) => {
  const text = await readFile(page, 'utf8')
  const documented = Object.fromEntries(
    [...text.matchAll(/^\| (TE_[A-Z_]+) \| (\d{3}) \|/gm)].map(([, code, status]) => [
      code,
      Number(status),
    ]),
  )
  const rejects = REJECT_REASONS.filter((reason) => reason !== 'None').map(
    (reason) => [rejectCode(reason), rejectStatus(reason)] as const,
  )
  t.deepEqual(documented, { ...ERROR_STATUS, ...Object.fromEntries(rejects) })
})

test('no code is documented twice', async (t) => {
  const text = await readFile(page, 'utf8')
  const codes = [...text.matchAll(/^\| (TE_[A-Z_]+) \|/gm)].map(([, code]) => code)
  t.is(new Set(codes).size, codes.length)
})
