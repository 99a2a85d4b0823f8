// Figures and verdicts as tables for a terminal.

import Table from 'cli-table3'
import { type BenchRow, YES_OR_NO } from './bench-row.ts'
import type { JudgedRow } from './goals.ts'

const PERCENTILES = ['p50', 'p99', 'p99.9', 'p99.99', 'max'] as const
const STYLE = { head: [], border: [], compact: true }

/** All figures. */
export function renderRows(rows: readonly BenchRow[]): string {
  const head = ['bench', 'what', 'value', 'unit', 'M/s', 'cpu ns', ...PERCENTILES, 'goal']
  const table = new Table({ head, style: STYLE })
  for (const row of rows) {
    table.push([
      row.part === undefined ? row.bench : `${row.bench} ${row.part}`,
      row.name,
      displayedValue(row),
      displayedUnit(row),
      row.perSecond === undefined ? '' : (row.perSecond / 1e6).toFixed(2),
      String(row.cpu ?? ''),
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
    const { name, goal = '' } = row
    table.push([
      name,
      displayedValue(row),
      displayedUnit(row),
      goal,
      verdict,
      row.stretch ?? '',
      stretch,
    ])
  }
  const count = (verdict: JudgedRow['verdict']): number =>
    judged.filter((one) => one.verdict === verdict).length
  const sum = `${count('met')} met, ${count('MISSED')} missed, ${count('not measured')} not measured`
  return `${table.toString()}\n${sum}`
}

/** The value for people; why there is none, where it was not measured. */
export function displayedValue({ value, unit, skipped }: BenchRow): string {
  if (skipped !== undefined) return `SKIPPED: ${skipped}`
  if (unit === YES_OR_NO) return value === 1 ? 'yes' : 'NO'
  return value.toLocaleString('en', { maximumFractionDigits: 3 })
}

/** The unit, where there is one to show. */
export function displayedUnit({ unit, skipped }: BenchRow): string {
  return skipped !== undefined || unit === YES_OR_NO ? '' : unit
}
