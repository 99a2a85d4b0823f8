// Perpetuals: positions, what they realise, margin, marks, reduce-only. Tables over both engines.

import { rule as table } from '../helpers/rule.ts'

/** A tenth of the exposure is initial margin, a twentieth maintenance. */
const OPENING = `
  list kind=perpetual initial=100000 maintenance=50000
  mark 100
  a1 gets 1000 USD
  a2 gets 1000 USD
  a3 gets 1000 USD
`

/** Account 1 is long 10 at 100, account 2 short. */
const LONG_TEN = `
  a1 buy 10 @ 100 b0                   -> b0 New
  a2 sell 10 @ 100 s0                  -> s0 New; s0 Trade 10@100; b0 Trade 10@100
`

/** A rule with that opening. */
function rule(title: string, lines: string, opening = OPENING): void {
  table(title, lines, opening)
}

rule(
  'PRP-1 PRP-2: fills net, a reduction realises its share of the cost, a flip opens anew',
  `
  ${LONG_TEN}
  a1 position 10 cost 1000
  a2 position -10 cost -1000
  a1 owns 1000 USD
  a3 buy 3 @ 110 b1                    -> b1 New
  a1 sell 3 @ 110 s1                   -> s1 New; s1 Trade 3@110; b1 Trade 3@110
  a1 position 7 cost 700
  a1 owns 1030 USD
  clearing owns -30 USD
  a2 buy 10 @ 90 b2                    -> b2 New
  a1 sell 10 @ 90 s2                   -> s2 New; s2 Trade 10@90; b2 Trade 10@90
  a1 position -3 cost -270
  a1 owns 960 USD
  a2 position 0 cost 0
  a2 owns 1100 USD
  a3 position 3 cost 330
  clearing owns -60 USD
`,
)

rule(
  'PRP-2 F2: cost is kept, never an average: what rounding leaves stays in the position',
  `
  a2 sell 1 @ 100 s1                   -> s1 New
  a2 sell 2 @ 101 s2                   -> s2 New
  a1 buy 3 @ 101 b1                    -> b1 New; b1 Trade 1@100; s1 Trade 1@100; b1 Trade 2@101; s2 Trade 2@101
  a1 position 3 cost 302
  a3 buy 1 @ 101 b2                    -> b2 New
  a1 sell 1 @ 101 s3                   -> s3 New; s3 Trade 1@101; b2 Trade 1@101
  a1 position 2 cost 201.34
  a1 owns 1000.34 USD
  a3 buy 2 @ 101 b3                    -> b3 New
  a1 sell 2 @ 101 s4                   -> s4 New; s4 Trade 2@101; b3 Trade 2@101
  a1 position 0 cost 0
  a1 owns 1001 USD
`,
)

rule(
  'PRP-3: what is realised comes from clearing, which is even when all positions are closed',
  `
  ${LONG_TEN}
  a3 buy 10 @ 120 b1                   -> b1 New
  a1 sell 10 @ 120 s1                  -> s1 New; s1 Trade 10@120; b1 Trade 10@120
  a1 owns 1200 USD
  clearing owns -200 USD
  a2 buy 10 @ 130 b2                   -> b2 New
  a3 sell 10 @ 130 s2                  -> s2 New; s2 Trade 10@130; b2 Trade 10@130
  a2 owns 700 USD
  a3 owns 1100 USD
  clearing owns 0 USD
  external owns -3000 USD
`,
)

rule(
  'PRP-1 PRP-3: an uncross trades perpetuals too, and lets reduce-only orders give way',
  `
  ${LONG_TEN}
  a1 sell 10 @ 110 ReduceOnly s1       -> s1 New
  state Auction
  a1 sell 4 @ 104 s2                   -> s2 New; s1 Replaced
  a3 buy 6 @ 106 b1                    -> b1 New; indicates 4@106 Buy 2
  state Open                           -> b1 Trade 4@106; s2 Trade 4@106
  a1 position 6 cost 600
  a1 owns 1024 USD
  a3 position 4 cost 424
  clearing owns -24 USD
  a1 cancel s1                         -> s1 Canceled
`,
)

