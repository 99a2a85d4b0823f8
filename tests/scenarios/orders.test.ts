// The rules of orders and matching, as tables; each runs over the fast and over the naive engine.

import { rule } from '../helpers/rule.ts'

rule(
  'MAT-1, ORD-1: the better price trades first, then the older order',
  `
  a1 sell 5 @ 102 s1                   -> s1 New
  a1 sell 5 @ 101 s2                   -> s2 New
  a3 sell 5 @ 101 s3                   -> s3 New
  a2 buy 12 @ 102 b1                   -> b1 New; b1 Trade 5@101; s2 Trade 5@101; b1 Trade 5@101; s3 Trade 5@101; b1 Trade 2@102; s1 Trade 2@102
  book | 3@102
`,
)

rule(
  'MAT-2: a trade is at the price of the resting order',
  `
  a1 buy 5 @ 105 b1                    -> b1 New
  a2 sell 5 @ 100 s1                   -> s1 New; s1 Trade 5@105; b1 Trade 5@105
`,
)

rule(
  'RPT-1, F6: ten fills of one lot complete an order of ten',
  `
  a1 buy 10 @ 100 b1                   -> b1 New
  a2 sell 1 @ 100 s0                   -> s0 New; s0 Trade 1@100; b1 Trade 1@100
  a2 sell 8 @ 100 s1                   -> s1 New; s1 Trade 8@100; b1 Trade 8@100
  a2 sell 1 @ 100 s2                   -> s2 New; s2 Trade 1@100; b1 Trade 1@100
  a1 cancel b1                         -> b1 Rejected UnknownOrder
  book |
`,
)

rule(
  'ORD-2, TIF-2: what is left of a Market order or an IOC expires, it never rests',
  `
  a1 sell 3 @ 100 s1                   -> s1 New
  a2 buy 5 @ market b1                 -> b1 New; b1 Trade 3@100; s1 Trade 3@100; b1 Expired
  a2 buy 5 @ market b2                 -> b2 New; b2 Expired
  a1 sell 2 @ 100 s2                   -> s2 New
  a2 buy 5 @ 100 IOC b3                -> b3 New; b3 Trade 2@100; s2 Trade 2@100; b3 Expired
  book |
`,
)

rule(
  'TIF-3: a FOK trades whole or not at all',
  `
  a1 sell 3 @ 100 s1                   -> s1 New
  a3 sell 3 @ 101 s2                   -> s2 New
  a2 buy 7 @ 101 FOK b1                -> b1 Rejected FokCannotFill
  a2 buy 4 @ 100 FOK b2                -> b2 Rejected FokCannotFill
  a2 buy 6 @ 101 FOK b3                -> b3 New; b3 Trade 3@100; s1 Trade 3@100; b3 Trade 3@101; s2 Trade 3@101
`,
)

rule(
  'TIF-3: a FOK does not count its own orders',
  `
  a1 sell 3 @ 100 s1                   -> s1 New
  a2 sell 3 @ 101 s2                   -> s2 New
  a1 buy 3 @ 101 FOK b1                -> b1 Rejected FokCannotFill
  a1 buy 3 @ 101 FOK stp=ExpireMaker b2 -> b2 New; s1 Prevented 3; b2 Trade 3@101; s2 Trade 3@101
`,
)

rule(
  'ORD-4, TIF-1: a PostOnly that would cross is rejected, one that would not rests',
  `
  a1 sell 3 @ 100 s1                   -> s1 New
  a2 buy 1 @ 100 PostOnly b1           -> b1 Rejected PostOnlyWouldCross
  a2 buy 1 @ 99 PostOnly b2            -> b2 New
  a2 replace b2 to 1 @ 100 as b3       -> b3 Rejected PostOnlyWouldCross
  book 1@99 | 3@100
`,
)

rule(
  'ORD-2: a Market order by amount spends no more than the amount, fee included',
  `
  a1 sell 3 @ 100 s1                   -> s1 New
  a1 sell 9 @ 110 s2                   -> s2 New
  a2 buy 555 USD @ market b1           -> b1 New; b1 Trade 3@100; s1 Trade 3@100; b1 Trade 2@110; s2 Trade 2@110
  a2 owns 99480 USD
  a2 buy 5 USD @ market b2             -> b2 New; b2 Expired
  a1 buy 2 @ 90 b3                     -> b3 New
  a2 sell 100 USD @ market s3          -> s3 New; s3 Trade 1@90; b3 Trade 1@90
`,
)

rule(
  'STP-2: self-trade prevention ExpireTaker ends the taker at its own order',
  `
  a2 sell 2 @ 100 s1                   -> s1 New
  a1 sell 2 @ 101 s2                   -> s2 New
  a2 sell 2 @ 102 s3                   -> s3 New
  a1 buy 6 @ 102 b1                    -> b1 New; b1 Trade 2@100; s1 Trade 2@100; b1 Prevented 4
  book | 2@101 2@102
`,
)

