// The rules before and after the matcher: rejects, holds, fees, limits, switches, transfers.

import { rule as table } from '../helpers/rule.ts'

/** A rule whose table lists its own market. */
function rule(title: string, lines: string): void {
  table(title, lines, '')
}

rule(
  'FND-1, FND-2: a buy holds price x quantity and the fee at taker rate; improvement returns at once',
  `
  list taker=10000 maker=5000
  a1 gets 1000 USD
  a2 gets 10 BTC
  a1 buy 4 @ 100 b1                    -> b1 New
  a1 owns 1000 USD hold 404
  a2 sell 1 @ 100 s1                   -> s1 New; s1 Trade 1@100; b1 Trade 1@100
  a1 owns 899.5 USD hold 303
  a2 owns 99 USD
  fees owns 1.5 USD
  a1 cancel b1                         -> b1 Canceled
  a1 owns 899.5 USD
  a2 sell 2 @ 90 s2                    -> s2 New
  a1 buy 2 @ 100 b2                    -> b2 New; b2 Trade 2@90; s2 Trade 2@90
  a1 owns 717.7 USD
`,
)

rule(
  'FND-1: where makers pay more than takers, a buy holds the fee at the maker rate',
  `
  list taker=10000 maker=20000
  a1 gets 1000 USD
  a2 gets 10 BTC
  a1 buy 4 @ 100 b1                    -> b1 New
  a1 owns 1000 USD hold 408
  a2 sell 1 @ 100 s1                   -> s1 New; s1 Trade 1@100; b1 Trade 1@100
  a1 owns 898 USD hold 306
`,
)

rule(
  'FND-1, FND-3: a sell holds the base quantity',
  `
  list
  a1 gets 10 BTC
  a1 sell 4 @ 100 s1                   -> s1 New
  a1 owns 10 BTC hold 4
  a1 sell 7 @ 100 s2                   -> s2 Rejected InsufficientFunds
  a1 sell 6 @ 100 s3                   -> s3 New
  a1 masscancel                        -> s1 Canceled; s3 Canceled; 2 canceled
  a1 owns 10 BTC
`,
)

rule(
  'FND-1, D1: two orders cannot spend one balance',
  `
  list
  a1 gets 1000 USD
  a1 buy 6 @ 100 b1                    -> b1 New
  a1 buy 6 @ 100 b2                    -> b2 Rejected InsufficientFunds
  a1 gives 500 USD                     -> Debit InsufficientFunds
  a1 gives 400 USD
  a1 owns 600 USD hold 600
`,
)

rule(
  'FEE-2, F4: the fee of an order is rounded up once, in the favour of the venue',
  `
  list taker=1
  a1 gets 1000 USD
  a2 gets 10 BTC
  a1 buy 3 @ 100 b1                    -> b1 New
  a1 owns 1000 USD hold 300.01
  a2 sell 1 @ 100 s1                   -> s1 New; s1 Trade 1@100; b1 Trade 1@100
  a2 owns 99.99 USD
  fees owns 0.01 USD
`,
)

rule(
  'FEE-1, FND-4: a maker rebate is paid out of the fees',
  `
  list taker=1000 maker=-500
  a1 gets 1000 USD
  a2 gets 10 BTC
  a2 sell 5 @ 100 s1                   -> s1 New
  a1 buy 5 @ 100 b1                    -> b1 New; b1 Trade 5@100; s1 Trade 5@100
  a1 owns 499.5 USD
  a2 owns 500.25 USD
  fees owns 0.25 USD
`,
)

rule(
  'FEE-1: an account pays by its own fee tier; open orders keep the rates they came with',
  `
  list taker=10000 maker=10000
  a1 gets 1000 USD
  a2 gets 10 BTC
  a1 buy 1 @ 100 b1                    -> b1 New
  a1 fees maker=0 taker=0
  a2 fees maker=0 taker=0
  a2 sell 1 @ 100 s1                   -> s1 New; s1 Trade 1@100; b1 Trade 1@100
  a1 owns 899 USD
  a1 buy 1 @ 100 b2                    -> b2 New
  a2 sell 1 @ 100 s2                   -> s2 New; s2 Trade 1@100; b2 Trade 1@100
  a1 owns 799 USD
  a2 owns 200 USD
  fees owns 1 USD
`,
)

