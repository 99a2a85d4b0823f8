// All functions of the host: deploys, updates, scales and removes them, and remembers them on disk
// before it answers, so that a restart brings back what was answered with 202.

import { availableParallelism } from 'node:os'
import type { Logger } from '#adapters/service/index.ts'
import type { FaasConfig } from './config.ts'
import { DeployedFunction, type FunctionOptions, newlyStored } from './deployed-function.ts'
import {
  type Deployment,
  FUNCTIONS_MAX,
  NAMESPACE,
  REPLICAS_MAX,
  RefusedError,
} from './deployment.ts'
import { type Launch, preferredPort, resolveLaunch } from './launch.ts'
import { type AcquireSlot, createStartSlots } from './start-slots.ts'
import type { Store, StoredDeployment } from './store.ts'

/** Owns the functions; `close` ends their processes and keeps their deployments. */
export class Registry {
  readonly #functions = new Map<string, DeployedFunction>()
  readonly #closing = new Set<Promise<void>>()
  readonly #acquireSlot: AcquireSlot = createStartSlots(availableParallelism())
  readonly #config: FaasConfig
  readonly #store: Store
  readonly #log: Logger
  readonly #onLine: FunctionOptions['onLine']

  constructor(config: FaasConfig, store: Store, log: Logger, onLine: FunctionOptions['onLine']) {
    this.#config = config
    this.#store = store
    this.#log = log
    this.#onLine = onLine
  }

  /** Starts what was deployed before the last end of the host. */
  restore(): void {
    for (const stored of this.#store.load()) {
      try {
        this.#open(stored)
      } catch (error) {
        const name = stored.deployment.service
        this.#log.error({ function: name, err: error }, 'function could not be brought back')
      }
    }
  }

  /** All functions by name. */
  all(): DeployedFunction[] {
    return [...this.#functions.values()].sort((a, b) => a.name.localeCompare(b.name))
  }

  /** A function by `NAME` or `NAME.<namespace>`. */
  find(name: string, namespace = ''): DeployedFunction | undefined {
    const dot = name.lastIndexOf('.')
    const bare = dot === -1 ? name : name.slice(0, dot)
    const space = (dot === -1 ? namespace : name.slice(dot + 1)) || NAMESPACE
    const found = this.#functions.get(bare)
    return found?.stored().deployment.namespace === space ? found : undefined
  }

  /** Deploys a new function. Errors: RefusedError 400. */
  create(deployment: Deployment): void {
    const before = this.#functions.get(deployment.service)
    if (before !== undefined) return this.update(deployment)
    if (this.#config.isStrict && this.#functions.size >= FUNCTIONS_MAX) {
      throw new RefusedError(400, `validation failed: more than ${FUNCTIONS_MAX} functions`)
    }
    this.#open(newlyStored(deployment, undefined))
    this.#save()
    this.#log.info({ function: deployment.service }, 'function deployed')
  }

  /** Changes a function without an interruption. Errors: RefusedError 404, 400. */
  update(deployment: Deployment): void {
    const found = this.#get(deployment.service, deployment.namespace)
    const launch = this.#prepare(deployment)
    found.update(newlyStored(deployment, found.stored()), launch)
    this.#save()
    this.#log.info({ function: deployment.service }, 'function updated')
  }

  /** Errors: RefusedError 404, 400. */
  scale(name: string, namespace: string, replicas: number): void {
    const found = this.#get(name, namespace)
    const least = this.#config.isStrict ? 1 : 0
    if (!Number.isInteger(replicas) || replicas < least) {
      throw new RefusedError(400, `validation failed: replicas must be at least ${least}`)
    }
    found.scale(Math.min(replicas, REPLICAS_MAX))
    this.#save()
  }

  /** Forgets a function at once and drains it in the background. Errors: RefusedError 404. */
  remove(name: string, namespace: string): void {
    const found = this.#get(name, namespace)
    this.#functions.delete(found.name)
    this.#save()
    this.#log.info({ function: found.name }, 'function removed')
    const done = found.close().then(() => {
      if (!this.#functions.has(found.name)) this.#store.unmountSecrets(found.name)
    })
    this.#closing.add(done)
    done
      .catch((error: unknown) => this.#log.error({ err: error }, 'function did not end'))
      .finally(() => this.#closing.delete(done))
      .catch(() => {})
  }

  /** Ends all processes. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.all().map((one) => one.close()), ...this.#closing])
  }

  #get(name: string, namespace: string): DeployedFunction {
    const found = this.find(name, namespace)
    if (found === undefined) throw new RefusedError(404, `function ${name} not found`)
    return found
  }

  #open(stored: StoredDeployment): void {
    const { deployment } = stored
    const { service } = deployment
    const launch = this.#prepare(deployment)
    const options = {
      host: this.#config.host,
      preferredPort: preferredPort(service, this.#config.functionPortBase),
      upstreamTimeoutMs: this.#config.upstreamTimeoutMs,
      drainMs: this.#config.drainMs,
      acquireSlot: this.#acquireSlot,
      onLine: this.#onLine,
      onEvent: (fields: object, message: string) => this.#log.warn(fields, message),
    }
    this.#functions.set(service, new DeployedFunction(stored, launch, options))
  }

  #prepare(deployment: Deployment): Launch {
    const { service, secrets } = deployment
    const launch = resolveLaunch(deployment, this.#config, this.#store.mountPath(service))
    this.#store.mountSecrets(service, secrets)
    return launch
  }

  #save(): void {
    this.#store.save(this.all().map((one) => one.stored()))
  }
}
