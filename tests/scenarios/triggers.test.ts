// Stops, take-profits and trailing stops: who is elected by which trade, in which order, and what
// an elected order must pass. `s1 Waiting` is an accepted order that is not in the market yet.

import { rule } from '../helpers/rule.ts'

/** The last trade was at 100; quotes of a3 stand around it. */
const AT_100 = `
  list
  a1 gets 100000 USD
  a1 gets 1000 BTC
  a2 gets 100000 USD
  a2 gets 1000 BTC
  a3 gets 100000 USD
  a3 gets 1000 BTC
  a3 sell 1 @ 100 q1                   -> q1 New
  a2 buy 1 @ 100 q2                    -> q2 New; q2 Trade 1@100; q1 Trade 1@100
`

rule(
  'TRG-1: a buy stop is elected when the last trade is at its stopPx or above',
  `
  a1 buy 5 @ market stop=102 s1        -> s1 Waiting
  a3 sell 1 @ 101 q3                   -> q3 New
  a3 sell 9 @ 102 q4                   -> q4 New
  a2 buy 1 @ 101 q5                    -> q5 New; q5 Trade 1@101; q3 Trade 1@101
  a2 buy 1 @ 102 q6                    -> q6 New; q6 Trade 1@102; q4 Trade 1@102; s1 Elected 102 by 102; s1 Triggered; s1 Trade 5@102; q4 Trade 5@102
  book | 3@102
`,
  AT_100,
)

rule(
  'TRG-1: a sell stop is elected when the last trade is at its stopPx or below',
  `
  a1 sell 5 @ market stop=98 s1        -> s1 Waiting
  a3 buy 1 @ 99 q3                     -> q3 New
  a3 buy 9 @ 97 q4                     -> q4 New
  a2 sell 1 @ 99 q5                    -> q5 New; q5 Trade 1@99; q3 Trade 1@99
  a2 sell 1 @ 97 q6                    -> q6 New; q6 Trade 1@97; q4 Trade 1@97; s1 Elected 98 by 97; s1 Triggered; s1 Trade 5@97; q4 Trade 5@97
  book 3@97 |
`,
  AT_100,
)

rule(
  'TRG-2: a take-profit is elected the other way: a sell at its stopPx or above, a buy at or below',
  `
  a1 sell 2 @ market profit=102 t1     -> t1 Waiting
  a1 buy 2 @ market profit=98 t2       -> t2 Waiting
  a3 buy 9 @ 99 q3                     -> q3 New
  a3 sell 9 @ 103 q4                   -> q4 New
  a2 buy 1 @ 103 q5                    -> q5 New; q5 Trade 1@103; q4 Trade 1@103; t1 Elected 102 by 103; t1 Triggered; t1 Trade 2@99; q3 Trade 2@99
  a3 cancel q3                         -> q3 Canceled
  a3 buy 1 @ 97 q6                     -> q6 New
  a2 sell 1 @ 97 q7                    -> q7 New; q7 Trade 1@97; q6 Trade 1@97; t2 Elected 98 by 97; t2 Triggered; t2 Trade 2@103; q4 Trade 2@103
  book | 6@103
`,
  AT_100,
)

rule(
  'TRG-2, TRG-8: a TakeProfitLimit is elected as a take-profit and then is a Limit order',
  `
  a1 sell 5 @ 104 profit=103 t1        -> t1 Waiting
  a1 buy 5 @ 96 profit=97 t2           -> t2 Waiting
  a1 owns 100000 USD hold 480
  a1 owns 1000 BTC hold 5
  a3 buy 3 @ 104 q3                    -> q3 New
  a2 sell 1 @ 104 q4                   -> q4 New; q4 Trade 1@104; q3 Trade 1@104; t1 Elected 103 by 104; t1 Triggered; t1 Trade 2@104; q3 Trade 2@104
  book | 3@104
  a3 buy 1 @ 97 q5                     -> q5 New
  a2 sell 1 @ 97 q6                    -> q6 New; q6 Trade 1@97; q5 Trade 1@97; t2 Elected 97 by 97; t2 Triggered
  book 5@96 | 3@104
`,
  AT_100,
)

