// Stops and lists in the fast and in the naive engine: a quarter of all commands waits for a price
// or for another order. A book kept from the reports alone is the engine's all the time.
// TE_TEST_SEED says where to start.

import { isDeepStrictEqual } from 'node:util'
import test from 'ava'
import { BookView } from '#domain/book-view.ts'
import type { Command, NewOrder } from '#domain/command.ts'
import type { EngineEvent } from '#domain/event.ts'
import { FastEngine } from '../helpers/engine-under-test.ts'
import { NaiveEngine } from '../helpers/naive-engine.ts'
import { RandomCommands } from '../helpers/workload-random.ts'
import { asTrigger, randomList } from '../helpers/workload-triggers.ts'

const FIRST_SEED = Number(process.env['TE_TEST_SEED'] ?? 1)
const SEEDS = 20
const COMMANDS = 1_200

/** The random commands, with more that waits; nothing of the others is lost. */
function next(commands: RandomCommands, backlog: Command[]): Command {
  const r = commands.random
  if (backlog.length > 0 || !r.chance(25)) return backlog.shift() ?? commands.next()
  const order = (): NewOrder => {
    for (let command = commands.next(); ; command = commands.next()) {
      if (command.type === 'NewOrder') return command
      backlog.push(command)
    }
  }
  let price = order().price
  while (!(price > 10 && price < 1e9)) price = order().price
  const near = () => price + r.below(9) - 4
  return r.chance(50) ? asTrigger(r, order(), near) : randomList(r, order, near)
}

/** Keeps the books of all instruments from events. */
class Books {
  readonly #views = new Map<number, BookView>()

  apply(events: readonly EngineEvent[]): void {
    for (const event of events) {
      if (event.type === 'InstrumentChanged') {
        const { instrumentId, tradingState } = event.instrument
        const view = this.#views.get(instrumentId) ?? new BookView()
        view.isUncrossing = tradingState !== 'Open'
        this.#views.set(instrumentId, view)
      } else if (event.type === 'ExecutionReport' && event.execType !== 'Rejected') {
        this.#views.get(event.instrumentId)?.apply(event)
      }
    }
  }

  /** Price and quantity of each level: the view's, the engine's. */
  compare(engine: FastEngine): [unknown, unknown] {
    const sides = [...this.#views.keys()].flatMap((id) => [
      { id, side: 'Buy' as const },
      { id, side: 'Sell' as const },
    ])
    const own = sides.map(({ id, side }) => this.#views.get(id)?.levels(side, 1e9))
    const engines = sides.map(({ id, side }) => engine.levels(id, side))
    const pair = (level: object) => Object.values(level).slice(0, 2)
    return [own.map((levels) => levels?.map(pair)), engines.map((levels) => levels.map(pair))]
  }
}

test('both engines agree on stops and lists, and books kept from reports are theirs', (t) => {
  const seen = new Map<string, number>()
  const count = (name: string) => seen.set(name, (seen.get(name) ?? 0) + 1)
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    const commands = new RandomCommands(seed)
    const backlog: Command[] = []
    const fast = new FastEngine({ capacity: 1 })
    const naive = new NaiveEngine()
    const books = new Books()
    const opening = commands.opening()
    for (let i = 0; i < opening.length + COMMANDS; i++) {
      const command = opening[i] ?? next(commands, backlog)
      const what = `TE_TEST_SEED=${seed} command ${i}`
      const got = fast.apply(command)
      const want = naive.apply(command)
      if (!isDeepStrictEqual(got, want)) return t.deepEqual(got, want, what)
      commands.observe(got)
      books.apply(got)
      const [own, engines] = books.compare(fast)
      if (!isDeepStrictEqual(own, engines)) return t.deepEqual(own, engines, what)
      for (const event of got) {
        if (event.type === 'StopElected') count('elected')
        const isReport = event.type === 'ExecutionReport' && event.execType === 'Replaced'
        if (isReport && command.type !== 'ReplaceOrder') count('armed')
      }
      if (i % 100 === 0) fast.engine.checkInvariants()
      if (i % 400 !== 0) continue
      const hash = fast.engine.stateHash()
      fast.restart()
      t.is(fast.engine.stateHash(), hash, what)
    }
    t.deepEqual(fast.balances(), naive.balances(), `seed ${seed}`)
  }
  t.true((seen.get('elected') ?? 0) > 500, 'stops are elected')
  t.true((seen.get('armed') ?? 0) > 100, 'exits are armed')
})
