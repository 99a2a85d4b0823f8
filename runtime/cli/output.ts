// How the command line prints: tables for people, JSON for programs.

import process from 'node:process'
import Table from 'cli-table3'

/** Prints rows as a table; the columns are those of the first row. */
export function printRows(rows: readonly Record<string, unknown>[]): void {
  const [first] = rows
  if (first === undefined) return void process.stdout.write('none\n')
  const columns = Object.keys(first).filter((name) => rows.some((row) => isPlain(row[name])))
  const table = new Table({ head: columns, style: { head: [], border: [] } })
  for (const row of rows) table.push(columns.map((name) => cell(row[name])))
  process.stdout.write(`${table.toString()}\n`)
}

/** Prints one answer: as JSON, or its plain fields one a line. */
export function printRecord(record: unknown, asJson: boolean): void {
  if (asJson || typeof record !== 'object' || record === null) {
    return void process.stdout.write(`${JSON.stringify(record, null, 2)}\n`)
  }
  const table = new Table({ style: { head: [], border: [] } })
  for (const [name, value] of Object.entries(record)) {
    if (Array.isArray(value) && value.every((v) => !isPlain(v))) {
      table.push([name, value.map((v) => Object.values(v as object).join(' ')).join('\n')])
    } else table.push([name, cell(value)])
  }
  process.stdout.write(`${table.toString()}\n`)
}

function isPlain(value: unknown): boolean {
  return typeof value !== 'object' || value === null
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '-'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
