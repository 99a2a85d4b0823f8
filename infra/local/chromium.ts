/**
 * Finds Chromium for the page's tests and screenshots: the operator's own, one on the PATH, or
 * Debian's package with its libraries and fonts unpacked into the cache.
 */
import { access, constants, mkdir, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { runCommand } from './command.ts'
import { env } from './config.ts'
import { fetchDebianPackages, libraryEnv, runningRelease } from './debian-packages.ts'
import { cacheDir } from './paths.ts'

/** What `chromium.launch` of playwright-core needs. */
export interface FoundChromium {
  executablePath: string
  env: Record<string, string>
  args: string[]
}

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const PACKAGES = ['chromium', 'fontconfig-config', 'fonts-dejavu-core', 'fonts-liberation2']

/** Finds or fetches it. Errors: an Error that says how to get one. */
export async function findChromium(note?: (text: string) => void): Promise<FoundChromium> {
  // Chromium's own sandbox refuses to run as root; the page under test is our own.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const own = env.chromium === undefined ? [] : [env.chromium]
  const onPath = env.path.split(delimiter).flatMap((dir) => PROGRAMS.map((name) => join(dir, name)))
  for (const executablePath of env.serverSource === 'debian' ? own : [...own, ...onPath]) {
    if (await isExecutable(executablePath)) return { executablePath, env: {}, args }
  }
  try {
    return { ...(await fetchChromium(note)), args }
  } catch (cause) {
    throw new Error(
      'no Chromium: put one on the PATH, name it in TE_CHROMIUM, or make apt work ' +
        `(${cause instanceof Error ? cause.message : String(cause)})`,
      { cause },
    )
  }
}

async function fetchChromium(note?: (text: string) => void): Promise<Omit<FoundChromium, 'args'>> {
  const prefix = join(cacheDir(), 'debian', await runningRelease(), 'chromium')
  await fetchDebianPackages({ packages: PACKAGES, prefix, ...(note === undefined ? {} : { note }) })
  const home = join(prefix, 'usr/lib/chromium')
  const executablePath = join(home, 'chromium')
  const libraries = await libraryEnv(prefix)
  const found = {
    executablePath,
    env: {
      LD_LIBRARY_PATH: `${home}:${libraries['LD_LIBRARY_PATH'] ?? ''}`,
      FONTCONFIG_FILE: await writeFontConfig(prefix),
      XDG_DATA_DIRS: join(prefix, 'usr/share'),
    },
  }
  await runCommand(executablePath, ['--version'], { env: { ...env.all, ...found.env } })
  return found
}

/** The system may have no fonts at all; without one Chromium draws boxes or refuses to start. */
async function writeFontConfig(prefix: string): Promise<string> {
  const file = join(prefix, 'fonts.conf')
  await mkdir(join(prefix, 'font-cache'), { recursive: true })
  const generic = ['sans-serif', 'serif', 'monospace', 'system-ui'].map((family) => {
    const dejavu = family === 'monospace' ? 'DejaVu Sans Mono' : 'DejaVu Sans'
    return `<alias><family>${family}</family><prefer><family>${dejavu}</family></prefer></alias>`
  })
  await writeFile(
    file,
    `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${prefix}/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${prefix}/font-cache</cachedir>
  ${generic.join('\n  ')}
</fontconfig>
`,
  )
  return file
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}
