/**
 * `npm run check`: format, lint, types and dead code, all with the versions of the lockfile.
 * Prints one line per tool, and the tool's own words where it says no.
 */
import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { createProgress } from './progress.ts'

const root = resolve(import.meta.dirname, '../..')

const tools: { name: string; command: string; args: string[] }[] = [
  { name: 'format (biome)', command: 'biome', args: ['check', '--error-on-warnings', '.'] },
  { name: 'lint (oxlint)', command: 'oxlint', args: ['--type-aware', '--deny-warnings'] },
  { name: 'types (tsc)', command: 'tsc', args: ['--noEmit', '-p', '.'] },
  { name: 'dead code (knip)', command: 'knip', args: ['--no-progress'] },
]

const progress = createProgress()
let failed = 0
for (const { name, command, args } of tools) {
  await progress
    .step(name, () => runTool(command, args))
    .catch((error: unknown) => {
      failed += 1
      progress.line(error instanceof Error ? error.message : String(error))
    })
}
process.stderr.write(failed === 0 ? 'check: ok\n' : `check: ${failed} of ${tools.length} failed\n`)
process.exitCode = failed === 0 ? 0 : 1

function runTool(command: string, args: string[]): Promise<void> {
  return new Promise((done, refuse) => {
    // The tools are Node programs: they run on the same runtime as we do, not on the PATH's node.
    const child = spawn(process.execPath, [join(root, 'node_modules', '.bin', command), ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const collect = (chunk: string): void => {
      output += chunk
    }
    child.stdout.setEncoding('utf8').on('data', collect)
    child.stderr.setEncoding('utf8').on('data', collect)
    child.on('error', refuse)
    child.on('close', (code) => {
      if (code === 0) done()
      else refuse(new Error(output.trim() === '' ? `${command} ended with code ${code}` : output))
    })
  })
}
