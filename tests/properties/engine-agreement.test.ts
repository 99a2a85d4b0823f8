// The fast engine against the naive one: the same random commands, the same events, balances, books,
// positions. TE_TEST_COMMANDS sets how many (default 200,000), TE_TEST_SEED where to start; half of
// the seeds play in the plain configuration, half in one of their own. More of it: npm run agree.

import test from 'ava'
import { play, show } from '../helpers/agreement.ts'
import { EngineTrial } from '../helpers/engine-trial.ts'
import { PLAIN } from '../helpers/workload-config.ts'
import { drawConfig } from '../helpers/workload-draw.ts'
import { RandomCommands } from '../helpers/workload-random.ts'

const COMMANDS = Number(process.env['TE_TEST_COMMANDS'] ?? 200_000)
const FIRST_SEED = Number(process.env['TE_TEST_SEED'] ?? 1)
const COMMANDS_PER_SEED = 2_500
const OPTIONS = { capacity: 1, checkEvery: 250, restartEvery: 0 }

test('B1 B5: the fast and the naive engine answer random commands alike, and none throws', (t) => {
  const seeds = Math.ceil(COMMANDS / COMMANDS_PER_SEED)
  for (let seed = FIRST_SEED; seed < FIRST_SEED + seeds; seed++) {
    const config = seed % 2 === 0 ? PLAIN : drawConfig(seed)
    const trial = new EngineTrial(new RandomCommands(seed, config), OPTIONS)
    const found = play(trial, COMMANDS_PER_SEED)
    if (found !== null) return t.fail(`TE_TEST_SEED=${seed} ${show(found)}`)
  }
  t.pass()
})
