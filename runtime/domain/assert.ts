// The fourth kind of no: a bug. The process stops and the log rebuilds its state.

/** Throws when an invariant does not hold; stays on in production. */
export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${what}`)
}

/** Ends a switch over a closed union: reaching it is a bug, and not covering a case a type error. */
export function unreachable(value: never): never {
  throw new Error(`unreachable value: ${String(value)}`)
}
