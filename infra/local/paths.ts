/** Where the local stack keeps its things: the repository, the cache of servers, the data folder. */
import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { env } from './config.ts'

/** The folder that holds package.json. */
export const repoRoot = resolve(import.meta.dirname, '../..')

/** What can be fetched again: unpacked servers, package lists. */
export function cacheDir(): string {
  return join(env.xdgCacheHome ?? join(homedir(), '.cache'), 'tradeengine')
}

/** The venue's data when nobody names another folder. */
export function defaultDataDir(): string {
  return resolve(env.teHome ?? join(repoRoot, '.te'))
}

/** A short name for a folder, for places that are shared by all folders of this machine. */
export function folderId(path: string): string {
  return createHash('sha256').update(resolve(path)).digest('hex').slice(0, 12)
}
