// Batches from a durable consumer, one in flight, acknowledged as a whole: what feeds functions.

import { randomUUID } from 'node:crypto'
import { api, apiErrorOf } from './jetstream.ts'
import { type NatsLink, type NatsMessage, toNanos, unavailable } from './link.ts'

/** One message of a batch. */
export interface PulledMessage {
  readonly seq: number
  readonly timeNs: bigint
  readonly subject: string
  /** A copy of its own. */
  readonly data: Uint8Array
  readonly header: (name: string) => string | undefined
}

/** Consecutive messages, at least one. */
export interface PulledBatch {
  readonly messages: readonly PulledMessage[]
  /** Messages that the stream holds behind this batch. */
  readonly pending: number
  /** Acknowledges all of it (and all before), confirmed by the server. */
  readonly ackAll: () => Promise<void>
  /** Tells the server that the batch is still being worked on. */
  readonly working: () => void
}

export interface PullOptions {
  readonly stream: string
  readonly durable: string
  readonly filter?: string
  /** Where a consumer that does not exist yet starts (default 1). */
  readonly startSeq?: number
  readonly maxMessages: number
  readonly maxBytes: number
  /** Redelivers a batch that is neither acknowledged nor worked on (default 30 s). */
  readonly ackWaitMs?: number
}

export interface PullConsumer {
  /** The next batch as soon as there is one; null when `waitMs` passed without any. */
  readonly next: (options: {
    readonly waitMs: number
    readonly signal?: AbortSignal
  }) => Promise<PulledBatch | null>
  /** All up to this sequence is acknowledged. */
  readonly ackFloor: () => Promise<number>
  /** Makes the consumer anew so that it starts at a sequence: after a gap or a rebuild. */
  readonly recreateAt: (seq: number) => Promise<void>
  /** Removes the durable consumer from the server. */
  readonly remove: () => Promise<void>
}

const ERR_CONSUMER_NOT_FOUND = 10_014

/** Opens a durable pull consumer, making it when it is not there. Errors: TE_UNAVAILABLE_NATS. */
export async function createPullBatches(
  link: NatsLink,
  options: PullOptions,
): Promise<PullConsumer> {
  await create(link, options, options.startSeq ?? 1, false)
  return {
    next: async ({ waitMs, signal }) => {
      const batch = await pull(link, options, { waitMs, signal, isSingle: false })
      // The next message alone is larger than maxBytes: it comes alone.
      return batch === 'TooLarge' ? pullSingle(link, options, waitMs, signal) : batch
    },
    ackFloor: async () => (await find(link, options))?.ack_floor.stream_seq ?? 0,
    recreateAt: async (seq) => {
      await remove(link, options)
      await create(link, options, seq, true)
    },
    remove: () => remove(link, options),
  }
}

async function create(
  link: NatsLink,
  options: PullOptions,
  startSeq: number,
  isNew: boolean,
): Promise<void> {
  const found = isNew ? undefined : await find(link, options)
  if (found?.num_ack_pending === 0) return
  if (found !== undefined) {
    // A process that died had taken these and not settled them: they come again now, not after
    // ack_wait (30 s in which the function would stand still).
    await remove(link, options)
    return create(link, options, found.ack_floor.stream_seq + 1, true)
  }
  const { stream, durable, filter } = options
  await api(link, `CONSUMER.CREATE.${stream}.${durable}${filter ? `.${filter}` : ''}`, {
    stream_name: stream,
    config: {
      name: durable,
      durable_name: durable,
      deliver_policy: 'by_start_sequence',
      opt_start_seq: Math.max(1, startSeq),
      ack_policy: 'all',
      ack_wait: toNanos(options.ackWaitMs ?? 30_000),
      max_deliver: -1,
      max_ack_pending: options.maxMessages * 2,
      replay_policy: 'instant',
      ...(filter ? { filter_subject: filter } : {}),
    },
  })
}

interface ConsumerInfo {
  readonly num_ack_pending: number
  readonly ack_floor: { readonly stream_seq: number }
}

async function find(link: NatsLink, options: PullOptions): Promise<ConsumerInfo | undefined> {
  try {
    return await api(link, `CONSUMER.INFO.${options.stream}.${options.durable}`, null)
  } catch (error) {
    if (apiErrorOf(error)?.err_code === ERR_CONSUMER_NOT_FOUND) return undefined
    throw error
  }
}