rule(
  'PRP-4: the base asset is only a name: no balance of it moves',
  `
  ${LONG_TEN}
  a1 owns 0 BTC
  a2 owns 0 BTC
`,
)

rule(
  'MRG-1: margin is on the worse of position + open buys and position - open sells',
  `
  a4 gets 100 USD
  a4 buy 11 @ 100 b1                   -> b1 Rejected InsufficientFunds
  a4 buy 10 @ 100 b2                   -> b2 New
  a4 sell 10 @ 120 s1                  -> s1 Rejected InsufficientFunds
  a4 sell 8 @ 120 s2                   -> s2 New
  a4 sell 1 @ 101 s3                   -> s3 Rejected InsufficientFunds
  a4 cancel b2                         -> b2 Canceled
  a4 buy 10 @ 100 b3                   -> b3 New
`,
)

rule(
  'MRG-2: margin is at the worse of the order price and the mark',
  `
  a4 gets 100 USD
  a4 buy 11 @ 50 b1                    -> b1 Rejected InsufficientFunds
  a4 buy 10 @ 101 b2                   -> b2 Rejected InsufficientFunds
  a4 buy 10 @ 50 b3                    -> b3 New
  mark 120
  a4 sell 9 @ 100 s1                   -> s1 Rejected InsufficientFunds
  a4 cancel b3                         -> b3 Canceled
  a4 sell 9 @ 100 s2                   -> s2 Rejected InsufficientFunds
  a4 sell 8 @ 100 s3                   -> s3 New
`,
)

rule(
  'MRG-3: available is balance + min(0, unrealised P&L at the mark) - holds - margin',
  `
  ${LONG_TEN}
  a1 gives 901 USD                     -> Debit InsufficientFunds
  a1 gives 900 USD
  mark 95
  a1 gives 1 USD                       -> Debit InsufficientFunds
  a1 gets 45 USD
  a1 gives 1 USD                       -> Debit InsufficientFunds
  a1 gets 10 USD
  a1 gives 10 USD
  mark 200
  a1 gives 1 USD                       -> Debit InsufficientFunds
  a2 gives 1 USD                       -> Debit InsufficientFunds
`,
)

rule(
  'MRG-3: what a position needs cannot buy spot, and what spot holds is no margin',
  `
  list base=ETH
  a1 gives 800 USD
  ${LONG_TEN}
  a1 buy 2 @ 51 in=2 e1                -> e1 Rejected InsufficientFunds
  a1 buy 2 @ 50 in=2 e2                -> e2 New
  a1 owns 200 USD hold 100
  a1 buy 1 @ 100 b1                    -> b1 Rejected InsufficientFunds
  a1 replace e2 to 1 @ 50 as e3        -> e3 Replaced
  a1 replace e3 to 2 @ 51 as e4        -> e4 Rejected InsufficientFunds
  a1 buy 5 @ 100 b2                    -> b2 New
`,
)

rule(
  'MRG-4: an order that only reduces needs no margin',
  `
  a1 gives 900 USD
  ${LONG_TEN}
  mark 95
  a1 buy 1 @ 95 b1                     -> b1 Rejected InsufficientFunds
  a1 sell 11 @ 95 s1                   -> s1 Rejected InsufficientFunds
  a1 sell 6 @ 95 s2                    -> s2 New
  a1 sell 5 @ 95 s3                    -> s3 Rejected InsufficientFunds
  a1 sell 4 @ 95 s4                    -> s4 New
  a1 sell 1 @ 95 s5                    -> s5 Rejected InsufficientFunds
  a1 replace s4 to 3 @ 96 as s6        -> s6 Replaced
`,
)

