// JetStream's API as plain requests: streams that must exist, what is in them, single messages.

import { OperationalError } from '#contracts/errors.ts'
import {
  commandStream,
  commandSubject,
  DLQ_STREAM,
  eventStream,
  eventSubject,
} from '#contracts/subjects.ts'
import { type NatsLink, toNanos } from './link.ts'

/** The server's own words about a request or publish that it refused. */
export interface ApiError {
  readonly code: number
  readonly err_code: number
  readonly description: string
}

/** What a stream holds. */
export interface StreamState {
  readonly firstSeq: number
  readonly lastSeq: number
  readonly messages: number
  readonly bytes: number
  /** Nats-Msg-Id of the last message; empty when it has none or there is none. */
  readonly lastMsgId: string
}

/** One stored message. */
export interface StoredMessage {
  readonly seq: number
  readonly timeNs: bigint
  readonly subject: string
  readonly data: Uint8Array
  readonly msgId: string
}

/** Longest time in which a publish may be repeated under the same id without being stored twice. */
export const DUPLICATE_WINDOW_MS = 120_000
/** A batch of 512 commands takes at most 62 kB of orders; the rest is room for JSON records. */
const COMMAND_BYTES_MAX = 1_048_576
const API_TIMEOUT_MS = 3_000
const ERR_STREAM_NOT_FOUND = 10_059
const ERR_NO_MESSAGE = 10_037
const ERR_NAME_IN_USE = 10_058

/** Makes the shard's streams or brings them up to date; retries while the server is starting. */
export async function ensureStreams(
  link: NatsLink,
  options: { readonly shard: number; readonly replicas?: number; readonly signal?: AbortSignal },
): Promise<void> {
  const { shard, replicas = 1 } = options
  const logs = { deny_delete: true, deny_purge: true, num_replicas: replicas }
  await ensure(link, options.signal, {
    ...logs,
    name: commandStream(shard),
    subjects: [commandSubject(shard)],
    max_msg_size: COMMAND_BYTES_MAX,
  })
  await ensure(link, options.signal, {
    ...logs,
    name: eventStream(shard),
    subjects: [eventSubject(shard)],
  })
  await ensure(link, options.signal, {
    name: DLQ_STREAM,
    subjects: ['dlq.>'],
    num_replicas: replicas,
  })
}

async function ensure(
  link: NatsLink,
  signal: AbortSignal | undefined,
  wanted: { readonly name: string } & Record<string, unknown>,
): Promise<void> {
  const config = {
    storage: 'file',
    retention: 'limits',
    discard: 'new',
    max_msgs: -1,
    max_bytes: -1,
    max_age: 0,
    max_msg_size: -1,
    max_consumers: -1,
    allow_direct: true,
    duplicate_window: toNanos(DUPLICATE_WINDOW_MS),
    ...wanted,
  }
  for (;;) {
    try {
      await createOrUpdate(link, wanted.name, config)
      return
    } catch (error) {
      if (signal?.aborted || !isTransient(error)) throw error
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}

async function createOrUpdate(link: NatsLink, name: string, config: object): Promise<void> {
  try {
    await api(link, `STREAM.CREATE.${name}`, config)
  } catch (error) {
    if (apiErrorOf(error)?.err_code !== ERR_NAME_IN_USE) throw error
    await api(link, `STREAM.UPDATE.${name}`, config)
  }
}

/** First, last and count of a stream. Errors: TE_NOT_FOUND, TE_UNAVAILABLE_NATS. */
export async function streamState(link: NatsLink, stream: string): Promise<StreamState> {
  const extent = await streamExtent(link, stream)
  const last = extent.messages === 0 ? null : await getMessage(link, stream, extent.lastSeq)
  return { ...extent, lastMsgId: last?.msgId ?? '' }
}

/** The same without the last id: cheaper, because no message is fetched. */
export async function streamExtent(
  link: NatsLink,
  stream: string,
): Promise<Omit<StreamState, 'lastMsgId'>> {
  const { state } = await api<{
    state: { first_seq: number; last_seq: number; messages: number; bytes: number }
  }>(link, `STREAM.INFO.${stream}`, null)
  const { first_seq: firstSeq, last_seq: lastSeq, messages, bytes } = state
  return { firstSeq, lastSeq, messages, bytes }
}

/** One message by its sequence; null when the stream holds none there. */
export async function getMessage(
  link: NatsLink,
  stream: string,
  seq: number,
): Promise<StoredMessage | null> {
  interface Answer {
    message: { subject: string; seq: number; data?: string; hdrs?: string; time: string }
  }
  try {
    const { message } = await api<Answer>(link, `STREAM.MSG.GET.${stream}`, { seq })
    const headers = Buffer.from(message.hdrs ?? '', 'base64').toString('utf8')
    return {
      seq: message.seq,
      subject: message.subject,
      timeNs: rfc3339ToNs(message.time),
      data: new Uint8Array(Buffer.from(message.data ?? '', 'base64')),
      msgId: /^Nats-Msg-Id: ?(.*)\r$/im.exec(headers)?.[1] ?? '',
    }
  } catch (error) {
    if (apiErrorOf(error)?.err_code === ERR_NO_MESSAGE) return null
    throw error
  }
}

/** 2026-11-22T20:00:00.123456789Z -> ns since 1970, exactly. */
function rfc3339ToNs(text: string): bigint {
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? ''
  const seconds = Date.parse(text.replace(/\.\d+/, '')) / 1_000
  return BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'))
}

/** One request to the JetStream API. Errors: TE_NOT_FOUND, TE_CONFLICT, TE_UNAVAILABLE_NATS. */
export async function api<T = unknown>(
  link: NatsLink,
  method: string,
  body: object | null,
): Promise<T> {
  const payload = body === null ? '' : JSON.stringify(body)
  const answer = await requestApi(link, method, payload)
  const parsed = JSON.parse(Buffer.from(answer).toString('utf8')) as T & { error?: ApiError }
  if (parsed.error !== undefined) throw refused(`JetStream ${method}`, parsed.error)
  return parsed
}

async function requestApi(link: NatsLink, method: string, payload: string): Promise<Uint8Array> {
  try {
    const answer = await link.request(`$JS.API.${method}`, payload, { timeoutMs: API_TIMEOUT_MS })
    return answer.data
  } catch (cause) {
    throw new OperationalError('TE_UNAVAILABLE_NATS', `JetStream does not answer ${method}`, {
      cause,
    })
  }
}

/** The server's refusal as an OperationalError; `apiErrorOf` gets its own words back. */
export function refused(what: string, error: ApiError): OperationalError {
  const code =
    error.code === 404
      ? 'TE_NOT_FOUND'
      : error.code >= 500
        ? 'TE_UNAVAILABLE_NATS'
        : ('TE_CONFLICT' as const)
  return new OperationalError(code, `${what}: ${error.description} (${error.err_code})`, {
    cause: error,
  })
}

/** The server's refusal behind an error, if it is one. */
export function apiErrorOf(error: unknown): ApiError | undefined {
  const cause = error instanceof OperationalError ? (error.cause as Partial<ApiError>) : undefined
  return typeof cause?.err_code === 'number' ? (cause as ApiError) : undefined
}

/** Whether the stream is not there. */
export const isStreamMissing = (error: unknown): boolean =>
  apiErrorOf(error)?.err_code === ERR_STREAM_NOT_FOUND

function isTransient(error: unknown): boolean {
  return error instanceof OperationalError && error.code === 'TE_UNAVAILABLE_NATS'
}
