/**
 * `npm run stack -- up|down|status|logs`: the venue by hand. `up` runs it in the background,
 * `servers` runs only the five servers in the foreground.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import { env } from './config.ts'
import { SERVER_NAMES } from './find-servers.ts'
import { attachStack, type Stack, startStack } from './local-stack.ts'
import { openVenue } from './open-venue.ts'
import { defaultDataDir } from './paths.ts'
import { isRunning, residentBytes } from './process-identity.ts'
import { createProgress } from './progress.ts'
import { PROCESS_NAMES, readStackFile } from './stack-file.ts'
import { aborted, abortOnSignals } from './stop-signals.ts'
import { welcome } from './welcome.ts'

const USAGE = `usage: npm run stack -- COMMAND [--dir FOLDER]
  up [--free-ports] [--no-bots] [--durability power-safe|process-safe]
                    starts the venue in the background
  down              stops it
  status            shows what runs
  logs [NAME] [-f]  shows the log of one process (the supervisor's without NAME)
  servers           runs only the servers, on free ports, in the foreground
`
/** First start on a slow line: packages are fetched. */
const UP_TIMEOUT_MS = 300_000

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dir: { type: 'string' },
    'free-ports': { type: 'boolean', default: false },
    'no-bots': { type: 'boolean', default: false },
    durability: { type: 'string' },
    follow: { type: 'boolean', short: 'f', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
const dataDir = resolve(values.dir ?? defaultDataDir())
const commands: Record<string, () => Promise<void>> = { up, down, status, logs, servers, supervise }
const command = commands[positionals[0] ?? '']
if (command === undefined || values.help) {
  process.stderr.write(USAGE)
  process.exitCode = values.help ? 0 : 2
} else {
  await command().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  })
}

async function up(): Promise<void> {
  mkdirSync(join(dataDir, 'logs'), { recursive: true })
  const running = readStackFile(dataDir)
  if (running !== undefined && isRunning(running.supervisor)) {
    throw new Error(`a venue already runs on ${dataDir} (supervisor ${running.supervisor.pid})`)
  }
  const log = openSync(join(dataDir, 'logs', 'start.log'), 'w', 0o600)
  const self = [import.meta.filename, 'supervise', '--dir', dataDir]
  if (values['free-ports']) self.push('--free-ports')
  if (values['no-bots']) self.push('--no-bots')
  if (values.durability !== undefined) self.push('--durability', values.durability)
  const child = spawn(process.execPath, self, { detached: true, stdio: ['ignore', log, log] })
  child.unref()
  await createProgress().step('start the venue', async () => {
    const deadline = Date.now() + UP_TIMEOUT_MS
    for (;;) {
      const state = readStackFile(dataDir)
      if (state?.supervisor.pid === child.pid && state?.state === 'ready') return
      if (child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`the venue did not start; see ${join(dataDir, 'logs', 'start.log')}`)
      }
      await sleep(100)
    }
  })
  process.stdout.write(welcome(attachStack(dataDir)))
}

/** What `up` runs in the background. */
async function supervise(): Promise<void> {
  const signal = abortOnSignals()
  const durability = values.durability === 'process-safe' ? 'process-safe' : env.durability
  const stack = await openVenue({
    dataDir,
    ports: values['free-ports'] ? 'free' : 'default',
    bots: !values['no-bots'],
    durability,
    progress: createProgress(),
    signal,
  })
  await aborted(signal)
  await stack.stop()
}

async function down(): Promise<void> {
  const stack = attachStack(dataDir)
  await createProgress().step('stop the venue', () => stack.stop())
}

async function status(): Promise<void> {
  const stack = attachStack(dataDir)
  const head = ['name', 'pid', 'port', 'ready', 'restarts', 'memory']
  const table = new Table({ head, style: { head: [], border: [] } })
  const names = [...SERVER_NAMES, ...PROCESS_NAMES].filter((name) => stack.child(name))
  const rows = await Promise.all(names.map((name) => statusRow(stack, name)))
  table.push(...rows)
  process.stdout.write(`${table.toString()}\n`)
}

async function statusRow(
  stack: Stack,
  name: (typeof PROCESS_NAMES)[number] | (typeof SERVER_NAMES)[number],
) {
  const child = stack.child(name)
  const pid = stack.pid(name)
  const ready = await stack.waitReady(name, 0).then(
    () => 'yes',
    () => (child?.state === 'held' ? 'held' : 'no'),
  )
  const bytes = pid === undefined ? undefined : residentBytes(pid)
  return [
    name,
    String(pid ?? '-'),
    child?.port === 0 ? '-' : String(child?.port),
    ready,
    String(child?.restarts ?? 0),
    bytes === undefined ? '-' : `${(bytes / 1024 / 1024).toFixed(0)} MB`,
  ]
}

async function logs(): Promise<void> {
  const name = positionals[1] ?? 'supervisor'
  const folder = join(dataDir, 'logs')
  const file = join(folder, `${name}.log`)
  if (!existsSync(file)) {
    const there = existsSync(folder) ? readdirSync(folder).join(', ') : 'none'
    throw new Error(`no log of ${name} in ${folder}; there are: ${there}`)
  }
  const args = values.follow ? ['-n', '100', '-F', file] : ['-n', '100', file]
  const child = spawn('tail', args, { stdio: 'inherit' })
  await new Promise((done) => child.once('exit', done))
}

async function servers(): Promise<void> {
  const signal = abortOnSignals()
  const stack = await startStack({
    dataDir,
    ports: 'free',
    processes: [],
    progress: createProgress(),
    signal,
  })
  stack.supervisor.markReady()
  process.stdout.write(`${JSON.stringify(stack.env)}\n`)
  await aborted(signal)
  await stack.stop()
}
