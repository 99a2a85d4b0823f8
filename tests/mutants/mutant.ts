// A planted mutant: the small change to the product that would bring a hazard in, and the test that
// must then fail. A hazard counts as closed when its mutant is caught.

import { readFileSync, writeFileSync } from 'node:fs'
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

/** How often the text to be changed stands in its file, below a root; 1 is right. */
export function occurrences(root: string, mutant: Mutant): number {
  return readFileSync(join(root, mutant.file), 'utf8').split(mutant.find).length - 1
}

/** Whether the test file names the test. */
export function isTestNamed(root: string, mutant: Mutant): boolean {
  return readFileSync(join(root, mutant.test), 'utf8').includes(mutant.title)
}

/** Changes the file below a root; answers what puts it back. Errors: throws when not found once. */
export function plant(root: string, mutant: Mutant): () => void {
  const path = join(root, mutant.file)
  const text = readFileSync(path, 'utf8')
  if (text.split(mutant.find).length !== 2) throw new Error(`${mutant.id}: ${mutant.file} changed`)
  writeFileSync(
    path,
    text.replace(mutant.find, () => mutant.replace),
  )
  return () => writeFileSync(path, text)
}
