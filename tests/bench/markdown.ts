// Writes the figures of a run into a document, between two marks, with the machine and the command:
// no figure is copied by hand.

import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import type { BenchRow } from './bench-row.ts'
import { judge } from './goals.ts'
import type { Machine } from './machine.ts'
import { MATCHING_PARTS, MATCHING_SEEDS } from './matching/parts.ts'
import { displayedUnit, displayedValue } from './table.ts'

const BEGIN = '<!-- matching figures: begin -->'
const END = '<!-- matching figures: end -->'

/** What goes where. */
export interface DocumentFigures {
  readonly file: string
  readonly rows: readonly BenchRow[]
  readonly machine: Machine
  readonly command: string
  /** The plot of the same run, if one was drawn. */
  readonly plot: string | undefined
}

/** Replaces what stands between the marks. Errors: throws when the document has no marks. */
export function writeIntoDocument(figures: DocumentFigures): void {
  const text = readFileSync(figures.file, 'utf8')
  writeFileSync(figures.file, replaceBetweenMarks(text, renderFigures(figures)))
}

/** The document with a new text between its marks. Errors: throws when it has none. */
export function replaceBetweenMarks(document: string, text: string): string {
  const from = document.indexOf(BEGIN)
  const to = document.indexOf(END)
  if (from < 0 || to < from) throw new Error(`the document has no marks ${BEGIN} ... ${END}`)
  return `${document.slice(0, from + BEGIN.length)}\n\n${text}\n${document.slice(to)}`
}

/** The matching figures as Markdown: provenance, goals, then one table a part. */
export function renderFigures({ file, rows, machine, command, plot }: DocumentFigures): string {
  const matching = rows.filter(({ bench }) => bench === 'matching')
  const parts = MATCHING_PARTS.flatMap(({ name, title }) => {
    const own = matching.filter((row) => row.part === name)
    return own.length === 0 ? [] : [`### ${title} (\`--only ${name}\`)\n\n${tableOf(own)}`]
  })
  const image = plot === undefined ? [] : [`![Matching core](${relative(dirname(file), plot)})\n`]
  return [provenance(machine, command), ...image, goalsOf(matching), ...parts].join('\n')
}

function provenance(machine: Machine, command: string): string {
  const { cpu, cores, memoryGiB, system, node, commit, load, date } = machine
  const seeds = Object.entries(MATCHING_SEEDS).map(([name, seed]) => `${name} ${seed}`)
  return (
    `Written ${date} by \`${command}\` on ${cores} cores of ${cpu}, ${memoryGiB} GiB, ${system}, ` +
    `Node ${node}, commit ${commit}, load at the start ${load}; seeds: ${seeds.join(', ')}.\n`
  )
}

function goalsOf(rows: readonly BenchRow[]): string {
  const lines = judge(rows).map(({ row, verdict, isStretchMet }) => {
    const stretch = row.stretch === undefined ? '' : `${row.stretch}${isStretchMet ? ', met' : ''}`
    return `| ${row.name} | ${shown(row)} | ${row.goal} | ${verdict} | ${stretch} |`
  })
  const head = '| goal | figure | to reach | | stretch |\n|---|---|---|---|---|'
  return `### Goals (\`--check\`)\n\n${head}\n${lines.join('\n')}\n`
}

function tableOf(rows: readonly BenchRow[]): string {
  const percentiles = rows.filter((row) => row.percentiles !== undefined)
  const others = rows.filter((row) => row.percentiles === undefined)
  const tables: string[] = []
  if (others.length > 0) {
    const lines = others.map(
      (row) => `| ${row.name} | ${shown(row)} | ${speed(row)} | ${row.cpu ?? ''} |`,
    )
    tables.push(
      `| what | figure | M/s | ns of the processor |\n|---|---|---|---|\n${lines.join('\n')}\n`,
    )
  }
  if (percentiles.length > 0) {
    const names = ['p50', 'p90', 'p99', 'p99.9', 'p99.99', 'max']
    const lines = percentiles.map((row) => {
      const cells = names.map((name) => row.percentiles?.[name] ?? '')
      return `| ${row.name} | ${cells.join(' | ')} |`
    })
    const head = `| us, timer included | ${names.join(' | ')} |\n|---${'|---'.repeat(names.length)}|`
    tables.push(`${head}\n${lines.join('\n')}\n`)
  }
  return tables.join('\n')
}

function shown(row: BenchRow): string {
  return `${displayedValue(row)} ${displayedUnit(row)}`.trim()
}

function speed({ perSecond }: BenchRow): string {
  return perSecond === undefined ? '' : (perSecond / 1e6).toFixed(2)
}
