/**
 * `<dataDir>/stack.json`: what runs, with which ids, ports and addresses. Written by the supervisor
 * at every change, read by `attachStack`, by `npm run stack` and by the next start, which cleans up
 * what a killed supervisor left behind.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ServerName } from './find-servers.ts'
import type { Ports } from './ports.ts'
import type { ProcessIdentity } from './process-identity.ts'

/** The processes of ours, in the order of the way of an order. */
export const PROCESS_NAMES = ['faas', 'matching', 'feed', 'connector', 'gateway', 'bots'] as const

/** A process of ours. */
export type ProcessName = (typeof PROCESS_NAMES)[number]

/** Anything that the supervisor keeps alive. */
export type ChildName = ServerName | ProcessName

/** One supervised child. */
export interface ChildState {
  state: 'running' | 'waiting' | 'held' | 'stopped'
  process?: ProcessIdentity | undefined
  port: number
  restarts: number
}

/** Addresses of everything that a client may talk to. */
export interface StackUrls {
  gateway: string
  nats: string
  natsMonitor: string
  pg: string
  redis: string
  influx: string
  etcd: string
  faas: string
}

/** The whole file. */
export interface StackState {
  id: string
  bootId: string
  state: 'starting' | 'ready' | 'stopping' | 'stopped'
  supervisor: ProcessIdentity
  startedAt: string
  durability: 'power-safe' | 'process-safe'
  ports: Ports
  urls: StackUrls
  /** What processes and tools get by environment. */
  env: Record<string, string>
  secretsDir: string
  children: Partial<Record<ChildName, ChildState>>
}

/** Reads it; undefined when there is none, or it is torn. */
export function readStackFile(dataDir: string): StackState | undefined {
  try {
    return JSON.parse(readFileSync(join(dataDir, 'stack.json'), 'utf8')) as StackState
  } catch {
    return undefined
  }
}

/** Writes it whole, so that a reader never sees half of it. It holds passwords: 0600. */
export function writeStackFile(dataDir: string, state: StackState): void {
  const file = join(dataDir, 'stack.json')
  writeFileSync(`${file}.partial`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.partial`, file)
}

/** While this file exists, the supervisor does not restart that child. */
export function holdFile(dataDir: string, name: ChildName): string {
  return join(dataDir, `hold-${name}`)
}
