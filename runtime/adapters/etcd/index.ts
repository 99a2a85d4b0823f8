// etcd: which processes there are, and live settings. Small and slow on purpose: nothing that must
// be right depends on it, so every failure here is a warning, and everything heals by itself.

import { Etcd3 } from 'etcd3'
import { OperationalError } from '#contracts/errors.ts'

/** What this adapter logs with (pino fits). */
export interface EtcdLog {
  warn(fields: object, message: string): void
}

/** A process as the registry shows it. */
export interface RegisteredService {
  readonly name: string
  readonly instance: string
  readonly address: string
}

export interface EtcdLink extends AsyncDisposable {
  /** A real read. Errors: TE_UNAVAILABLE_ETCD. */
  readonly ping: () => Promise<void>
  /**
   * Keeps `/te/services/<name>/<instance>` alive under a lease until disposed, through failures.
   * Gone at once when disposed, after the lease's time when the process dies.
   */
  readonly register: (service: RegisteredService) => AsyncDisposable
  /** The living instances of a service. Errors: TE_UNAVAILABLE_ETCD. */
  readonly list: (name: string) => Promise<readonly RegisteredService[]>
  /** Calls back with each setting under `/te/settings/` now and whenever it changes. */
  readonly watchSettings: (
    onSetting: (name: string, value: string | undefined) => void,
  ) => AsyncDisposable
}

export interface EtcdOptions {
  readonly url: string
  readonly log: EtcdLog
  readonly leaseSeconds?: number
}

const LEASE_SECONDS = 10
const RETRY_MS = 2000
const CALL_MS = 2000
const SERVICES = '/te/services/'
const SETTINGS = '/te/settings/'
const TOKEN = /^[A-Za-z0-9._-]{1,64}$/

/** Makes a link; it connects with its first use. */
export function createEtcd(options: EtcdOptions): EtcdLink {
  const client = new Etcd3({
    hosts: options.url,
    dialTimeout: CALL_MS,
    defaultCallOptions: () => ({ deadline: Date.now() + CALL_MS }),
  })
  return {
    ping: async () => {
      await call(() => client.get(`${SERVICES}ping`).string())
    },
    register: (service) => register(client, options, service),
    list: async (name) => {
      const prefix = `${SERVICES}${checked(name)}/`
      const found = await call(() => client.getAll().prefix(prefix).strings())
      return Object.entries(found).map(([key, address]) => ({
        name,
        instance: key.slice(prefix.length),
        address,
      }))
    },
    watchSettings: (onSetting) => watchSettings(client, options.log, onSetting),
    [Symbol.asyncDispose]: () => {
      client.close()
      return Promise.resolve()
    },
  }
}

function register(client: Etcd3, options: EtcdOptions, service: RegisteredService) {
  const key = `${SERVICES}${checked(service.name)}/${checked(service.instance)}`
  const stop = new AbortController()
  let release = (): Promise<void> => Promise.resolve()
  const hold = async (): Promise<void> => {
    const lease = client.lease(options.leaseSeconds ?? LEASE_SECONDS)
    const lost = new Promise<void>((resolve) => lease.once('lost', () => resolve()))
    release = async () => {
      await lease.revoke().catch(() => undefined)
    }
    await lease.put(key).value(service.address)
    await Promise.race([lost, aborted(stop.signal)])
  }
  const running = forever(stop.signal, options.log, `register ${key}`, hold)
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort()
      await Promise.race([release().then(() => running), pause(CALL_MS)])
    },
  }
}

function watchSettings(
  client: Etcd3,
  log: EtcdLog,
  onSetting: (name: string, value: string | undefined) => void,
): AsyncDisposable {
  const stop = new AbortController()
  const follow = async (): Promise<void> => {
    const nameOf = (key: Buffer | string) => key.toString().slice(SETTINGS.length)
    const watcher = await client.watch().prefix(SETTINGS).create()
    try {
      const lost = new Promise<void>((resolve) => watcher.once('disconnected', () => resolve()))
      watcher.on('put', (kv) => onSetting(nameOf(kv.key), kv.value.toString()))
      watcher.on('delete', (kv) => onSetting(nameOf(kv.key), undefined))
      const now = await client.getAll().prefix(SETTINGS).strings()
      for (const [key, value] of Object.entries(now)) onSetting(nameOf(key), value)
      await Promise.race([lost, aborted(stop.signal)])
    } finally {
      await watcher.cancel().catch(() => undefined)
    }
  }
  const running = forever(stop.signal, log, 'watch settings', follow)
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort()
      await Promise.race([running, pause(CALL_MS)])
    },
  }
}

/** Repeats work that ends when etcd is lost; says so once until it works again. */
async function forever(
  signal: AbortSignal,
  log: EtcdLog,
  what: string,
  work: () => Promise<void>,
): Promise<void> {
  let isSaid = false
  while (!signal.aborted) {
    const startedAt = performance.now()
    const error = await work().then(
      () => undefined,
      (err: unknown) => err,
    )
    if (signal.aborted) return
    if (performance.now() - startedAt > RETRY_MS * 2) isSaid = false
    if (!isSaid) log.warn({ what, err: error }, 'etcd is away; trying again')
    isSaid = true
    await Promise.race([pause(RETRY_MS), aborted(signal)])
  }
}

async function call<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new OperationalError('TE_UNAVAILABLE_ETCD', 'etcd does not answer', { cause })
  }
}

/** Keys are built from closed alphabets only. */
function checked(token: string): string {
  if (!TOKEN.test(token)) throw new Error(`not a registry name: ${token}`)
  return token
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref())

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
