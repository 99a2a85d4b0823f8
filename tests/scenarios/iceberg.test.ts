// Icebergs: what is shown, what is hidden, and who comes next.

import { rule } from '../helpers/rule.ts'

rule(
  'ICE-1, ICE-2: an iceberg shows one tranche; the next one joins the tail of its level',
  `
  a1 sell 25 @ 100 show=10 s1          -> s1 New
  a2 sell 10 @ 100 s2                  -> s2 New
  book | 20@100
  a3 buy 10 @ 100 b1                   -> b1 New; b1 Trade 10@100; s1 Trade 10@100
  book | 20@100
  a3 buy 12 @ 100 b2                   -> b2 New; b2 Trade 10@100; s2 Trade 10@100; b2 Trade 2@100; s1 Trade 2@100
  book | 8@100
`,
)

rule(
  'ICE-3: one taker meets tranche after tranche, each in its turn; the last may be smaller',
  `
  a1 sell 25 @ 100 show=10 s1          -> s1 New
  a2 sell 7 @ 100 show=5 s2            -> s2 New
  a2 sell 4 @ 101 s3                   -> s3 New
  a3 buy 34 @ 101 b1                   -> b1 New; b1 Trade 10@100; s1 Trade 10@100; b1 Trade 5@100; s2 Trade 5@100; b1 Trade 10@100; s1 Trade 10@100; b1 Trade 2@100; s2 Trade 2@100; b1 Trade 5@100; s1 Trade 5@100; b1 Trade 2@101; s3 Trade 2@101
  book | 2@101
`,
)

rule(
  'ICE-2: a tranche that is only partly taken keeps its place',
  `
  a1 sell 25 @ 100 show=10 s1          -> s1 New
  a2 sell 10 @ 100 s2                  -> s2 New
  a3 buy 4 @ 100 b1                    -> b1 New; b1 Trade 4@100; s1 Trade 4@100
  book | 16@100
  a3 buy 7 @ 100 b2                    -> b2 New; b2 Trade 6@100; s1 Trade 6@100; b2 Trade 1@100; s2 Trade 1@100
  book | 19@100
`,
)

rule(
  'ICE-4: an iceberg holds, and gives back, for all that is open, hidden or not',
  `
  a1 buy 50 @ 100 show=10 b1           -> b1 New
  a1 owns 100000 USD hold 5000
  a2 sell 15 @ 100 s1                  -> s1 New; s1 Trade 10@100; b1 Trade 10@100; s1 Trade 5@100; b1 Trade 5@100
  book 5@100 |
  a1 owns 98500 USD hold 3500
  a1 cancel b1                         -> b1 Canceled
  a1 owns 98500 USD
  book |
`,
)

rule(
  'ICE-5: what comes as an aggressor trades whole; only what rests is hidden',
  `
  a1 sell 30 @ 100 s1                  -> s1 New
  a2 buy 50 @ 100 show=5 b1            -> b1 New; b1 Trade 30@100; s1 Trade 30@100
  book 5@100 |
`,
)

rule(
  'ICE-6: only a Limit that may rest in the open market can be an iceberg',
  `
  a1 buy 50 @ market show=5 b1         -> b1 Rejected UnsupportedOrder
  a1 buy 50 @ 100 IOC show=5 b2        -> b2 Rejected UnsupportedOrder
  a1 buy 50 @ 100 FOK show=5 b3        -> b3 Rejected UnsupportedOrder
  a1 buy 50 @ 100 DAY show=5 b4        -> b4 New
  a1 buy 50 @ 99 PostOnly show=5 b5    -> b5 New
  a1 buy 50 @ 98 GTD until=2026-01-05T10:00:00Z show=5 b6 -> b6 New
  book 5@100 5@99 5@98 |
`,
)

rule(
  'ICE-7: the displayed quantity lies between minQty and the whole, in at most 1,000 tranches',
  `
  list minQty=5
  a1 gets 1000000 USD
  a1 buy 50 @ 10 show=4 b1             -> b1 Rejected InvalidQty
  a1 buy 50 @ 10 show=51 b2            -> b2 Rejected InvalidQty
  a1 buy 50 @ 10 show=-5 b3            -> b3 Rejected InvalidQty
  a1 buy 50 @ 10 show=7.5 b4           -> b4 Rejected InvalidLot
  a1 buy 5001 @ 10 show=5 b5           -> b5 Rejected InvalidQty
  a1 buy 5000 @ 10 show=5 b6           -> b6 New
  a1 replace b6 to 5001 @ 10 as b7     -> b7 Rejected InvalidQty
  a1 buy 50 @ 9 show=50 b8             -> b8 New
  book 5@10 50@9 |
`,
  '',
)

