// Orders that depend on each other: OCO and brackets.

import { rule } from '../helpers/rule.ts'

/** The last trade was at 100. */
const AT_100 = `
  list
  a1 gets 100000 USD
  a1 gets 10 BTC
  a2 gets 100000 USD
  a2 gets 1000 BTC
  a3 gets 100000 USD
  a3 gets 1000 BTC
  a3 sell 1 @ 100 q1                   -> q1 New
  a2 buy 1 @ 100 q2                    -> q2 New; q2 Trade 1@100; q1 Trade 1@100
`

rule(
  'OCO-1, LST-5: the first fill of one leg cancels the other; each is reported under its own clOrdID',
  `
  a1 oco sell 10 @ 110 o1 & sell 10 @ market stop=95 o2 -> o1 New; o2 Waiting
  a2 buy 4 @ 110 b1                    -> b1 New; b1 Trade 4@110; o1 Trade 4@110; o2 Canceled
  book | 6@110
  a1 cancel o1                         -> o1 Canceled
`,
  AT_100,
)

rule(
  'OCO-1: the election of one leg cancels the other before the elected one enters',
  `
  a1 oco sell 10 @ 110 o1 & sell 10 @ market stop=95 o2 -> o1 New; o2 Waiting
  a3 buy 1 @ 95 b1                     -> b1 New
  a3 buy 10 @ 94 b2                    -> b2 New
  a2 sell 1 @ 95 s1                    -> s1 New; s1 Trade 1@95; b1 Trade 1@95; o2 Elected 95 by 95; o2 Triggered; o1 Canceled; o2 Trade 10@94; b2 Trade 10@94
  book |
`,
  AT_100,
)

rule(
  'OCO-1, LST-4: a leg is canceled in the command of the fill, before anybody is elected',
  `
  a1 oco sell 5 @ 105 o1 & sell 5 @ market profit=105 o2 -> o1 New; o2 Waiting
  a2 buy 5 @ 105 b1                    -> b1 New; b1 Trade 5@105; o1 Trade 5@105; o2 Canceled
`,
  AT_100,
)

rule(
  'OCO-2: both legs hold once: what the dearer one needs',
  `
  a1 oco sell 10 @ 110 o1 & sell 10 @ market stop=95 o2 -> o1 New; o2 Waiting
  a1 owns 10 BTC hold 10
  a1 cancel o1                         -> o1 Canceled; o2 Canceled
  a1 owns 10 BTC
  a1 oco buy 10 @ 90 o3 & buy 10 @ market stop=105 o4 -> o3 New; o4 Waiting
  a1 owns 100000 USD hold 1050
  a1 oco buy 10 @ 120 stop=110 o5 & buy 10 @ market profit=80 o6 -> o5 Waiting; o6 Waiting
  a1 owns 100000 USD hold 2250
  a1 masscancel                        -> o3 Canceled; o6 Canceled; o4 Canceled; o5 Canceled; 4 canceled
  a1 owns 100000 USD
`,
  AT_100,
)

rule(
  'OCO-3: the cancel, or any other end, of one leg ends the other',
  `
  a1 oco sell 5 @ 110 o1 & sell 5 @ market stop=95 o2 -> o1 New; o2 Waiting
  a1 cancel o2                         -> o2 Canceled; o1 Canceled
  a1 oco sell 5 @ 110 GTD until=2026-01-05T00:00:00Z o3 & sell 5 @ market stop=95 o4 -> o3 New; o4 Waiting
  clock 2026-01-05T00:00:00Z           -> o3 Expired; o4 Canceled
  a1 oco sell 5 @ 110 o5 & sell 5 @ market stop=95 o6 -> o5 New; o6 Waiting
  a1 buy 2 @ 110 stp=ExpireMaker b1    -> b1 New; o5 Prevented 5; o6 Canceled
`,
  AT_100,
)

rule(
  'OCO-3: a decrement counts as a fill',
  `
  a1 oco sell 5 @ 110 o1 & sell 5 @ market stop=95 o2 -> o1 New; o2 Waiting
  a1 buy 2 @ 110 stp=Decrement b1      -> b1 New; b1 Prevented 2; o1 Prevented 2; o2 Canceled
  book | 3@110
`,
  AT_100,
)

rule(
  'OCO-4: a Limit leg that trades at once cancels the other leg in the same command',
  `
  a3 buy 3 @ 101 b1                    -> b1 New
  a1 oco sell 5 @ 101 o1 & sell 5 @ market stop=95 o2 -> o1 New; o2 Waiting; o1 Trade 3@101; b1 Trade 3@101; o2 Canceled
  book | 2@101
`,
  AT_100,
)

rule(
  'OCO-5: a stop leg whose condition already holds is elected at once and cancels the Limit',
  `
  a3 buy 5 @ 99 b1                     -> b1 New
  a1 oco sell 5 @ 110 o1 & sell 5 @ market stop=100 o2 -> o1 New; o2 Waiting; o2 Elected 100 by 100; o2 Triggered; o1 Canceled; o2 Trade 5@99; b1 Trade 5@99
`,
  AT_100,
)

