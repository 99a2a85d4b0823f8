// The volatility guard, as tables: how far one command moves the price, and what happens then.

import { FUNDS, rule } from '../helpers/rule.ts'

/** Last trade 100, guard of 5 %: 95 to 105. Sells rest at 104, 105, 106. */
const ladder = (guard: string) => `${FUNDS}
  amend guard=50000:${guard}
  a1 sell 1 @ 100 s0                   -> s0 New
  a2 buy 1 @ 100 b0                    -> b0 New; b0 Trade 1@100; s0 Trade 1@100
  a1 sell 2 @ 104 s1                   -> s1 New
  a1 sell 2 @ 105 s2                   -> s2 New
  a1 sell 2 @ 106 s3                   -> s3 New
`

rule(
  'VOL-1, VOL-2: a sweep ends at the edge of the band around the last trade before the command',
  `
  a2 buy 9 @ market b1                 -> b1 New; b1 Trade 2@104; s1 Trade 2@104; b1 Trade 2@105; s2 Trade 2@105; b1 Expired
  book | 2@106
  a2 buy 9 @ market b2                 -> b2 New; b2 Trade 2@106; s3 Trade 2@106; b2 Expired
`,
  ladder('EndSweep'),
)

rule(
  'VOL-2: the rest of an IOC and of a Market order expires',
  `
  a2 buy 5 @ 110 IOC b1                -> b1 New; b1 Trade 2@104; s1 Trade 2@104; b1 Trade 2@105; s2 Trade 2@105; b1 Expired
  book | 2@106
`,
  ladder('EndSweep'),
)

rule(
  'VOL-2: the rest of a Limit rests where it crosses nothing, and expires where it would',
  `
  a2 buy 5 @ 106 b1                    -> b1 New; b1 Trade 2@104; s1 Trade 2@104; b1 Trade 2@105; s2 Trade 2@105; b1 Expired
  a2 buy 9 @ 108 b2                    -> b2 New; b2 Trade 2@106; s3 Trade 2@106
  book 7@108 |
  a1 buy 1 @ 120 b3                    -> b3 New
  a3 sell 9 @ 90 s4                    -> s4 New; s4 Trade 1@120; b3 Trade 1@120; s4 Trade 7@108; b2 Trade 7@108
  book | 1@90
`,
  ladder('EndSweep'),
)

rule(
  'VOL-3: with action Auction the instrument goes into an auction, and the rest of a Limit waits there',
  `
  a2 buy 5 @ 108 b1                    -> b1 New; b1 Trade 2@104; s1 Trade 2@104; b1 Trade 2@105; s2 Trade 2@105; state Auction; indicates 1@106 Sell 1
  book 1@108 | 2@106
  a3 buy 4 @ 107 b2                    -> b2 New; indicates 2@107 Buy 3
  state Open                           -> b1 Trade 1@107; s3 Trade 1@107; b2 Trade 1@107; s3 Trade 1@107
  book 3@107 |
`,
  ladder('Auction'),
)

rule(
  'VOL-3: a Market order that the guard stops opens the auction as well; its rest expires',
  `
  a2 buy 5 @ market b1                 -> b1 New; b1 Trade 2@104; s1 Trade 2@104; b1 Trade 2@105; s2 Trade 2@105; b1 Expired; state Auction
  a2 buy 5 @ market b2                 -> b2 Rejected TradingStateForbids
`,
  ladder('Auction'),
)

rule(
  'VOL-3: an order that ends inside the band, or finds nothing outside, moves no state',
  `
  a2 buy 4 @ market b1                 -> b1 New; b1 Trade 2@104; s1 Trade 2@104; b1 Trade 2@105; s2 Trade 2@105
  a2 buy 9 @ market b2                 -> b2 New; b2 Trade 2@106; s3 Trade 2@106; b2 Expired
  a2 buy 1 @ 130 b3                    -> b3 New
  book 1@130 |
`,
  ladder('Auction'),
)

rule(
  'VOL-4: a FOK counts only what the guard lets it have',
  `
  a2 buy 5 @ 110 FOK b1                -> b1 Rejected FokCannotFill
  a2 buy 4 @ 110 FOK b2                -> b2 New; b2 Trade 2@104; s1 Trade 2@104; b2 Trade 2@105; s2 Trade 2@105
`,
  ladder('Auction'),
)

rule(
  'VOL-4: a Market buy holds no more than the worst case inside the guard',
  `
  a4 gets 525 USD
  a4 buy 5 @ market b1                 -> b1 New; b1 Trade 2@104; s1 Trade 2@104; b1 Trade 2@105; s2 Trade 2@105; b1 Expired
  a4 owns 107 USD
  a4 buy 2 @ market b2                 -> b2 Rejected InsufficientFunds
`,
  ladder('EndSweep'),
)

rule(
  'VOL-4: an order by amount spends it only inside the guard',
  `
  a2 buy 1000 USD @ market b1          -> b1 New; b1 Trade 2@104; s1 Trade 2@104; b1 Trade 2@105; s2 Trade 2@105; state Auction
`,
  ladder('Auction'),
)

rule(
  'VOL-5: before the first trade there is no guard; after an uncross its price is the reference',
  `
  list guard=50000:EndSweep
  a1 gets 100000 USD
  a2 gets 1000 BTC
  a2 sell 1 @ 100 s1                   -> s1 New
  a2 sell 1 @ 200 s2                   -> s2 New
  a1 buy 2 @ market b1                 -> b1 New; b1 Trade 1@100; s1 Trade 1@100; b1 Trade 1@200; s2 Trade 1@200
  state Auction
  a2 sell 2 @ 100 s3                   -> s3 New
  a1 buy 1 @ 100 b2                    -> b2 New; indicates 1@100 Sell 1
  a1 buy 1 @ market stop=90 t1         -> t1 Waiting
  state Open                           -> b2 Trade 1@100; s3 Trade 1@100; t1 Elected 90 by 100; t1 Triggered; t1 Trade 1@100; s3 Trade 1@100
`,
  '',
)

rule(
  'VOL-6: stops that a command elects are bound by its guard; an auction leaves the others waiting',
  `
  a1 sell 2 @ 104 s4                   -> s4 New
  a2 buy 1 @ market stop=104 t1        -> t1 Waiting
  a2 buy 3 @ market stop=104 t2        -> t2 Waiting
  a2 buy 1 @ market stop=105 t3        -> t3 Waiting
  a3 buy 3 @ 104 b1                    -> b1 New; b1 Trade 2@104; s1 Trade 2@104; b1 Trade 1@104; s4 Trade 1@104; t1 Elected 104 by 104; t1 Triggered; t1 Trade 1@104; s4 Trade 1@104; t2 Elected 104 by 104; t2 Triggered; t2 Trade 2@105; s2 Trade 2@105; t2 Expired; state Auction
  state Open                           -> t3 Elected 105 by 105; t3 Triggered; t3 Trade 1@106; s3 Trade 1@106
`,
  ladder('Auction'),
)

rule(
  'VOL-7: a band of 0 takes the guard away',
  `
  amend guard=0:EndSweep
  a2 buy 6 @ market b1                 -> b1 New; b1 Trade 2@104; s1 Trade 2@104; b1 Trade 2@105; s2 Trade 2@105; b1 Trade 2@106; s3 Trade 2@106
`,
  ladder('EndSweep'),
)
