// Auctions, as tables: what rests, what is indicated, at which price all trades, what stays.

import { FUNDS, rule } from '../helpers/rule.ts'

const AUCTION = `${FUNDS}
  state Auction
`

rule(
  'AUC-1: in an auction orders rest without matching; the book may be crossed',
  `
  a1 sell 5 @ 100 s1                   -> s1 New
  a2 buy 5 @ 101 b1                    -> b1 New; indicates 5@100
  book 5@101 | 5@100
  a2 cancel b1                         -> b1 Canceled; indicates nothing
`,
  AUCTION,
)

rule(
  'AUC-2: PostOnly, IOC, FOK and Market have no place in an auction',
  `
  a1 buy 5 @ 100 PostOnly b1           -> b1 Rejected TradingStateForbids
  a1 buy 5 @ 100 IOC b2                -> b2 Rejected TradingStateForbids
  a1 buy 5 @ 100 FOK b3                -> b3 Rejected TradingStateForbids
  a1 buy 5 @ market b4                 -> b4 Rejected TradingStateForbids
  a1 buy 5 @ 100 b5                    -> b5 New
  a1 buy 5 @ 100 DAY b6                -> b6 New
  a1 buy 5 @ 100 GFA b7                -> b7 New
`,
  AUCTION,
)

rule(
  'AUC-3: the indication is told after each command that changes it, and only then',
  `
  a1 sell 5 @ 100 s1                   -> s1 New
  a2 buy 5 @ 104 b1                    -> b1 New; indicates 5@102
  a2 buy 3 @ 99 b2                     -> b2 New
  a2 replace b1 to 8 @ 103 as b3       -> b3 Replaced; indicates 5@103 Buy 3
  a2 replace b3 to 8 @ 103 as b4       -> b4 Replaced
  a2 replace b4 to 6 @ 103 as b5       -> b5 Replaced; indicates 5@103 Buy 1
  a1 sell 9 @ 101 s2                   -> s2 New; indicates 6@101 Sell 8
  a1 masscancel                        -> s1 Canceled; s2 Canceled; 2 canceled; indicates nothing
`,
  AUCTION,
)

rule(
  'AUC-4: the price of the largest volume wins',
  `
  a1 buy 10 @ 103 b1                   -> b1 New
  a2 buy 10 @ 101 b2                   -> b2 New
  a3 sell 5 @ 100 s1                   -> s1 New; indicates 5@103 Buy 5
  a3 sell 12 @ 101 s2                  -> s2 New; indicates 17@101 Buy 3
  state Open                           -> s1 Trade 5@101; b1 Trade 5@101; s2 Trade 5@101; b1 Trade 5@101; s2 Trade 7@101; b2 Trade 7@101
  book 3@101 |
`,
  AUCTION,
)

rule(
  'AUC-4: then the smallest surplus',
  `
  a1 buy 10 @ 105 b1                   -> b1 New
  a3 sell 10 @ 100 s1                  -> s1 New; indicates 10@102
  a2 buy 4 @ 103 b2                    -> b2 New; indicates 10@104
  a3 sell 3 @ 104 s2                   -> s2 New; indicates 10@104 Sell 3
  a2 cancel b2                         -> b2 Canceled; indicates 10@101
`,
  AUCTION,
)

rule(
  'AUC-4: then a surplus of buys takes the highest price, a surplus of sells the lowest',
  `
  a1 buy 10 @ 105 b1                   -> b1 New
  a3 sell 7 @ 100 s1                   -> s1 New; indicates 7@105 Buy 3
  a3 sell 9 @ 100 s2                   -> s2 New; indicates 10@100 Sell 6
  state Open                           -> s1 Trade 7@100; b1 Trade 7@100; s2 Trade 3@100; b1 Trade 3@100
  book | 6@100
`,
  AUCTION,
)

rule(
  'AUC-4: then the price nearest the last trade',
  `
  a1 sell 1 @ 104 s0                   -> s0 New
  a2 buy 1 @ 104 b0                    -> b0 New; b0 Trade 1@104; s0 Trade 1@104
  state Auction
  a1 sell 5 @ 100 s1                   -> s1 New
  a2 buy 5 @ 110 b1                    -> b1 New; indicates 5@104
  a2 replace b1 to 5 @ 102 as b2       -> b2 Replaced; indicates 5@102
  a1 replace s1 to 5 @ 106 as s2       -> s2 Replaced; indicates nothing
  a2 replace b2 to 5 @ 108 as b3       -> b3 Replaced; indicates 5@106
`,
)

rule(
  'AUC-4: without a last trade the middle of what is left, rounded down',
  `
  a1 sell 5 @ 100 s1                   -> s1 New
  a2 buy 5 @ 103 b1                    -> b1 New; indicates 5@101
`,
  AUCTION,
)

rule(
  'AUC-4: equal surpluses on both sides at neighbouring ticks leave it to the last trade',
  `
  a1 sell 1 @ 200 s0                   -> s0 New
  a2 buy 1 @ 200 b0                    -> b0 New; b0 Trade 1@200; s0 Trade 1@200
  state Auction
  a1 sell 5 @ 100 s1                   -> s1 New
  a2 buy 5 @ 110 b1                    -> b1 New; indicates 5@110
  a2 buy 3 @ 104 b2                    -> b2 New
  a1 sell 3 @ 105 s2                   -> s2 New; indicates 5@110 Sell 3
  a1 sell 9 @ 108 s3                   -> s3 New; indicates 5@107 Sell 3
`,
)

