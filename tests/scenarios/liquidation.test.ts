// Liquidation: who may be liquidated, the market, the insurance, the opposite side. Both engines.

import { rule as table } from '../helpers/rule.ts'

/** Account 1 is long 10 at 100 with 100 of its own, account 2 short with 1,000. */
const OPENING = `
  list kind=perpetual initial=100000 maintenance=50000
  mark 100
  a1 gets 100 USD
  a2 gets 1000 USD
  a3 gets 1000 USD
  a1 buy 10 @ 100 b0                   -> b0 New
  a2 sell 10 @ 100 s0                  -> s0 New; s0 Trade 10@100; b0 Trade 10@100
`

/** A rule with that opening. */
function rule(title: string, lines: string, opening = OPENING): void {
  table(title, lines, opening)
}

rule(
  'LIQ-1: the engine liquidates only an account whose equity is below its maintenance margin',
  `
  a1 liquidate                         -> Liquidate NotLiquidatable
  mark 95
  a1 liquidate                         -> Liquidate NotLiquidatable
  a3 liquidate                         -> Liquidate NotLiquidatable
  a9 liquidate                         -> Liquidate UnknownAccount
  insurance liquidate                  -> Liquidate AccountBlocked
  mark 94
  state Halted
  a1 liquidate                         -> Liquidate TradingStateForbids
  state Open
  a3 buy 10 @ 94 b1                    -> b1 New
  a1 liquidate                         -> liquidation:4 New; liquidation:4 Trade 10@94; b1 Trade 10@94; Liquidated insurance 0 deleveraged 0
  a1 position 0 cost 0
  a1 owns 40 USD
  a3 position 10 cost 940
  a1 liquidate                         -> Liquidate NotLiquidatable
`,
)

rule(
  'LIQ-2: open orders are canceled first, those of other instruments and sides too',
  `
  list base=ETH
  a1 gets 50 USD
  a1 buy 1 @ 50 in=2 e1                -> e1 New
  a1 sell 10 @ 110 ReduceOnly s1       -> s1 New
  a1 sell 5 @ market stop=80 s2        -> s2 Waiting
  a3 buy 10 @ 89 b1                    -> b1 New
  mark 89
  a1 liquidate                         -> s1 Canceled; s2 Canceled; e1 Canceled; liquidation:7 New; liquidation:7 Trade 10@89; b1 Trade 10@89; Liquidated insurance 0 deleveraged 0
  a1 owns 40 USD
`,
)

rule(
  'LIQ-3: the order stays inside the price band; the rest goes to the opposite side at the mark',
  `
  list kind=perpetual base=ETH initial=100000 maintenance=50000 band=50000
  mark 100 in=2
  a4 gets 100 USD
  a2 gets 1000 USD
  a4 buy 10 @ 100 in=2 b1              -> b1 New
  a2 sell 10 @ 100 in=2 s1             -> s1 New; s1 Trade 10@100; b1 Trade 10@100
  a3 buy 4 @ 95 in=2 b2                -> b2 New
  a3 buy 6 @ 94 in=2 b3                -> b3 Rejected PriceBand
  mark 94 in=2
  a4 liquidate                         -> liquidation:6 New; liquidation:6 Trade 4@95; b2 Trade 4@95; liquidation:6 Expired; Liquidated insurance 0 deleveraged 6
  a4 position 0 cost 0 in=2
  a4 owns 44 USD
  a2 position -4 cost -400 in=2
  a2 owns 2036 USD
`,
)

rule(
  'LIQ-4: the insurance pays what a bankrupt account cannot',
  `
  insurance gets 30 USD
  a3 buy 10 @ 88 b1                    -> b1 New
  mark 88
  a1 liquidate                         -> liquidation:4 New; liquidation:4 Trade 10@88; b1 Trade 10@88; Liquidated insurance 20 deleveraged 0
  a1 owns 0 USD
  insurance owns 10 USD
  clearing owns 120 USD
`,
)

rule(
  'LIQ-5: the order trades at no price at which account and insurance together could not pay',
  `
  insurance gets 5 USD
  a3 buy 4 @ 90 b1                     -> b1 New
  a3 buy 6 @ 88 b2                     -> b2 New
  mark 88
  a1 liquidate                         -> liquidation:5 New; liquidation:5 Trade 4@90; b1 Trade 4@90; liquidation:5 Expired; Liquidated insurance 5 deleveraged 6
  a1 owns 0 USD
  insurance owns 0 USD
  a2 position -4 cost -400
  a2 owns 1065 USD
`,
)

rule(
  'LIQ-6: the opposite side gives up positions by profit times leverage, the highest first',
  `
  a4 gets 110 USD
  a4 sell 5 @ 101 s1                   -> s1 New
  a3 buy 5 @ 101 b1                    -> b1 New; b1 Trade 5@101; s1 Trade 5@101
  a5 gets 80 USD
  a5 sell 5 @ 94 s2                    -> s2 New
  a3 buy 5 @ 94 b2                     -> b2 New; b2 Trade 5@94; s2 Trade 5@94
  mark 94
  a1 liquidate                         -> liquidation:7 New; liquidation:7 Expired; Liquidated insurance 0 deleveraged 10
  a4 position 0 cost 0
  a4 owns 145 USD
  a2 position -5 cost -500
  a2 owns 1030 USD
  a5 position -5 cost -470
  a1 owns 40 USD
`,
)

rule(
  'LIQ-7: a short is bought back the same way',
  `
  a5 gets 50 USD
  insurance gets 10 USD
  a5 sell 5 @ 100 s1                   -> s1 New
  a3 buy 5 @ 100 b1                    -> b1 New; b1 Trade 5@100; s1 Trade 5@100
  a3 sell 2 @ 111 s2                   -> s2 New
  mark 115
  a5 liquidate                         -> liquidation:6 New; liquidation:6 Trade 2@111; s2 Trade 2@111; liquidation:6 Expired; Liquidated insurance 10 deleveraged 3
  a5 position 0 cost 0
  a5 owns 0 USD
  insurance owns 0 USD
`,
)

rule(
  'LIQ-8: a reduce-only order of a deleveraged account shrinks with its position',
  `
  a2 buy 10 @ 80 ReduceOnly b1         -> b1 New
  mark 94
  a1 liquidate                         -> liquidation:4 New; liquidation:4 Expired; b1 Canceled; Liquidated insurance 0 deleveraged 10
`,
)
