// One connection to Redis: reconnects for ever, never queues while it is down (what is in Redis may
// be lost at any time, so nothing is worth waiting for), and fails as an OperationalError.

import { Redis } from 'ioredis'
import { OperationalError } from '#contracts/errors.ts'

/** A connection; everything else of this adapter takes one. */
export interface RedisLink extends AsyncDisposable {
  /** The client, for the files of this folder. */
  readonly client: Redis
  /** A round trip. Errors: TE_UNAVAILABLE_REDIS. */
  readonly ping: () => Promise<void>
}

export interface RedisOptions {
  readonly url: string
  /** Shown by CLIENT LIST. */
  readonly name: string
  readonly log: { warn(fields: object, message: string): void }
  readonly commandTimeoutMs?: number
}

const RECONNECT_MAX_MS = 1_000

/** Starts connecting; does not wait for it. */
export function createRedis(options: RedisOptions): RedisLink {
  const client = new Redis(options.url, {
    connectionName: options.name,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: options.commandTimeoutMs ?? 1_000,
    connectTimeout: 2_000,
    retryStrategy: (times) => Math.min(RECONNECT_MAX_MS, 50 * times),
  })
  let isSaid = false
  client.on('error', (err) => {
    if (!isSaid) options.log.warn({ err }, 'Redis is down')
    isSaid = true
  })
  client.on('ready', () => {
    isSaid = false
  })
  return {
    client,
    ping: async () => {
      await redisCall(() => client.ping())
    },
    [Symbol.asyncDispose]: () => {
      client.disconnect()
      return Promise.resolve()
    },
  }
}

/** Runs one command. Errors: TE_UNAVAILABLE_REDIS. */
export async function redisCall<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new OperationalError('TE_UNAVAILABLE_REDIS', 'Redis does not answer', { cause })
  }
}
