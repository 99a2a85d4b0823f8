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
]
