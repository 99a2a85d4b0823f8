// The planted mutants. A hazard's mutants stand beside each other, in the order of the hazards.

import type { Mutant } from './mutant.ts'

export const MUTANTS: readonly Mutant[] = [
  {
    id: 'F4',
    why: 'a fee rounded down is lost by the venue',
    file: 'runtime/engine/money/int64.ts',
    find: 'const units = Math.ceil(tail / MILLION)',
    replace: 'const units = Math.round(tail / MILLION)',
    test: 'tests/unit/engine/int64.test.ts',
    title: 'fees in limbs are those of the domain, residue included',
  },
  {
    id: 'AUC-4',
    why: 'an auction price that leaves more over than it must',
    file: 'runtime/engine/auction/auction-price.ts',
    find: 'if (buys < sells) out.set(nextBid, out.qty, buys)',
    replace: 'if (buys > sells) out.set(nextBid, out.qty, buys)',
    test: 'tests/properties/auction.test.ts',
    title: 'AUC-4: the indicated price is the one that a search over every tick finds',
  },
  {
    id: 'AUC-6',
    why: 'a buyer whose money stays held after an uncross',
    file: 'runtime/engine/risk/settlement.ts',
    find: 'if (buyRests) releaseTradedBuy(',
    replace: 'if (makerIsBuyer) releaseTradedBuy(',
    test: 'tests/properties/auction.test.ts',
    title: 'an uncross trades the volume at the price, nobody beyond the own limit, and uncrosses',
  },
  {
    id: 'AUC-8',
    why: 'an order that was good for the auction outlives it',
    file: 'runtime/engine/auction/set-trading-state.ts',
    find: "if (from === 'Auction') expireGoodForAuction",
    replace: "if (to === 'Auction') expireGoodForAuction",
    test: 'tests/scenarios/auction.test.ts',
    title: 'AUC-8: what was good for the auction expires when the auction ends, however it ends',
  },
  {
    id: 'VOL-1',
    why: 'a guard that moves with the trades of the command that it guards',
    file: 'runtime/engine/auction/volatility-guard.ts',
    find: 'if (instrument.guardCommand !== s.commandCount) ',
    replace: '',
    test: 'tests/scenarios/volatility.test.ts',
    title:
      'VOL-6: stops that a command elects are bound by its guard; an auction leaves the others waiting',
  },
]
