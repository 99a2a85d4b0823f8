// What ends without being asked: DAY and GTD by Clock, the dead-man switch; and the order rate.

import { rule } from '../helpers/rule.ts'

rule(
  'LIF-1, LIF-2: a GTD is alive one nanosecond before its instant and gone at the instant',
  `
  at 2026-01-05T09:00:00Z
  a1 buy 5 @ 100 GTD until=2026-01-05T10:00:00Z b1 -> b1 New
  a1 owns 100000 USD hold 500
  clock 2026-01-05T09:59:59.999999999Z
  book 5@100 |
  clock 2026-01-05T10:00:00Z           -> b1 Expired
  book |
  a1 owns 100000 USD
  a1 cancel b1                         -> b1 Rejected UnknownOrder
  clock 2026-01-05T11:00:00Z
`,
)

rule(
  'LIF-3: the instant of a GTD must be in the future, and no other order has one',
  `
  at 2026-01-05T10:00:00Z
  a1 buy 5 @ 100 GTD until=2026-01-05T10:00:00Z b1 -> b1 Rejected Expired
  at 2026-01-05T10:00:00Z
  a1 buy 5 @ 100 GTD until=2026-01-05T10:00:00.000000001Z b2 -> b2 New
  a1 buy 5 @ 100 GTD b3                -> b3 Rejected Expired
  a1 buy 5 @ 100 GTC until=2026-01-06T00:00:00Z b4 -> b4 Rejected UnsupportedOrder
  a1 buy 5 @ 100 DAY until=2026-01-06T00:00:00Z b5 -> b5 Rejected UnsupportedOrder
  a1 buy 5 @ market GTD until=2026-01-06T00:00:00Z b6 -> b6 Rejected UnsupportedOrder
  a1 buy 5 @ market DAY b7             -> b7 Rejected UnsupportedOrder
`,
)

rule(
  'LIF-4, G3: a DAY ends at the next UTC midnight of the log, and so three midnights end three',
  `
  at 2026-02-27T23:59:59.999999999Z
  a1 buy 1 @ 100 DAY b1                -> b1 New
  at 2026-02-28T00:00:00Z
  a1 buy 2 @ 100 DAY b2                -> b2 New
  clock 2026-02-28T00:00:00Z           -> b1 Expired
  clock 2026-02-28T23:59:59.999999999Z
  a1 buy 3 @ 100 DAY b3                -> b3 New
  clock 2026-03-01T00:00:00Z           -> b2 Expired
  clock 2026-03-02T00:00:00Z           -> b3 Expired
  book |
`,
)

rule(
  'LIF-5: only Clock ends orders; until it comes one that is past its instant can trade',
  `
  at 2026-01-05T09:00:00Z
  a1 buy 5 @ 100 GTD until=2026-01-05T10:00:00Z b1 -> b1 New
  at 2026-01-05T10:00:01Z
  a2 sell 2 @ 100 s1                   -> s1 New; s1 Trade 2@100; b1 Trade 2@100
  clock 2026-01-05T10:00:02Z           -> b1 Expired
`,
)

rule(
  'LIF-6: what ends at one Clock ends by instant, then by orderID',
  `
  at 2026-01-05T09:00:00Z
  a1 buy 1 @ 99 GTD until=2026-01-05T12:00:00Z b1 -> b1 New
  a2 buy 1 @ 98 GTD until=2026-01-05T11:00:00Z b2 -> b2 New
  a3 sell 1 @ 102 GTD until=2026-01-05T12:00:00Z s3 -> s3 New
  a1 sell 1 @ 101 GTD until=2026-01-05T10:00:00Z s4 -> s4 New
  a2 buy 1 @ 97 GTD until=2026-01-05T11:00:00Z b5 -> b5 New
  a2 buy 1 @ 96 GTD until=2026-01-05T13:00:00Z b6 -> b6 New
  a2 cancel b2                         -> b2 Canceled
  clock 2026-01-05T12:30:00Z           -> s4 Expired; b5 Expired; b1 Expired; s3 Expired
  book 1@96 |
`,
)