rule(
  'TRG-16: a waiting order is in no book and nobody trades with it; in the market it is its Limit or Market',
  `
  a1 sell 2 @ 100 stop=95 s1           -> s1 Waiting
  a1 buy 2 @ 120 stop=105 s2           -> s2 Waiting
  book |
  a2 buy 2 @ 100 IOC q3                -> q3 New; q3 Expired
  a2 sell 2 @ 120 q4                   -> q4 New
  book | 2@120
  a2 cancel q4                         -> q4 Canceled
  a2 sell 1 @ 105 q5                   -> q5 New
  a3 buy 1 @ 105 q6                    -> q6 New; q6 Trade 1@105; q5 Trade 1@105; s2 Elected 105 by 105; s2 Triggered
  book 2@120 |
  a2 sell 2 @ 119 q7                   -> q7 New; q7 Trade 2@120; s2 Trade 2@120
`,
  AT_100,
)

rule(
  'TRG-3: nothing is elected before the first trade',
  `
  a1 buy 1 @ market stop=1 s1          -> s1 Waiting
  a1 sell 1 @ market stop=500 s2       -> s2 Waiting
  a3 sell 5 @ 101 q1                   -> q1 New
  a3 buy 5 @ 99 q2                     -> q2 New
  a2 buy 1 @ 101 q3                    -> q3 New; q3 Trade 1@101; q1 Trade 1@101; s1 Elected 1 by 101; s1 Triggered; s1 Trade 1@101; q1 Trade 1@101; s2 Elected 500 by 101; s2 Triggered; s2 Trade 1@99; q2 Trade 1@99
`,
)

rule(
  'TRG-4: a stop whose condition already holds is elected at once',
  `
  a3 sell 5 @ 101 q3                   -> q3 New
  a1 buy 2 @ market stop=100 s1        -> s1 Waiting; s1 Elected 100 by 100; s1 Triggered; s1 Trade 2@101; q3 Trade 2@101
  a1 buy 2 @ 101 stop=99 s2            -> s2 Waiting; s2 Elected 99 by 101; s2 Triggered; s2 Trade 2@101; q3 Trade 2@101
`,
  AT_100,
)

rule(
  'TRG-5: elected orders enter one by one after the aggressor is done, nearest stopPx first, then oldest',
  `
  a1 buy 1 @ market stop=103 s1        -> s1 Waiting
  a1 buy 1 @ market stop=101 s2        -> s2 Waiting
  a2 buy 1 @ market stop=102 s3        -> s3 Waiting
  a1 buy 1 @ market stop=102 s4        -> s4 Waiting
  a3 sell 1 @ 101 q3                   -> q3 New
  a3 sell 9 @ 103 q4                   -> q4 New
  a2 buy 3 @ 103 q5                    -> q5 New; q5 Trade 1@101; q3 Trade 1@101; q5 Trade 2@103; q4 Trade 2@103; s2 Elected 101 by 101; s2 Triggered; s2 Trade 1@103; q4 Trade 1@103; s3 Elected 102 by 103; s3 Triggered; s3 Trade 1@103; q4 Trade 1@103; s4 Elected 102 by 103; s4 Triggered; s4 Trade 1@103; q4 Trade 1@103; s1 Elected 103 by 103; s1 Triggered; s1 Trade 1@103; q4 Trade 1@103
`,
  AT_100,
)

rule(
  'TRG-6: elections that elected orders cause join the tail; the cascade ends inside the same command',
  `
  a1 sell 3 @ market stop=99 s1        -> s1 Waiting
  a1 sell 1 @ market stop=98 s2        -> s2 Waiting
  a1 sell 1 @ market stop=97 s3        -> s3 Waiting
  a3 buy 2 @ 99 q3                     -> q3 New
  a3 buy 3 @ 97 q4                     -> q4 New
  a3 buy 9 @ 90 q5                     -> q5 New
  a2 sell 1 @ 99 q6                    -> q6 New; q6 Trade 1@99; q3 Trade 1@99; s1 Elected 99 by 99; s1 Triggered; s1 Trade 1@99; q3 Trade 1@99; s1 Trade 2@97; q4 Trade 2@97; s2 Elected 98 by 97; s2 Triggered; s2 Trade 1@97; q4 Trade 1@97; s3 Elected 97 by 97; s3 Triggered; s3 Trade 1@90; q5 Trade 1@90
  book 8@90 |
`,
  AT_100,
)

