// Readiness by real operations (L3): each dependency is asked for something that it must do, with a
// deadline; a timeout is a no. A probe that still hangs is not started again, so that a dead server
// collects no calls.

import { monitorEventLoopDelay } from 'node:perf_hooks'

/** One real operation against a dependency; resolves when it worked. */
export type Probe = () => Promise<void>

/** How one dependency is. */
export interface DependencyState {
  readonly ok: boolean
  readonly latencyMs: number
  readonly error?: string
  /** The process works without it. */
  readonly optional?: true
}

/** The body of `/health/ready`. */
export interface Readiness {
  readonly ready: boolean
  readonly role: string
  readonly deps: Readonly<Record<string, DependencyState>>
  /** Optional dependencies that are down. */
  readonly degraded: readonly string[]
  readonly [info: string]: unknown
}

const PROBE_DEADLINE_MS = 2000

/** Runs probes together; callers at the same time share one round. */
export function createProbes(
  probes: Readonly<Record<string, Probe>>,
  optional: readonly string[] = [],
): () => Promise<Pick<Readiness, 'ready' | 'deps' | 'degraded'>> {
  const runs = Object.entries(probes).map(([name, probe]) => {
    const run = createRun(probe)
    return async (): Promise<[string, DependencyState]> => {
      const state = await run()
      return [name, optional.includes(name) ? { ...state, optional: true } : state]
    }
  })
  let round: Promise<Pick<Readiness, 'ready' | 'deps' | 'degraded'>> | undefined
  return () => {
    round ??= Promise.all(runs.map((run) => run()))
      .then((states) => ({
        ready: states.every(([, state]) => state.ok || state.optional === true),
        deps: Object.fromEntries(states),
        degraded: states.filter(([, s]) => !s.ok && s.optional === true).map(([name]) => name),
      }))
      .finally(() => {
        round = undefined
      })
    return round
  }
}

function createRun(probe: Probe): () => Promise<DependencyState> {
  let hanging: Promise<string | null> | undefined
  return async () => {
    const startedAt = performance.now()
    hanging ??= probe()
      .then(() => null, errorText)
      .finally(() => {
        hanging = undefined
      })
    const error = await withDeadline(hanging)
    const latencyMs = Math.round((performance.now() - startedAt) * 10) / 10
    return error === null ? { ok: true, latencyMs } : { ok: false, latencyMs, error }
  }
}

async function withDeadline(work: Promise<string | null>): Promise<string | null> {
  const late = Promise.withResolvers<string>()
  const timer = setTimeout(
    () => late.resolve(`no answer within ${PROBE_DEADLINE_MS} ms`),
    PROBE_DEADLINE_MS,
  )
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error)
}

/** How long the event loop was away at worst since the last question, in ms. */
export function createLoopLag(): { readonly read: () => number; readonly close: () => void } {
  const histogram = monitorEventLoopDelay({ resolution: 20 })
  histogram.enable()
  return {
    read: () => {
      const lagMs = Math.round(histogram.max / 1e5) / 10
      histogram.reset()
      return lagMs
    },
    close: () => histogram.disable(),
  }
}
