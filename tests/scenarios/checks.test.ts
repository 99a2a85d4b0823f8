// The order of the checks: each table has two faults at once, neighbours in the ladder, and the
// earlier one is the reason. And what the checks leave behind: nothing but the clOrdID.

import { rule } from '../helpers/rule.ts'

rule(
  'CHK-1: the venue kill switch comes before the unknown account',
  `
  venue kill on
  a9 buy 1 @ 100 b1                    -> b1 Rejected VenueHalted
  venue kill off
  a9 buy 1 @ 100 b1                    -> b1 Rejected UnknownAccount
`,
)

rule(
  'CHK-1: the account that may not trade comes before the unknown instrument',
  `
  a1 kill on
  a1 buy 1 @ 100 in=9 b1               -> b1 Rejected AccountBlocked
  a1 kill off
  a1 buy 1 @ 100 in=9 b1               -> b1 Rejected UnknownInstrument
`,
)

rule(
  'CHK-1: the trading state comes before the kind of order, and that before its bounds',
  `
  list
  a1 gets 1000 USD
  state Halted
  a1 buy 0 @ 100 IOC PostOnly b1       -> b1 Rejected TradingStateForbids
  state Open
  a1 buy 0 @ 100 IOC PostOnly b2       -> b2 Rejected UnsupportedOrder
  at 2026-01-05T10:00:00Z
  a1 buy 0 @ 100 GTD until=2026-01-05T09:00:00Z b3 -> b3 Rejected Expired
  a1 buy 0 @ 100 GTC b4                -> b4 Rejected InvalidQty
`,
  '',
)

rule(
  'CHK-1: quantity, then lot, then price, then notional, then displayed quantity, then price band',
  `
  list minQty=2 maxQty=100 minNotional=300 maxNotional=5000 band=100000
  a1 gets 100000 USD
  a2 gets 1000 BTC
  a1 buy 4 @ 100 o1                    -> o1 New
  a2 sell 4 @ 100 o2                   -> o2 New; o2 Trade 4@100; o1 Trade 4@100
  a1 buy 1.5 @ 500 b1                  -> b1 Rejected InvalidQty
  a1 buy 2.5 @ 0 b2                    -> b2 Rejected InvalidLot
  a1 buy 2 @ 0.5 b3                    -> b3 Rejected InvalidPrice
  a1 buy 2 @ 140 show=1 b4             -> b4 Rejected InvalidNotional
  a1 buy 4 @ 140 show=1 b5             -> b5 Rejected InvalidQty
  a1 buy 4 @ 140 o1                    -> o1 Rejected PriceBand
`,
  '',
)

rule(
  'CHK-1: price band, then clOrdID, then open orders, then order rate, then position, then funds',
  `
  list band=100000
  a1 gets 1000 USD
  a2 gets 1000 BTC
  a1 limits orders=2 rate=2 position=10
  at 2026-01-05T10:00:00.100Z
  a1 buy 1 @ 100 b1                    -> b1 New
  a2 sell 1 @ 100 s1                   -> s1 New; s1 Trade 1@100; b1 Trade 1@100
  a1 buy 1 @ 100 b2                    -> b2 New
  a1 buy 1 @ 100 b3                    -> b3 Rejected OrderRateExceeded
  at 2026-01-05T10:00:01.100Z
  a1 buy 1 @ 100 b4                    -> b4 New
  a1 buy 20 @ 120 b1                   -> b1 Rejected PriceBand
  a1 buy 20 @ 110 b1                   -> b1 Rejected DuplicateClOrdID
  a1 buy 20 @ 110 b5                   -> b5 Rejected TooManyOpenOrders
  a1 limits orders=3 rate=1
  a1 buy 20 @ 110 b6                   -> b6 Rejected OrderRateExceeded
  a1 limits rate=0
  a1 buy 20 @ 110 b7                   -> b7 Rejected PositionLimit
  a1 limits position=100
  a1 buy 20 @ 110 b8                   -> b8 Rejected InsufficientFunds
`,
  '',
)

rule(
  'CHK-1: funds come before a post-only that would cross, and before a FOK that cannot fill',
  `
  list
  a1 gets 1000 USD
  a2 gets 1000 BTC
  a2 sell 5 @ 100 s1                   -> s1 New
  a1 buy 11 @ 100 PostOnly b1          -> b1 Rejected InsufficientFunds
  a1 buy 1 @ 100 PostOnly b2           -> b2 Rejected PostOnlyWouldCross
  a1 buy 11 @ 100 FOK b3               -> b3 Rejected InsufficientFunds
  a1 buy 6 @ 100 FOK b4                -> b4 Rejected FokCannotFill
`,
  '',
)

rule(
  'CHK-1: a replace is checked in the same order; the order it names stands after the account',
  `
  list minQty=2 band=100000
  a1 gets 1000 USD
  a2 gets 1000 BTC
  a1 buy 2 @ 100 b1                    -> b1 New
  a2 sell 2 @ 100 s1                   -> s1 New; s1 Trade 2@100; b1 Trade 2@100
  a1 buy 2 @ 100 b2                    -> b2 New
  a1 limits rate=1 position=10
  a1 kill on
  a1 replace none to 1 @ 100 as b3     -> b3 Rejected AccountBlocked
  a1 kill off
  state Halted
  a1 replace none to 1 @ 100 as b4     -> b4 Rejected UnknownOrder
  a1 replace b2 to 1 @ 100 as b5       -> b5 Rejected TradingStateForbids
  state Open
  a1 replace b2 to 1.5 @ 200 as b6     -> b6 Rejected InvalidQty
  a1 replace b2 to 2.5 @ 0.5 as b7     -> b7 Rejected InvalidLot
  a1 replace b2 to 20 @ 0.5 as b8      -> b8 Rejected InvalidPrice
  a1 replace b2 to 20 @ 200 as b1      -> b1 Rejected PriceBand
  at 2026-01-05T10:00:00Z
  a1 replace b2 to 3 @ 100 as b9       -> b9 Replaced
  a1 replace b9 to 20 @ 110 as b1      -> b1 Rejected DuplicateClOrdID
  a1 replace b9 to 20 @ 110 as b10     -> b10 Rejected OrderRateExceeded
  a1 limits rate=0
  a1 replace b9 to 20 @ 110 as b11     -> b11 Rejected PositionLimit
  a1 limits position=100
  a1 replace b9 to 20 @ 110 as b12     -> b12 Rejected InsufficientFunds
`,
  '',
)

