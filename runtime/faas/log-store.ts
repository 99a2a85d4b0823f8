// The last log lines of each function, for `faas-cli logs`. Memory only: the same lines stand in
// the host's own output.

/** One line as `faas-cli logs` reads it. */
export interface LogLine {
  readonly name: string
  readonly namespace: string
  readonly instance: string
  /** RFC 3339. */
  readonly timestamp: string
  readonly text: string
}

/** Kept lines of one function: 2,000 lines of at most 16 KB are at most 32 MB, usually 0.4 MB. */
const LINES_MAX = 2000
const LINE_CHARS_MAX = 16_384

/** Lines of one function and who follows them. */
export interface LogStore {
  readonly add: (instance: string, text: string) => void
  readonly read: (since: string, tail: number, instance: string) => LogLine[]
  /** Calls back for each new line; returns the way to stop. */
  readonly follow: (take: (line: LogLine) => void) => () => void
}

/** An empty store for one function. */
export function createLogStore(name: string, namespace: string): LogStore {
  let lines: LogLine[] = []
  const followers = new Set<(line: LogLine) => void>()
  return {
    add: (instance, raw) => {
      const text = raw.length > LINE_CHARS_MAX ? `${raw.slice(0, LINE_CHARS_MAX)}…` : raw
      const line = { name, namespace, instance, timestamp: new Date().toISOString(), text }
      lines.push(line)
      // Cut in one go at twice the size: a shift per line would cost more than the line.
      if (lines.length >= 2 * LINES_MAX) lines = lines.slice(-LINES_MAX)
      for (const take of followers) take(line)
    },
    read: (since, tail, instance) => {
      const from = since === '' ? 0 : Date.parse(since)
      const found = lines
        .slice(-LINES_MAX)
        .filter((line) => Date.parse(line.timestamp) >= from)
        .filter((line) => instance === '' || line.instance === instance)
      return tail > 0 ? found.slice(-tail) : found
    },
    follow: (take) => {
      followers.add(take)
      return () => followers.delete(take)
    },
  }
}
