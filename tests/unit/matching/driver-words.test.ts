// The page of the scripted driver and its vocabulary name the same commands with the same fields.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import test from 'ava'
import { ALL_WORDS, fieldsOf } from '../../../runtime/matching/driver-words.ts'

const PAGE = resolve(import.meta.dirname, '../../../docs/reference/driver.md')

/** What the page calls by one word, and what any command may carry. */
const SHORT: Readonly<Record<string, string>> = {
  instrument: 'symbol instrumentId',
  order: 'orderID origClOrdID',
}
const ANY = 'account traceId timestampNs'

/** The rows of the tables below a heading: types, and the words that stand for their fields. */
function rowsBelow(heading: string): [types: string[], fields: string[]][] {
  const [, section = ''] = readFileSync(PAGE, 'utf8').split(`## ${heading}\n`)
  const rows = (section.split('\n## ')[0] ?? '').matchAll(/^\| (`[A-Z].*?) \|(.*)\|$/gm)
  return [...rows].map(([, left = '', right = '']) => {
    const names = [...left.matchAll(/`([A-Z]\w*)`/g)].map(([, name]) => name as string)
    const asked = heading === 'Questions' ? left.replace(/`[A-Z]\w*`/g, '') : right
    return [names, fieldsIn(asked.split(/[:;]/)[0] ?? '')]
  })
}

/** Words in backquotes are fields, `instrument` and `order` outside of them stand for several. */
function fieldsIn(text: string): string[] {
  return text.split('`').flatMap((part, i) => {
    const words = part.split(/[^A-Za-z]+/).filter((word) => word !== '')
    if (i % 2 === 1) return words
    return words.flatMap((word) => SHORT[word]?.split(' ') ?? [])
  })
}

test('every command and question of the driver stands on its page, with all of its fields', (t) => {
  const rows = [
    ...rowsBelow('Commands').map(([types, fields]) => ({ types, fields: [...fields, ANY] })),
    ...rowsBelow('Questions').map(([types, fields]) => ({ types, fields })),
  ]
  const said = rows.flatMap(({ types, fields }) =>
    types.map((type) => [type, [...new Set(`type ${fields.join(' ')}`.trim().split(' '))].sort()]),
  )
  const known = [...new Set(ALL_WORDS)]
    .flatMap((word) => (fieldsOf(word) === undefined ? [] : [word]))
    .map((type) => [type, [...new Set(fieldsOf(type))].sort()])
  const byType = (a: unknown, b: unknown) => (String(a) < String(b) ? -1 : 1)
  t.true(known.length > 20)
  t.deepEqual(said.sort(byType), known.sort(byType))
})
