/** Builds the web page into runtime/web/dist, only when its sources changed since the last build. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repoRoot } from './paths.ts'
import { createProgress } from './progress.ts'

const WEB = join(repoRoot, 'runtime/web')
const STAMP = join(WEB, 'dist', '.source-hash')

/** Builds when stale. Gives `built`, `unchanged`, or `absent` when there is no page. */
export async function buildWeb(): Promise<'built' | 'unchanged' | 'absent'> {
  if (!existsSync(join(WEB, 'index.html'))) return 'absent'
  const hash = sourceHash()
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash) return 'unchanged'
  const { build } = await import('vite')
  const configFile = join(WEB, 'vite.config.ts')
  await build({ root: WEB, configFile, logLevel: 'error' })
  writeFileSync(STAMP, hash)
  return 'built'
}

/** Over the names and contents of all that goes into the page, the contracts it shares included. */
function sourceHash(): string {
  const hash = createHash('sha256')
  const folders = [WEB, join(repoRoot, 'runtime/contracts'), join(repoRoot, 'runtime/domain')]
  for (const folder of folders) {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => !file.startsWith(join(WEB, 'dist')))
    for (const file of files.sort()) hash.update(file).update(readFileSync(file))
  }
  return hash.update(readFileSync(join(repoRoot, 'package-lock.json'))).digest('hex')
}

if (import.meta.main) {
  await createProgress().step('build the page', async (note) => note(await buildWeb()))
}