rule(
  'TRG-7: every trade of a sweep elects by its own price, rising before falling',
  `
  a1 sell 1 @ market stop=96 s1        -> s1 Waiting
  a1 buy 1 @ market stop=103 s2        -> s2 Waiting
  a3 sell 1 @ 95 q3                    -> q3 New
  a3 sell 9 @ 104 q4                   -> q4 New
  a3 buy 9 @ 90 q5                     -> q5 New
  a2 buy 2 @ 104 q6                    -> q6 New; q6 Trade 1@95; q3 Trade 1@95; q6 Trade 1@104; q4 Trade 1@104; s1 Elected 96 by 95; s1 Triggered; s1 Trade 1@90; q5 Trade 1@90; s2 Elected 103 by 104; s2 Triggered; s2 Trade 1@104; q4 Trade 1@104
`,
  AT_100,
)

rule(
  'TRG-8: a StopLimit becomes a Limit order: it trades up to its price and rests',
  `
  a1 buy 5 @ 103 stop=102 s1           -> s1 Waiting
  a3 sell 3 @ 102 q3                   -> q3 New
  a2 buy 1 @ 102 q4                    -> q4 New; q4 Trade 1@102; q3 Trade 1@102; s1 Elected 102 by 102; s1 Triggered; s1 Trade 2@102; q3 Trade 2@102
  book 3@103 |
  a1 replace s1 to 4 @ 101 as s2       -> s2 Replaced
  a1 cancel s2                         -> s2 Canceled
  a1 owns 99796 USD
`,
  AT_100,
)

rule(
  'TRG-9: a waiting order holds its worst case; what it held returns with its election, cancel or expiry',
  `
  a1 sell 5 @ market stop=90 s1        -> s1 Waiting
  a1 owns 1000 BTC hold 5
  a1 buy 5 @ 120 stop=110 s2           -> s2 Waiting
  a1 owns 100000 USD hold 600
  a1 buy 5 @ market stop=110 s3        -> s3 Waiting
  a1 owns 100000 USD hold 1150
  a1 cancel s3                         -> s3 Canceled
  a1 masscancel                        -> s2 Canceled; s1 Canceled; 2 canceled
  a1 owns 100000 USD
  a1 owns 1000 BTC
`,
  AT_100,
)

rule(
  'TRG-9: with a price band a waiting Market buy holds its stopPx widened by the band',
  `
  list band=100000
  a1 gets 10000 USD
  a1 buy 10 @ market stop=200 s1       -> s1 Waiting
  a1 owns 10000 USD hold 2200
  a1 buy 1 @ market stop=9000 s2       -> s2 Rejected InsufficientFunds
`,
  '',
)

rule(
  'TRG-10: an elected order that may not enter expires with the reason',
  `
  list band=100000
  a1 gets 100000 USD
  a2 gets 1000 BTC
  a2 gets 100000 USD
  a2 sell 1 @ 100 q1                   -> q1 New
  a1 buy 1 @ 100 q2                    -> q2 New; q2 Trade 1@100; q1 Trade 1@100
  a1 buy 5 @ 300 stop=105 s1           -> s1 Waiting
  a1 buy 5 @ 110 PostOnly stop=105 s2  -> s2 Waiting
  a1 buy 5 @ 110 FOK stop=105 s3       -> s3 Waiting
  a1 buy 5 @ market stop=105 s4        -> s4 Waiting
  a2 sell 3 @ 105 q3                   -> q3 New
  a2 buy 1 @ 105 q4 stp=None x1        -> x1 New; x1 Trade 1@105; q3 Trade 1@105; s1 Elected 105 by 105; s1 Triggered; s1 Expired PriceBand; s2 Elected 105 by 105; s2 Triggered; s2 Expired PostOnlyWouldCross; s3 Elected 105 by 105; s3 Triggered; s3 Expired FokCannotFill; s4 Elected 105 by 105; s4 Triggered; s4 Trade 2@105; q3 Trade 2@105; s4 Expired
  a1 owns 99690 USD
`,
  '',
)

