/**
 * Finds the five servers: on the PATH when new enough, else as Debian packages unpacked into the
 * cache, else as containers when a Docker engine answers. Says in one message what is missing.
 */
import { access, constants, readdir, realpath } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { runCommand } from './command.ts'
import { env, type ServerSource } from './config.ts'
import { fetchDebianPackages, libraryEnv, runningRelease } from './debian-packages.ts'
import { cacheDir, repoRoot } from './paths.ts'
import { reachableFolder } from './unprivileged.ts'
import { formatVersion, isAtLeast, parseVersion, type Version } from './versions.ts'

/** The servers, in the order in which the operator knows them. */
export const SERVER_NAMES = ['nats', 'postgres', 'redis', 'influx', 'etcd'] as const

/** One of the five. */
export type ServerName = (typeof SERVER_NAMES)[number]

/** How a found server is run. */
export type FoundServer =
  | { kind: 'binary'; binary: string; version: Version; env: Record<string, string>; from: string }
  | { kind: 'compose'; file: string; from: string }

interface Wanted {
  /** Name as people know it. */
  title: string
  program: string
  /** The arguments that make it print its version. */
  versionArgs: string[]
  atLeast: Version
  /** First version that is too new to speak the protocol that we need. */
  below?: Version
  /** Debian's package; a regular expression takes the highest number that matches. */
  package: string
  /** Releases whose own package is too old, and the release to take it from. */
  olderReleases: Record<string, string>
  /** Runs as another user when we are root, so its files must be reachable by that user. */
  isUnprivileged?: boolean
}

const SINCE_TRIXIE = { bullseye: 'trixie', bookworm: 'trixie' }

/** What counts as new enough. InfluxDB 2 on the PATH is not taken: it wants a set-up by hand. */
export const WANTED: Record<ServerName, Wanted> = {
  nats: {
    title: 'NATS server >= 2.10.23',
    program: 'nats-server',
    versionArgs: ['--version'],
    atLeast: [2, 10, 23],
    package: 'nats-server',
    olderReleases: SINCE_TRIXIE,
  },
  postgres: {
    title: 'PostgreSQL >= 15',
    program: 'postgres',
    versionArgs: ['--version'],
    atLeast: [15, 0, 0],
    package: '^postgresql-[0-9]+$',
    olderReleases: {},
    isUnprivileged: true,
  },
  redis: {
    title: 'Redis >= 7',
    program: 'redis-server',
    versionArgs: ['--version'],
    atLeast: [7, 0, 0],
    package: 'redis-server',
    olderReleases: {},
  },
  influx: {
    title: 'InfluxDB 1.6 or newer 1.x',
    program: 'influxd',
    versionArgs: ['version'],
    atLeast: [1, 6, 0],
    below: [2, 0, 0],
    package: 'influxdb',
    olderReleases: {},
  },
  etcd: {
    title: 'etcd >= 3.4',
    program: 'etcd',
    versionArgs: ['--version'],
    atLeast: [3, 4, 0],
    package: 'etcd-server',
    olderReleases: SINCE_TRIXIE,
  },
}

/** Where to look; tests and the operator's TE_SERVERS narrow it. */
export interface FindOptions {
  source?: ServerSource
  path?: string
  note?: (text: string) => void
}

/**
 * Finds all five servers, in parallel.
 * Errors: one Error that names each missing server, why each way failed, and how to get it.
 */
export async function findServers(
  options: FindOptions = {},
): Promise<Record<ServerName, FoundServer>> {
  const source = options.source ?? env.serverSource
  const problems: string[] = []
  const found: Partial<Record<ServerName, FoundServer>> = {}
  const notes = new Map<ServerName, string>()
  const compose = composeOnce()
  await Promise.all(
    SERVER_NAMES.map(async (name) => {
      const note = (text: string): void => {
        notes.set(name, `${name}: ${text}`)
        options.note?.([...notes.values()].join(', '))
      }
      const reasons: string[] = []
      for (const way of source === 'auto' ? (['path', 'debian', 'compose'] as const) : [source]) {
        try {
          found[name] = await findBy(way, name, { path: options.path ?? env.path, note, compose })
          break
        } catch (error) {
          reasons.push(`${way}: ${error instanceof Error ? error.message : String(error)}`)
        }
      }
      notes.delete(name)
      if (found[name] === undefined) {
        problems.push(`  ${WANTED[name].title}\n    ${reasons.join('\n    ')}`)
      }
    }),
  )
  if (problems.length > 0) throw new Error(missingMessage(problems))
  options.note?.(
    SERVER_NAMES.map((name) => `${name} ${describe(found[name] as FoundServer)}`).join(', '),
  )
  return found as Record<ServerName, FoundServer>
}

/** Finds one server as a program of this machine: for tests that start one of their own. */
export async function findServer(
  name: ServerName,
): Promise<Extract<FoundServer, { kind: 'binary' }>> {
  const ways = { path: env.path, note: () => undefined, compose: composeOnce() }
  const onPath = await findBy('path', name, ways).catch(() => undefined)
  const found = onPath ?? (await findBy('debian', name, ways))
  if (found.kind !== 'binary') throw new Error(`${name} is no program here`)
  return found
}

