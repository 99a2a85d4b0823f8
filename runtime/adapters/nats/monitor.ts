// What a NATS server says about its own durability, on its monitoring endpoint.

/** Whether the server syncs every write (`sync_interval: always`). */
export type ServerDurability = 'power-safe' | 'process-safe' | 'unknown'

const DEADLINE_MS = 2_000

/** Asks; `unknown` when the endpoint does not answer or does not say. */
export async function readServerDurability(monitorUrl: string): Promise<ServerDurability> {
  try {
    const answer = await fetch(new URL('/varz', monitorUrl), {
      signal: AbortSignal.timeout(DEADLINE_MS),
    })
    const body = (await answer.json()) as { jetstream?: { config?: { sync_always?: boolean } } }
    const config = body.jetstream?.config
    if (config === undefined) return 'unknown'
    return config.sync_always === true ? 'power-safe' : 'process-safe'
  } catch {
    return 'unknown'
  }
}
