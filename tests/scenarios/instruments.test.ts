// Listing and amending: which orders an instrument takes, and what may change while it is traded.

import { FUNDS, rule } from '../helpers/rule.ts'

rule(
  'INS-2: an order may name a mode that its instrument allows; without one it has the default',
  `
  list modes=None,Decrement stp=Decrement
  a1 gets 1000 USD
  a1 gets 10 BTC
  a1 sell 2 @ 100 s1                   -> s1 New
  a1 buy 2 @ 100 stp=ExpireTaker b1    -> b1 Rejected UnsupportedOrder
  a1 buy 2 @ 100 stp=ExpireMaker b2    -> b2 Rejected UnsupportedOrder
  a1 buy 2 @ 100 stp=ExpireBoth b3     -> b3 Rejected UnsupportedOrder
  a1 buy 1 @ market stop=110 stp=ExpireBoth b4 -> b4 Rejected UnsupportedOrder
  a1 buy 1 @ 100 b5                    -> b5 New; b5 Prevented 1; s1 Prevented 1
  a1 buy 1 @ 100 stp=None b6           -> b6 New; b6 Trade 1@100; s1 Trade 1@100
`,
  '',
)

rule(
  'INS-2: a listing allows at least one mode, and its default',
  `
  list modes=None stp=ExpireTaker      -> ListInstrument InvalidListing
  list modes=Never stp=Never           -> ListInstrument InvalidListing
  list modes=ExpireTaker stp=ExpireTaker
`,
  '',
)

rule(
  'INS-3: an amendment changes what it names; what does not fit changes nothing',
  `
  list taker=10000 maker=10000
  a1 gets 1000 USD
  a2 gets 100 BTC
  a1 buy 1 @ 100 b1                    -> b1 New
  a1 owns 1000 USD hold 101
  amend taker=20000 maker=0
  a1 owns 1000 USD hold 101
  a2 sell 1 @ 100 s1                   -> s1 New; s1 Trade 1@100; b1 Trade 1@100
  a1 owns 899 USD
  a2 owns 98 USD
  amend band=100000 orders=1
  a1 buy 1 @ 111 b2                    -> b2 Rejected PriceBand
  a1 buy 1 @ 100 b3                    -> b3 New
  a1 buy 1 @ 100 b4                    -> b4 Rejected TooManyOpenOrders
  amend position=1
  a1 buy 1 @ 99 IOC b5                 -> b5 Rejected PositionLimit
  amend band=1000000                   -> AmendInstrument InvalidTransition
  amend taker=1000001                  -> AmendInstrument InvalidTransition
  amend orders=-1                      -> AmendInstrument InvalidTransition
  amend initial=100000 maintenance=5   -> AmendInstrument InvalidTransition
  amend band=0 in=2                    -> AmendInstrument UnknownInstrument
  a1 buy 1 @ 111 IOC b6                -> b6 Rejected PriceBand
`,
  '',
)

rule(
  'INS-4: a symbol is listed once',
  `
  list base=ETH
  list base=ETH tick=0.5               -> ListInstrument DuplicateInstrument
  list tick=0.001                      -> ListInstrument InvalidListing
  list                                 -> ListInstrument DuplicateInstrument
`,
  FUNDS,
)

rule(
  'ORD-6: post-only is a Limit that is GTC, DAY or GTD, or a limit type that waits',
  `
  at 2026-01-05T10:00:00Z
  a1 buy 1 @ 90 PostOnly b1            -> b1 New
  a1 buy 1 @ 90 DAY PostOnly b2        -> b2 New
  a1 buy 1 @ 90 GTD PostOnly until=2026-01-05T12:00:00Z b3 -> b3 New
  a1 buy 1 @ 90 PostOnly stop=120 b4   -> b4 Waiting
  a1 buy 1 @ 90 IOC PostOnly b5        -> b5 Rejected UnsupportedOrder
  a1 buy 1 @ 90 FOK PostOnly b6        -> b6 Rejected UnsupportedOrder
  a1 buy 1 @ market PostOnly b7        -> b7 Rejected UnsupportedOrder
`,
)

rule(
  'ORD-7: what a side of a book has open, waiting orders included, stays below 2^53 lots',
  `
  list maxQty=9007199254740991 maxNotional=90000000000000000
  a1 gets 9007199254740991 BTC
  a1 gets 10 BTC
  a1 sell 9007199254740990 @ 1 s1      -> s1 New
  a1 sell 2 @ 1 s2                     -> s2 Rejected Overflow
  a1 sell 2 @ market stop=5 s3         -> s3 Rejected Overflow
  a1 sell 1 @ market stop=5 s4         -> s4 Waiting
  a1 sell 1 @ 1 s5                     -> s5 Rejected Overflow
  a1 cancel s4                         -> s4 Canceled
  a1 sell 1 @ 1 s6                     -> s6 New
`,
  '',
)
