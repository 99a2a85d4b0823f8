// npm run replay as an operator runs it, against the throw-away venue: our bots' own recording must come
// out exactly, corrupt lines are named and skipped, LOBSTER's format works.

import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'
import { testStack } from '../helpers/stack.ts'

const ROOT = join(import.meta.dirname, '../..')
const MAIN = join(ROOT, 'runtime/cli/replay/main.ts')
const SAMPLE = join(ROOT, 'docs/samples/order-flow.log')
const run = promisify(execFile)

const folder = mkdtempSync(join(tmpdir(), 'te-replay-test-'))
test.after.always(() => rmSync(folder, { recursive: true, force: true }))

/** Rows of the printed tables: first column -> second. */
async function replay(...args: string[]): Promise<Map<string, string>> {
  const home = testStack().dataDir
  const { stdout } = await run(process.execPath, [MAIN, ...args, '--home', home], {
    maxBuffer: 64 * 1024 * 1024,
  })
  const rows = stdout
    .split('\n')
    .filter((line) => line.startsWith('│'))
    .map((line) => line.split('│').map((cell) => cell.trim()))
  return new Map(rows.map(([, what, value]) => [what ?? '', value ?? '']))
}

function fileOf(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

test.serial(
  'a recording of this venue comes out exactly: every level and every trade',
  async (t) => {
    const rows = await replay(SAMPLE)
    t.regex(rows.get('book levels equal, where the log determines them') ?? '', /\(100\.00 %\)/)
    t.regex(rows.get('snapshots equal in every determined level') ?? '', /\(100\.00 %\)/)
    t.regex(rows.get('trades matched by price and quantity') ?? '', /\(100\.00 %\)/)
    t.is(rows.get('not recorded'), '0')
    const trades = rows.get('trades here')
    t.true(Number(trades) > 50)
    t.is(rows.get('trades with all four legs in the ledger'), trades)
  },
)

test.serial(
  'a corrupt line is told with its number and skipped, the rest is replayed',
  async (t) => {
    const lines = readFileSync(SAMPLE, 'utf8').split('\n').slice(0, 40)
    lines.splice(3, 0, 'not a line', '1430438404630 order_created {"price":"NaN"}')
    const rows = await replay(fileOf('corrupt.log', lines.join('\n')))
    t.is(rows.get('corrupt lines skipped'), '2')
    t.truthy(rows.get('line 4'))
    t.truthy(rows.get('line 5'))
    const orders = lines.filter((line) => line.includes(' order_created {"price":"6'))
    t.true(orders.length > 10)
    t.true(Number(rows.get('commands sent')) >= orders.length)
  },
)

test.serial(
  "a LOBSTER file replays: the resting order's execution meets an aggressor",
  async (t) => {
    const csv = [
      '34200.1,1,101,100,1000000,1',
      '34200.2,1,102,50,1001000,-1',
      '34200.3,4,101,40,1000000,1',
      '34200.4,2,101,10,1000000,1',
      '34200.5,3,102,50,1001000,-1',
      '34200.6,4,101,50,1000000,1',
    ]
    const rows = await replay(fileOf('lobster.csv', csv.join('\n')), '--format', 'lobster')
    t.is(rows.get('trades matched by price and quantity'), '2 of 2 (100.00 %)')
    t.is(rows.get('not recorded'), '0')
  },
)
