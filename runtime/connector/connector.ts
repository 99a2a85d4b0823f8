// Keeps the lanes in step with what is deployed. An outage of the host changes nothing: the lanes
// that run go on trying, and nothing is taken for undeployed because nobody answered.

import type { Logger } from '#adapters/service/index.ts'
import { type EventLane, type LaneParts, startEventLane } from './event-lane.ts'
import type { Discovered } from './function-client.ts'
import { type RpcLane, startRpcLane } from './rpc-lane.ts'

/** The lanes of all functions; `close` ends them. */
export class Connector {
  readonly #parts: LaneParts
  readonly #log: Logger
  readonly #events = new Map<string, EventLane>()
  readonly #rpc = new Map<string, RpcLane>()
  #timer: NodeJS.Timeout | undefined
  #isClosed = false
  #problem = 'nothing discovered yet'

  constructor(parts: LaneParts) {
    this.#parts = parts
    this.#log = parts.log
  }

  /** Looks for functions now, and from then on at every interval. */
  async start(): Promise<void> {
    await this.#look()
    if (this.#isClosed) return
    this.#timer = setTimeout(() => void this.start(), this.#parts.config.discoveryMs)
  }

  /** Throws while the host has not answered the last look. */
  checkHost(): void {
    if (this.#problem !== '') throw new Error(this.#problem)
  }

  /** How far each function is behind. */
  lags(): { name: string; stream: string; lag: number; problem: string }[] {
    return [...this.#events.values()].map((lane) => ({
      name: lane.name,
      stream: lane.stream,
      lag: lane.lag(),
      problem: lane.problem(),
    }))
  }

  /** Subjects that are answered. */
  subjects(): string[] {
    return [...this.#rpc.values()].map((lane) => lane.subject)
  }

  /** Stops the intake, lets open calls end, settles them. */
  async close(waitMs: number): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    const lanes = [...this.#rpc.values(), ...this.#events.values()]
    await Promise.all(lanes.map((lane) => lane.close(waitMs)))
  }

  async #look(): Promise<void> {
    try {
      const found = await this.#parts.client.discover()
      if (this.#isClosed) return
      this.#reconcile(found)
      this.#problem = ''
    } catch (error) {
      if (this.#problem === '') this.#log.warn({ err: error }, 'the functions cannot be listed')
      this.#problem = error instanceof Error ? error.message : String(error)
    }
    for (const lane of this.#events.values()) {
      // NATS is away or the stream is not made yet: the lane itself says so.
      lane.refresh().catch(() => {})
    }
  }

  #reconcile(found: readonly Discovered[]): void {
    const events = new Map(
      found.flatMap(({ name, streams }) =>
        streams.map((stream) => [`${name} ${stream}`, { name, stream }]),
      ),
    )
    const rpc = new Map(
      found.filter((one) => one.rpc !== '').map((one) => [`${one.name} ${one.rpc}`, one]),
    )
    this.#drop(this.#events, events)
    this.#drop(this.#rpc, rpc)
    for (const [key, { name, stream }] of events) {
      if (this.#events.has(key)) continue
      this.#log.info({ function: name, stream }, 'events lane starts')
      this.#events.set(key, startEventLane(name, stream, this.#parts))
    }
    const { link, client, metrics, config, log } = this.#parts
    for (const [key, { name, rpc: subject }] of rpc) {
      if (this.#rpc.has(key)) continue
      this.#log.info({ function: name, subject }, 'requests lane starts')
      const inflightMax = config.rpcInflightMax
      this.#rpc.set(key, startRpcLane(name, subject, { link, client, metrics, inflightMax, log }))
    }
  }

  #drop<L extends EventLane | RpcLane>(
    running: Map<string, L>,
    wanted: ReadonlyMap<string, unknown>,
  ): void {
    for (const [key, lane] of running) {
      if (wanted.has(key)) continue
      running.delete(key)
      this.#log.info({ function: lane.name }, 'lane ends: no longer deployed')
      lane.close(this.#parts.config.eventsDeadlineMs).catch((error: unknown) => {
        this.#log.error({ err: error }, 'lane did not end')
      })
    }
  }
}
