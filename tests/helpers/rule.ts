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

/** Declares a test of one table. */
export function rule(title: string, table: string, opening = FUNDS): void {
  test(title, (t) => {
    const fast = new FastEngine({ capacity: 1 })
    t.deepEqual(runTable(fast, opening + table), [], 'fast')
    fast.engine.checkInvariants()
    t.deepEqual(runTable(new NaiveEngine(), opening + table), [], 'naive')
  })
}
