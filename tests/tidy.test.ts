// The tree keeps its own rules: layers, pure rooms, file sizes, no leftovers. Each rule is also shown to
// catch a planted violation, and the walk to see every file.

import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import test from 'ava'
import { importsOf, type SourceFile, violationsOf } from './helpers/tidy-rules.ts'

const ROOT = join(import.meta.dirname, '..')
const FOLDERS = ['functions', 'runtime', 'infra', 'tests']
const SKIPPED = new Set(['node_modules', 'dist', 'build'])

function walk(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name)) return []
    const path = join(folder, entry.name)
    return entry.isDirectory() ? walk(path) : [path]
  })
}

function sources(): SourceFile[] {
  return FOLDERS.flatMap((folder) => walk(join(ROOT, folder)))
    .filter((path) => /\.(ts|tsx|mjs)$/.test(path))
    .map((path) => ({
      path: relative(ROOT, path).split(sep).join('/'),
      text: readFileSync(path, 'utf8'),
    }))
}

test('every source file keeps the rules of the house', (t) => {
  const found = sources()
    .filter(({ path }) => !path.startsWith('tests/') || path.endsWith('.ts'))
    .flatMap(violationsOf)
    // These two name the words that they look for.
    .filter(
      (v) => !v.startsWith('tests/helpers/tidy-rules.ts') && !v.startsWith('tests/tidy.test.ts'),
    )
  t.deepEqual(found, [])
})

test('the walk sees at least as many source files as git knows', (t) => {
  const known = execFileSync('git', ['ls-files', ...FOLDERS], { cwd: ROOT, encoding: 'utf8' })
    .split('\n')
    .filter((path) => /\.(ts|tsx|mjs)$/.test(path) && existsSync(join(ROOT, path)))
  const seen = new Set(sources().map(({ path }) => path))
  t.true(known.length > 100, 'git lists the tree')
  t.deepEqual(
    known.filter((path) => !seen.has(path)),
    [],
  )
})

const planted: readonly [rule: string, path: string, text: string][] = [
  [
    'L4: the domain imports no adapter',
    'runtime/domain/x.ts',
    "import { y } from '#adapters/nats/index.ts'",
  ],
  [
    'L4: the engine imports no contract',
    'runtime/engine/x.ts',
    "import { y } from '#contracts/errors.ts'",
  ],
  ['L4: the engine imports no package', 'runtime/engine/x.ts', "import z from 'pino'"],
  ['L4: the engine imports no node module', 'runtime/engine/x.ts', "import { z } from 'node:fs'"],
  [
    'the gateway never imports the engine',
    'runtime/gateway/x.ts',
    "import { E } from '#engine/engine.ts'",
  ],
  ['a function never imports another', 'functions/auth/x.ts', "import { y } from '../ledger/y.ts'"],
  ['nothing imports tests', 'runtime/feed/x.ts', "import { y } from '../../tests/helpers/y.ts'"],
  ['only its adapter imports a client', 'runtime/feed/x.ts', "import { connect } from 'nats'"],
  ['a dynamic import counts too', 'functions/auth/x.ts', "const pg = await import('pg')"],
  ['a re-export counts too', 'runtime/domain/x.ts', "export { y } from '#contracts/errors.ts'"],
  [
    'an import over several lines counts',
    'runtime/domain/x.ts',
    "import {\n  a,\n} from '#contracts/errors.ts'",
  ],
  ['the engine has no clock', 'runtime/engine/x.ts', 'const now = Date.now()'],
  ['the engine has no chance', 'runtime/engine/x.ts', 'const r = Math.random()'],
  ['the engine never waits', 'runtime/engine/x.ts', 'export async function f() {}'],
  ['no file has more than 500 lines', 'runtime/feed/x.ts', '\n'.repeat(501)],
  ['no FIXME stays', 'runtime/feed/x.ts', '// FIXME later'],
  ['a TODO names its issue', 'runtime/feed/x.ts', '// TODO later'],
]

for (const [rule, path, text] of planted) {
  test(`a planted violation is caught: ${rule}`, (t) => {
    t.is(violationsOf({ path, text }).length, 1)
  })
}

test('what is allowed is not reported', (t) => {
  const text = [
    "import { a } from '#domain/order.ts'",
    "import { b } from './b.ts'",
    '// TODO #12: later',
    'const s = "Date" // a Date in a comment',
    'const n = Date.now() // det-ok: an example',
  ].join('\n')
  t.deepEqual(violationsOf({ path: 'runtime/engine/x.ts', text }), [])
})

test('imports are found with their lines', (t) => {
  const text =
    "// header\nimport a from 'a'\nimport type {\n  B,\n} from './b.ts'\nimport './c.css'\n"
  t.deepEqual(importsOf(text), [
    { specifier: 'a', line: 2 },
    { specifier: './b.ts', line: 5 },
    { specifier: './c.css', line: 6 },
  ])
})

test('the function template resolves the same layers as the repository', (t) => {
  const read = (path: string): { imports: Record<string, string> } =>
    JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as { imports: Record<string, string> }
  const root = read('package.json').imports
  const template = read('infra/openfaas/template/openfaas-ts-template/package.json').imports
  for (const [key, target] of Object.entries(template)) {
    t.is(target, (root[key] ?? '').replace('./', './function/'), key)
  }
  t.deepEqual(Object.keys(template).sort(), Object.keys(root).sort())
})
