// The list of mutants is kept true: what each one changes is there, and so is the test it names.

import { resolve } from 'node:path'
import test from 'ava'
import { isTestNamed, occurrences } from '../../mutants/mutant.ts'
import { MUTANTS } from '../../mutants/mutants.ts'

const root = resolve(import.meta.dirname, '../../..')

test('every mutant changes text that stands exactly once in its file', (t) => {
  for (const mutant of MUTANTS) t.is(occurrences(root, mutant), 1, `${mutant.id} ${mutant.why}`)
})

test('every mutant is to be caught by a test that exists', (t) => {
  for (const mutant of MUTANTS) t.true(isTestNamed(root, mutant), `${mutant.id} ${mutant.why}`)
})

test('no mutant leaves the code as it was', (t) => {
  for (const mutant of MUTANTS) t.not(mutant.find, mutant.replace, mutant.id)
})
