/**
 * Starts the servers and processes of one venue, waits until each answers, keeps all of them
 * running, writes down what runs where, and ends everything in order.
 */
import { randomUUID } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Child, type ChildChange, keepRunning } from './child.ts'
import type { ServerSource } from './config.ts'
import { type FoundServer, findServers, SERVER_NAMES, type ServerName } from './find-servers.ts'
import { migrate } from './migrate.ts'
import { choosePorts, type Ports } from './ports.ts'
import { bootId, identify } from './process-identity.ts'
import { commonEnv, probeProcess, processLaunch, STOP_ORDER } from './processes.ts'
import type { Progress } from './progress.ts'
import { keepSecret, makeSecrets } from './secrets.ts'
import { composeLaunch, composeUrls } from './servers/compose.ts'
import { createInfluxDatabase } from './servers/influx.ts'
import { appUrl, ownerUrl, setUpDatabase } from './servers/postgres.ts'
import type { Launch } from './servers/spec.ts'
import { SERVERS } from './servers/table.ts'
import {
  type ChildName,
  holdFile,
  PROCESS_NAMES,
  type ProcessName,
  readStackFile,
  type StackState,
  type StackUrls,
  writeStackFile,
} from './stack-file.ts'
import { endOrphans, takeSupervisorLock } from './supervisor-lock.ts'
import { makePassable } from './unprivileged.ts'

/** Longest time until a server or process answers; the slowest (first initdb) takes seconds. */
const READY_TIMEOUT_MS = 60_000
const READY_POLL_MS = 50
/** A process drains within 10 s by its own promise; a server may write for a little longer. */
const STOP_DEADLINE_MS = 12_000

/** What to start. */
export interface SupervisorOptions {
  dataDir: string
  ports: 'default' | 'free'
  durability: 'power-safe' | 'process-safe'
  processes: readonly ProcessName[]
  source?: ServerSource | undefined
  progress: Progress
  /** Ends the start, or the venue. */
  signal?: AbortSignal | undefined
}

/** A running venue, for its owner. */
export interface Supervisor {
  dataDir: string
  /** Starts one more process and waits until it is ready. */
  startProcess(name: ProcessName): Promise<void>
  /** Marks the venue as complete: whoever waits for it may go on. */
  markReady(): void
  /** Ends everything; repeats harmlessly. */
  stop(): Promise<void>
}

/** Starts a venue on a data folder. Errors: the first step that fails; all that ran is ended. */
export async function startSupervisor(options: SupervisorOptions): Promise<Supervisor> {
  const dataDir = resolve(options.dataDir)
  await makePassable(dataDir)
  const releaseLock = takeSupervisorLock(dataDir)
  const run = new Run(dataDir, options, releaseLock)
  options.signal?.addEventListener('abort', () => void run.stop())
  try {
    options.signal?.throwIfAborted()
    await run.start()
  } catch (error) {
    await run.stop()
    throw error
  }
  return run
}

class Run implements Supervisor {
  readonly dataDir: string
  readonly #options: SupervisorOptions
  readonly #releaseLock: () => void
  readonly #children = new Map<ChildName, Child>()
  readonly #passwords = new Map<string, Promise<string>>()
  #state: StackState | undefined
  #stopping: Promise<void> | undefined

  constructor(dataDir: string, options: SupervisorOptions, releaseLock: () => void) {
    this.dataDir = dataDir
    this.#options = options
    this.#releaseLock = releaseLock
  }

