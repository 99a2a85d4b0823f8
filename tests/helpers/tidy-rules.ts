// The rules of the house as functions over sources, so that the test of the tree and the tests of the
// rules themselves run the same code.

import { dirname, join, normalize } from 'node:path'

/** One file of the tree: path from the root with forward slashes, and its text. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

const FILE_LINES_MAX = 500
const ISSUE_NUMBER = /#\d+/

/** Which rooms a room may import. `self` = the room itself. Longest prefix wins. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'runtime/domain': ['self'],
  'runtime/engine': ['self', 'runtime/domain'],
  'runtime/contracts': ['self', 'runtime/domain'],
  'runtime/adapters': ['self', 'runtime/domain', 'runtime/contracts'],
  'runtime/matching': [
    'self',
    'runtime/domain',
    'runtime/engine',
    'runtime/contracts',
    'runtime/adapters',
  ],
  'runtime/gateway': ['self', 'runtime/domain', 'runtime/contracts', 'runtime/adapters'],
  'runtime/feed': ['self', 'runtime/domain', 'runtime/contracts', 'runtime/adapters'],
  'runtime/connector': ['self', 'runtime/domain', 'runtime/contracts', 'runtime/adapters'],
  'runtime/faas': ['self', 'runtime/domain', 'runtime/contracts', 'runtime/adapters'],
  'runtime/cli': ['self', 'runtime/domain', 'runtime/contracts', 'runtime/adapters'],
  'runtime/web': ['self', 'runtime/domain', 'runtime/contracts'],
  functions: ['self', 'runtime/domain', 'runtime/contracts', 'runtime/adapters'],
  infra: ['self', 'runtime/domain', 'runtime/contracts', 'runtime/adapters', 'runtime/cli'],
}

/** Packages with a home: nobody else imports them. */
const HOME_OF: Readonly<Record<string, readonly string[]>> = {
  nats: ['runtime/adapters/nats'],
  pg: ['runtime/adapters/postgres'],
  'pg-pool': ['runtime/adapters/postgres'],
  ioredis: ['runtime/adapters/redis'],
  etcd3: ['runtime/adapters/etcd'],
  jose: ['runtime/adapters/auth'],
  'scrypt-kdf': ['runtime/adapters/auth'],
  'big.js': ['runtime/contracts'],
}

const PURE = ['runtime/domain', 'runtime/engine']
const IMPURE_WORDS =
  /\b(Date|performance|Math\.random|crypto|setTimeout|setInterval|setImmediate|process|async|await|Promise)\b/

/** All violations of one file, each `path:line rule`. */
export function violationsOf(file: SourceFile): string[] {
  const lines = file.text.split('\n')
  const found: string[] = []
  const report = (line: number, rule: string): void =>
    void found.push(`${file.path}:${line} ${rule}`)
  if (lines.length > FILE_LINES_MAX) report(1, `has more than ${FILE_LINES_MAX} lines`)
  lines.forEach((line, i) => {
    if (/(\/\/|\*).*\bFIXME\b/.test(line)) report(i + 1, 'FIXME')
    if (/(\/\/|\*).*\bTODO\b/.test(line) && !ISSUE_NUMBER.test(line))
      report(i + 1, 'TODO without an issue number')
  })
  for (const { specifier, line } of importsOf(file.text)) {
    const rule = importViolation(file.path, specifier)
    if (rule !== null) report(line, rule)
  }
  if (PURE.some((layer) => isIn(file.path, layer))) reportImpure(lines, report)
  return found
}

function reportImpure(
  lines: readonly string[],
  report: (line: number, rule: string) => void,
): void {
  let isInBlock = false
  lines.forEach((line, i) => {
    if (line.includes('/*')) isInBlock = true
    const code = line.replace(/\/\/.*$/, '').replace(/(['"`]).*?\1/g, "''")
    const word = isInBlock ? null : IMPURE_WORDS.exec(code)
    if (word !== null && !line.includes('det-ok:'))
      report(i + 1, `names ${word[0]} in a pure layer`)
    if (line.includes('*/')) isInBlock = false
  })
}

/** The rule that one import breaks, or null. */
export function importViolation(path: string, specifier: string): string | null {
  const room = roomOf(path)
  if (room === null) return null
  const target = targetOf(path, specifier)
  if (target === null) return packageViolation(path, specifier)
  if (isIn(target, 'tests')) return `imports tests (${specifier})`
  const allowed = MAY_IMPORT[room.name] ?? []
  const isAllowed = allowed.some((layer) => isIn(target, layer === 'self' ? room.self : layer))
  return isAllowed ? null : `${room.self} may not import ${specifier}`
}

function packageViolation(path: string, specifier: string): string | null {
  if (PURE.some((layer) => isIn(path, layer))) return `imports ${specifier} in a pure layer`
  const name = specifier.startsWith('@')
    ? specifier.split('/').slice(0, 2).join('/')
    : (specifier.split('/')[0] ?? '')
  const homes = HOME_OF[name]
  if (homes === undefined || homes.some((home) => isIn(path, home))) return null
  return `imports ${name} outside of ${homes.join(', ')}`
}

/** The room of a path; `self` is the part of it that it may import freely. */
function roomOf(path: string): { name: string; self: string } | null {
  for (const name of Object.keys(MAY_IMPORT)) {
    if (!isIn(path, name)) continue
    const self = name === 'functions' ? path.split('/').slice(0, 2).join('/') : name
    return { name, self }
  }
  return null
}

/** The path that a specifier names, or null for a package. */
function targetOf(path: string, specifier: string): string | null {
  if (specifier.startsWith('#')) return `runtime/${specifier.slice(1)}`
  if (specifier.startsWith('.')) return normalize(join(dirname(path), specifier))
  return null
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}

/** Every specifier that a source imports or re-exports, static or dynamic. */
export function importsOf(text: string): { specifier: string; line: number }[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g
  return [...text.matchAll(pattern)].map((match) => ({
    specifier: match[1] ?? match[2] ?? match[3] ?? '',
    line: text.slice(0, match.index + match[0].length).split('\n').length,
  }))
}