rule(
  'LIF-7: orders end in every trading state, Closed too',
  `
  at 2026-01-05T09:00:00Z
  a1 buy 1 @ 99 DAY b1                 -> b1 New
  a1 kill on
  venue kill on
  state Closed
  clock 2026-01-06T00:00:00Z           -> b1 Expired
`,
)

rule(
  'LIF-8, RPL-4: a replace keeps the instant; a partly filled order expires with what it has',
  `
  at 2026-01-05T09:00:00Z
  a1 buy 5 @ 100 GTD until=2026-01-05T10:00:00Z b1 -> b1 New
  a1 replace b1 to 7 @ 101 as b2       -> b2 Replaced
  a2 sell 3 @ 101 s1                   -> s1 New; s1 Trade 3@101; b2 Trade 3@101
  clock 2026-01-05T10:00:00Z           -> b2 Expired
  a1 owns 99697 USD
  a1 owns 1003 BTC
`,
)

rule(
  'LIF-9: an order good for the auction enters only there, and what is left expires',
  `
  a1 buy 5 @ 100 GFA b1                -> b1 Rejected TradingStateForbids
  state Auction
  a1 buy 5 @ 100 GFA b2                -> b2 New
  a2 sell 2 @ 100 s1                   -> s1 New; indicates 2@100 Buy 3
  state Open                           -> s1 Trade 2@100; b2 Trade 2@100; b2 Expired
  a1 owns 99800 USD
`,
)

rule(
  'DMS-1, DMS-3: a dead-man switch that is not renewed cancels all orders once, in their fixed order',
  `
  at 2026-01-05T09:00:00Z
  a1 sell 1 @ 120 s1                   -> s1 New
  a1 buy 1 @ 100 b1                    -> b1 New
  a1 buy 1 @ 90 b2                     -> b2 New
  a2 buy 1 @ 90 x1                     -> x1 New
  at 2026-01-05T09:00:00Z
  a1 deadman 5000
  clock 2026-01-05T09:00:04.999999999Z
  clock 2026-01-05T09:00:05Z           -> b2 Canceled; b1 Canceled; s1 Canceled; a1 DeadMan 3
  a1 buy 1 @ 100 b3                    -> b3 New
  clock 2026-01-05T10:00:00Z
  book 1@100 1@90 |
`,
)

rule(
  'DMS-2: sent again it counts anew, and 0 disarms',
  `
  at 2026-01-05T09:00:00Z
  a1 buy 1 @ 100 b1                    -> b1 New
  a1 deadman 5000
  at 2026-01-05T09:00:04Z
  a1 deadman 3000
  clock 2026-01-05T09:00:06Z
  a1 deadman 0
  clock 2026-01-05T10:00:00Z
  a1 deadman 1000
  clock 2026-01-05T11:00:00Z           -> b1 Canceled; a1 DeadMan 1
`,
)

rule(
  'DMS-1: the timeout is a whole number of milliseconds, at most a day',
  `
  a1 deadman 1.5                       -> SetDeadMan InvalidTransition
  a1 deadman -1                        -> SetDeadMan InvalidTransition
  a1 deadman 86400001                  -> SetDeadMan InvalidTransition
  a9 deadman 1000                      -> SetDeadMan UnknownAccount
  a1 deadman 86400000
`,
)

rule(
  'DMS-4, LIF-6: at one Clock first orders end, then switches fire by instant, then by account',
  `
  at 2026-01-05T09:00:00Z
  a2 buy 1 @ 100 b2                    -> b2 New
  a1 buy 1 @ 100 GTD until=2026-01-05T09:30:00Z b1 -> b1 New
  a3 buy 1 @ 100 b3                    -> b3 New
  at 2026-01-05T09:00:00Z
  a2 deadman 2000
  at 2026-01-05T09:00:00Z
  a1 deadman 2000
  at 2026-01-05T09:00:00Z
  a3 deadman 1000
  clock 2026-01-05T10:00:00Z           -> b1 Expired; b3 Canceled; a3 DeadMan 1; a1 DeadMan 0; b2 Canceled; a2 DeadMan 1
`,
)

