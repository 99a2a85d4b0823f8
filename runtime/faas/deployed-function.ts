// A deployed function: keeps as many replicas running as it should have. An update brings the new
// replicas up before the old ones drain; a replica that ends by itself is started again.

import { REPLICAS_MAX, replicasWanted } from './deployment.ts'
import type { Launch } from './launch.ts'
import { createLogStore, type LogStore } from './log-store.ts'
import { type Replica, startReplica } from './replica.ts'
import type { AcquireSlot } from './start-slots.ts'
import type { StoredDeployment } from './store.ts'

/** What a function needs of the host. */
export interface FunctionOptions {
  readonly host: string
  readonly preferredPort: number
  readonly upstreamTimeoutMs: number
  readonly drainMs: number
  /** Held while a replica starts. */
  readonly acquireSlot: AcquireSlot
  readonly onLine: (name: string, instance: string, line: string) => void
  readonly onEvent: (fields: object, message: string) => void
}

const RESTART_MIN_MS = 100
const RESTART_MAX_MS = 10_000
/** A replica that lived this long starts its back-off anew. */
const STEADY_AFTER_MS = 30_000
const HEALTH_EVERY_MS = 5000
const SLOT_MS = 5000
/** A function's own drain ends after 8 s. */
const RETIRE_MS = 10_000
/** Three misses of 5 s each: busy for 15 s is taken for dead. */
const HEALTH_MISSES_MAX = 3

interface Member {
  readonly replica: Replica
  readonly launch: Launch
  isRetired: boolean
  healthMisses: number
}

/** Owns the processes of one function; `close` ends them. */
export class DeployedFunction {
  readonly name: string
  readonly logs: LogStore
  invocations = 0
  readonly #options: FunctionOptions
  readonly #endings = new Set<Promise<void>>()
  readonly #health: NodeJS.Timeout
  #stored: StoredDeployment
  #launch: Launch
  #members: Member[] = []
  #isClosed = false
  #started = 0
  #turn = 0
  #failures = 0
  #notBeforeMs = 0
  #wake: NodeJS.Timeout | undefined
  #starting: Promise<void> | undefined

