/**
 * Runs ava on a set of files and counts its results from the TAP that it prints, because TAP is
 * ava's one output that is meant to be read by a program.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** What one run of ava gave. */
export interface TapCounts {
  passed: number
  failed: number
  skipped: number
}

/** Runs ava and shows each test as it ends; a crash without a failed test counts as one failure. */
export async function runAva(run: {
  root: string
  files: string[]
  options: string[]
  env: Record<string, string>
  /** Ends the run; what has not run counts as one failure. */
  signal?: AbortSignal
}): Promise<TapCounts> {
  const ava = join(run.root, 'node_modules', 'ava', 'entrypoints', 'cli.mjs')
  const child = spawn(process.execPath, [ava, '--tap', ...run.options, ...run.files], {
    cwd: run.root,
    env: { ...process.env, ...run.env },
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(run.signal === undefined ? {} : { signal: run.signal }),
  })
  // Without a listener an abort would be thrown as an uncaught error.
  child.on('error', (error) => process.stdout.write(`✖ ava: ${error.message}\n`))
  const ended = new Promise<number | null>((done) => child.once('close', done))
  const counter = createTapCounter()
  for await (const line of createInterface({ input: child.stdout })) {
    const shown = counter.read(line)
    if (shown !== undefined) process.stdout.write(`${shown}\n`)
  }
  const code = await ended
  const { counts } = counter
  if (code !== 0 && counts.failed === 0) {
    process.stdout.write(`✖ ava ended with code ${String(code)} without a failed test\n`)
    counts.failed += 1
  }
  if (code === 0 && counts.passed + counts.skipped === 0) {
    process.stdout.write('✖ ava ran no test\n')
    counts.failed += 1
  }
  return counts
}

/**
 * Reads TAP line by line: counts results and gives back what a person wants to see of each line.
 * Source: TAP version 13, "Test lines" and "Directives".
 */
export function createTapCounter(): {
  counts: TapCounts
  read(line: string): string | undefined
} {
  const counts: TapCounts = { passed: 0, failed: 0, skipped: 0 }
  const read = (line: string): string | undefined => {
    const result = /^(ok|not ok) \d+ - (.*)$/.exec(line)
    if (result === null)
      return /^(TAP version|1\.\.\d|# (tests|pass|fail|skip) \d|$)/.test(line) ? undefined : line
    const title = result[2] ?? ''
    if (/ # (SKIP|TODO)\b/i.test(title)) {
      counts.skipped += 1
      return `- ${title}`
    }
    if (result[1] === 'ok') {
      counts.passed += 1
      return `✔ ${title}`
    }
    counts.failed += 1
    return `✖ ${title}`
  }
  return { counts, read }
}