rule(
  'STP-3, STP-6: self-trade prevention ExpireMaker ends the maker and reaches deeper',
  `
  a1 sell 2 @ 100 s1                   -> s1 New
  a2 sell 2 @ 101 s2                   -> s2 New
  a1 buy 3 @ 101 stp=ExpireMaker b1    -> b1 New; s1 Prevented 2; b1 Trade 2@101; s2 Trade 2@101
  book 1@101 |
  a1 owns 1002 BTC
`,
)

rule(
  'STP-4, STP-6: self-trade prevention ExpireBoth ends both',
  `
  a1 sell 2 @ 100 s1                   -> s1 New
  a2 sell 2 @ 101 s2                   -> s2 New
  a1 buy 3 @ 101 stp=ExpireBoth b1     -> b1 New; b1 Prevented 3; s1 Prevented 2
  book | 2@101
  a1 owns 1000 BTC
`,
)

rule(
  'STP-5, STP-6: self-trade prevention Decrement takes the smaller quantity from both and goes on',
  `
  a1 sell 2 @ 100 s1                   -> s1 New
  a2 sell 2 @ 101 s2                   -> s2 New
  a1 buy 5 @ 101 stp=Decrement b1      -> b1 New; b1 Prevented 2; s1 Prevented 2; b1 Trade 2@101; s2 Trade 2@101
  book 1@101 |
  a1 sell 4 @ 101 stp=Decrement s3     -> s3 New; s3 Prevented 1; b1 Prevented 3
  book | 3@101
  a1 owns 1002 BTC hold 3
`,
)

rule(
  'STP-1: without prevention an account trades with itself and pays both fees',
  `
  list taker=10000 maker=10000
  a1 gets 1000 USD
  a1 gets 10 BTC
  a1 sell 2 @ 100 s1                   -> s1 New
  a1 buy 2 @ 100 stp=None b1           -> b1 New; b1 Trade 2@100; s1 Trade 2@100
  a1 owns 996 USD
  a1 owns 10 BTC
  fees owns 4 USD
`,
  '',
)

rule(
  'RPL-1, RPL-4: a replace keeps the place at the same price with no more quantity',
  `
  a1 buy 5 @ 100 b1                    -> b1 New
  a2 buy 5 @ 100 b2                    -> b2 New
  a1 replace b1 to 3 @ 100 as b3       -> b3 Replaced
  a3 sell 4 @ 100 s1                   -> s1 New; s1 Trade 3@100; b3 Trade 3@100; s1 Trade 1@100; b2 Trade 1@100
`,
)

rule(
  'RPL-1: a replace that asks for what there is already keeps the place, and so does one without numbers',
  `
  a1 buy 5 @ 100 b1                    -> b1 New
  a2 buy 5 @ 100 b2                    -> b2 New
  a1 replace b1 to 5 @ 100 as b3       -> b3 Replaced
  a1 replace b3 to 0 @ 0 as b4         -> b4 Replaced
  a3 sell 6 @ 100 s1                   -> s1 New; s1 Trade 5@100; b4 Trade 5@100; s1 Trade 1@100; b2 Trade 1@100
`,
)

rule(
  'RPL-2: a replace goes to the tail when price changes or quantity is raised, and may trade',
  `
  a1 buy 5 @ 100 b1                    -> b1 New
  a2 buy 5 @ 100 b2                    -> b2 New
  a1 replace b1 to 6 @ 100 as b3       -> b3 Replaced
  a3 sell 6 @ 100 s1                   -> s1 New; s1 Trade 5@100; b2 Trade 5@100; s1 Trade 1@100; b3 Trade 1@100
  a3 sell 5 @ 104 s2                   -> s2 New
  a1 replace b3 to 8 @ 104 as b4       -> b4 Replaced; b4 Trade 5@104; s2 Trade 5@104
  book 2@104 |
`,
)

rule(
  'RPL-3, RPL-4: a replace to a quantity that is done cancels the order, its fills stay',
  `
  a1 buy 5 @ 100 b1                    -> b1 New
  a2 sell 3 @ 100 s1                   -> s1 New; s1 Trade 3@100; b1 Trade 3@100
  a1 replace b1 to 3 @ 100 as b2       -> b2 Canceled
  book |
  a1 owns 99700 USD
`,
)

rule(
  'MCX-1: a mass cancel takes bids before asks, price ascending, then time',
  `
  a1 sell 1 @ 120 s1                   -> s1 New
  a1 sell 1 @ 110 s2                   -> s2 New
  a1 buy 1 @ 100 b1                    -> b1 New
  a1 buy 1 @ 90 b2                     -> b2 New
  a1 buy 1 @ 90 b3                     -> b3 New
  a2 buy 1 @ 90 x1                     -> x1 New
  a1 masscancel                        -> b2 Canceled; b3 Canceled; b1 Canceled; s2 Canceled; s1 Canceled; 5 canceled
  a2 masscancel sell                   -> 0 canceled
  book 1@90 |
`,
)

rule(
  'CHK-7: the order of another account is as unknown as one that never was',
  `
  a1 buy 5 @ 100 b1                    -> b1 New
  a2 cancel b1                         -> b1 Rejected UnknownOrder
  a2 replace b1 to 1 @ 1 as b2         -> b2 Rejected UnknownOrder
`,
)
