/** The only reader of the environment in infra/local; everything else takes values. */

const SOURCES = ['auto', 'path', 'debian', 'compose'] as const

/** Where servers may come from: `auto` tries the PATH, then Debian packages, then Docker. */
export type ServerSource = (typeof SOURCES)[number]

/** The operator's settings, read once. */
export const env = Object.freeze({
  xdgCacheHome: text('XDG_CACHE_HOME'),
  teHome: text('TE_HOME'),
  path: text('PATH') ?? '/usr/local/bin:/usr/bin:/bin',
  serverSource: oneOf('TE_SERVERS', SOURCES, 'auto'),
  durability: oneOf('TE_DURABILITY', ['power-safe', 'process-safe'] as const, 'power-safe'),
  logLevel: text('TE_LOG_LEVEL') ?? 'info',
  chromium: text('TE_CHROMIUM'),
  /** All of it, for children: they read what their own config.ts names. */
  all: process.env,
})

function text(name: string): string | undefined {
  const value = process.env[name]
  return value === undefined || value === '' ? undefined : value
}

function oneOf<const T extends string>(name: string, allowed: readonly T[], fallback: T): T {
  const value = text(name) ?? fallback
  const found = allowed.find((candidate) => candidate === value)
  if (found === undefined) {
    throw new Error(`${name}=${value} is not one of ${allowed.join(', ')}`)
  }
  return found
}
