// Ends that need a human or a supervisor to look: each has its own exit code, so that a restart
// loop can tell "start me again" from "do not".

/** Exit codes of matching beside 0 (asked to end) and 1 (a bug; the log rebuilds it). */
export const EXIT_CODES = {
  /** The log or the snapshots are not what this shard wrote: starting would reuse numbers. */
  LogRefused: 3,
  /** Another leader is ahead. */
  SteppedDown: 4,
  /** The server is not as durable as the configuration promises. */
  NotDurable: 5,
} as const
export type RefusalKind = keyof typeof EXIT_CODES

/** A start, or going on, is refused; nothing was changed. */
export class Refusal extends Error {
  readonly kind: RefusalKind
  constructor(kind: RefusalKind, message: string) {
    super(message)
    this.name = 'Refusal'
    this.kind = kind
  }
}
