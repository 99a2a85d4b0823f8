// npm run smoke: one story through every service of a running venue, or of a throw-away one when none
// runs here. Prints a table; exit code 1 at the first difference.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { deployStack } from '../../infra/local/deploy.ts'
import { attachStack, type Stack, startStack } from '../../infra/local/local-stack.ts'
import { createChecks } from './checks.ts'
import { playSmoke } from './scenario.ts'

const READY_MS = 30_000

await using stack = await venue()
const checks = createChecks()
try {
  await playSmoke(
    {
      gatewayUrl: stack.urls.gateway,
      adminToken: stack.adminToken,
      killMatching: () => killAndWait(stack),
    },
    checks,
  )
} catch (error) {
  process.exitCode = 1
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
}
process.stdout.write(`${checks.render()}\n`)
process.stdout.write(process.exitCode === 1 ? 'smoke: FAILED\n' : 'smoke: all checks hold\n')

async function killAndWait(running: Stack): Promise<void> {
  const before = running.pid('matching')
  running.kill('matching', 'SIGKILL')
  while (running.pid('matching') === before) await new Promise((resolve) => setTimeout(resolve, 20))
  await running.waitReady('matching', READY_MS)
  await running.waitReady('gateway', READY_MS)
}