rule(
  'MRG-5 G4: with equity of nothing or less no risk is added, with a cent above it some is',
  `
  list kind=perpetual base=ETH initial=50000 maintenance=50000
  mark 10 in=2
  a4 gets 99 USD
  a5 gets 100 USD
  a6 gets 101 USD
  a1 gets 1000 USD
  a1 sell 30 @ 100 s1                  -> s1 New
  a4 buy 9 @ 100 b1                    -> b1 New; b1 Trade 9@100; s1 Trade 9@100
  a5 buy 10 @ 100 b2                   -> b2 New; b2 Trade 10@100; s1 Trade 10@100
  a6 buy 10 @ 100 b3                   -> b3 New; b3 Trade 10@100; s1 Trade 10@100
  a1 buy 29 @ 90 b4                    -> b4 New
  a1 buy 9 @ 89 b5                     -> b5 New
  a5 sell 10 @ 90 s2                   -> s2 New; s2 Trade 10@90; b4 Trade 10@90
  a6 sell 10 @ 90 s3                   -> s3 New; s3 Trade 10@90; b4 Trade 10@90
  a1 replace b4 to 20 @ 90 as b6       -> b6 Canceled
  a4 sell 8 @ 89 s4                    -> s4 New; s4 Trade 8@89; b5 Trade 8@89
  a4 sell 1 @ 88 s5                    -> s5 New; s5 Trade 1@89; b5 Trade 1@89
  a4 owns 0 USD
  a5 owns 0 USD
  a6 owns 1 USD
  a4 buy 1 @ 10 in=2 e1                -> e1 Rejected InsufficientFunds
  a5 buy 1 @ 10 in=2 e2                -> e2 Rejected InsufficientFunds
  a6 buy 1 @ 10 in=2 e3                -> e3 New
`,
)

rule(
  'MRG-6: open orders hold the dearest fee that their fills can meet; margin comes on top',
  `
  list kind=perpetual base=ETH initial=100000 maintenance=50000 taker=10000 maker=5000
  mark 100 in=2
  a4 gets 110 USD
  a4 buy 11 @ 100 in=2 b1              -> b1 Rejected InsufficientFunds
  a4 buy 10 @ 100 in=2 b2              -> b2 New
  a4 owns 110 USD hold 10
  a1 sell 4 @ 100 in=2 s1              -> s1 New; s1 Trade 4@100; b2 Trade 4@100
  a4 owns 108 USD hold 6
  a1 owns 996 USD
  fees owns 6 USD
  a4 cancel b2                         -> b2 Canceled
  a4 owns 108 USD
`,
)

rule(
  'MRG-7: without a mark the last trade is the mark; before any trade the order price is all',
  `
  list kind=perpetual base=ETH initial=100000 maintenance=50000
  a4 gets 100 USD
  a4 buy 20 @ 50 in=2 b1               -> b1 New
  a1 sell 20 @ 50 in=2 s1              -> s1 New; s1 Trade 20@50; b1 Trade 20@50
  a4 buy 1 @ 50 in=2 b2                -> b2 Rejected InsufficientFunds
  a2 buy 1 @ 45 in=2 b3                -> b3 New
  a3 sell 1 @ 45 in=2 s2               -> s2 New; s2 Trade 1@45; b3 Trade 1@45
  a4 gives 1 USD                       -> Debit InsufficientFunds
  mark 60 in=2
  a4 gives 1 USD                       -> Debit InsufficientFunds
  mark 0                               -> SetMark InvalidPrice
  mark 1.5                             -> SetMark InvalidPrice
  mark 5 in=9                          -> SetMark UnknownInstrument
  list base=XRP
  mark 5 in=3                          -> SetMark InvalidTransition
`,
)

rule(
  'MRG-8: a listing of a perpetual has both margins, maintenance within initial; spot has none',
  `
  list base=ETH kind=perpetual initial=100000                        -> ListInstrument InvalidListing
  list base=ETH kind=perpetual initial=100000 maintenance=100001     -> ListInstrument InvalidListing
  list base=ETH kind=perpetual initial=1000001 maintenance=1         -> ListInstrument InvalidListing
  list base=ETH initial=100000 maintenance=50000                     -> ListInstrument InvalidListing
`,
)

