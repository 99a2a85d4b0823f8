// Time for whatever ends by it (DAY, GTD, dead-man): the engine has no clock, so the leader appends
// a Clock command to its own log. The time that counts is the log's own stamp on that message.

import { createLogPublisher, type NatsLink } from '#adapters/nats/index.ts'
import { encodeCommandBatch } from '#contracts/command-codec.ts'
import { commandStream, commandSubject } from '#contracts/subjects.ts'
import { NO_TRACE } from '#engine/words.ts'

/** The source of the clock's batches; gateways take theirs from 1. */
export const CLOCK_SOURCE = 0

export interface ClockOptions {
  readonly shard: number
  readonly everyMs: number
  /** Whether this process leads now: only then time is told. */
  readonly leads: () => boolean
  /** Aborts when the leadership is, or may be, lost: nothing is told from then on. */
  readonly lost: AbortSignal
  readonly onError: (error: unknown) => void
}

/** Starts to tell the time. A tick that two leaders tell is stored once: its number is its id. */
export function startClock(link: NatsLink, options: ClockOptions): AsyncDisposable {
  const { shard, everyMs, leads, lost, onError } = options
  const publisher = createLogPublisher(link, {
    stream: commandStream(shard),
    subject: commandSubject(shard),
    inFlightMax: 1,
  })
  const tell = (): void => {
    // While the log does not answer there is no use in telling it the time again and again.
    if (lost.aborted || !leads() || publisher.pending() > 0) return
    const tick = Math.floor(Date.now() / everyMs)
    publisher.publish(clockBatch(tick), { msgId: `clock:${shard}:${tick}` }).catch(onError)
  }
  const timer = setInterval(tell, everyMs)
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer)
      await publisher[Symbol.asyncDispose]()
    },
  }
}

function clockBatch(tick: number): Uint8Array {
  const from = { source: CLOCK_SOURCE, sourceSeq: tick >>> 0 }
  return encodeCommandBatch(from, [{ type: 'Clock', account: 0, traceId: NO_TRACE }])
}