  async start(): Promise<void> {
    const { progress, source } = this.#options
    const left = await endOrphans(this.dataDir)
    if (left.length > 0) progress.line(`ended what an earlier run left: ${left.join(', ')}`)
    const found = await progress.step('find servers', (note) =>
      findServers({ note, ...(source === undefined ? {} : { source }) }),
    )
    await this.#prepareState(found)
    await Promise.all(
      SERVER_NAMES.map((name) =>
        progress.step(`start ${name}`, async (note) => {
          note(`port ${this.#stateNow.ports[name]}`)
          this.#keep(name, await this.#serverLaunch(name, found[name]))
          await this.#waitReady(name, () => this.#probeServer(name))
          if (name === 'influx') await createInfluxDatabase(this.#stateNow.urls.influx)
        }),
      ),
    )
    // Processes wait for what they need, so they start while the database is brought up to date.
    await Promise.all([
      progress.step('migrate the database', async (note) => {
        await setUpDatabase(this.#stateNow.ports, this.#password)
        const ran = await migrate(await ownerUrl(this.#stateNow.ports, this.#password))
        note(ran.length === 0 ? 'up to date' : `${ran.length} migrations`)
      }),
      ...this.#options.processes.map((name) => this.startProcess(name)),
    ])
  }

  async startProcess(name: ProcessName): Promise<void> {
    await this.#options.progress.step(`start ${name}`, async (note) => {
      const state = this.#stateNow
      mkdirSync(join(this.dataDir, 'data', name), { recursive: true })
      this.#keep(name, processLaunch(name, this.dataDir, state))
      // Bots are clients: nobody asks them anything.
      if (name === 'bots') return
      note(`port ${state.ports[name]}`)
      await this.#waitReady(name, () => probeProcess(state.ports[name]))
    })
  }

  markReady(): void {
    this.#stateNow.state = 'ready'
    this.#save()
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll()
    return this.#stopping
  }

  async #stopAll(): Promise<void> {
    if (this.#state !== undefined) this.#state.state = 'stopping'
    for (const names of STOP_ORDER) {
      await Promise.all(names.map(async (name) => this.#children.get(name)?.stop(STOP_DEADLINE_MS)))
    }
    if (this.#state !== undefined) {
      this.#state.state = 'stopped'
      this.#save()
    }
    this.#releaseLock()
  }

  async #prepareState(found: Record<ServerName, FoundServer>): Promise<void> {
    const { durability, progress } = this.#options
    const choice = await choosePorts(this.#options.ports)
    for (const { name, from, to } of choice.moved) {
      progress.line(`port ${from} (${name}) is taken: using ${to === 0 ? 'free ports' : to}`)
    }
    const secretsDir = join(this.dataDir, 'secrets')
    const supervisor = identify(process.pid)
    if (supervisor === undefined) throw new Error('this system has no /proc')
    const { ports, functionPortBase } = choice
    const urls = { ...urlsOf(ports, await appUrl(ports, this.#password)) }
    Object.assign(urls, await composeUrls(found, ports, this.#password))
    await makeSecrets(secretsDir, urls.pg)
    const id = readStackFile(this.dataDir)?.id ?? randomUUID()
    for (const name of [...SERVER_NAMES, ...PROCESS_NAMES]) {
      rmSync(holdFile(this.dataDir, name), { force: true })
    }
    this.#state = {
      id,
      bootId: bootId(),
      state: 'starting',
      supervisor,
      startedAt: new Date().toISOString(),
      durability,
      ports,
      urls,
      env: commonEnv({ id, urls, ports, functionPortBase, secretsDir, durability }),
      secretsDir,
      children: {},
    }
    this.#save()
  }

  async #serverLaunch(name: ServerName, found: FoundServer): Promise<Launch> {
    const { ports, durability, env: common, id } = this.#stateNow
    const { dataDir } = this
    if (found.kind === 'compose') {
      return composeLaunch(name, found, { dataDir, ports, durability, password: this.#password })
    }
    const dir = join(dataDir, 'servers', name)
    mkdirSync(dir, { recursive: true })
    const password = this.#password
    const launch = await SERVERS[name].prepare({ dir, dataDir, ports, found, durability, password })
    launch.env['TE_STACK_ID'] = common['TE_STACK_ID'] ?? id
    return launch
  }

  #probeServer(name: ServerName): Promise<void> {
    return SERVERS[name].probe(this.#stateNow.ports, this.#password)
  }

  readonly #password = (name: string): Promise<string> => {
    const known = this.#passwords.get(name)
    if (known !== undefined) return known
    const made = keepSecret(join(this.dataDir, 'server-secrets'), name)
    this.#passwords.set(name, made)
    return made
  }

  #keep(name: ChildName, launch: Launch): void {
    // A start that was interrupted must not add children behind the one who ends them.
    if (this.#stopping !== undefined) throw new Error('stopped while starting')
    const child = keepRunning({
      name,
      launch,
      logFile: join(this.dataDir, 'logs', `${name}.log`),
      isHeld: () => existsSync(holdFile(this.dataDir, name)),
      onChange: (change) => this.#onChange(name, change),
    })
    this.#children.set(name, child)
  }

  #onChange(name: ChildName, change: ChildChange): void {
    const state = this.#stateNow
    const port = name === 'bots' ? 0 : state.ports[name]
    const { restarts, process: identity } = change
    state.children[name] = { state: change.state, process: identity, port, restarts }
    const line = `${new Date().toISOString()} ${name} ${change.message}\n`
    appendFileSync(join(this.dataDir, 'logs', 'supervisor.log'), line)
    this.#save()
  }

  async #waitReady(name: ChildName, probe: () => Promise<void>): Promise<void> {
    const deadline = Date.now() + READY_TIMEOUT_MS
    for (;;) {
      try {
        await probe()
        return
      } catch (error) {
        if (this.#stopping !== undefined)
          throw new Error('stopped while starting', { cause: error })
        const child = this.#stateNow.children[name]
        const logFile = join(this.dataDir, 'logs', `${name}.log`)
        if (Date.now() > deadline || (child?.restarts ?? 0) > 5 || child?.state === 'stopped') {
          const words = error instanceof Error ? error.message : String(error)
          const lines = readFileSync(logFile, 'utf8').trim().split('\n').slice(-4).join('\n  ')
          throw new Error(
            `${name} does not get ready: ${words}\n${logFile} ends with\n  ${lines}`,
            {
              cause: error,
            },
          )
        }
      }
      await sleep(READY_POLL_MS)
    }
  }

  get #stateNow(): StackState {
    if (this.#state === undefined) throw new Error('the stack has no state yet')
    return this.#state
  }

  #save(): void {
    writeStackFile(this.dataDir, this.#stateNow)
  }
}

function urlsOf(ports: Ports, pg: string): StackUrls {
  const at = (scheme: string, port: number): string => `${scheme}://127.0.0.1:${port}`
  return {
    gateway: at('http', ports.gateway),
    nats: at('nats', ports.nats),
    natsMonitor: at('http', ports.natsMonitor),
    pg,
    redis: at('redis', ports.redis),
    influx: at('http', ports.influx),
    etcd: at('http', ports.etcd),
    faas: at('http', ports.faas),
  }
}