async function remove(link: NatsLink, options: PullOptions): Promise<void> {
  try {
    await api(link, `CONSUMER.DELETE.${options.stream}.${options.durable}`, null)
  } catch (error) {
    const code = apiErrorOf(error)?.err_code
    if (code !== ERR_CONSUMER_NOT_FOUND) throw error
  }
}

async function pullSingle(
  link: NatsLink,
  options: PullOptions,
  waitMs: number,
  signal: AbortSignal | undefined,
): Promise<PulledBatch | null> {
  const batch = await pull(link, options, { waitMs, signal, isSingle: true })
  return batch === 'TooLarge' ? null : batch
}

interface PullArguments {
  readonly waitMs: number
  readonly signal: AbortSignal | undefined
  readonly isSingle: boolean
}

/** One pull that the server answers as soon as it has anything, with all it has up to the limits. */
function pull(
  link: NatsLink,
  options: PullOptions,
  { waitMs, signal, isSingle }: PullArguments,
): Promise<PulledBatch | 'TooLarge' | null> {
  const messagesMax = isSingle ? 1 : options.maxMessages
  return new Promise((resolve, reject) => {
    const messages: PulledMessage[] = []
    let last: NatsMessage | undefined
    let pending = 0
    const inbox = `_INBOX.${randomUUID()}`
    const subscription = link.subscribe(inbox, (data, message) => {
      if (!message.reply.startsWith('$JS.ACK.')) return takeStatus(message)
      const pulled = toPulled(data, message)
      messages.push(pulled)
      pending = pendingOf(message)
      last = message
      if (messages.length >= messagesMax) finish()
    })
    const settle = (): void => {
      clearTimeout(deadline)
      subscription.unsubscribe()
      stopWatching()
      signal?.removeEventListener('abort', finish)
    }
    const finish = (): void => {
      settle()
      resolve(last === undefined ? null : toBatch(link, messages, last, pending))
    }
    const fail = (message: string): void => {
      settle()
      reject(unavailable(message))
    }
    const takeStatus = (message: NatsMessage): void => {
      if (messages.length > 0 || message.status === 404 || message.status === 408) return finish()
      if (message.status === 409 && !isSingle) {
        settle()
        return resolve('TooLarge')
      }
      fail(`no batch for ${options.durable} (status ${message.status})`)
    }
    const stopWatching = link.onStatus((status) => {
      if (status !== 'reconnected') fail('the connection to NATS was lost')
    })
    const deadline = setTimeout(finish, waitMs + 2_000)
    signal?.addEventListener('abort', finish, { once: true })
    if (signal?.aborted) return finish()
    const request = {
      batch: messagesMax,
      ...(isSingle ? {} : { max_bytes: options.maxBytes }),
      expires: toNanos(waitMs),
      no_wait: true,
    }
    const subject = `$JS.API.CONSUMER.MSG.NEXT.${options.stream}.${options.durable}`
    if (!link.publish(subject, JSON.stringify(request), { reply: inbox })) {
      fail('NATS is not connected')
    }
  })
}

function replyParts(message: NatsMessage): { parts: string[]; at: number } {
  const parts = message.reply.split('.')
  return { parts, at: parts.length - (parts.length >= 12 ? 1 : 0) }
}

function pendingOf(message: NatsMessage): number {
  const { parts, at } = replyParts(message)
  return Number(parts[at - 1])
}

function toPulled(data: Uint8Array, message: NatsMessage): PulledMessage {
  const { parts, at } = replyParts(message)
  return {
    seq: Number(parts[at - 4]),
    timeNs: BigInt(parts[at - 2] ?? '0'),
    subject: message.subject,
    data: data.slice(),
    header: message.header,
  }
}

function toBatch(
  link: NatsLink,
  messages: readonly PulledMessage[],
  last: NatsMessage,
  pending: number,
): PulledBatch {
  return {
    messages,
    pending,
    ackAll: async () => void (await link.request(last.reply, '+ACK', { timeoutMs: 3_000 })),
    working: () => void link.publish(last.reply, '+WPI'),
  }
}
