// The fast engine against the naive one: the same random commands, the same events, balances, books.
// TE_TEST_COMMANDS sets how many (default 200,000), TE_TEST_SEED where to start.

import { isDeepStrictEqual } from 'node:util'
import test from 'ava'
import { FastEngine } from '../helpers/engine-under-test.ts'
import { NaiveEngine } from '../helpers/naive-engine.ts'
import { RandomCommands, START_NS } from '../helpers/workload-random.ts'

const COMMANDS = Number(process.env['TE_TEST_COMMANDS'] ?? 200_000)
const FIRST_SEED = Number(process.env['TE_TEST_SEED'] ?? 1)
const COMMANDS_PER_SEED = 2_500

test('B1 B5: the fast and the naive engine answer random commands alike, and none throws', (t) => {
  const seeds = Math.ceil(COMMANDS / COMMANDS_PER_SEED)
  for (let seed = FIRST_SEED; seed < FIRST_SEED + seeds; seed++) {
    const commands = new RandomCommands(seed)
    const fast = new FastEngine({ capacity: 1 })
    const naive = new NaiveEngine()
    fast.advanceTo(START_NS)
    naive.advanceTo(START_NS)
    const opening = commands.opening()
    for (let i = 0; i < opening.length + COMMANDS_PER_SEED; i++) {
      const command = opening[i] ?? commands.next()
      const what = () => `TE_TEST_SEED=${seed} command ${i}: ${show(command)}`
      try {
        const got = fast.apply(command)
        const want = naive.apply(command)
        if (!isDeepStrictEqual(got, want)) return t.deepEqual(got, want, what())
        commands.observe(got)
        if (i % 250 === 0) fast.engine.checkInvariants()
      } catch (cause) {
        return t.fail(`${what()}\n${(cause as Error).stack}`)
      }
    }
    fast.engine.checkInvariants()
    t.deepEqual(fast.balances(), naive.balances(), `seed ${seed}: balances`)
    for (const instrument of [1, 2]) {
      for (const side of ['Buy', 'Sell'] as const) {
        t.deepEqual(fast.levels(instrument, side), naive.levels(instrument, side), `seed ${seed}`)
      }
    }
  }
})

function show(value: unknown): string {
  return JSON.stringify(value, (_key, v: unknown) => (typeof v === 'bigint' ? `${v}n` : v))
}