/** `2.10.27 (debian)` */
export function describe(server: FoundServer): string {
  return server.kind === 'binary'
    ? `${formatVersion(server.version)} (${server.from})`
    : `(${server.from})`
}

interface Ways {
  path: string
  note: (text: string) => void
  compose: () => Promise<string>
}

async function findBy(
  way: 'path' | 'debian' | 'compose',
  name: ServerName,
  ways: Ways,
): Promise<FoundServer> {
  if (way === 'path') return findOnPath(name, ways.path)
  if (way === 'debian') return fetchFromDebian(name, ways.note)
  return { kind: 'compose', file: await ways.compose(), from: 'docker compose' }
}

async function findOnPath(name: ServerName, path: string): Promise<FoundServer> {
  const { program } = WANTED[name]
  const folders = path.split(delimiter)
  if (name === 'postgres') folders.push(...(await debianPostgresFolders('/')))
  let tooOld = ''
  for (const folder of folders) {
    const candidate = await executable(join(folder, program))
    if (candidate === undefined) continue
    try {
      const version = await checkVersion(name, candidate, {})
      return { kind: 'binary', binary: candidate, version, env: {}, from: 'path' }
    } catch (error) {
      tooOld = error instanceof Error ? error.message : String(error)
    }
  }
  throw new Error(tooOld === '' ? `no ${program} on the PATH` : tooOld)
}

/** Newest first. Debian keeps the server programs of PostgreSQL off the PATH. */
async function debianPostgresFolders(prefix: string): Promise<string[]> {
  const base = join(prefix, 'usr/lib/postgresql')
  const majors = (await readdir(base).catch(() => [])).map(Number).filter(Number.isInteger)
  return majors.sort((a, b) => b - a).map((major) => join(base, String(major), 'bin'))
}

async function fetchFromDebian(
  name: ServerName,
  note: (text: string) => void,
): Promise<FoundServer> {
  const wanted = WANTED[name]
  const running = await runningRelease()
  const release = wanted.olderReleases[running] ?? running
  const base = wanted.isUnprivileged
    ? await reachableFolder(cacheDir(), '/var/cache/tradeengine')
    : cacheDir()
  const prefix = join(base, 'debian', release, name)
  await fetchDebianPackages({ packages: [wanted.package], release, prefix, note })
  const folders =
    name === 'postgres'
      ? await debianPostgresFolders(prefix)
      : [join(prefix, 'usr/bin'), join(prefix, 'usr/sbin')]
  for (const folder of folders) {
    const binary = await executable(join(folder, wanted.program))
    if (binary === undefined) continue
    const libraries = await libraryEnv(prefix)
    const version = await checkVersion(name, binary, libraries)
    return { kind: 'binary', binary, version, env: libraries, from: `debian ${release}` }
  }
  throw new Error(`package ${wanted.package} of ${release} holds no ${wanted.program}`)
}

async function checkVersion(
  name: ServerName,
  binary: string,
  extraEnv: Record<string, string>,
): Promise<Version> {
  const wanted = WANTED[name]
  const { stdout, stderr } = await runCommand(binary, wanted.versionArgs, {
    env: { ...env.all, ...extraEnv },
    timeoutMs: 10_000,
  })
  const version = parseVersion(stdout) ?? parseVersion(stderr)
  if (version === undefined) throw new Error(`${binary} does not tell its version`)
  const isTooNew = wanted.below !== undefined && isAtLeast(version, wanted.below)
  if (!isAtLeast(version, wanted.atLeast) || isTooNew) {
    throw new Error(`${binary} is ${formatVersion(version)}`)
  }
  return version
}

async function executable(path: string): Promise<string | undefined> {
  try {
    await access(path, constants.X_OK)
    // Debian's wrappers and links: initdb lies beside the real file.
    const real = await realpath(path)
    return dirname(real) === dirname(path) ? path : real
  } catch {
    return undefined
  }
}

/** Asks the Docker engine once for all servers. */
function composeOnce(): () => Promise<string> {
  let answer: Promise<string> | undefined
  return () => {
    answer ??= (async () => {
      await runCommand('docker', ['version', '--format', '{{.Server.Version}}'], {
        timeoutMs: 10_000,
      }).catch(() => {
        throw new Error('no Docker engine answers')
      })
      await runCommand('docker', ['compose', 'version'], { timeoutMs: 10_000 })
      return join(repoRoot, 'infra/compose/compose.yaml')
    })()
    return answer
  }
}

function missingMessage(problems: string[]): string {
  return `These servers are missing:
${problems.join('\n')}
Get them in one of three ways: install them so that they are on the PATH; on Debian make the package
archive reachable (apt-get update must work; nothing is installed, packages are only unpacked into
the cache); or start a Docker engine.`
}
