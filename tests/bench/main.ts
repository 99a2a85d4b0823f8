// npm run bench [-- NAME...]: figures with their machine, as a table on standard error and JSON lines on
// standard output. Names: matching, log, path, sustained, projections; none = all.

import process from 'node:process'
import { Command, Option } from 'commander'
import type { BenchRow } from './bench-row.ts'
import { exitCodeOf, judge } from './goals.ts'
import { runLogBench } from './log.ts'
import { describeMachine } from './machine.ts'
import { writeIntoDocument } from './markdown.ts'
import { MATCHING_PARTS, MATCHING_SEEDS } from './matching/parts.ts'
import { writePlot } from './matching/plot.ts'
import { runMatchingBench } from './matching.ts'
import { runOrderPathBench } from './order-path.ts'
import { runProjectionsBench } from './projections.ts'
import { runSustainedBench } from './sustained.ts'
import { renderRows, renderVerdicts } from './table.ts'

interface Options {
  readonly rounds: string
  readonly seconds: string
  readonly sustain: string
  readonly only: string[]
  readonly check: boolean
  readonly plot?: string
  readonly markdown?: string
}

/** A round feeds six projections 20,000 orders each. */
const PROJECTION_ROUNDS_MAX = 3
const NAMES = ['matching', 'log', 'path', 'sustained', 'projections']

const program = new Command('bench')
  .argument('[names...]', NAMES.join(', '), NAMES)
  .option('--rounds <n>', 'interleaved rounds', '5')
  .option('--seconds <n>', 'length of one sample of the path bench', '5')
  .option('--sustain <n>', 'length of the sustained run in seconds', '60')
  .addOption(
    new Option('--only <part...>', 'matching: only these parts')
      .choices(MATCHING_PARTS.map(({ name }) => name))
      .default([], 'all'),
  )
  .option('--check', 'judge every figure that has a goal; exit code 1 when one is missed', false)
  .option('--plot <file>', 'matching: draw the figures as SVG')
  .option('--markdown <file>', 'matching: write the tables between the marks of this document')
  .action(run)

await program.parseAsync()

async function run(names: string[], options: Options): Promise<void> {
  const machine = describeMachine()
  const command = `npm run bench -- ${process.argv.slice(2).join(' ')}`
  const seeds = MATCHING_SEEDS
  process.stdout.write(`${JSON.stringify({ machine, command, seeds })}\n`)
  const rounds = Number(options.rounds)
  const rows: BenchRow[] = []
  for (const name of names) {
    const part = await benchOf(name, rounds, options)
    for (const row of part) process.stdout.write(`${JSON.stringify(row)}\n`)
    rows.push(...part)
  }
  const { cpu, cores, node, commit, load } = machine
  process.stderr.write(`${cpu}, ${cores} cores, Node ${node}, commit ${commit}, load ${load}\n`)
  process.stderr.write(`${renderRows(rows)}\n`)
  if (options.plot !== undefined) writePlot(options.plot, rows, machine)
  if (options.markdown !== undefined) {
    writeIntoDocument({ file: options.markdown, rows, machine, command, plot: options.plot })
  }
  if (!options.check) return
  const judged = judge(rows)
  process.stderr.write(`${renderVerdicts(judged)}\n`)
  process.exitCode = exitCodeOf(judged)
}

function benchOf(name: string, rounds: number, options: Options): Promise<BenchRow[]> {
  switch (name) {
    case 'matching':
      return runMatchingBench({ rounds, only: options.only })
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
