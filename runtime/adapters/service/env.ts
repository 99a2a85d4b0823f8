// Settings from the environment, read once and strictly (L5): Number('') is 0, parseInt('5s') is 5
// and 'false' is truthy, so none of them is used. Every bad name is reported, not only the first.

/** What `process.env` is; only a process's config.ts passes the real one. */
export type EnvSource = Readonly<Record<string, string | undefined>>

/** One or more settings have no meaning; the message names each. */
export class ConfigError extends Error {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(`bad settings:\n${problems.map((p) => `  ${p}`).join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** Typed readers; a missing name gives the fallback, an empty or malformed one is a problem. */
export interface EnvReader {
  /** Any non-empty text; without a fallback the name is required. */
  readonly text: (name: string, fallback?: string) => string
  /** A plain decimal whole number inside the bounds. */
  readonly integer: (
    name: string,
    fallback: number,
    bounds?: { readonly min?: number; readonly max?: number },
  ) => number
  /** A TCP port; 0 means any free one. */
  readonly port: (name: string, fallback: number) => number
  /** Exactly `true` or `false`. */
  readonly flag: (name: string, fallback: boolean) => boolean
  readonly oneOf: <T extends string>(name: string, values: readonly T[], fallback: T) => T
  /** A URL of one of the protocols, given with the colon: `nats:`. */
  readonly url: (name: string, protocols: readonly string[], fallback: string) => string
}

/**
 * Reads the settings of a process and freezes them.
 * Errors: ConfigError with every problem; nothing is half read.
 */
export function parseConfig<T extends object>(
  env: EnvSource,
  read: (reader: EnvReader) => T,
): Readonly<T> {
  const problems: string[] = []
  const config = read(createReader(env, problems))
  if (problems.length > 0) throw new ConfigError(problems)
  return Object.freeze(config)
}

/** The same for a main.ts: a problem is printed to stderr and ends the process with 1. */
export function parseConfigOrExit<T extends object>(
  env: EnvSource,
  read: (reader: EnvReader) => T,
): Readonly<T> {
  try {
    return parseConfig(env, read)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}

function createReader(env: EnvSource, problems: string[]): EnvReader {
  const problem = <T>(name: string, wanted: string, fallback: T): T => {
    problems.push(`${name} must be ${wanted}, it is ${shown(name, env[name])}`)
    return fallback
  }
  const integer: EnvReader['integer'] = (name, fallback, bounds = {}) => {
    const text = env[name]
    if (text === undefined) return fallback
    const { min = 0, max = Number.MAX_SAFE_INTEGER } = bounds
    const value = /^-?(?:0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    return problem(name, `a whole number from ${min} to ${max}`, fallback)
  }
  const oneOf: EnvReader['oneOf'] = (name, values, fallback) => {
    const text = env[name]
    if (text === undefined) return fallback
    const value = values.find((candidate) => candidate === text)
    return value ?? problem(name, `one of ${values.join(', ')}`, fallback)
  }
  return {
    integer,
    oneOf,
    text: (name, fallback) => {
      const text = env[name] ?? fallback
      if (text === undefined || text.trim() === '') return problem(name, 'a text', '')
      return text
    },
    port: (name, fallback) => integer(name, fallback, { min: 0, max: 65_535 }),
    flag: (name, fallback) =>
      oneOf(name, ['true', 'false'], fallback ? 'true' : 'false') === 'true',
    url: (name, protocols, fallback) => {
      const text = env[name] ?? fallback
      if (URL.canParse(text) && protocols.includes(new URL(text).protocol)) return text
      return problem(name, `a URL with ${protocols.join(' or ')}//`, fallback)
    },
  }
}

const SECRET_NAME = /PASSWORD|SECRET|TOKEN|KEY|PG_URL/

/** The value as a message may show it: cut, and never a secret. */
function shown(name: string, value: string | undefined): string {
  if (value === undefined) return 'missing'
  return SECRET_NAME.test(name) ? 'not shown' : JSON.stringify(value.slice(0, 80))
}
