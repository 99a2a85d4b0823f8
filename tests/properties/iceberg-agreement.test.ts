// Icebergs in a market of three prices, where one taker meets many tranches: the fast engine, torn
// by restarts, against the naive one. TE_TEST_SEED sets where to start.

import test from 'ava'
import type { EngineEvent } from '#domain/event.ts'
import { play, show } from '../helpers/agreement.ts'
import { EngineTrial, type EngineTrialOptions } from '../helpers/engine-trial.ts'
import { IcebergCommands } from '../helpers/workload-mixed.ts'

const FIRST_SEED = Number(process.env['TE_TEST_SEED'] ?? 1)
const SEEDS = 8
const COMMANDS = 2_500

test('ICE B1: icebergs of all sizes in three prices: both engines say the same, over restarts', (t) => {
  let tranches = 0
  const watch: EngineTrialOptions['watch'] = (events) => {
    tranches += repeatedMakers(events)
  }
  const options = { capacity: 1, checkEvery: 50, restartEvery: 301, watch }
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    const found = play(new EngineTrial(new IcebergCommands(seed), options), COMMANDS)
    if (found !== null) return t.fail(`TE_TEST_SEED=${seed} ${show(found)}`)
  }
  t.true(tranches > SEEDS * 100, 'takers met icebergs more than once')
})

/** How many tranches were the second or later of one order in one command. */
function repeatedMakers(events: readonly EngineEvent[]): number {
  const makers = events.flatMap((e) =>
    e.type === 'ExecutionReport' && e.execType === 'Trade' && !e.aggressor ? e.orderID : [],
  )
  return makers.length - new Set(makers).size
}
