/**
 * Fetches Debian packages and unpacks them into a folder of the cache, without root and without
 * touching the system: apt runs with lists, archives and hooks of its own, and reads the system's
 * package status only to know which dependencies are there already.
 */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deriveSources, parseDeb822, parseOneLine, type SourceStanza } from './apt-sources.ts'
import { underLock } from './cache-lock.ts'
import { type CommandOptions, runCommand } from './command.ts'
import { env } from './config.ts'
import { cacheDir } from './paths.ts'

/** Package lists older than this are fetched again before packages are. */
const LISTS_MAX_AGE_MS = 24 * 60 * 60 * 1000
const DOWNLOAD_TIMEOUT_MS = 600_000

/** What to fetch. */
export interface PackageRequest {
  /** Names, or regular expressions (`^…`) that stand for the highest match. */
  packages: readonly string[]
  /** Release name such as `trixie`; the running release when absent. */
  release?: string
  /** Folder that holds the unpacked files afterwards. */
  prefix: string
  note?: (text: string) => void
}

/**
 * Unpacks packages into `prefix`, unless they are there from an earlier call. With packages of the
 * running release come those of their dependencies that the system lacks; packages of another
 * release come alone, because they would drag in that release's libc.
 * Errors: an Error with apt's words when there is no apt, no network or no such package.
 */
export function fetchDebianPackages(request: PackageRequest): Promise<void> {
  // Whoever asks while they come waits for the same: two at once would write into one folder.
  const known = fetching.get(request.prefix)
  if (known !== undefined) return known
  const fetched = fetchOnce(request).finally(() => fetching.delete(request.prefix))
  fetching.set(request.prefix, fetched)
  return fetched
}

const fetching = new Map<string, Promise<void>>()

async function isComplete(prefix: string): Promise<boolean> {
  return (await stat(join(prefix, '.complete')).catch(() => undefined)) !== undefined
}

async function fetchOnce(request: PackageRequest): Promise<void> {
  if (await isComplete(request.prefix)) return
  await underLock(join(cacheDir(), 'debian.lock'), () => fetchLocked(request))
}

async function fetchLocked(request: PackageRequest): Promise<void> {
  const { prefix, note = () => {} } = request
  // Whoever had the lock before may have fetched the same.
  if (await isComplete(prefix)) return
  const running = await runningRelease()
  const release = request.release ?? running
  const apt = await privateApt(running, release)
  note('package lists')
  await updateLists(apt)
  const partial = `${prefix}.${process.pid}.partial`
  const archives = join(partial, 'archives')
  await rm(partial, { recursive: true, force: true })
  await mkdir(join(archives, 'partial'), { recursive: true })
  const packages = await Promise.all(request.packages.map((name) => resolvePackage(apt, name)))
  note(`downloading ${packages.join(', ')}`)
  if (release === running) {
    const install = [
      'install',
      '--download-only',
      '--yes',
      '--no-install-recommends',
      '--reinstall',
    ]
    await aptGet(apt, ['-o', `Dir::Cache::archives=${archives}`, ...install, ...packages])
  } else {
    await aptGet(apt, ['download', ...packages], { cwd: archives })
  }
  const debs = (await readdir(archives)).filter((name) => name.endsWith('.deb'))
  if (debs.length === 0) throw new Error(`apt fetched nothing for ${request.packages.join(', ')}`)
  const unpacked = join(partial, 'root')
  for (const [index, deb] of debs.entries()) {
    note(`unpacking ${index + 1} of ${debs.length}`)
    await runCommand('dpkg-deb', ['-x', join(archives, deb), unpacked], {
      timeoutMs: DOWNLOAD_TIMEOUT_MS,
    })
  }
  await rm(archives, { recursive: true, force: true })
  await writeFile(join(unpacked, '.complete'), `${debs.join('\n')}\n`)
  await rm(prefix, { recursive: true, force: true })
  await rename(unpacked, prefix)
  await rm(partial, { recursive: true, force: true })
}

/** The environment with which programs of a prefix find the libraries that came with them. */
export async function libraryEnv(prefix: string): Promise<Record<string, string>> {
  const folders: string[] = []
  for (const base of ['usr/lib', 'lib']) {
    for (const name of await readdir(join(prefix, base)).catch(() => [])) {
      if (!name.endsWith('-linux-gnu')) continue
      const folder = join(prefix, base, name)
      // Libraries in folders of their own (libpulsecommon) are found by an absolute path otherwise.
      folders.push(folder, ...(await libraryFolders(folder)))
    }
    folders.push(join(prefix, base))
  }
  return { LD_LIBRARY_PATH: folders.join(':') }
}