rule(
  'DMS-3, CHK-3: the switch leaves the orders of a closed market alone',
  `
  a1 buy 1 @ 100 b1                    -> b1 New
  a1 deadman 1
  state Closed
  clock 2026-01-05T10:00:00Z           -> a1 DeadMan 0
  state PreOpen
  a1 cancel b1                         -> b1 Canceled
`,
)

rule(
  'RAT-1, RAT-2: an account enters no more new orders and replaces in one second than it may',
  `
  a1 limits rate=3
  at 2026-01-05T09:00:00.100Z
  a1 buy 1 @ 100 b1                    -> b1 New
  a1 buy 1 @ 100 b2                    -> b2 New
  a2 buy 1 @ 100 x1                    -> x1 New
  a1 replace b1 to 2 @ 100 as b3       -> b3 Replaced
  a1 buy 1 @ 100 b4                    -> b4 Rejected OrderRateExceeded
  a1 replace b2 to 2 @ 100 as b5       -> b5 Rejected OrderRateExceeded
  a1 cancel b2                         -> b2 Canceled
  at 2026-01-05T09:00:00.999999999Z
  a1 buy 1 @ 100 b6                    -> b6 Rejected OrderRateExceeded
  at 2026-01-05T09:00:01Z
  a1 buy 1 @ 100 b7                    -> b7 New
  a1 limits rate=0
  a1 buy 1 @ 100 b8                    -> b8 New
  a1 buy 1 @ 100 b9                    -> b9 New
  a1 buy 1 @ 100 b10                   -> b10 New
`,
)

rule(
  'RAT-3: what was refused does not count, nor what came before there was a limit',
  `
  at 2026-01-05T09:00:00Z
  a1 buy 1 @ 100 b0                    -> b0 New
  a1 limits rate=3
  a1 buy 1 @ 100 b1                    -> b1 New
  a1 buy 10000000 @ 100 b2             -> b2 Rejected InvalidQty
  a1 buy 2000 @ 100 b3                 -> b3 Rejected InsufficientFunds
  a1 replace b1 to 2000 @ 100 as b4    -> b4 Rejected InsufficientFunds
  a1 buy 1 @ 100 b5                    -> b5 New
  a1 buy 1 @ 100 b6                    -> b6 New
  a1 buy 1 @ 100 b7                    -> b7 Rejected OrderRateExceeded
`,
)

rule(
  'LIF-6, DMS-3: orders that wait for their trigger end by Clock and by the switch like any other',
  `
  a2 buy 1 @ 100 o1                    -> o1 New
  a3 sell 1 @ 100 o2                   -> o2 New; o2 Trade 1@100; o1 Trade 1@100
  at 2026-01-05T09:00:00Z
  a1 buy 1 @ 110 stop=110 GTD until=2026-01-05T10:00:00Z w1 -> w1 Waiting
  a1 sell 1 @ 90 stop=90 DAY w2        -> w2 Waiting
  a1 buy 1 @ market stop=120 w3        -> w3 Waiting
  a1 buy 1 @ 50 GTD until=2026-01-05T10:00:00Z b1 -> b1 New
  clock 2026-01-05T10:00:00Z           -> w1 Expired; b1 Expired
  at 2026-01-05T10:00:00Z
  a1 deadman 1000
  clock 2026-01-05T10:00:01Z           -> w3 Canceled; w2 Canceled; a1 DeadMan 2
  clock 2026-01-06T00:00:00Z
  a1 owns 100000 USD
  a1 owns 1000 BTC
`,
)

rule(
  'LIF-4, DMS-1: at the end of all 64 bits of time a DAY order lives until the last nanosecond',
  `
  at 2262-04-11T23:47:16.000Z
  a1 buy 1 @ 100 DAY b1                -> b1 New
  a1 deadman 86400000
  clock 2262-04-11T23:47:16.854775806Z
  clock 2262-04-11T23:47:16.854775807Z -> b1 Expired; a1 DeadMan 0
`,
)
