// A planted mutant: the small change to the product that would bring a hazard in, and the test that
// must then fail. A hazard counts as closed when its mutant is caught.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** One change of one file, and the test that is to notice it. */
export interface Mutant {
  /** The hazard's id, or the rule's name; several mutants may share one. */
  readonly id: string
  /** What goes wrong with this change. */
  readonly why: string
  /** Path from the root, text that stands there exactly once, and what takes its place. */
  readonly file: string
  readonly find: string
  readonly replace: string
  /** Test file, and the title of the test that must fail. */
  readonly test: string
  readonly title: string
}

/**
 * Why a mutant can no longer be planted below a root, or null: its text must stand exactly once in
 * its file, and its test must be there.
 */
export function staleness(root: string, mutant: Mutant): string | null {
  const { id, file, find, test, title } = mutant
  const text = textOf(root, file)
  if (text === null)
    return `${id}: there is no ${file} any more: name the file that has its code now`
  const count = text.split(find).length - 1
  const found = `${id}: ${JSON.stringify(find)} stands ${count} times in ${file}`
  if (count === 0) return `${found}: aim the mutant at the code that took its place`
  if (count > 1) return `${found}: give the mutant more of the line, so that it is found once`
  const named = textOf(root, test)?.includes(title) === true
  return named ? null : `${id}: ${test} has no test ${JSON.stringify(title)} any more`
}

/** Changes the file below a root; answers what puts it back. Errors: throws when it is stale. */
export function plant(root: string, mutant: Mutant): () => void {
  const stale = staleness(root, mutant)
  if (stale !== null) throw new Error(stale)
  const path = join(root, mutant.file)
  const text = readFileSync(path, 'utf8')
  writeFileSync(
    path,
    text.replace(mutant.find, () => mutant.replace),
  )
  return () => writeFileSync(path, text)
}

function textOf(root: string, file: string): string | null {
  const path = join(root, file)
  return existsSync(path) ? readFileSync(path, 'utf8') : null
}