rule(
  'ICE-8: a smaller quantity keeps the place and takes from the hidden part first',
  `
  a1 sell 50 @ 100 show=10 s1          -> s1 New
  a2 sell 10 @ 100 s2                  -> s2 New
  a3 buy 2 @ 100 b1                    -> b1 New; b1 Trade 2@100; s1 Trade 2@100
  a1 replace s1 to 13 @ 100 as s3      -> s3 Replaced
  book | 18@100
  a3 buy 4 @ 100 b2                    -> b2 New; b2 Trade 4@100; s3 Trade 4@100
  book | 14@100
`,
)

rule(
  'ICE-8: when nothing is hidden any more the tranche gets smaller, and keeps the place',
  `
  a1 sell 50 @ 100 show=10 s1          -> s1 New
  a2 sell 10 @ 100 s2                  -> s2 New
  a1 replace s1 to 4 @ 100 as s3       -> s3 Replaced
  book | 14@100
  a3 buy 5 @ 100 b1                    -> b1 New; b1 Trade 4@100; s3 Trade 4@100; b1 Trade 1@100; s2 Trade 1@100
`,
)

rule(
  'ICE-9: more quantity or another price goes to the tail with a whole tranche',
  `
  a1 sell 20 @ 100 show=10 s1          -> s1 New
  a2 sell 10 @ 100 s2                  -> s2 New
  a3 buy 7 @ 100 b1                    -> b1 New; b1 Trade 7@100; s1 Trade 7@100
  a1 replace s1 to 30 @ 100 as s3      -> s3 Replaced
  book | 20@100
  a3 buy 11 @ 100 b2                   -> b2 New; b2 Trade 10@100; s2 Trade 10@100; b2 Trade 1@100; s3 Trade 1@100
  a1 replace s3 to 30 @ 101 as s4      -> s4 Replaced
  book | 10@101
`,
)

rule(
  'ICE-10, TIF-3: a FOK counts hidden quantity, for it may trade with it',
  `
  a1 sell 50 @ 100 show=10 s1          -> s1 New
  a2 buy 51 @ 100 FOK b1               -> b1 Rejected FokCannotFill
  a2 buy 20 @ 100 FOK b2               -> b2 New; b2 Trade 10@100; s1 Trade 10@100; b2 Trade 10@100; s1 Trade 10@100
`,
)

rule(
  'ICE-11, STP-3: ExpireMaker ends the whole iceberg, hidden part included',
  `
  a1 sell 50 @ 100 show=10 s1          -> s1 New
  a2 sell 5 @ 100 s2                   -> s2 New
  a1 buy 6 @ 100 stp=ExpireMaker b1    -> b1 New; s1 Prevented 50; b1 Trade 5@100; s2 Trade 5@100
  book 1@100 |
  a1 owns 1005 BTC
`,
)

rule(
  'ICE-11, STP-5: Decrement meets tranche after tranche',
  `
  a1 sell 25 @ 100 show=10 s1          -> s1 New
  a2 sell 5 @ 100 s2                   -> s2 New
  a1 buy 17 @ 100 stp=Decrement b1     -> b1 New; b1 Prevented 10; s1 Prevented 10; b1 Trade 5@100; s2 Trade 5@100; b1 Prevented 12; s1 Prevented 12
  book | 8@100
  a1 owns 1005 BTC hold 13
`,
)

rule(
  'ICE-12, MCX-1: a tranche that has moved to the tail is younger in a mass cancel, too',
  `
  a1 buy 20 @ 100 show=10 b1           -> b1 New
  a1 buy 5 @ 100 b2                    -> b2 New
  a2 sell 10 @ 100 s1                  -> s1 New; s1 Trade 10@100; b1 Trade 10@100
  a1 masscancel                        -> b2 Canceled; b1 Canceled; 2 canceled
`,
)

rule(
  'ICE-4, ORD-3: a Market order without a band needs the price of what it would take, hidden too',
  `
  list
  a1 gets 1000 BTC
  a2 gets 3000 USD
  a1 sell 30 @ 100 show=10 s1          -> s1 New
  a1 sell 10 @ 200 s2                  -> s2 New
  a2 buy 31 @ market b1                -> b1 Rejected InsufficientFunds
  a2 buy 3000 USD @ market b2          -> b2 New; b2 Trade 10@100; s1 Trade 10@100; b2 Trade 10@100; s1 Trade 10@100; b2 Trade 10@100; s1 Trade 10@100
`,
  '',
)
