// The log of a process: one JSON object a line on stdout, times in UTC, secrets cut out by name.

import { type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino'

/** A pino logger; give it `traceId` wherever there is one. */
export type Logger = PinoLogger

const SECRET_NAMES = [
  'password',
  'newPassword',
  'apiKey',
  'token',
  'accessToken',
  'refreshToken',
  'authorization',
  'cookie',
  'secret',
  'signature',
  'pepper',
  'privateKey',
  'pgUrl',
  '["x-api-key"]',
  '["x-te-signature"]',
] as const

// Depth 0 to 2: log calls here pass flat objects, errors and at most a request with headers.
const REDACT_PATHS = SECRET_NAMES.flatMap((name) => {
  const at = (prefix: string) => (name.startsWith('[') ? `${prefix}${name}` : `${prefix}.${name}`)
  return [name, at('*'), at('*.*')]
})

/** Makes the log of a process. `name` is the process's name; `write` replaces stdout in tests. */
export function createLogger(options: {
  readonly name: string
  readonly level: string
  readonly write?: (line: string) => void
}): Logger {
  const settings = {
    level: options.level,
    base: { name: options.name, pid: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    redact: { paths: REDACT_PATHS, censor: '[redacted]' },
    formatters: { level: (label: string) => ({ level: label }) },
  }
  return pino(settings, { write: options.write ?? writeToStdout })
}

// Not pino's own destination: when the reader of our output is dead it retries EPIPE for ever, and
// the process hangs in its last log line instead of ending.
function writeToStdout(line: string): void {
  process.stdout.write(line)
}

process.stdout.on('error', () => {
  // Nobody reads any more; whoever watches this process sees it in its metrics and its end.
})
