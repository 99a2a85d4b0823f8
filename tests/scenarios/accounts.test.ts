// Accounts, what comes to them from outside, and what bounds them.

import { rule as table } from '../helpers/rule.ts'

/** A rule whose table lists its own market. */
function rule(title: string, lines: string): void {
  table(title, lines, '')
}

rule(
  'ACC-1: an account exists once it is opened; to open it again changes nothing',
  `
  list
  a1 buy 1 @ 100 b1                    -> b1 Rejected UnknownAccount
  a1 cancel b1                         -> b1 Rejected UnknownAccount
  a1 masscancel                        -> MassCancel UnknownAccount
  a1 limits orders=1                   -> SetLimits UnknownAccount
  a1 fees maker=0 taker=0              -> SetFeeTier UnknownAccount
  a1 kill on                           -> SetKillSwitch UnknownAccount
  a1 gives 1 USD                       -> Debit UnknownAccount
  a1 gets 100 USD
  a1 limits orders=1
  a1 buy 1 @ 50 b1                     -> b1 New
  a1 gets 1 USD
  a1 owns 101 USD hold 50
  a1 buy 1 @ 50 b2                     -> b2 Rejected TooManyOpenOrders
`,
)

rule(
  'ACC-2: Credit and Debit move money between an account and the outside',
  `
  list
  a1 gets 100 USD
  external owns -100 USD
  a1 gives 40 USD
  a1 owns 60 USD
  external owns -60 USD
  a1 gets 0 USD                        -> Credit InvalidAmount
  a1 gets -5 USD                       -> Credit InvalidAmount
  a1 gives 0 USD                       -> Debit InvalidAmount
  a1 gets 5 XRP                        -> Credit UnknownAsset
  a1 buy 1 @ 50 b1                     -> b1 New
  a1 gives 11 USD                      -> Debit InsufficientFunds
  a1 gives 10 USD
  a1 owns 50 USD hold 50
`,
)

rule(
  'ACC-3: the venue has accounts of its own: they do not trade, and only the insurance is funded',
  `
  list
  insurance gets 100 USD
  insurance owns 100 USD
  fees gets 100 USD                    -> Credit AccountBlocked
  external gives 100 USD               -> Debit AccountBlocked
  clearing gets 100 USD                -> Credit AccountBlocked
  insurance buy 1 @ 50 b1              -> b1 Rejected AccountBlocked
  fees sell 1 @ 50 s1                  -> s1 Rejected AccountBlocked
`,
)

rule(
  'ACC-4: the outside owes at most 2^63 - 2^61 minor units of an asset, to all accounts together',
  `
  list
  a1 gets 6917529027641081855 BTC
  a2 gets 2 BTC                        -> Credit Overflow
  a2 gets 1 BTC
  a2 gets 1 BTC                        -> Credit Overflow
  a1 gives 1 BTC
  a2 gets 1 BTC
  external owns -6917529027641081856 BTC
`,
)

rule(
  'ACC-5: maxOpenOrders bounds an account in one instrument and in all; null leaves it, 0 is none',
  `
  list orders=2
  list base=ETH
  a1 gets 1000 USD
  a1 limits orders=3
  a1 buy 1 @ 1 b1                      -> b1 New
  a1 buy 1 @ 1 b2                      -> b2 New
  a1 buy 1 @ 1 b3                      -> b3 Rejected TooManyOpenOrders
  a1 buy 1 @ 1 in=2 e1                 -> e1 New
  a1 buy 1 @ 1 in=2 e2                 -> e2 Rejected TooManyOpenOrders
  a1 limits position=5
  a1 buy 1 @ 1 in=2 e3                 -> e3 Rejected TooManyOpenOrders
  a1 limits orders=0
  a1 buy 1 @ 1 in=2 e4                 -> e4 New
  a1 buy 1 @ 1 b4                      -> b4 Rejected TooManyOpenOrders
  a1 buy 1 @ 1 IOC b5                  -> b5 New; b5 Expired
`,
)

rule(
  'ACC-6, G2: on spot the position is the balance: with all open buys it stays within the limit',
  `
  list position=8
  a1 gets 10000 USD
  a1 gets 3 BTC
  a2 gets 100 BTC
  a1 buy 6 @ 100 b1                    -> b1 Rejected PositionLimit
  a1 buy 4 @ 100 b2                    -> b2 New
  a1 buy 2 @ 100 b3                    -> b3 Rejected PositionLimit
  a2 sell 4 @ 100 s1                   -> s1 New; s1 Trade 4@100; b2 Trade 4@100
  a1 buy 2 @ 100 IOC b4                -> b4 Rejected PositionLimit
  a1 limits position=9
  a1 buy 2 @ 100 b5                    -> b5 New
  a2 sell 50 @ 200 s2                  -> s2 New
  a1 limits position=0
  a1 buy 20 @ 100 b6                   -> b6 New
`,
)

rule(
  'ACC-7, CHK-3: a kill switch stops new orders and replaces; what rests may trade and be canceled',
  `
  list
  a1 gets 1000 USD
  a2 gets 100 BTC
  a1 buy 2 @ 100 b1                    -> b1 New
  a1 kill on
  a1 buy 1 @ 100 b2                    -> b2 Rejected AccountBlocked
  a1 replace b1 to 1 @ 100 as b3       -> b3 Rejected AccountBlocked
  a1 oco buy 1 @ 90 x1 & buy 1 @ market stop=120 x2 -> NewOrderList AccountBlocked
  a2 sell 1 @ 100 s1                   -> s1 New; s1 Trade 1@100; b1 Trade 1@100
  venue kill on
  a2 sell 1 @ 100 s2                   -> s2 Rejected VenueHalted
  a1 kill off
  a1 replace b1 to 1 @ 100 as b4       -> b4 Rejected VenueHalted
  a1 cancel b1                         -> b1 Canceled
  venue kill off
  a1 buy 1 @ 100 b5                    -> b5 New
`,
)

rule(
  'STA-1, AUC-9: CancelOnly takes cancels and lets nothing trade; what is left trades in Open',
  `
  list state=Auction
  a1 gets 1000 USD
  a2 gets 100 BTC
  a1 buy 2 @ 101 b1                    -> b1 New
  a2 sell 2 @ 100 s1                   -> s1 New; indicates 2@100
  a1 buy 2 @ 99 b2                     -> b2 New
  state CancelOnly
  a1 buy 1 @ 101 b3                    -> b3 Rejected TradingStateForbids
  a1 replace b1 to 1 @ 101 as b4       -> b4 Rejected TradingStateForbids
  a1 cancel b2                         -> b2 Canceled
  state Open                           -> s1 Trade 2@100; b1 Trade 2@100
`,
)