rule(
  'CHK-1: the first check that fails is the reason',
  `
  list minQty=2 maxQty=100 minNotional=300 maxNotional=5000 band=100000 orders=2
  a1 gets 100000 USD
  a2 gets 1000 BTC
  a1 buy 1 @ 500 b1                    -> b1 Rejected InvalidQty
  a1 buy 101 @ 500 b2                  -> b2 Rejected InvalidQty
  a1 buy 2.5 @ 500 b3                  -> b3 Rejected InvalidLot
  a1 buy 2 @ 0 b4                      -> b4 Rejected InvalidPrice
  a1 buy 2 @ 100.5 b5                  -> b5 Rejected InvalidPrice
  a1 buy 2 @ 100 b6                    -> b6 Rejected InvalidNotional
  a1 buy 100 @ 51 b7                   -> b7 Rejected InvalidNotional
  a1 buy 4 @ 100 b8                    -> b8 New
  a2 sell 4 @ 100 s1                   -> s1 New; s1 Trade 4@100; b8 Trade 4@100
  a1 buy 4 @ 111 b9                    -> b9 Rejected PriceBand
  a1 buy 4 @ 89 b10                    -> b10 Rejected PriceBand
  a1 buy 4 @ 110 b8                    -> b8 Rejected DuplicateClOrdID
  a1 buy 4 @ 90 b11                    -> b11 New
  a1 buy 4 @ 90 b12                    -> b12 New
  a1 buy 4 @ 90 b13                    -> b13 Rejected TooManyOpenOrders
  a1 buy 4 @ 90 IOC b14                -> b14 New; b14 Expired
  state Halted
  a1 buy 1 @ 0 b15                     -> b15 Rejected TradingStateForbids
  a1 kill on
  a1 buy 1 @ 0 b16                     -> b16 Rejected AccountBlocked
  a9 buy 1 @ 0 b17                     -> b17 Rejected UnknownAccount
  venue kill on
  a9 buy 1 @ 0 b18                     -> b18 Rejected VenueHalted
`,
)

rule(
  'CHK-3: cancels pass every switch and state but Closed',
  `
  list
  a1 gets 1000 USD
  a1 buy 1 @ 100 b1                    -> b1 New
  a1 buy 1 @ 100 b2                    -> b2 New
  a1 buy 1 @ 100 b3                    -> b3 New
  a1 kill on
  venue kill on
  state Halted
  a1 cancel b1                         -> b1 Canceled
  state Closed
  a1 cancel b2                         -> b2 Rejected TradingStateForbids
  a1 masscancel                        -> 0 canceled
  state PreOpen
  a1 masscancel                        -> b2 Canceled; b3 Canceled; 2 canceled
`,
)

rule(
  'ACC-6, G2: position plus all open buys stay within the limit',
  `
  list
  a1 gets 10000 USD
  a2 gets 100 BTC
  a1 limits position=10
  a1 buy 6 @ 100 b1                    -> b1 New
  a1 buy 5 @ 100 b2                    -> b2 Rejected PositionLimit
  a1 buy 4 @ 100 b3                    -> b3 New
  a2 sell 10 @ 100 s1                  -> s1 New; s1 Trade 6@100; b1 Trade 6@100; s1 Trade 4@100; b3 Trade 4@100
  a1 buy 1 @ 100 b4                    -> b4 Rejected PositionLimit
  a1 sell 1 @ 100 s2                   -> s2 New
  a1 buy 1 @ 99 b5                     -> b5 Rejected PositionLimit
`,
)

