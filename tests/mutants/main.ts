// npm run mutants [-- ID...]: plants each mutant in a copy of the tree, runs the test that must catch
// it, and fails where that test still passes. Ids: hazards (B1) or their first letters (B).

import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import process from 'node:process'
import { Command } from 'commander'
import { type Mutant, plant, staleness } from './mutant.ts'
import { MUTANTS } from './mutants.ts'

/** No test of a mutant takes longer; one that hangs has noticed as well. */
const TEST_TIMEOUT_MS = 180_000
/** What a copy does without. */
const LEFT_OUT = new Set(['node_modules', '.git', '.te', 'dist'])

type Outcome = 'passed' | 'failed' | 'hung'

const root = resolve(import.meta.dirname, '../..')

const program = new Command('mutants')
  .argument('[ids...]', 'hazards or categories; none = all')
  .action(run)
await program.parseAsync()

async function run(ids: string[]): Promise<void> {
  const chosen = MUTANTS.filter(
    ({ id }) => ids.length === 0 || ids.some((asked) => isOf(id, asked)),
  )
  if (chosen.length === 0) program.error('no such mutant', { exitCode: 2 })
  const startedAt = Date.now()
  const copy = mkdtempSync(join(tmpdir(), 'te-mutants-'))
  const counts = { caught: 0, SURVIVED: 0, STALE: 0 }
  try {
    cpSync(root, copy, { recursive: true, filter: (path) => !LEFT_OUT.has(basename(path)) })
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
    const healthy = new Map<string, Promise<Outcome>>()
    for (const mutant of chosen) {
      const { verdict, why } = await judge(copy, mutant, healthy)
      counts[verdict] += 1
      process.stdout.write(`${verdict.padEnd(8)} ${why}\n`)
    }
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(0)
  const failed = counts.SURVIVED + counts.STALE
  process.stdout.write(
    `${chosen.length} mutants in ${seconds} s: ${counts.SURVIVED} survived, ${counts.STALE} stale\n`,
  )
  process.stdout.write(`${counts.caught} passed, ${failed} failed\n`)
  process.exitCode = failed > 0 ? 1 : 0
}

function isOf(id: string, asked: string): boolean {
  return id === asked || (/^[A-Z]$/.test(asked) && new RegExp(`^${asked}[0-9]`).test(id))
}

/**
 * Caught: the test passes without the mutant (else it proves nothing) and fails with it. Stale: code
 * or test have moved on, and the mutant has to be aimed anew. `healthy` keeps what passed without.
 */
async function judge(
  copy: string,
  mutant: Mutant,
  healthy: Map<string, Promise<Outcome>>,
): Promise<{ verdict: 'caught' | 'SURVIVED' | 'STALE'; why: string }> {
  const { id, test, title } = mutant
  const stale = staleness(copy, mutant)
  if (stale !== null) return { verdict: 'STALE', why: stale }
  const key = `${test}: ${title}`
  const without = healthy.get(key) ?? runTest(copy, mutant)
  healthy.set(key, without)
  if ((await without) !== 'passed') {
    return { verdict: 'STALE', why: `${id}: without the mutant this does not pass: ${key}` }
  }
  const heal = plant(copy, mutant)
  try {
    const outcome = await runTest(copy, mutant)
    const note = outcome === 'hung' ? ' (the test did not end)' : ''
    const verdict = outcome === 'passed' ? 'SURVIVED' : 'caught'
    return { verdict, why: `${id}: ${mutant.why}${note}` }
  } finally {
    heal()
  }
}

function runTest(copy: string, mutant: Mutant): Promise<Outcome> {
  const ava = join('node_modules', 'ava', 'entrypoints', 'cli.mjs')
  const title = `*${mutant.title.replaceAll('*', '?')}*`
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [ava, mutant.test, '--match', title], {
      cwd: copy,
      stdio: 'ignore',
      timeout: TEST_TIMEOUT_MS,
      killSignal: 'SIGKILL',
    })
    child.once('error', fail)
    child.once('exit', (code) => done(code === 0 ? 'passed' : code === null ? 'hung' : 'failed'))
  })
}
