// The rows of a smoke run: what was expected, what was found. The first difference ends the run.

import Table from 'cli-table3'

export interface Checks {
  /** Records one check. Errors: SmokeDifference when it does not hold. */
  equal(what: string, found: unknown, expected: unknown): void
  /** Polls until the value is as expected, for what arrives a moment later. */
  eventually(what: string, read: () => unknown, expected: unknown): Promise<void>
  render(): string
}

/** The first check that did not hold. */
export class SmokeDifference extends Error {
  override readonly name = 'SmokeDifference'
}

const POLL_MS = 50
const DEADLINE_MS = 15_000

export function createChecks(): Checks {
  const table = new Table({
    head: ['check', 'expected', 'found', ''],
    style: { head: [], border: [] },
  })
  function record(what: string, found: unknown, expected: unknown): void {
    const [e, f] = [text(expected), text(found)]
    table.push([what, e, f, e === f ? 'ok' : 'DIFFERS'])
    if (e !== f) throw new SmokeDifference(`${what}: expected ${e}, found ${f}`)
  }
  return {
    equal: record,
    async eventually(what, read, expected) {
      const deadline = Date.now() + DEADLINE_MS
      let found: unknown
      do {
        found = await read()
        if (text(found) === text(expected)) break
        await new Promise((resolve) => setTimeout(resolve, POLL_MS))
      } while (Date.now() < deadline)
      record(what, found, expected)
    },
    render: () => table.toString(),
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