rule(
  'LST-1: either all legs are accepted, or the list is refused for the first leg that fails',
  `
  a1 oco sell 11 @ 110 o1 & sell 11 @ market stop=95 o2 -> NewOrderList InsufficientFunds
  a1 oco sell 5 @ 110 o1 & sell 5 @ market stop=0 o2 -> NewOrderList StopPxRequired
  a1 owns 10 BTC
  book |
  a1 oco sell 5 @ 110 o1 & sell 5 @ market stop=95 o2 -> o1 New; o2 Waiting
  a1 oco sell 5 @ 110 o3 & sell 5 @ market stop=95 o2 -> NewOrderList DuplicateClOrdID
  a1 oco sell 5 @ 110 o4 & sell 5 @ market stop=95 o4 -> NewOrderList DuplicateClOrdID
  a1 limits orders=3
  a1 oco buy 5 @ 90 o5 & buy 5 @ market stop=105 o6 -> NewOrderList TooManyOpenOrders
`,
  AT_100,
)

rule(
  'LST-2: legs of an OCO are of one side and size; one may be a Limit that rests, the others wait',
  `
  a1 oco sell 5 @ 110 o1 & buy 5 @ market stop=95 o2 -> NewOrderList UnsupportedOrder
  a1 oco sell 5 @ 110 o1 & sell 5 @ 120 o2 -> NewOrderList UnsupportedOrder
  a1 oco sell 5 @ market o1 & sell 5 @ market stop=95 o2 -> NewOrderList UnsupportedOrder
  a1 oco sell 5 @ 110 IOC o1 & sell 5 @ market stop=95 o2 -> NewOrderList UnsupportedOrder
  a1 oco sell 5 @ 110 o1 & sell 4 @ market stop=95 o2 -> NewOrderList InvalidQty
  a1 oco sell 5 @ 110 o1               -> NewOrderList Malformed
`,
  AT_100,
)

rule(
  'LST-3: an order of a list cannot be replaced',
  `
  a1 oco sell 5 @ 110 o1 & sell 5 @ market stop=95 o2 -> o1 New; o2 Waiting
  a1 replace o1 to 4 @ 110 as o3       -> o3 Rejected UnsupportedOrder
  a1 replace o2 to 4 @ 0 as o4         -> o4 Rejected UnsupportedOrder
`,
  AT_100,
)

rule(
  'BRK-1: the fill of the entry arms both exits with what it has filled; the exits are an OCO',
  `
  a1 bracket buy 5 @ 100 e1 & sell 5 @ 110 t1 & sell 5 @ market stop=95 l1 -> e1 New; t1 Waiting; l1 Waiting
  a1 owns 10 BTC
  a2 sell 5 @ 100 s1                   -> s1 New; s1 Trade 5@100; e1 Trade 5@100; t1 Triggered; l1 Replaced
  a1 owns 15 BTC hold 5
  book | 5@110
  a2 buy 5 @ 110 b1                    -> b1 New; b1 Trade 5@110; t1 Trade 5@110; l1 Canceled
  a1 owns 10 BTC
`,
  AT_100,
)

rule(
  'BRK-2: nothing elects an exit before the entry has filled',
  `
  a1 bracket buy 5 @ 90 e1 & sell 5 @ 110 t1 & sell 5 @ market stop=95 l1 -> e1 New; t1 Waiting; l1 Waiting
  a3 buy 1 @ 94 b1                     -> b1 New
  a2 sell 1 @ 94 s1                    -> s1 New; s1 Trade 1@94; b1 Trade 1@94
  book 5@90 |
  a3 buy 9 @ 80 b2                     -> b2 New
  a2 sell 5 @ 90 s2                    -> s2 New; s2 Trade 5@90; e1 Trade 5@90; t1 Triggered; l1 Replaced; l1 Elected 95 by 90; l1 Triggered; t1 Canceled; l1 Trade 5@80; b2 Trade 5@80
`,
  AT_100,
)

rule(
  'BRK-3: each further fill of the entry raises both exits',
  `
  a1 bracket buy 5 @ 100 e1 & sell 5 @ 110 t1 & sell 5 @ market stop=95 l1 -> e1 New; t1 Waiting; l1 Waiting
  a2 sell 2 @ 100 s1                   -> s1 New; s1 Trade 2@100; e1 Trade 2@100; t1 Triggered; l1 Replaced
  book 3@100 | 2@110
  a2 sell 1 @ 100 s2                   -> s2 New; s2 Trade 1@100; e1 Trade 1@100; t1 Replaced; l1 Replaced
  book 2@100 | 3@110
  a1 owns 13 BTC hold 3
  a1 cancel e1                         -> e1 Canceled
  a3 buy 9 @ 94 b1                     -> b1 New
  a2 sell 1 @ 94 s3                    -> s3 New; s3 Trade 1@94; b1 Trade 1@94; l1 Elected 95 by 94; l1 Triggered; t1 Canceled; l1 Trade 3@94; b1 Trade 3@94
`,
  AT_100,
)