async function libraryFolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const found: string[] = []
  for (const entry of entries.filter((candidate) => candidate.isDirectory())) {
    const names = await readdir(join(folder, entry.name))
    if (names.some((name) => /^lib.*\.so/.test(name))) found.push(join(folder, entry.name))
  }
  return found
}

/** The code name of the running Debian (or derivative) release. */
export async function runningRelease(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '')
  const found = /^VERSION_CODENAME=["']?([a-z]+)/m.exec(text)?.[1]
  if (found === undefined) throw new Error('this is no Debian release (no VERSION_CODENAME)')
  return found
}

async function privateApt(
  running: string,
  release: string,
): Promise<{ dir: string; conf: string }> {
  const dir = join(cacheDir(), 'apt', release)
  await mkdir(join(dir, 'lists', 'partial'), { recursive: true })
  await mkdir(join(dir, 'cache', 'archives', 'partial'), { recursive: true })
  await mkdir(join(dir, 'parts'), { recursive: true })
  const sources = deriveSources(await systemSources(), running, release)
  if (sources === '') throw new Error(`apt has no sources for ${running}`)
  await writeFile(join(dir, 'derived.sources'), sources)
  const conf = join(dir, 'apt.conf')
  const { stdout } = await runCommand('apt-config', ['dump'])
  // Of the system's settings only the way to the archive (proxy, certificates) is taken over:
  // its hooks would clean or refresh things that are not ours.
  const acquire = stdout
    .split('\n')
    .filter((line) => line.startsWith('Acquire::') && !line.startsWith('Acquire::IndexTargets'))
  await writeFile(
    conf,
    `${acquire.join('\n')}
Acquire::Languages "none";
APT::Sandbox::User "root";
APT::Get::List-Cleanup "false";
Debug::NoLocking "true";
Dir::Etc::main "/dev/null";
Dir::Etc::parts "${dir}/parts";
Dir::Etc::sourcelist "${dir}/derived.sources";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State::lists "${dir}/lists";
Dir::State::extended_states "${dir}/extended_states";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "${dir}/cache";
`,
  )
  return { dir, conf }
}

async function systemSources(): Promise<SourceStanza[]> {
  const folder = '/etc/apt/sources.list.d'
  const names = await readdir(folder).catch(() => [])
  const stanzas = parseOneLine(await readFile('/etc/apt/sources.list', 'utf8').catch(() => ''))
  for (const name of names) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '')
    if (name.endsWith('.sources')) stanzas.push(...parseDeb822(text))
    if (name.endsWith('.list')) stanzas.push(...parseOneLine(text))
  }
  return stanzas
}

/** A name that is a regular expression (`^postgresql-[0-9]+$`) stands for the highest match. */
async function resolvePackage(apt: { conf: string }, name: string): Promise<string> {
  if (!name.startsWith('^')) return name
  const { stdout } = await runCommand('apt-cache', ['search', '--names-only', name], {
    env: { ...env.all, APT_CONFIG: apt.conf },
  })
  const names = stdout.split('\n').flatMap((line) => line.split(' ')[0] || [])
  const sorted = names.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
  const [highest] = sorted
  if (highest === undefined) throw new Error(`apt knows no package that matches ${name}`)
  return highest
}

/** One refresh of the lists at a time in this process; several servers ask at once. */
const refreshing = new Map<string, Promise<void>>()

function updateLists(apt: { dir: string; conf: string }): Promise<void> {
  const running = refreshing.get(apt.dir)
  if (running !== undefined) return running
  const refresh = (async () => {
    const stamp = join(apt.dir, 'updated')
    const found = await stat(stamp).catch(() => undefined)
    if (found !== undefined && Date.now() - found.mtimeMs < LISTS_MAX_AGE_MS) return
    await aptGet(apt, ['update'])
    await writeFile(stamp, '')
  })()
  refreshing.set(apt.dir, refresh)
  return refresh
}

function aptGet(apt: { conf: string }, args: string[], options: CommandOptions = {}) {
  const environment = { ...env.all, APT_CONFIG: apt.conf, DEBIAN_FRONTEND: 'noninteractive' }
  return runCommand('apt-get', ['-q', ...args], {
    ...options,
    env: environment,
    timeoutMs: DOWNLOAD_TIMEOUT_MS,
  })
}