  constructor(stored: StoredDeployment, launch: Launch, options: FunctionOptions) {
    this.name = stored.deployment.service
    this.logs = createLogStore(this.name, stored.deployment.namespace)
    this.#stored = stored
    this.#launch = launch
    this.#options = options
    this.#health = setInterval(() => {
      for (const member of this.#members) {
        if (member.replica.isReady()) checkHealth(member).catch(this.#report)
      }
    }, HEALTH_EVERY_MS)
    this.#health.unref()
    this.#reconcile()
  }

  /** What is kept of it. */
  stored(): StoredDeployment {
    return this.#stored
  }

  /** All that run and are not on their way out. */
  replicas(): Replica[] {
    return this.#members.filter((m) => !m.isRetired).map((m) => m.replica)
  }

  /** A ready replica, one after the other; undefined when there is none. */
  pick(): Replica | undefined {
    const ready = this.#members.filter((m) => !m.isRetired && m.replica.isReady())
    this.#turn = (this.#turn + 1) % Math.max(ready.length, 1)
    return ready[this.#turn]?.replica
  }

  /** The same deployment and the same sources start nothing: a cluster would not touch its pods either. */
  update(stored: StoredDeployment, launch: Launch): void {
    this.#stored = stored
    if (launch.fingerprint !== this.#launch.fingerprint) {
      this.#launch = launch
      this.#failures = 0
      this.#notBeforeMs = 0
    }
    this.#reconcile()
  }

  /** Changes the number of replicas. */
  scale(replicas: number): void {
    this.#stored = { ...this.#stored, replicas }
    this.#reconcile()
  }

  /** Drains and ends all replicas. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#health)
    clearTimeout(this.#wake)
    await this.#starting
    for (const member of this.#members)
      if (!member.isRetired) this.#retire(member, this.#options.drainMs)
    await Promise.all(this.#endings)
  }

  /** Brings what runs to what should run: retires what is over, starts what is missing. */
  #reconcile = (): void => {
    if (this.#isClosed || this.#starting !== undefined) return
    const own = this.#members.filter((m) => !m.isRetired && m.launch === this.#launch)
    const wanted = this.#stored.replicas
    if (own.filter((m) => m.replica.isReady()).length >= wanted) {
      for (const m of this.#members) if (!m.isRetired && m.launch !== this.#launch) this.#retire(m)
    }
    for (const extra of own.slice(wanted)) this.#retire(extra)
    if (own.length >= wanted) return
    clearTimeout(this.#wake)
    const waitMs = this.#notBeforeMs - Date.now()
    if (waitMs > 0) {
      this.#wake = setTimeout(this.#reconcile, waitMs)
      return
    }
    this.#starting = this.#start()
      .catch((error: unknown) => {
        this.#backOff()
        this.#report(error)
      })
      .finally(() => {
        this.#starting = undefined
        this.#reconcile()
      })
  }

  async #start(): Promise<void> {
    const release = await this.#options.acquireSlot()
    try {
      if (!this.#isClosed) await this.#startNow(release)
    } catch (error) {
      release()
      throw error
    }
    if (this.#isClosed) release()
  }

  async #startNow(release: () => void): Promise<void> {
    const launch = this.#launch
    const instance = `${this.name}-${this.#started++}`
    const { host, preferredPort, upstreamTimeoutMs, onLine } = this.#options
    const replica = await startReplica({
      instance,
      launch,
      host,
      preferredPort,
      upstreamTimeoutMs,
      onLine: (from, line) => {
        this.logs.add(from, line)
        onLine(this.name, from, line)
      },
    })
    const member: Member = { replica, launch, isRetired: false, healthMisses: 0 }
    this.#members.push(member)
    replica.exited.then((how) => this.#ended(member, how)).catch(this.#report)
    // One that waits for its database must not keep the others from starting.
    const patience = setTimeout(release, SLOT_MS).unref()
    replica.ready.then(release, release).finally(() => clearTimeout(patience))
    // Not ready in time: it is ended, and its end starts the next one.
    replica.ready.then(this.#reconcile, () => replica.stop(0)).catch(this.#report)
  }

  #ended(member: Member, how: string): void {
    this.#members = this.#members.filter((other) => other !== member)
    if (this.#isClosed || member.isRetired) return
    member.replica.stop(0).catch(this.#report)
    if (Date.now() - member.replica.startedAtMs > STEADY_AFTER_MS) this.#failures = 0
    const waitMs = this.#backOff()
    const fields = { function: this.name, instance: member.replica.instance, how, waitMs }
    this.#options.onEvent(fields, 'replica ended by itself')
    this.#reconcile()
  }

  #backOff(): number {
    const waitMs = Math.min(RESTART_MIN_MS * 2 ** this.#failures, RESTART_MAX_MS)
    this.#failures += 1
    this.#notBeforeMs = Date.now() + waitMs
    return waitMs
  }

  #retire(member: Member, waitMs = RETIRE_MS): void {
    member.isRetired = true
    const ending = member.replica
      .stop(waitMs)
      .catch(this.#report)
      .finally(() => this.#endings.delete(ending))
    this.#endings.add(ending)
  }

  #report = (error: unknown): void => {
    this.#options.onEvent({ function: this.name, err: error }, 'replica could not be handled')
  }
}

/** Ends a replica that has been silent for too long; its end starts it again. */
async function checkHealth(member: Member): Promise<void> {
  member.healthMisses = (await member.replica.isAlive()) ? 0 : member.healthMisses + 1
  if (member.healthMisses >= HEALTH_MISSES_MAX) await member.replica.stop(0)
}

/** The first state of a new deployment; an update keeps the scale and the date of creation. */
export function newlyStored(
  deployment: StoredDeployment['deployment'],
  before: StoredDeployment | undefined,
): StoredDeployment {
  return {
    deployment,
    replicas: Math.min(Math.max(replicasWanted(deployment), before?.replicas ?? 0), REPLICAS_MAX),
    createdAt: before?.createdAt ?? new Date().toISOString(),
  }
}