rule(
  'BRK-4: an entry that ends without a fill ends both exits',
  `
  a1 bracket buy 5 @ 100 e1 & sell 5 @ 110 t1 & sell 5 @ market stop=95 l1 -> e1 New; t1 Waiting; l1 Waiting
  a1 cancel e1                         -> e1 Canceled; t1 Canceled; l1 Canceled
  a1 bracket buy 5 @ market e2 & sell 5 @ 110 t2 & sell 5 @ market stop=95 l2 -> e2 New; t2 Waiting; l2 Waiting; e2 Expired; t2 Canceled; l2 Canceled
`,
  AT_100,
)

rule(
  'BRK-5: an exit that begins or ends cancels the other exit and what is left of the entry',
  `
  a1 bracket buy 5 @ 100 e1 & sell 5 @ 110 t1 & sell 5 @ market stop=95 l1 -> e1 New; t1 Waiting; l1 Waiting
  a2 sell 2 @ 100 s1                   -> s1 New; s1 Trade 2@100; e1 Trade 2@100; t1 Triggered; l1 Replaced
  a2 buy 1 @ 110 b1                    -> b1 New; b1 Trade 1@110; t1 Trade 1@110; e1 Canceled; l1 Canceled
  book | 1@110
  a1 bracket buy 5 @ 100 e2 & sell 5 @ 110 t2 & sell 5 @ market stop=95 l2 -> e2 New; t2 Waiting; l2 Waiting
  a1 cancel t2                         -> t2 Canceled; e2 Canceled; l2 Canceled
`,
  AT_100,
)

rule(
  'BRK-6: a stop may be the entry, a trailing stop the stop-loss; it trails from when it is armed',
  `
  a1 bracket buy 5 @ market stop=102 e1 & sell 5 @ market profit=120 t1 & sell 5 @ market trail=4 l1 -> e1 Waiting; t1 Waiting; l1 Waiting
  a3 sell 6 @ 102 s1                   -> s1 New
  a2 buy 1 @ 102 b1                    -> b1 New; b1 Trade 1@102; s1 Trade 1@102; e1 Elected 102 by 102; e1 Triggered; e1 Trade 5@102; s1 Trade 5@102; t1 Replaced; l1 Replaced
  a1 owns 15 BTC hold 5
  a3 sell 1 @ 106 s2                   -> s2 New
  a2 buy 1 @ 106 b2                    -> b2 New; b2 Trade 1@106; s2 Trade 1@106
  a3 buy 9 @ 102 b3                    -> b3 New
  a2 sell 1 @ 102 s3                   -> s3 New; s3 Trade 1@102; b3 Trade 1@102; l1 Elected 102 by 102; l1 Triggered; t1 Canceled; l1 Trade 5@102; b3 Trade 5@102
`,
  AT_100,
)

rule(
  'BRK-7: exits that cannot be paid when they are armed expire, and with them what is left of the entry',
  `
  list
  a1 gets 5 BTC
  a2 gets 100000 USD
  a1 bracket sell 5 @ 100 e1 & buy 5 @ 90 t1 & buy 5 @ market stop=110 l1 -> e1 New; t1 Waiting; l1 Waiting
  a2 buy 2 @ 100 b1                    -> b1 New; b1 Trade 2@100; e1 Trade 2@100; t1 Expired InsufficientFunds; l1 Expired InsufficientFunds; e1 Canceled
  a1 owns 3 BTC
  a1 owns 200 USD
`,
  '',
)

rule(
  'BRK-8: exits stand on the other side, a take-profit or Limit and a stop, all of the same size',
  `
  a1 bracket buy 5 @ 100 e1 & buy 5 @ 110 t1 & sell 5 @ market stop=95 l1 -> NewOrderList UnsupportedOrder
  a1 bracket buy 5 @ 100 e1 & sell 5 @ market stop=95 l1 & sell 5 @ 110 t1 -> NewOrderList UnsupportedOrder
  a1 bracket buy 5 @ 100 e1 & sell 5 @ 110 PostOnly t1 & sell 5 @ market stop=95 l1 -> NewOrderList UnsupportedOrder
  a1 bracket buy 500 USD @ market e1 & sell 5 @ 110 t1 & sell 5 @ market stop=95 l1 -> NewOrderList UnsupportedOrder
  a1 bracket buy 5 @ 100 e1 & sell 4 @ 110 t1 & sell 4 @ market stop=95 l1 -> NewOrderList InvalidQty
  a1 bracket buy 5 @ 100 e1 & sell 5 @ 110 t1 -> NewOrderList Malformed
`,
  AT_100,
)
