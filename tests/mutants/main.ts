// npm run mutants [-- ID...]: plants each mutant in a copy of the tree, runs the test that must catch
// it, and fails where that test still passes. Ids: hazards (B1) or their first letters (B).

import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import process from 'node:process'
import { Command } from 'commander'
import { type Mutant, plant } from './mutant.ts'
import { MUTANTS } from './mutants.ts'

/** No test of a mutant takes longer; one that hangs has noticed as well. */
const TEST_TIMEOUT_MS = 180_000
/** What a copy does without. */
const LEFT_OUT = new Set(['node_modules', '.git', '.te', 'dist'])

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
  const copy = mkdtempSync(join(tmpdir(), 'te-mutants-'))
  let survived = 0
  try {
    cpSync(root, copy, { recursive: true, filter: (path) => !LEFT_OUT.has(basename(path)) })
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
    for (const mutant of chosen) {
      const isCaught = await isCaughtIn(copy, mutant)
      if (!isCaught) survived++
      process.stdout.write(`${isCaught ? 'caught  ' : 'SURVIVED'} ${mutant.id}: ${mutant.why}\n`)
    }
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
  process.stdout.write(`${chosen.length - survived} passed, ${survived} failed\n`)
  process.exitCode = survived > 0 ? 1 : 0
}

function isOf(id: string, asked: string): boolean {
  return id === asked || (/^[A-Z]$/.test(asked) && new RegExp(`^${asked}[0-9]`).test(id))
}

/** The test passes without the mutant (else it proves nothing) and fails with it. */
async function isCaughtIn(copy: string, mutant: Mutant): Promise<boolean> {
  if ((await runTest(copy, mutant)) !== 'passed') {
    throw new Error(`${mutant.id}: ${mutant.test} does not pass without the mutant`)
  }
  const heal = plant(copy, mutant)
  try {
    return (await runTest(copy, mutant)) === 'failed'
  } finally {
    heal()
  }
}

function runTest(copy: string, mutant: Mutant): Promise<'passed' | 'failed'> {
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
    child.once('exit', (code) => done(code === 0 ? 'passed' : 'failed'))
  })
}
