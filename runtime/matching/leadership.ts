// Who publishes for a shard. The lease elects; the fence of the event log decides. One node needs no
// election: it leads at once. An etcd election takes this interface's place when standbys come.

/** Won leadership. */
export interface Lease {
  /** Grows with every new leader: makes a zombie visible. */
  readonly epoch: number
  /** Aborts when the lease is, or may be, lost: stop publishing at once. */
  readonly lost: AbortSignal
  /** Gives the lease back, so that another can lead without waiting for it to expire. */
  readonly resign: () => Promise<void>
}

/** How a process becomes its shard's leader. */
export interface Leadership {
  /** Resolves when this process leads. */
  readonly campaign: (signal: AbortSignal) => Promise<Lease>
}

/**
 * The leadership of a shard with a single node: always won. `register` makes the leader visible in
 * the service registry; nothing depends on it. The epoch is the time of the start.
 */
export function singleNodeLeadership(register: () => AsyncDisposable): Leadership {
  return {
    campaign: () => {
      const registration = register()
      return Promise.resolve({
        epoch: Date.now(),
        lost: new AbortController().signal,
        resign: async () => registration[Symbol.asyncDispose](),
      })
    },
  }
}
