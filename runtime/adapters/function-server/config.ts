// Settings of a function's process. The names of of-watchdog are kept where it has one, so that a
// stack.yml means the same with and without the watchdog.

/** What the server of a function needs to know. Times in milliseconds. */
export interface FunctionServerConfig {
  readonly functionName: string
  readonly host: string
  readonly port: number
  readonly secretsDir: string
  /** Longest time of a call: a caller's X-Deadline-Ms can only shorten it. */
  readonly execTimeoutMs: number
  /** Calls at once; more are answered 429. */
  readonly inflightMax: number
  /** Largest body; a bulk of events is at most 4 MB + frame headers. */
  readonly bodyBytesMax: number
  /** Longest wait for open calls after SIGTERM. */
  readonly drainMs: number
  /** The parent holds the other end of stdin: when it closes, the parent is gone and so are we. */
  readonly watchesParent: boolean
  readonly logLevel: string
}

const INFLIGHT_MAX = 256
const BODY_BYTES_MAX = 8 * 1024 * 1024

/** Reads the settings from an environment. Throws on a value that has no meaning. */
export function readFunctionConfig(
  env: Readonly<Record<string, string | undefined>>,
): FunctionServerConfig {
  return Object.freeze({
    functionName: env['FN'] ?? env['OPENFAAS_NAME'] ?? 'function',
    host: env['TE_HOST'] ?? '0.0.0.0',
    port: integer(env['PORT'], 8080, 'PORT'),
    secretsDir: env['TE_SECRETS_DIR'] ?? '/var/openfaas/secrets',
    execTimeoutMs: durationMs(env['exec_timeout'] ?? '30s'),
    inflightMax: integer(env['max_inflight'], INFLIGHT_MAX, 'max_inflight') || INFLIGHT_MAX,
    bodyBytesMax: integer(env['MAX_RAW_SIZE'], BODY_BYTES_MAX, 'MAX_RAW_SIZE'),
    drainMs: durationMs(env['write_timeout'] ?? '8s'),
    watchesParent: env['TE_WATCH_PARENT'] === 'stdin',
    logLevel: env['TE_LOG_LEVEL'] ?? 'info',
  })
}

function integer(text: string | undefined, fallback: number, name: string): number {
  if (text === undefined || text === '') return fallback
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} is not a whole number: ${text}`)
  return Number(text)
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** A Go duration (`1m30s`, `500ms`) or whole seconds, in milliseconds. */
export function durationMs(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text) * 1000
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) throw new Error(`not a duration: ${text}`)
  let total = 0
  for (const [, value, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(value) * (UNIT_MS[unit ?? ''] ?? 0)
  }
  return Math.round(total)
}