rule(
  'MRG-9 G2: the position with all open orders on a side stays within the limit, on both sides',
  `
  a1 limits position=10
  a1 buy 6 @ 100 b1                    -> b1 New
  a1 buy 5 @ 100 b2                    -> b2 Rejected PositionLimit
  a1 buy 4 @ 100 b3                    -> b3 New
  a1 sell 11 @ 101 s1                  -> s1 Rejected PositionLimit
  a1 sell 10 @ 101 s2                  -> s2 New
  a2 sell 6 @ 100 s3                   -> s3 New; s3 Trade 6@100; b1 Trade 6@100
  a1 buy 1 @ 100 b4                    -> b4 Rejected PositionLimit
  a1 sell 7 @ 101 s4                   -> s4 Rejected PositionLimit
  a1 sell 6 @ 101 s5                   -> s5 New
  a1 replace s5 to 7 @ 101 as s6       -> s6 Rejected PositionLimit
`,
)

rule(
  'MRG-10: an order that waits for its trigger holds nothing; its margin is asked for at election',
  `
  a4 gets 100 USD
  a4 buy 11 @ 120 stop=110 b1          -> b1 Waiting
  a4 buy 10 @ 110 stop=105 b2          -> b2 Waiting
  a4 owns 100 USD
  a4 buy 10 @ 100 b3                   -> b3 New
  a4 cancel b3                         -> b3 Canceled
  a2 sell 1 @ 110 s1                   -> s1 New
  a1 buy 1 @ 110 b4                    -> b4 New; b4 Trade 1@110; s1 Trade 1@110; b2 Elected 105 by 110; b2 Triggered; b2 Expired InsufficientFunds; b1 Elected 110 by 110; b1 Triggered; b1 Expired InsufficientFunds
`,
)

rule(
  'MRG-10: while it waits it counts as an open order, but not for the position limit: that comes at election',
  `
  a1 limits orders=1 position=5
  a1 buy 9 @ market stop=110 w1        -> w1 Waiting
  a1 owns 1000 USD
  a1 buy 1 @ 90 b1                     -> b1 Rejected TooManyOpenOrders
  a1 limits orders=3
  a1 buy 5 @ 90 b2                     -> b2 New
  a1 buy 1 @ 90 b3                     -> b3 Rejected PositionLimit
  a1 cancel b2                         -> b2 Canceled
  a1 replace w1 to 8 @ 0 as w2         -> w2 Replaced
  a2 sell 2 @ 110 s1                   -> s1 New
  a3 buy 1 @ 110 b4                    -> b4 New; b4 Trade 1@110; s1 Trade 1@110; w2 Elected 110 by 110; w2 Triggered; w2 Expired PositionLimit
`,
)

rule(
  'MRG-11, F5: open orders of a side, costs in an asset and interest at the mark stay below 2^60',
  `
  list kind=perpetual initial=100000 maintenance=50000 maxQty=100000000000000 maxNotional=90000000000000000
  mark 100
  a1 gets 2000000000000000 USD
  a2 gets 2000000000000000 USD
  a1 buy 57646075230343 @ 100 b1       -> b1 Rejected Overflow
  a1 buy 57646075230342 @ 100 b2       -> b2 New
  a1 buy 57646075230342 @ 100 b3       -> b3 New
  a1 buy 1 @ 100 b4                    -> b4 Rejected Overflow
  a2 sell 57646075230342 @ 100 s1      -> s1 New; s1 Trade 57646075230342@100; b2 Trade 57646075230342@100
  a2 sell 1 @ 101 s2                   -> s2 Rejected Overflow
  mark 201                             -> SetMark Overflow
  mark 200
`,
  '',
)