rule(
  'TRG-10: the kill switch stops an elected order, too little money as well',
  `
  list
  a1 gets 10000 USD
  a2 gets 100 USD
  a3 gets 1000 BTC
  a1 buy 1 @ market stop=10 s1         -> s1 Waiting
  a2 buy 9 @ market stop=10 s2         -> s2 Waiting
  a3 sell 1 @ 10 q3                    -> q3 New
  a3 sell 9 @ 12 q4                    -> q4 New
  a1 buy 1 @ 10 PostOnly q5            -> q5 Rejected PostOnlyWouldCross
  a4 gets 10 USD
  a1 kill on
  a4 buy 1 @ 10 q6                     -> q6 New; q6 Trade 1@10; q3 Trade 1@10; s1 Elected 10 by 10; s1 Triggered; s1 Expired AccountBlocked; s2 Elected 10 by 10; s2 Triggered; s2 Expired InsufficientFunds
  a1 owns 10000 USD
  a2 owns 100 USD
`,
  '',
)

rule(
  'TRG-11: a trailing stop follows the best last price since it was accepted, and never back',
  `
  a1 sell 5 @ market trail=3 s1        -> s1 Waiting
  a3 sell 9 @ 105 q3                   -> q3 New
  a2 buy 1 @ 105 q4                    -> q4 New; q4 Trade 1@105; q3 Trade 1@105
  a3 cancel q3                         -> q3 Canceled
  a3 buy 1 @ 103 q5                    -> q5 New
  a2 sell 1 @ 103 q6                   -> q6 New; q6 Trade 1@103; q5 Trade 1@103
  a3 buy 9 @ 102 q7                    -> q7 New
  a2 sell 1 @ 102 q8                   -> q8 New; q8 Trade 1@102; q7 Trade 1@102; s1 Elected 102 by 102; s1 Triggered; s1 Trade 5@102; q7 Trade 5@102
`,
  AT_100,
)

rule(
  'TRG-11: an offset in parts per million is taken of the best price, rounded down, at least one tick',
  `
  a1 buy 5 @ market trail=25000ppm s1  -> s1 Waiting
  a1 owns 99900 USD hold 510
  a3 buy 9 @ 90 q3                     -> q3 New
  a2 sell 1 @ 90 q4                    -> q4 New; q4 Trade 1@90; q3 Trade 1@90
  a3 cancel q3                         -> q3 Canceled
  a3 sell 1 @ 91 q5                    -> q5 New
  a3 sell 9 @ 92 q6                    -> q6 New
  a2 buy 1 @ 91 q7                     -> q7 New; q7 Trade 1@91; q5 Trade 1@91
  a2 buy 1 @ 92 q8                     -> q8 New; q8 Trade 1@92; q6 Trade 1@92; s1 Elected 92 by 92; s1 Triggered; s1 Trade 5@92; q6 Trade 5@92
`,
  `${AT_100}
  a3 sell 1 @ 100 z1                   -> z1 New
  a1 buy 1 @ 100 z2                    -> z2 New; z2 Trade 1@100; z1 Trade 1@100
`,
)

rule(
  'TRG-12: price and quantity of a waiting order can be replaced; its stopPx and its age stay',
  `
  a1 buy 5 @ 103 stop=102 s1           -> s1 Waiting
  a2 buy 5 @ 103 stop=102 s2           -> s2 Waiting
  a1 replace s1 to 6 @ 104 as s3       -> s3 Replaced
  a1 owns 100000 USD hold 624
  a1 sell 5 @ market stop=90 s4        -> s4 Waiting
  a1 replace s4 to 7 @ 0 as s5         -> s5 Replaced
  a1 owns 1000 BTC hold 7
  a1 replace s5 to 7 @ 99 as s6        -> s6 Rejected InvalidPrice
  a1 replace s5 to 2000 @ 0 as s7      -> s7 Rejected InsufficientFunds
  a3 sell 9 @ 102 q3                   -> q3 New
  a2 buy 1 @ 102 q4                    -> q4 New; q4 Trade 1@102; q3 Trade 1@102; s3 Elected 102 by 102; s3 Triggered; s3 Trade 6@102; q3 Trade 6@102; s2 Elected 102 by 102; s2 Triggered; s2 Trade 2@102; q3 Trade 2@102
`,
  AT_100,
)

