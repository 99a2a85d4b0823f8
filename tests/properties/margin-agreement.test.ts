// Perpetuals in the fast and in the naive engine: leverage, wide marks, liquidations all the time.
// TE_TEST_SEED says where to start.

import { isDeepStrictEqual } from 'node:util'
import test from 'ava'
import { FastEngine } from '../helpers/engine-under-test.ts'
import { NaiveEngine } from '../helpers/naive-engine.ts'
import { RandomMarginCommands } from '../helpers/workload-margin.ts'

const FIRST_SEED = Number(process.env['TE_TEST_SEED'] ?? 1)
const SEEDS = 24
const COMMANDS = 1_200

test('both engines agree on perpetuals, and restarts change nothing', (t) => {
  const seen = new Map<string, number>()
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    const commands = new RandomMarginCommands(seed)
    const fast = new FastEngine({ capacity: 1 })
    const naive = new NaiveEngine()
    const opening = commands.opening()
    for (let i = 0; i < opening.length + COMMANDS; i++) {
      const command = opening[i] ?? commands.next()
      const what = `TE_TEST_SEED=${seed} command ${i}`
      try {
        const got = fast.apply(command)
        const want = naive.apply(command)
        if (!isDeepStrictEqual(got, want)) return t.deepEqual(got, want, what)
        commands.observe(got)
        for (const event of got) {
          const name = event.type === 'PositionChanged' ? event.reason : event.type
          seen.set(name, (seen.get(name) ?? 0) + 1)
        }
        if (i % 100 === 0) fast.engine.checkInvariants()
        if (i % 400 === 0) {
          const hash = fast.engine.stateHash()
          fast.restart()
          t.is(fast.engine.stateHash(), hash, what)
        }
      } catch (cause) {
        return t.fail(`${what}\n${(cause as Error).stack}`)
      }
    }
    fast.engine.checkInvariants()
    t.deepEqual(fast.positions(), naive.positions(), `seed ${seed}`)
    t.deepEqual(fast.balances(), naive.balances(), `seed ${seed}`)
  }
  t.true((seen.get('Liquidated') ?? 0) > 50, 'there are liquidations')
  t.true((seen.get('Deleverage') ?? 0) > 50, 'there is deleveraging')
})
