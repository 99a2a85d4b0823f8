// Waiting for something to become true, with a deadline: never a sleep of a guessed length.

const EVERY_MS = 10

/** Resolves with the first truthy answer; rejects, naming what was awaited, after the deadline. */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  deadlineMs = 20_000,
): Promise<NonNullable<T>> {
  const startedAt = performance.now()
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    if (performance.now() - startedAt > deadlineMs) throw new Error(`waited in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
  }
}
