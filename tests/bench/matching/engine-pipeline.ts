// The whole engine as it runs in production, without log and network: bytes of a command batch ->
// reader -> accounts, holds, fees, matching -> writer -> bytes of an event batch.

import { TIMES_IN_FORCE } from '#domain/order.ts'
import { Engine } from '#engine/engine.ts'
import {
  type CommandHandler,
  createCommandReader,
} from '../../../runtime/matching/journal/command-reader.ts'
import { createEventWriter } from '../../../runtime/matching/journal/event-writer.ts'
import type { LatencyLog } from './latency.ts'

const START_TIME_NS = 1_700_000_000_000_000_000n
/** Types of command in the order of their codes in a latency log. */
export const ENGINE_TYPES = ['new order', 'cancel', 'order that trades']
/** The load's orders that trade are its IOC orders. */
const IOC = TIMES_IN_FORCE.indexOf('IOC')

/** One engine between its codecs; a snapshot says where it starts. */
export class EnginePipeline {
  readonly engine: Engine
  readonly #writer = createEventWriter()
  readonly #reader = createCommandReader()
  readonly #handler: CommandHandler
  #seq: number

  constructor(snapshot?: Uint8Array, capacity = 1 << 16) {
    this.engine = new Engine(this.#writer, { capacity })
    if (snapshot === undefined) this.engine.begin(1, START_TIME_NS)
    else this.engine.loadSnapshot(snapshot)
    this.#seq = this.engine.lastSeq
    const { engine } = this
    this.#handler = {
      plainOrder: (i, words, floats, at) => engine.plainOrder(i, words, floats, at),
      plainCancel: (i, words, floats, at) => engine.plainCancel(i, words, floats, at),
      newOrder: (i, command) => engine.newOrder(i, command),
      cancelOrder: (i, command) => engine.cancelOrder(i, command),
      replaceOrder: (i, command) => engine.replaceOrder(i, command),
      admin: (i, command) => engine.admin(i, command),
      malformed: () => refuseMalformed(),
    }
  }

  /** Plays one batch of commands: the bytes of its events. */
  play(batch: Uint8Array): Uint8Array {
    return this.#play(batch, this.#handler)
  }

  /** Plays one batch and times every command: the engine and the encoding of its events. */
  playTimed(batch: Uint8Array, log: LatencyLog): void {
    const { engine } = this
    this.#play(batch, {
      ...this.#handler,
      plainOrder: (i, words, floats, at) => {
        const start = performance.now()
        if (!engine.plainOrder(i, words, floats, at)) return false
        log.add(0, performance.now() - start)
        return true
      },
      plainCancel: (i, words, floats, at) => {
        const start = performance.now()
        if (!engine.plainCancel(i, words, floats, at)) return false
        log.add(1, performance.now() - start)
        return true
      },
      newOrder: (i, command) => {
        const type = command.timeInForce === IOC ? 2 : 0
        const start = performance.now()
        engine.newOrder(i, command)
        log.add(type, performance.now() - start)
      },
      cancelOrder: (i, command) => {
        const start = performance.now()
        engine.cancelOrder(i, command)
        log.add(1, performance.now() - start)
      },
    })
  }

  #play(batch: Uint8Array, handler: CommandHandler): Uint8Array {
    const seq = ++this.#seq
    this.#writer.begin()
    this.#reader.open(batch)
    this.engine.begin(seq, START_TIME_NS)
    this.#reader.readAll(handler)
    const { source, sourceSeq } = this.#reader
    return this.#writer.finish({ source, sourceSeq, seq, timestampNs: START_TIME_NS })
  }
}

function refuseMalformed(): never {
  throw new Error('the load has a malformed record')
}