rule(
  'TRG-12: a stop is moved by CancelReplace: the new order waits at its own stopPx, at the tail',
  `
  a1 sell 5 @ market stop=95 s1        -> s1 Waiting
  a2 sell 5 @ market stop=97 s2        -> s2 Waiting
  a1 cancelreplace s1 StopOnFailure sell 5 @ market stop=97 s3 -> s1 Canceled; s3 Waiting
  a1 owns 1000 BTC hold 5
  a3 buy 20 @ 97 q3                    -> q3 New
  a2 sell 1 @ 97 q4                    -> q4 New; q4 Trade 1@97; q3 Trade 1@97; s2 Elected 97 by 97; s2 Triggered; s2 Trade 5@97; q3 Trade 5@97; s3 Elected 97 by 97; s3 Triggered; s3 Trade 5@97; q3 Trade 5@97
`,
  AT_100,
)

rule(
  'TRG-13: a waiting order counts as an open order and for the position limit',
  `
  list orders=2 position=10
  a1 gets 10000 USD
  a1 buy 6 @ market stop=110 s1        -> s1 Waiting
  a1 buy 5 @ market stop=110 s2        -> s2 Rejected PositionLimit
  a1 buy 4 @ 120 stop=110 s3           -> s3 Waiting
  a1 sell 1 @ 130 s4                   -> s4 Rejected TooManyOpenOrders
`,
  '',
)

rule(
  'TRG-14: a stop without its price, or with what it cannot have, is refused',
  `
  a1 buy 5 @ market stop=0 s1          -> s1 Rejected StopPxRequired
  a1 buy 5 @ market trail=0 s2         -> s2 Rejected StopPxRequired
  a1 buy 5 @ market stop=-5 s3         -> s3 Rejected InvalidPrice
  a1 buy 5 @ 0 stop=5 s4               -> s4 Rejected InvalidPrice
  a1 sell 5 @ market trail=1000000ppm s5 -> s5 Rejected InvalidPrice
  a1 buy 5 @ market PostOnly stop=5 s6 -> s6 Rejected UnsupportedOrder
  state Auction
  a1 buy 5 @ 100 GFA stop=5 s7         -> s7 Rejected UnsupportedOrder
  state Open
  a1 buy 500 USD @ market stop=5 s8    -> s8 Rejected UnsupportedOrder
`,
)

rule(
  'TRG-15: nothing is elected while the instrument is not Open; opening elects by the last trade',
  `
  state Auction
  a1 buy 5 @ market stop=100 s1        -> s1 Waiting
  state Open                           -> s1 Elected 100 by 100; s1 Triggered; s1 Expired
`,
  AT_100,
)

rule(
  'TRG-13: a waiting order ends by Clock; IOC is meant from the election on',
  `
  at 2026-01-05T10:00:00Z
  a1 buy 5 @ 103 GTD until=2026-01-05T12:00:00Z stop=102 s1 -> s1 Waiting
  a1 buy 5 @ market DAY stop=102 s2    -> s2 Waiting
  a1 buy 5 @ 102 IOC stop=102 s3       -> s3 Waiting
  clock 2026-01-05T12:00:00Z           -> s1 Expired
  clock 2026-01-06T00:00:00Z           -> s2 Expired
  a3 sell 3 @ 102 q3                   -> q3 New
  a2 buy 1 @ 102 q4                    -> q4 New; q4 Trade 1@102; q3 Trade 1@102; s3 Elected 102 by 102; s3 Triggered; s3 Trade 2@102; q3 Trade 2@102; s3 Expired
  a1 owns 99796 USD
`,
  AT_100,
)

rule(
  'TRG-15: a trailing stop follows the trades of an auction, whose price elects when the market opens',
  `
  a1 sell 5 @ market trail=3 s1        -> s1 Waiting
  state Auction
  a2 buy 1 @ 110 q3                    -> q3 New
  a3 sell 1 @ 110 q4                   -> q4 New; indicates 1@110
  state Open                           -> q4 Trade 1@110; q3 Trade 1@110
  a3 buy 6 @ 107 q5                    -> q5 New
  a2 sell 1 @ 107 q6                   -> q6 New; q6 Trade 1@107; q5 Trade 1@107; s1 Elected 107 by 107; s1 Triggered; s1 Trade 5@107; q5 Trade 5@107
`,
  AT_100,
)
