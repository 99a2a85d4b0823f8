// What passes in which trading state, and where each state may lead: two tables, and what they mean.

import test from 'ava'
import { runTable } from '../helpers/book-table.ts'
import { type EngineUnderTest, FastEngine } from '../helpers/engine-under-test.ts'
import { NaiveEngine } from '../helpers/naive-engine.ts'
import { FUNDS, rule } from '../helpers/rule.ts'

const STATES = ['PreOpen', 'Auction', 'Open', 'CancelOnly', 'Halted', 'Closed']

/** + passes, - is refused: TradingStateForbids. */
const COMMANDS = `
                                          PreOpen Auction Open CancelOnly Halted Closed
  a1 buy 1 @ 95 x1                           -       +      +      -        -      -
  a1 buy 1 @ 95 DAY x1                       -       +      +      -        -      -
  a1 buy 1 @ 95 GFA x1                       -       +      -      -        -      -
  a1 buy 1 @ 95 PostOnly x1                  -       -      +      -        -      -
  a1 buy 1 @ 95 IOC x1                       -       -      +      -        -      -
  a1 buy 1 @ 110 FOK x1                      -       -      +      -        -      -
  a1 buy 1 @ market x1                       -       -      +      -        -      -
  a1 buy 9 @ 95 show=3 x1                    -       +      +      -        -      -
  a1 buy 1 @ market stop=120 x1              -       +      +      -        -      -
  a1 buy 1 @ 120 stop=120 x1                 -       +      +      -        -      -
  a1 oco buy 1 @ 95 x1 & buy 1 @ market stop=120 x2  -  +   +      -        -      -
  a1 replace r1 to 4 @ 95 as x1              -       +      +      -        -      -
  a1 cancelreplace r1 StopOnFailure buy 1 @ 95 x1  - +      +      -        -      -
  a1 cancel r1                               +       +      +      +        +      -
  a1 masscancel                              +       +      +      +        +      +
  a1 limits orders=9                         +       +      +      +        +      +
  a1 fees maker=0 taker=0                    +       +      +      +        +      +
  a1 gets 5 USD                              +       +      +      +        +      +
  a1 gives 5 USD                             +       +      +      +        +      +
  a1 deadman 5000                            +       +      +      +        +      +
  a1 kill on                                 +       +      +      +        +      +
  amend band=5000                            +       +      +      +        +      +
  clock 2026-01-05T10:00:00Z                 +       +      +      +        +      +
`

/** + is legal, - is answered with InvalidTransition; a state may always be set again. */
const TRANSITIONS = `
                                          PreOpen Auction Open CancelOnly Halted Closed
  PreOpen                                    +       +      +      +        +      +
  Auction                                    -       +      +      +        +      +
  Open                                       -       +      +      +        +      +
  CancelOnly                                 -       +      +      +        +      +
  Halted                                     -       +      +      +        +      +
  Closed                                     +       -      -      -        -      +
`

interface Cell {
  readonly row: string
  readonly state: string
  readonly passes: boolean
}

function cellsOf(table: string): Cell[] {
  const lines = table.split('\n').filter((line) => /[+-]\s*$/.test(line))
  return lines.flatMap((line) => {
    const words = line.trim().split(/\s+/)
    const row = words.slice(0, -STATES.length).join(' ')
    const marks = words.slice(-STATES.length)
    return STATES.map((state, i) => ({ row, state, passes: marks[i] === '+' }))
  })
}

/** What a line says in a state that was reached in legal steps. */
function said(engine: EngineUnderTest, state: string, line: string): string {
  const opening = `${FUNDS}
    a1 buy 5 @ 90 r1                     -> r1 New
    a2 sell 5 @ 110 r2                   -> r2 New
    ${state === 'PreOpen' ? 'state Closed' : ''}
    state ${state}
  `
  const problems = runTable(engine, opening)
  return problems.length > 0 ? problems.join() : runTable(engine, `${line} -> ?`).join()
}

function check(title: string, table: string, lineOf: (row: string) => string, no: string): void {
  test(title, (t) => {
    for (const { row, state, passes } of cellsOf(table)) {
      for (const engine of [new FastEngine({ capacity: 1 }), new NaiveEngine()]) {
        const answer = said(engine, state, lineOf(row))
        t.is(answer.includes(no), !passes, `${row} in ${state}: ${answer}`)
      }
    }
  })
}

check(
  'STA-1, CHK-3: each state takes these commands and no others',
  COMMANDS,
  (row) => row,
  'TradingStateForbids',
)

test('STA-2: an instrument goes from state to state only where the table says so', (t) => {
  for (const { row: from, state: to, passes } of cellsOf(TRANSITIONS)) {
    for (const engine of [new FastEngine({ capacity: 1 }), new NaiveEngine()]) {
      const answer = said(engine, from, `state ${to}`)
      t.is(answer.includes('SetTradingState InvalidTransition'), !passes, `${from} to ${to}`)
    }
  }
})

rule(
  'STA-3: Closed keeps the orders; the next session begins with PreOpen, where they can be canceled',
  `
  a1 buy 5 @ 90 b1                     -> b1 New
  state Closed
  a1 cancel b1                         -> b1 Rejected TradingStateForbids
  a1 masscancel                        -> 0 canceled
  state Open                           -> SetTradingState InvalidTransition
  state PreOpen
  a1 cancel b1                         -> b1 Canceled
`,
)

rule(
  'STA-4: a state that is set again is answered the same and nothing happens',
  `
  state Auction
  a1 buy 5 @ 101 GFA b1                -> b1 New
  a2 sell 5 @ 100 s1                   -> s1 New; indicates 5@100
  state Auction
  book 5@101 | 5@100
`,
)
