// npm run smoke: one story through every service of a running venue, or of a throw-away one when none
// runs here. Prints a table; exit code 1 at the first difference.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { attachStack, type Stack } from '../../infra/local/local-stack.ts'
import { openVenue } from '../../infra/local/open-venue.ts'
import { venueHome } from '../../runtime/cli/venue-home.ts'
import { createChecks } from './checks.ts'
import { playSmoke } from './scenario.ts'

const READY_MS = 30_000

const { stack, end } = await venue()
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
} finally {
  await end()
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

/** The venue that runs on the data folder, else a throw-away one that ends with the run. */
async function venue(): Promise<{ stack: Stack; end: () => Promise<void> }> {
  try {
    return { stack: attachStack(venueHome()), end: async () => {} }
  } catch {
    process.stderr.write('no venue runs here: starting a throw-away one\n')
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'te-smoke-'))
  const stack = await openVenue({ dataDir, ports: 'free', bots: false })
  const end = async (): Promise<void> => {
    await stack.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
  return { stack, end }
}
