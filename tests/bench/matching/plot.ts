// The matching figures as one SVG of three panels: time of a command by workload, growth, and
// percentiles of single commands. Drawn by hand: a plot in the docs is no reason for a dependency.

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { BenchRow } from '../bench-row.ts'
import type { Machine } from '../machine.ts'
import { barPanel, type Line, linePanel } from './plot-panels.ts'
import { type Panel, svgDocument } from './svg.ts'

const PERCENTILES = ['p50', 'p90', 'p99', 'p99.9', 'p99.99'] as const
/** Names are for tables; a bar has less room. */
const LABEL_MAX = 58
/** Percentile lines: more cannot be told apart. */
const LINES_MAX = 6

/** Draws the rows of the matching bench into a file. */
export function writePlot(file: string, rows: readonly BenchRow[], machine: Machine): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, renderPlot(rows, machine))
}

/** The plot as SVG text; panels without figures are left out. */
export function renderPlot(rows: readonly BenchRow[], machine: Machine): string {
  const all = [speedPanel(rows), growthPanel(rows), percentilePanel(rows)]
  const panels = all.filter((panel) => panel !== undefined)
  const { cpu, cores, node, commit, date } = machine
  const subtitle = `${cores} cores of ${cpu}, Node ${node}, commit ${commit}, ${date}`
  return svgDocument('Matching core: npm run bench -- matching', subtitle, panels)
}

function speedPanel(rows: readonly BenchRow[]): Panel | undefined {
  const bars = rows
    .filter((row) => row.unit === 'ns/command' && row.point === undefined)
    .map(({ name, value }) => ({ label: shorten(name), value }))
  const title = 'Time of a command, nanoseconds (logarithmic; shorter is faster)'
  return bars.length === 0 ? undefined : barPanel(title, bars)
}

function growthPanel(rows: readonly BenchRow[]): Panel | undefined {
  const lines = new Map<string, { x: number; y: number }[]>()
  for (const { point, value } of rows) {
    if (point === undefined) continue
    lines.set(point.line, [...(lines.get(point.line) ?? []), { x: point.at, y: value }])
  }
  if (lines.size === 0) return undefined
  return linePanel({
    title: 'Growth: nanoseconds a command against orders, levels, accounts, instruments',
    lines: [...lines].map(([label, points]) => ({ label, points })),
    xScale: 'logarithmic',
    xLabels: undefined,
    yUnit: 'ns',
  })
}

function percentilePanel(rows: readonly BenchRow[]): Panel | undefined {
  const lines: Line[] = rows
    .filter((row) => row.percentiles !== undefined && row.name.endsWith('one command'))
    .filter((row) => row.part !== 'regimes')
    .slice(0, LINES_MAX)
    .map(({ name, percentiles }) => ({
      label: name.replace(', one command', ''),
      points: PERCENTILES.map((p, x) => ({ x, y: (percentiles?.[p] ?? 0) * 1000 })),
    }))
  if (lines.length === 0) return undefined
  return linePanel({
    title: 'Single commands: nanoseconds at percentiles, cost of the timer included',
    lines,
    xScale: 'even',
    xLabels: PERCENTILES,
    yUnit: 'ns',
  })
}

function shorten(name: string): string {
  const short = name.split(':')[0] ?? name
  return short.length <= LABEL_MAX ? short : `${short.slice(0, LABEL_MAX - 1)}…`
}
