// A rule of order-semantics.md as a table: the title names its id, and the table runs over the fast
// and over the naive engine.

import test from 'ava'
import { runTable } from './book-table.ts'
import { FastEngine } from './engine-under-test.ts'
import { NaiveEngine } from './naive-engine.ts'

/** Three accounts with plenty of both assets of BTC-USD. */
export const FUNDS = `
  list
  a1 gets 100000 USD
  a1 gets 1000 BTC
  a2 gets 100000 USD
  a2 gets 1000 BTC
  a3 gets 100000 USD
  a3 gets 1000 BTC
`

/** A table as it is played: what opens it, then its own lines. */
export interface RuleTable {
  readonly title: string
  readonly lines: string
}

/** Takes the tables instead of ava while `collectTables` imports the files that declare them. */
let collected: RuleTable[] | null = null

/** Declares a test of one table. */
export function rule(title: string, table: string, opening = FUNDS): void {
  const lines = opening + table
  if (collected !== null) {
    collected.push({ title, lines })
    return
  }
  test(title, (t) => {
    const fast = new FastEngine({ capacity: 1 })
    t.deepEqual(runTable(fast, lines), [], 'fast')
    fast.engine.checkInvariants()
    t.deepEqual(runTable(new NaiveEngine(), lines), [], 'naive')
  })
}

/** The tables of scenario files, which are not tested here. Shapes: files that declare only rules. */
export async function collectTables(files: readonly string[]): Promise<RuleTable[]> {
  const tables: RuleTable[] = []
  collected = tables
  for (const file of files) await import(file)
  collected = null
  return tables
}