rule(
  'AUC-5: inside an uncross price goes before time, on both sides, all at one price',
  `
  a1 buy 4 @ 101 b1                    -> b1 New
  a2 buy 4 @ 102 b2                    -> b2 New
  a3 buy 4 @ 101 b3                    -> b3 New
  a3 sell 3 @ 100 s1                   -> s1 New; indicates 3@102 Buy 1
  a1 sell 6 @ 101 s2                   -> s2 New; indicates 9@101 Buy 3
  state Open                           -> s1 Trade 3@101; b2 Trade 3@101; s2 Trade 1@101; b2 Trade 1@101; s2 Trade 4@101; b1 Trade 4@101; s2 Trade 1@101; b3 Trade 1@101
  book 3@101 |
`,
  AUCTION,
)

rule(
  'AUC-6: in an uncross nobody is guarded from himself; the later order is the aggressor and pays as taker',
  `
  list taker=10000 maker=5000 state=Auction
  a1 gets 1000 USD
  a1 gets 10 BTC
  a1 buy 2 @ 100 b1                    -> b1 New
  a1 sell 2 @ 100 s1                   -> s1 New; indicates 2@100
  a1 owns 1000 USD hold 202
  state Open                           -> s1 Trade 2@100; b1 Trade 2@100
  a1 owns 997 USD
  a1 owns 10 BTC
  fees owns 3 USD
`,
  '',
)

rule(
  'AUC-6, FND-2: what a buyer held above the auction price returns at once',
  `
  list taker=10000 state=Auction
  a1 gets 1000 USD
  a2 gets 10 BTC
  a1 buy 5 @ 110 b1                    -> b1 New
  a1 owns 1000 USD hold 555.5
  a2 sell 4 @ 100 s1                   -> s1 New; indicates 4@110 Buy 1
  a2 sell 1 @ 100 s2                   -> s2 New; indicates 5@105
  state Open                           -> s1 Trade 4@105; b1 Trade 4@105; s2 Trade 1@105; b1 Trade 1@105
  a1 owns 475 USD
  a2 owns 519.75 USD
  fees owns 5.25 USD
`,
  '',
)

rule(
  'AUC-7: an iceberg takes part with all that it has, shown or not',
  `
  a1 buy 50 @ 101 show=10 b1           -> b1 New
  a2 sell 30 @ 100 s1                  -> s1 New; indicates 30@101 Buy 20
  state Open                           -> s1 Trade 30@101; b1 Trade 30@101
  book 10@101 |
`,
  AUCTION,
)

rule(
  'AUC-8: what was good for the auction expires when the auction ends, however it ends',
  `
  a1 buy 5 @ 100 GFA b1                -> b1 New
  a1 buy 5 @ 100 b2                    -> b2 New
  a3 sell 2 @ 100 s1                   -> s1 New; indicates 2@100 Buy 8
  state Open                           -> s1 Trade 2@100; b1 Trade 2@100; b1 Expired
  a1 buy 5 @ 100 GFA b3                -> b3 Rejected TradingStateForbids
  state Auction
  a3 sell 9 @ 99 GFA s2                -> s2 New; indicates 5@99 Sell 4
  a1 buy 1 @ 90 GFA b4                 -> b4 New
  state Halted                         -> b4 Expired; s2 Expired
  book 5@100 |
`,
  AUCTION,
)

rule(
  'AUC-9: only the way to Open uncrosses; a book that an auction left crossed uncrosses when Open comes',
  `
  a1 buy 5 @ 101 b1                    -> b1 New
  a2 sell 5 @ 100 s1                   -> s1 New; indicates 5@100
  state Halted
  book 5@101 | 5@100
  state Closed
  state PreOpen
  state Open                           -> s1 Trade 5@100; b1 Trade 5@100
  book |
`,
  AUCTION,
)

rule(
  'AUC-10: the auction price is the last trade, by which stops are elected and bands are drawn',
  `
  list state=Auction band=100000
  a1 gets 100000 USD
  a2 gets 1000 BTC
  a2 sell 4 @ market stop=105 t1       -> t1 Waiting
  a1 buy 2 @ 104 b1                    -> b1 New
  a1 buy 5 @ 100 b2                    -> b2 New
  a2 sell 2 @ 90 s1                    -> s1 New; indicates 2@102
  state Open                           -> s1 Trade 2@102; b1 Trade 2@102; t1 Elected 105 by 102; t1 Triggered; t1 Trade 4@100; b2 Trade 4@100
  a1 buy 1 @ 111 b3                    -> b3 Rejected PriceBand
`,
  '',
)

rule(
  'AUC-3: the indication comes after whatever else ends a command, the firing of a dead-man switch too',
  `
  a1 deadman 50
  a1 sell 5 @ 100 s1                   -> s1 New
  a2 buy 5 @ 101 b1                    -> b1 New; indicates 5@100
  clock 2030-01-01T00:00:00Z           -> s1 Canceled; a1 DeadMan 1; indicates nothing
`,
  AUCTION,
)
