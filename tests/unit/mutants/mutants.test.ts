// The list of mutants is kept true: what each one changes is there, and so is the test it names.

import { resolve } from 'node:path'
import test from 'ava'
import { type Mutant, staleness } from '../../mutants/mutant.ts'
import { MUTANTS } from '../../mutants/mutants.ts'

const root = resolve(import.meta.dirname, '../../..')

test('every mutant changes text that stands once in its file, and names a test that exists', (t) => {
  for (const mutant of MUTANTS) t.is(staleness(root, mutant), null)
})

test('no mutant leaves the code as it was, and no two have one name', (t) => {
  for (const mutant of MUTANTS) t.not(mutant.find, mutant.replace, mutant.id)
  t.is(new Set(MUTANTS.map(({ id }) => id)).size, MUTANTS.length)
})

test('a mutant whose code has moved on says what has to be done', (t) => {
  const one = MUTANTS[0] as Mutant
  const sayOf = (changes: Partial<Mutant>) => staleness(root, { ...one, id: 'X1', ...changes })
  t.regex(sayOf({ find: 'nowhere to be found' }) ?? '', /^X1: .* stands 0 times in .*: aim/)
  t.regex(sayOf({ find: 'const' }) ?? '', /^X1: "const" stands \d+ times in .*: give/)
  t.regex(sayOf({ file: 'runtime/gone.ts' }) ?? '', /^X1: there is no runtime\/gone.ts any more/)
  t.regex(sayOf({ title: 'nobody tests that' }) ?? '', /^X1: .* has no test "nobody/)
})
