// npm run bench [-- NAME...]: figures with their machine, as a table on standard error and JSON lines on
// standard output. Names: matching, log, path, sustained, projections; none = all.

import process from 'node:process'
import Table from 'cli-table3'
import { Command } from 'commander'
import type { BenchRow } from './bench-row.ts'
import { runLogBench } from './log.ts'
import { describeMachine } from './machine.ts'
import { runMatchingBench } from './matching.ts'
import { runOrderPathBench } from './order-path.ts'
import { runProjectionsBench } from './projections.ts'
import { runSustainedBench } from './sustained.ts'

interface Options {
  readonly rounds: string
  readonly seconds: string
  readonly sustain: string
}

/** A round feeds six projections 20,000 orders each. */
const PROJECTION_ROUNDS_MAX = 3
const NAMES = ['matching', 'log', 'path', 'sustained', 'projections']

const program = new Command('bench')
  .argument('[names...]', NAMES.join(', '), NAMES)
  .option('--rounds <n>', 'interleaved rounds', '5')
  .option('--seconds <n>', 'length of one sample of the path bench', '5')
  .option('--sustain <n>', 'length of the sustained run in seconds', '60')
  .action(run)

await program.parseAsync()

async function run(names: string[], options: Options): Promise<void> {
  const machine = describeMachine()
  process.stdout.write(`${JSON.stringify({ machine })}\n`)
  const rounds = Number(options.rounds)
  const rows: BenchRow[] = []
  for (const name of names) {
    const part = await benchOf(name, rounds, options)
    for (const row of part) process.stdout.write(`${JSON.stringify(row)}\n`)
    rows.push(...part)
  }
  const { cpu, cores, node, commit, load } = machine
  process.stderr.write(`${cpu}, ${cores} cores, Node ${node}, commit ${commit}, load ${load}\n`)
  process.stderr.write(`${render(rows)}\n`)
}

function benchOf(name: string, rounds: number, options: Options): Promise<BenchRow[]> {
  switch (name) {
    case 'matching':
      return runMatchingBench({ rounds })
    case 'log':
      return runLogBench({ rounds })
    case 'path':
      return runOrderPathBench({
        rounds,
        seconds: Number(options.seconds),
        durabilities: ['power-safe', 'process-safe'],
      })
    case 'sustained':
      return runSustainedBench({ seconds: Number(options.sustain), durability: 'power-safe' })
    case 'projections':
      return runProjectionsBench({ rounds: Math.min(rounds, PROJECTION_ROUNDS_MAX) })
    default:
      return program.error(`unknown bench ${name}`, { exitCode: 2 })
  }
}

function render(rows: readonly BenchRow[]): string {
  const table = new Table({
    head: ['bench', 'what', 'value', 'unit', 'p50', 'p99', 'p99.9', 'max', 'goal'],
    style: { head: [], border: [] },
  })
  for (const { bench, name, value, unit, percentiles: p, goal } of rows) {
    const at = (key: string): string => (p?.[key] === undefined ? '' : String(p[key]))
    table.push([bench, name, value, unit, at('p50'), at('p99'), at('p99.9'), at('max'), goal ?? ''])
  }
  return table.toString()
}
