// Figures and verdicts as tables for a terminal.

import Table from 'cli-table3'
import type { BenchRow } from './bench-row.ts'
import type { JudgedRow } from './goals.ts'

const PERCENTILES = ['p50', 'p99', 'p99.9', 'p99.99', 'max'] as const
const STYLE = { head: [], border: [] }

/** All figures. */
export function renderRows(rows: readonly BenchRow[]): string {
  const head = ['bench', 'what', 'value', 'unit', 'M/s', ...PERCENTILES, 'goal']
  const table = new Table({ head, style: STYLE })
  for (const row of rows) {
    table.push([
      row.part === undefined ? row.bench : `${row.bench} ${row.part}`,
      row.name,
      valueOf(row),
      row.skipped === undefined ? row.unit : '',
      row.perSecond === undefined ? '' : (row.perSecond / 1e6).toFixed(2),
      ...PERCENTILES.map((name) => String(row.percentiles?.[name] ?? '')),
      row.goal ?? '',
    ])
  }
  return table.toString()
}

/** Every figure that has a goal, beside it. */
export function renderVerdicts(judged: readonly JudgedRow[]): string {
  const head = ['what', 'value', 'unit', 'goal', '', 'stretch', '']
  const table = new Table({ head, style: STYLE })
  for (const { row, verdict, isStretchMet } of judged) {
    const stretch = row.stretch === undefined ? '' : isStretchMet ? 'met' : 'not met'
    const { name, unit, goal = '' } = row
    table.push([name, valueOf(row), unit, goal, verdict, row.stretch ?? '', stretch])
  }
  const count = (verdict: JudgedRow['verdict']): number =>
    judged.filter((one) => one.verdict === verdict).length
  const sum = `${count('met')} met, ${count('MISSED')} missed, ${count('not measured')} not measured`
  return `${table.toString()}\n${sum}`
}

function valueOf({ value, skipped }: BenchRow): string {
  return skipped === undefined ? value.toLocaleString('en') : `SKIPPED: ${skipped}`
}
