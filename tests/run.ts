/**
 * `npm test` and `npm run test:<rung>`: runs the rungs of the ladder one after another, the cheap
 * ones first, and ends with the plain line `N passed, N failed`.
 *
 * Rungs that need servers share ONE throw-away stack: real servers and processes on free ports in
 * a temporary folder, functions deployed, market open. Its data folder is in TE_TEST_STACK.
 */
import { globSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createProgress } from '../infra/local/progress.ts'
import { abortOnSignals } from '../infra/local/stop-signals.ts'
import { runAva, type TapCounts } from './helpers/ava-runner.ts'

interface Rung {
  name: string
  files: string[]
  needsStack: boolean
}

const root = resolve(import.meta.dirname, '..')
const rungs: Rung[] = [
  { name: 'unit', files: ['tests/unit/**/*.test.ts', 'tests/tidy.test.ts'], needsStack: false },
  ...['scenarios', 'properties'].map((name) => inFolder(name, false)),
  // Chaos last: it kills what the others need.
  ...['integration', 'security', 'chaos'].map((name) => inFolder(name, true)),
]

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !rungs.some((rung) => rung.name === name))
if (unknown.length > 0) {
  process.stderr.write(`unknown rung ${unknown.join(', ')}; there are: ${rungNames()}\n`)
  process.exit(2)
}
const signal = abortOnSignals()
const chosen = rungs.filter(({ name }) => asked.length === 0 || asked.includes(name))
const totals = await runRungs(chosen)
const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''
process.stdout.write(`${totals.passed} passed, ${totals.failed} failed${skipped}\n`)
process.exitCode = totals.failed > 0 ? 1 : 0

async function runRungs(list: Rung[]): Promise<TapCounts> {
  const sum: TapCounts = { passed: 0, failed: 0, skipped: 0 }
  const add = (counts: TapCounts): void => {
    sum.passed += counts.passed
    sum.failed += counts.failed
    sum.skipped += counts.skipped
  }
  // Tests that start servers of their own, or none, go first, two files at a time.
  for (const rung of list) {
    const { alone } = splitFiles(rung)
    if (alone.length > 0) add(await runFiles(rung.name, alone, ['--concurrency=2'], {}))
    else if (!rung.needsStack) add(missing(rung))
  }
  const shared = list.filter(({ needsStack }) => needsStack)
  if (shared.length === 0 || signal.aborted) return sum
  try {
    await withThrowAwayStack(sum, async (env) => {
      for (const rung of shared) {
        const { onStack, alone } = splitFiles(rung)
        // One at a time: each may stop a server that the others need.
        const options = ['--serial', '--concurrency=1']
        if (onStack.length > 0)
          add(await runFiles(`${rung.name}, on the stack`, onStack, options, env))
        else if (alone.length === 0) add(missing(rung))
      }
    })
  } catch (error) {
    // A stack that does not start is a failure of every rung that needs it, never a silent skip.
    process.stdout.write(`✖ the throw-away stack: ${String(error)}\n`)
    add({ passed: 0, failed: 1, skipped: 0 })
  }
  return sum
}

/** A rung without a single test file proves nothing: that is a failure, not a success. */
function missing(rung: Rung): TapCounts {
  process.stdout.write(`✖ ${rung.name}: no test file matches ${rung.files.join(', ')}\n`)
  return { passed: 0, failed: 1, skipped: 0 }
}

/** Which files of a rung attach to the shared stack, and which stand alone. */
function splitFiles(rung: Rung): { onStack: string[]; alone: string[] } {
  const files = globSync(rung.files, { cwd: root }).sort((a, b) => a.localeCompare(b))
  const usesStack = (file: string): boolean =>
    rung.needsStack && readFileSync(join(root, file), 'utf8').includes('testStack(')
  return { onStack: files.filter(usesStack), alone: files.filter((file) => !usesStack(file)) }
}

async function runFiles(
  name: string,
  files: string[],
  options: string[],
  env: Record<string, string>,
): Promise<TapCounts> {
  const startedAt = Date.now()
  process.stdout.write(`\n── ${name} ──\n`)
  const counts = await runAva({ root, files, options, env, signal })
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
  process.stdout.write(
    `── ${name}: ${counts.passed} ok, ${counts.failed} not ok, ${seconds} s ──\n`,
  )
  return counts
}

async function withThrowAwayStack(
  sum: Readonly<TapCounts>,
  work: (env: Record<string, string>) => Promise<void>,
): Promise<void> {
  const { openVenue } = await import('../infra/local/open-venue.ts')
  const dataDir = await mkdtemp(join(tmpdir(), 'te-test-'))
  try {
    const progress = createProgress()
    const stack = await openVenue({ dataDir, ports: 'free', progress, bots: false, signal })
    try {
      await work({ TE_TEST_STACK: dataDir })
    } finally {
      await stack.stop()
    }
  } finally {
    await removeData(dataDir, sum.failed > 0)
  }
}

/** Removes a stack's data; its logs stay when something failed, for whoever looks for the reason. */
async function removeData(dataDir: string, keepLogs: boolean): Promise<void> {
  if (keepLogs) {
    for (const name of await readdir(dataDir)) {
      if (name !== 'logs') await rm(join(dataDir, name), { recursive: true, force: true })
    }
    process.stdout.write(`logs of the stack: ${join(dataDir, 'logs')}\n`)
  } else {
    await rm(dataDir, { recursive: true, force: true })
  }
}

function inFolder(name: string, needsStack: boolean): Rung {
  return { name, files: [`tests/${name}/**/*.test.ts`], needsStack }
}

function rungNames(): string {
  return rungs.map(({ name }) => name).join(', ')
}
