/** What the supervisor needs to know about one server: how to prepare, start, ask and stop it. */
import type { FoundServer } from '../find-servers.ts'
import type { Ports } from '../ports.ts'
import type { User } from '../unprivileged.ts'

/** A program with its arguments, ready to be started any number of times. */
export interface Launch {
  command: string
  args: string[]
  env: Record<string, string>
  cwd: string
  user?: User | undefined
  /** Exit codes after which a restart would only repeat the refusal: the log says why. */
  finalCodes?: readonly number[]
  /** The signal that asks for an orderly end. */
  stopSignal: NodeJS.Signals
}

/** What a server gets to know about the stack that it is part of. */
export interface ServerContext {
  /** A folder of its own, which exists. */
  dir: string
  /** The stack's data folder, which other users may pass through but not read. */
  dataDir: string
  ports: Ports
  found: FoundServer & { kind: 'binary' }
  durability: 'power-safe' | 'process-safe'
  /** Passwords of servers, by name; made at the first start. */
  password: (name: string) => Promise<string>
}

/** One server. */
export interface ServerSpec {
  /** Writes configuration, initialises storage; runs before every start of the stack. */
  prepare: (context: ServerContext) => Promise<Launch>
  /** Resolves when the server answers a real question; rejects when it does not. */
  probe: (ports: Ports, password: (name: string) => Promise<string>) => Promise<void>
}

/** Environment that a server process may see: no more of ours than it needs. */
export function serverEnv(extra: Record<string, string>): Record<string, string> {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8', ...extra }
}