rule(
  'ORD-3: a Market buy holds the worst case inside the band, and does not trade outside of it',
  `
  list band=100000
  a1 gets 1000 USD
  a2 gets 100 BTC
  a2 sell 1 @ 100 s1                   -> s1 New
  a1 buy 1 @ market b1                 -> b1 New; b1 Trade 1@100; s1 Trade 1@100
  a2 sell 8 @ 105 s2                   -> s2 New
  a1 buy 9 @ market b2                 -> b2 Rejected InsufficientFunds
  a1 buy 8 @ market b3                 -> b3 New; b3 Trade 8@105; s2 Trade 8@105
  a1 owns 60 USD
`,
)

rule(
  'ORD-3: without a band a Market buy needs what the book says now',
  `
  list
  a1 gets 1000 USD
  a2 gets 100 BTC
  a2 sell 5 @ 100 s1                   -> s1 New
  a2 sell 5 @ 101 s2                   -> s2 New
  a1 buy 10 @ market b1                -> b1 Rejected InsufficientFunds
  a1 buy 9 @ market b2                 -> b2 New; b2 Trade 5@100; s1 Trade 5@100; b2 Trade 4@101; s2 Trade 4@101
  a1 owns 96 USD
`,
)

rule(
  'CHK-4, CHK-2: a repeated clOrdID is answered with the first order and changes nothing',
  `
  list
  a1 gets 1000 USD
  a1 buy 1 @ 100 b1                    -> b1 New
  a1 buy 2 @ 100 b1                    -> b1 Rejected DuplicateClOrdID
  a1 buy 20 @ 100 b2                   -> b2 Rejected InsufficientFunds
  a1 buy 1 @ 100 b2                    -> b2 Rejected DuplicateClOrdID
  a1 cancel b1                         -> b1 Canceled
  a1 buy 1 @ 100 b1                    -> b1 Rejected DuplicateClOrdID
  a1 owns 1000 USD
`,
)

rule(
  'CHK-4: a transfer counts once',
  `
  list
  a1 gets 1000 USD t1
  a1 gets 1000 USD t1                  -> duplicate
  a1 owns 1000 USD
  a1 gives 2000 USD t2                 -> Debit InsufficientFunds
  a1 gets 5000 USD t3
  a1 gives 2000 USD t2                 -> Debit DuplicateTransferId
  a1 owns 6000 USD
  external owns -6000 USD
`,
)

rule(
  'ACC-1, ACC-2: money for an asset or an account that is not there is refused',
  `
  list
  a1 gets 5 XRP                        -> Credit UnknownAsset
  a7 gives 5 USD                       -> Debit UnknownAccount
`,
)

rule(
  'CHK-5: a listing whose notionals are not exact, or could leave 64 bits, is refused',
  `
  list tick=0.001                      -> ListInstrument InvalidListing
  list tick=0.1 lot=0.01               -> ListInstrument InvalidListing
  list maxNotional=100000000000000000  -> ListInstrument InvalidListing
  list tick=1 lot=0.1                  -> ListInstrument InvalidListing
  list tick=0.01
`,
)

rule(
  'ORD-5: a Limit price outside the band around the last trade is rejected, the edges are inside',
  `
  list band=100000
  a1 gets 10000 USD
  a2 gets 100 BTC
  a1 buy 1 @ 5000 b1                   -> b1 New
  a1 cancel b1                         -> b1 Canceled
  a1 buy 1 @ 100 b2                    -> b2 New
  a2 sell 1 @ 100 s1                   -> s1 New; s1 Trade 1@100; b2 Trade 1@100
  a1 buy 1 @ 111 b3                    -> b3 Rejected PriceBand
  a1 buy 1 @ 110 b4                    -> b4 New
  a2 sell 1 @ 89 s2                    -> s2 Rejected PriceBand
  a2 sell 1 @ 90 s3                    -> s3 New; s3 Trade 1@110; b4 Trade 1@110
`,
)
