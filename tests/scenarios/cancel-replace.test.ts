// CancelReplace: one command, a cancel and a new order.

import { rule } from '../helpers/rule.ts'

rule(
  'CXR-1: the order is canceled, and the new one goes to the tail and may trade',
  `
  a1 buy 5 @ 100 b1                    -> b1 New
  a2 buy 5 @ 100 b2                    -> b2 New
  a1 cancelreplace b1 StopOnFailure buy 3 @ 100 b3 -> b1 Canceled; b3 New
  a3 sell 6 @ 100 s1                   -> s1 New; s1 Trade 5@100; b2 Trade 5@100; s1 Trade 1@100; b3 Trade 1@100
  a3 sell 4 @ 105 s2                   -> s2 New
  a1 cancelreplace b3 AllowFailure buy 4 @ 105 b4 -> b3 Canceled; b4 New; b4 Trade 4@105; s2 Trade 4@105
  book |
`,
)

rule(
  'CXR-2: what the cancel frees is there for the new order',
  `
  list
  a1 gets 1000 USD
  a1 buy 10 @ 100 b1                   -> b1 New
  a1 buy 9 @ 110 b2                    -> b2 Rejected InsufficientFunds
  a1 cancelreplace b1 StopOnFailure buy 9 @ 110 b3 -> b1 Canceled; b3 New
  a1 owns 1000 USD hold 990
`,
  '',
)

rule(
  'CXR-3: StopOnFailure: without the cancel no new order, and its clOrdID is used up',
  `
  a1 cancelreplace b1 StopOnFailure buy 5 @ 100 b2 -> b1 Rejected UnknownOrder; b2 Rejected CancelFailed
  a1 buy 5 @ 100 b2                    -> b2 Rejected DuplicateClOrdID
  a2 buy 5 @ 100 b3                    -> b3 New
  a1 cancelreplace b3 StopOnFailure buy 5 @ 100 b4 -> b3 Rejected UnknownOrder; b4 Rejected CancelFailed
  a2 cancel b3                         -> b3 Canceled
`,
)

rule(
  'CXR-4: AllowFailure: the new order enters whatever became of the cancel',
  `
  a1 cancelreplace b1 AllowFailure buy 5 @ 100 b2 -> b1 Rejected UnknownOrder; b2 New
  book 5@100 |
`,
)

rule(
  'CXR-5: a new order that is refused does not bring the canceled one back',
  `
  a1 buy 5 @ 100 b1                    -> b1 New
  a1 cancelreplace b1 StopOnFailure buy 5 @ 0 b2 -> b1 Canceled; b2 Rejected InvalidPrice
  a1 owns 100000 USD
  a1 buy 5 @ 100 b3                    -> b3 New
  a1 kill on
  a1 cancelreplace b3 AllowFailure buy 5 @ 100 b4 -> b3 Canceled; b4 Rejected AccountBlocked
  book |
`,
)

rule(
  'CXR-6, CHK-4: a clOrdID that was used before changes nothing, not even by the cancel',
  `
  a1 buy 5 @ 100 b1                    -> b1 New
  a1 buy 5 @ 99 b2                     -> b2 New
  a1 cancelreplace b1 StopOnFailure buy 6 @ 100 b3 -> b1 Canceled; b3 New
  a1 cancelreplace b1 StopOnFailure buy 6 @ 100 b3 -> b3 Rejected DuplicateClOrdID
  a1 cancelreplace b2 AllowFailure buy 6 @ 100 b3 -> b3 Rejected DuplicateClOrdID
  a1 cancelreplace b2 AllowFailure buy 6 @ 100 b2 -> b2 Rejected DuplicateClOrdID
  book 6@100 5@99 |
`,
)

rule(
  'CXR-7, CHK-3: the cancel passes what a cancel passes, and stops where a cancel stops',
  `
  a1 buy 5 @ 100 b1                    -> b1 New
  state Halted
  a1 cancelreplace b1 StopOnFailure buy 5 @ 100 b2 -> b1 Canceled; b2 Rejected TradingStateForbids
  state Open
  a1 buy 5 @ 100 b3                    -> b3 New
  state Closed
  a1 cancelreplace b3 StopOnFailure buy 5 @ 100 b4 -> b3 Rejected TradingStateForbids; b4 Rejected CancelFailed
  a9 cancelreplace b3 AllowFailure buy 5 @ 100 b5 -> b3 Rejected UnknownAccount; b5 Rejected UnknownAccount
`,
)

rule(
  'CXR-8, RAT-1: the new order counts as one in the order rate, and the cancel frees a place',
  `
  a1 limits orders=1 rate=2
  at 2026-01-05T09:00:00Z
  a1 buy 5 @ 100 b1                    -> b1 New
  a1 cancelreplace b1 StopOnFailure buy 5 @ 101 b2 -> b1 Canceled; b2 New
  a1 cancelreplace b2 StopOnFailure buy 5 @ 102 b3 -> b2 Canceled; b3 Rejected OrderRateExceeded
`,
)

rule(
  'CXR-9: a mode that is none is no command',
  `
  a1 buy 5 @ 100 b1                    -> b1 New
  a1 cancelreplace b1 Perhaps buy 5 @ 101 b2 -> CancelReplace Malformed
  book 5@100 |
`,
)
