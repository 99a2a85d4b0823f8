import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { repoRoot } from '../../../infra/local/paths.ts'

interface LockedPackage {
  version?: string
  integrity?: string
  optional?: boolean
  optionalDependencies?: Record<string, string>
}
const lock = JSON.parse(readFileSync(join(repoRoot, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, LockedPackage>
}

// Where `npm install` cannot see a package for another platform it leaves it out of the lockfile,
// and `npm ci` in a fresh clone then refuses with "Missing: … from lock file".
test('the lockfile names the packages of all platforms, so that npm ci takes it', (t) => {
  const names = new Set(
    Object.keys(lock.packages).map((path) => path.split('node_modules/').at(-1)),
  )
  const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !names.has(name))
      .map((name) => `${path} needs ${name}`),
  )
  t.deepEqual(missing, [])
})

test('what every machine installs is pinned by its hash', (t) => {
  const unpinned = Object.entries(lock.packages)
    .filter(([path, locked]) => path !== '' && locked.optional !== true)
    .filter(([, locked]) => locked.integrity === undefined)
  t.deepEqual(unpinned, [])
})
