// Icebergs in a market of three prices, where one taker meets many tranches: the fast engine, torn
// by restarts, against the naive one. TE_TEST_SEED sets where to start.

import { isDeepStrictEqual } from 'node:util'
import test from 'ava'
import type { Command, NewOrder } from '#domain/command.ts'
import type { EngineEvent } from '#domain/event.ts'
import { FastEngine, TRACE } from '../helpers/engine-under-test.ts'
import { NaiveEngine } from '../helpers/naive-engine.ts'
import { Random, RandomCommands, START_NS } from '../helpers/workload-random.ts'

const FIRST_SEED = Number(process.env['TE_TEST_SEED'] ?? 1)
const SEEDS = 8
const COMMANDS = 2_500
const CALM = ['SetKillSwitch', 'SetLimits', 'SetDeadMan', 'MassCancel', 'SetFeeTier']

test('ICE B1: icebergs of all sizes in three prices: both engines say the same, over restarts', (t) => {
  let tranches = 0
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    const commands = new RandomCommands(seed)
    const r = new Random(seed * 7 + 1)
    const fast = new FastEngine({ capacity: 1 })
    const naive = new NaiveEngine()
    fast.advanceTo(START_NS)
    naive.advanceTo(START_NS)
    const opening = commands.opening()
    for (let i = 0; i < opening.length + COMMANDS; i++) {
      const command = opening[i] ?? narrow(r, commands.next(), i)
      const got = fast.apply(command)
      const want = naive.apply(command)
      if (!isDeepStrictEqual(got, want)) return t.deepEqual(got, want, `seed ${seed} command ${i}`)
      commands.observe(got)
      tranches += repeatedMakers(got)
      if (i % 50 === 0) fast.engine.checkInvariants()
      if (i % 301 === 7) fast.restart()
    }
    for (const side of ['Buy', 'Sell'] as const) {
      t.deepEqual(fast.levels(1, side), naive.levels(1, side), `seed ${seed}`)
    }
  }
  t.true(tranches > SEEDS * 100, 'takers met icebergs more than once')
})

/** The same command in a small market with many icebergs and few interruptions. */
function narrow(r: Random, command: Command, i: number): Command {
  switch (command.type) {
    case 'NewOrder':
      return asIceberg(r, command)
    case 'ReplaceOrder':
      return { ...command, price: 1000 + r.below(3) }
    default: {
      if (!CALM.includes(command.type) || r.chance(15)) return command
      const credit = { asset: 'USD', amount: 10n ** 15n, transferId: `z${i}`, traceId: TRACE }
      return { type: 'Credit', account: 1000 + r.below(4), ...credit }
    }
  }
}

function asIceberg(r: Random, order: NewOrder): NewOrder {
  const { timeInForce, ordType, orderQty } = order
  const mayHide = ordType === 'Limit' && timeInForce !== 'IOC' && timeInForce !== 'FOK'
  const price = order.price > 0 ? 1000 + r.below(3) : order.price
  const part = Number.isSafeInteger(orderQty) ? Math.ceil(orderQty / (1 + r.below(9))) : 0
  const displayQty = mayHide ? Math.max(part, 0) : order.displayQty
  return { ...order, instrumentId: 1, postOnly: false, price, displayQty }
}

/** How many tranches were the second or later of one order in one command. */
function repeatedMakers(events: readonly EngineEvent[]): number {
  const makers = events.flatMap((e) =>
    e.type === 'ExecutionReport' && e.execType === 'Trade' && !e.aggressor ? e.orderID : [],
  )
  return makers.length - new Set(makers).size
}