rule(
  'CHK-1: a post-only that would cross is the last rung of a replace, after funds',
  `
  list
  a1 gets 1000 USD
  a2 gets 1000 BTC
  a2 sell 5 @ 100 s1                   -> s1 New
  a1 buy 1 @ 99 PostOnly b1            -> b1 New
  a1 replace b1 to 11 @ 100 as b2      -> b2 Rejected InsufficientFunds
  a1 replace b1 to 2 @ 100 as b3       -> b3 Rejected PostOnlyWouldCross
`,
  '',
)

rule(
  'CHK-2: a refused order uses its clOrdID up, whichever rung refused it',
  `
  list
  a1 gets 1000 USD
  a1 buy 0 @ 100 b1                    -> b1 Rejected InvalidQty
  a1 buy 1 @ 100 b1                    -> b1 Rejected DuplicateClOrdID
  state Halted
  a1 buy 1 @ 100 b2                    -> b2 Rejected TradingStateForbids
  state Open
  a1 buy 1 @ 100 b2                    -> b2 Rejected DuplicateClOrdID
  a1 buy 1 @ 100 b3                    -> b3 New
  a1 replace b3 to 0.5 @ 100 as b4     -> b4 Rejected InvalidQty
  a1 replace b3 to 2 @ 100 as b4       -> b4 Rejected DuplicateClOrdID
  a1 owns 1000 USD hold 100
`,
  '',
)

rule(
  'CHK-6, CHK-4: a repeated key of each command that moves something changes nothing',
  `
  list
  a1 gets 1000 USD t1
  a1 gets 1000 USD t1                  -> duplicate
  a1 gives 100 USD t2
  a1 gives 100 USD t2                  -> duplicate
  a1 buy 1 @ 100 b1                    -> b1 New
  a1 buy 1 @ 100 b1                    -> b1 Rejected DuplicateClOrdID
  a1 replace b1 to 2 @ 100 as b2       -> b2 Replaced
  a1 replace b2 to 2 @ 100 as b2       -> b2 Rejected DuplicateClOrdID
  a1 replace b1 to 2 @ 100 as b2       -> b2 Rejected DuplicateClOrdID
  a1 cancelreplace b2 StopOnFailure buy 3 @ 100 b3 -> b2 Canceled; b3 New
  a1 cancelreplace b2 StopOnFailure buy 3 @ 100 b3 -> b3 Rejected DuplicateClOrdID
  a1 owns 900 USD hold 300
  a1 cancel b3                         -> b3 Canceled
  a1 cancel b3                         -> b3 Rejected UnknownOrder
  a1 masscancel                        -> 0 canceled
  a1 owns 900 USD
`,
  '',
)

rule(
  'MCX-1: a mass cancel may name an instrument and a side; over all it goes by instrument',
  `
  list base=ETH
  a1 gets 10 ETH
  a1 sell 1 @ 60 in=2 e1               -> e1 New
  a1 buy 1 @ 50 in=2 e2                -> e2 New
  a1 sell 1 @ 110 s1                   -> s1 New
  a1 buy 1 @ 100 b1                    -> b1 New
  a1 masscancel sell in=2              -> e1 Canceled; 1 canceled
  a1 sell 1 @ 60 in=2 e3               -> e3 New
  a2 masscancel                        -> 0 canceled
  a1 masscancel                        -> b1 Canceled; s1 Canceled; e2 Canceled; e3 Canceled; 4 canceled
  a1 masscancel in=9                   -> MassCancel UnknownInstrument
`,
)

rule(
  'MCX-3: a mass cancel leaves closed instruments alone, and to name one is refused',
  `
  a1 buy 1 @ 100 b1                    -> b1 New
  state Closed
  a1 masscancel                        -> 0 canceled
  a1 masscancel in=1                   -> MassCancel TradingStateForbids
  state PreOpen
  a1 masscancel in=1                   -> b1 Canceled; 1 canceled
`,
)

rule(
  'MCX-2: orders that wait for their trigger come after those that rest: buys first, stopPx ascending',
  `
  a2 buy 1 @ 100 o1                    -> o1 New
  a3 sell 1 @ 100 o2                   -> o2 New; o2 Trade 1@100; o1 Trade 1@100
  a1 sell 1 @ market stop=90 w1        -> w1 Waiting
  a1 buy 1 @ 121 stop=120 w2           -> w2 Waiting
  a1 buy 1 @ market stop=110 w3        -> w3 Waiting
  a1 sell 1 @ 130 s1                   -> s1 New
  a1 buy 1 @ market stop=110 w4        -> w4 Waiting
  a1 buy 1 @ 95 b1                     -> b1 New
  a1 masscancel sell                   -> s1 Canceled; w1 Canceled; 2 canceled
  a1 masscancel                        -> b1 Canceled; w3 Canceled; w4 Canceled; w2 Canceled; 4 canceled
  a1 owns 100000 USD
`,
)
