// The page of the rules and the scenarios say the same: every rule is shown, nothing else is.

import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import test from 'ava'

const root = resolve(import.meta.dirname, '../../..')
const PAGE = 'docs/reference/order-semantics.md'
const ID = /\b[A-Z]{3}-\d+\b/g

/** Ids of the rules, in the order of the page. */
function rules(): string[] {
  const text = readFileSync(resolve(root, PAGE), 'utf8')
  return [...text.matchAll(/^- \*\*([A-Z]{3}-\d+)\*\* /gm)].map((match) => match[1] as string)
}

/** Ids that titles of scenarios begin with, each with its files. */
function shown(): Map<string, string> {
  const ids = new Map<string, string>()
  for (const file of globSync('tests/scenarios/*.test.ts', { cwd: root })) {
    const text = readFileSync(resolve(root, file), 'utf8')
    for (const [, title = ''] of text.matchAll(/^\s*(?:test\()?'([^']*)'/gm)) {
      for (const [id] of (title.split(': ')[0] ?? '').matchAll(ID)) ids.set(id, file)
    }
  }
  return ids
}

test('every rule of the order semantics is named by a scenario', (t) => {
  const ids = shown()
  t.deepEqual(
    rules().filter((id) => !ids.has(id)),
    [],
  )
})

test('a scenario names no rule that the page does not have', (t) => {
  const known = new Set(rules())
  t.deepEqual(
    [...shown()].filter(([id]) => !known.has(id)),
    [],
  )
})

test('no rule has the id of another, and the page has them all', (t) => {
  const ids = rules()
  t.is(new Set(ids).size, ids.length)
  t.true(ids.length > 30)
})

test('after the first rule of a section nothing is said without an id', (t) => {
  const sections = readFileSync(resolve(root, PAGE), 'utf8')
    .split(/^## .*$/m)
    .slice(1)
  const stray = sections.flatMap((section) =>
    section
      .slice(Math.max(0, section.search(/^- \*\*/m)))
      .split('\n')
      // A rule, what goes on with it, or its table.
      .filter((line) => !/^(- \*\*[A-Z]{3}-\d+\*\* | {2}\S|$)/.test(line)),
  )
  t.true(sections.length > 20)
  t.deepEqual(stray, [])
})
