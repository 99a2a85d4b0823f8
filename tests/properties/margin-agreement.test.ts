// Perpetuals in the fast and in the naive engine: leverage, wide marks, liquidations all the time.
// TE_TEST_SEED says where to start.

import test from 'ava'
import { play, show } from '../helpers/agreement.ts'
import { EngineTrial, type EngineTrialOptions } from '../helpers/engine-trial.ts'
import { RandomMarginCommands } from '../helpers/workload-margin.ts'

const FIRST_SEED = Number(process.env['TE_TEST_SEED'] ?? 1)
const SEEDS = 24
const COMMANDS = 1_200

test('both engines agree on perpetuals, and restarts change nothing', (t) => {
  const seen = { liquidated: 0, deleveraged: 0 }
  const watch: EngineTrialOptions['watch'] = (events) => {
    for (const event of events) {
      if (event.type === 'Liquidated') seen.liquidated++
      if (event.type === 'PositionChanged' && event.reason === 'Deleverage') seen.deleveraged++
    }
  }
  const options = { capacity: 1, checkEvery: 100, restartEvery: 400, watch }
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    const found = play(new EngineTrial(new RandomMarginCommands(seed), options), COMMANDS)
    if (found !== null) return t.fail(`TE_TEST_SEED=${seed} ${show(found)}`)
  }
  t.true(seen.liquidated > 50, 'there are liquidations')
  t.true(seen.deleveraged > 50, 'there is deleveraging')
})
