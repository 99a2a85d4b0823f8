// npm run agree [-- --commands N] [--seed S] [--minutes M] [--family NAME...]: plays seeded random
// commands over random configurations on the fast book and engine and on the obvious ones. One line
// a family on standard output; exit code 1 when two answers differ.

import process from 'node:process'
import { Command, Option } from 'commander'
import { FAMILIES } from './family.ts'
import { runAgreement, type Tally } from './run.ts'

interface Options {
  readonly commands: number
  readonly seed: number
  readonly minutes: number
  readonly family: string[]
}

const PROGRESS_MS = 5_000

const program = new Command('agree')
  .option('--commands <n>', 'of all families together', whole, 10_000_000)
  .option('--seed <n>', 'the first seed of each family', whole, 1)
  .option('--minutes <n>', 'begin no further seed after so many minutes', Number, Infinity)
  .addOption(
    new Option('--family <name...>', 'only these')
      .choices(FAMILIES.map(({ name }) => name))
      .default([], 'all'),
  )
  .action(run)
program.parse()

function run(options: Options): void {
  const startedAt = Date.now()
  const elapsedMs = () => Date.now() - startedAt
  const played = new Map<Tally, number>()
  let toldAt = 0
  const tallies = runAgreement({
    families: FAMILIES.filter(
      ({ name }) => options.family.length === 0 || options.family.includes(name),
    ),
    commands: options.commands,
    firstSeed: options.seed,
    isOver: () => elapsedMs() > options.minutes * 60_000,
    onSeed: (tally) => {
      played.set(tally, tally.commands)
      if (elapsedMs() - toldAt < PROGRESS_MS) return
      toldAt = elapsedMs()
      tellProgress([...played.values()], options.commands, elapsedMs())
    },
  })
  for (const tally of tallies) process.stdout.write(`${lineOf(tally, options.seed)}\n`)
  for (const tally of tallies) if (tally.failed !== null) tellFailure(tally)
  const sum = tallies.reduce((all, { commands }) => all + commands, 0)
  const failed = tallies.filter((tally) => tally.failed !== null).length
  const time = `${(elapsedMs() / 1000).toFixed(0)} s`
  process.stdout.write(`${grouped(sum)} commands agreed in ${time}, ${failed} families disagreed\n`)
  process.exitCode = failed > 0 ? 1 : 0
}

function whole(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) program.error(`${text} is no whole number above 0`)
  return value
}

function tellProgress(commands: readonly number[], most: number, elapsedMs: number): void {
  const sum = commands.reduce((all, one) => all + one, 0)
  const percent = Math.floor((sum * 100) / most)
  const seconds = (elapsedMs / 1000).toFixed(0)
  process.stderr.write(`${percent} %  ${grouped(sum)} commands  ${seconds} s\n`)
}

function lineOf({ family, commands, seeds, failed }: Tally, first: number): string {
  const verdict = failed === null ? 'yes' : `NO, seed ${failed.seed} command ${failed.found.at}`
  const range = seeds === 0 ? 'none' : `${first}-${first + seeds - 1}`
  return `${family.name}: commands ${grouped(commands)}, seeds ${range}, agreed ${verdict}`
}

function tellFailure({ family, failed }: Tally): void {
  if (failed === null) return
  const { seed, found } = failed
  const again = `--family ${family.name} --seed ${seed} --commands ${found.at + 1}`
  process.stdout.write(
    [
      `${family.name} (${family.what}) disagrees:`,
      `  seed ${seed}, command ${found.at}: ${found.command}`,
      `  fast:    ${found.got}`,
      `  obvious: ${found.want}`,
      `  again:   npm run agree -- ${again}`,
      '',
    ].join('\n'),
  )
}

function grouped(value: number): string {
  return value.toLocaleString('en-US')
}