rule(
  'RED-1: a reduce-only order needs a position to reduce; spot has none',
  `
  list base=ETH
  a1 buy 5 @ 100 ReduceOnly b1         -> b1 Rejected ReduceOnlyWouldIncrease
  ${LONG_TEN}
  a1 buy 1 @ 100 ReduceOnly b2         -> b2 Rejected ReduceOnlyWouldIncrease
  a1 sell 1 @ 100 ReduceOnly s1        -> s1 New
  a1 sell 1 @ 100 ReduceOnly in=2 s2   -> s2 Rejected UnsupportedOrder
`,
)

rule(
  'RED-2: a reduce-only order is cut to the position: it cannot flip',
  `
  ${LONG_TEN}
  a3 buy 20 @ 99 b1                    -> b1 New
  a1 sell 15 @ 99 IOC ReduceOnly s1    -> s1 New; s1 Trade 10@99; b1 Trade 10@99
  a1 position 0 cost 0
  a2 buy 25 @ 98 ReduceOnly b2         -> b2 New
  book 10@99 10@98 |
`,
)

rule(
  'RED-3: resting reduce-only orders shrink with the position and are canceled with it',
  `
  ${LONG_TEN}
  a1 sell 10 @ 110 ReduceOnly s1       -> s1 New
  a3 buy 12 @ 99 b1                    -> b1 New
  a1 sell 4 @ 99 IOC s2                -> s2 New; s2 Trade 4@99; b1 Trade 4@99; s1 Replaced
  book 8@99 | 6@110
  a1 sell 8 @ 99 IOC s3                -> s3 New; s3 Trade 8@99; b1 Trade 8@99; s1 Canceled
  a1 position -2 cost -198
  book |
`,
)

rule(
  'RED-4: reduce-only orders give way to other resting orders, the worst price first, then the youngest',
  `
  ${LONG_TEN}
  a1 sell 4 @ 110 ReduceOnly s1        -> s1 New
  a1 sell 4 @ 112 ReduceOnly s2        -> s2 New
  a1 sell 4 @ 111 ReduceOnly s3        -> s3 New; s2 Replaced
  book | 4@110 4@111 2@112
  a1 sell 5 @ 120 s4                   -> s4 New; s2 Canceled; s3 Replaced
  book | 4@110 1@111 5@120
  a1 sell 5 @ 130 s5                   -> s5 New; s3 Canceled; s1 Canceled
  a1 sell 1 @ 130 ReduceOnly s6        -> s6 Rejected ReduceOnlyWouldIncrease
  a1 sell 1 @ 99 IOC ReduceOnly s7     -> s7 New; s7 Expired
`,
)

rule(
  'RED-5: a replace may not raise a reduce-only order beyond the position',
  `
  ${LONG_TEN}
  a1 sell 4 @ 110 ReduceOnly s1        -> s1 New
  a1 replace s1 to 11 @ 110 as s2      -> s2 Rejected ReduceOnlyWouldIncrease
  a1 replace s1 to 10 @ 111 as s3      -> s3 Replaced
`,
)

rule(
  'RED-6: a reduce-only stop is cut to the position when it is elected',
  `
  ${LONG_TEN}
  a1 sell 10 @ market stop=90 ReduceOnly s1    -> s1 Waiting
  a3 buy 9 @ 95 b1                     -> b1 New
  a3 buy 9 @ 90 b2                     -> b2 New
  a1 sell 6 @ 95 s2                    -> s2 New; s2 Trade 6@95; b1 Trade 6@95
  a2 sell 3 @ 95 s3                    -> s3 New; s3 Trade 3@95; b1 Trade 3@95
  a2 sell 1 @ 90 s4                    -> s4 New; s4 Trade 1@90; b2 Trade 1@90; s1 Elected 90 by 90; s1 Triggered; s1 Replaced; s1 Trade 4@90; b2 Trade 4@90
  a1 position 0 cost 0
`,
)
