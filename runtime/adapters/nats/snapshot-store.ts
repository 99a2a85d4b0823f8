// Snapshots in a JetStream object store: written under a temporary name, then named, with a SHA-256
// of the whole that is checked on every read. A torn or altered object reads as null.

import { createHash, randomUUID } from 'node:crypto'
import { type ObjectInfo, type ObjectStore, StorageType } from 'nats'
import { OperationalError } from '#contracts/errors.ts'
import { connectionOf, type NatsLink } from './link.ts'

/** One stored object. */
export interface SnapshotInfo {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

export interface SnapshotStore {
  /** Writes; when it resolves the object is whole and named. */
  readonly put: (name: string, data: Uint8Array) => Promise<SnapshotInfo>
  /** Null: not there, torn or altered. */
  readonly get: (name: string) => Promise<Uint8Array | null>
  /** All named objects, by name. */
  readonly list: () => Promise<readonly SnapshotInfo[]>
  readonly delete: (name: string) => Promise<void>
}

const TEMPORARY = 'writing-'
const TIMEOUT_MS = 20_000
const HASH = 'sha256'

/** Opens (makes) a bucket. Errors: TE_UNAVAILABLE_NATS. */
export async function createSnapshotStore(link: NatsLink, bucket: string): Promise<SnapshotStore> {
  const store = await mapped('open the bucket', async () => {
    const js = connectionOf(link).jetstream({ timeout: TIMEOUT_MS })
    return js.views.os(bucket, { storage: StorageType.File })
  })
  return {
    put: (name, data) => mapped('write', () => put(store, name, data)),
    get: (name) => mapped('read', () => get(store, name)),
    list: () => mapped('list', () => list(store)),
    delete: (name) => mapped('delete', async () => void (await store.delete(name))),
  }
}

async function put(store: ObjectStore, name: string, data: Uint8Array): Promise<SnapshotInfo> {
  const sha256 = createHash('sha256').update(data).digest('hex')
  const temporary = `${TEMPORARY}${randomUUID()}`
  await store.putBlob({ name: temporary, metadata: { [HASH]: sha256 } }, data)
  await store.delete(name).catch(() => undefined)
  await store.update(temporary, { name, metadata: { [HASH]: sha256 } })
  return { name, bytes: data.length, sha256 }
}

async function get(store: ObjectStore, name: string): Promise<Uint8Array | null> {
  const info = await store.info(name)
  if (info === null || info.deleted) return null
  const data = await store.getBlob(name).catch((error: unknown) => {
    // The client's own digest check: an altered object is no outage.
    if (error instanceof Error && /digest|corrupt|mismatch/i.test(error.message)) return null
    throw error
  })
  if (data === null || data.length !== info.size) return null
  const sha256 = createHash('sha256').update(data).digest('hex')
  return sha256 === info.metadata?.[HASH] ? new Uint8Array(data) : null
}

async function list(store: ObjectStore): Promise<readonly SnapshotInfo[]> {
  const all = await store.list()
  return all
    .filter((info: ObjectInfo) => !info.deleted && !info.name.startsWith(TEMPORARY))
    .map((info) => ({
      name: info.name,
      bytes: info.size,
      sha256: info.metadata?.[HASH] ?? '',
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function mapped<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new OperationalError('TE_UNAVAILABLE_NATS', `cannot ${what} (object store)`, { cause })
  }
}
