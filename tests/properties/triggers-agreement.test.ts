// Stops and lists in the fast and in the naive engine: a quarter of all commands waits for a price
// or for another order. A book kept from the reports alone is the engine's all the time.
// TE_TEST_SEED says where to start.

import { isDeepStrictEqual } from 'node:util'
import test from 'ava'
import { BookView } from '#domain/book-view.ts'
import type { EngineEvent } from '#domain/event.ts'
import { agree, play, show } from '../helpers/agreement.ts'
import { EngineTrial, type EngineTrialOptions } from '../helpers/engine-trial.ts'
import type { FastEngine } from '../helpers/engine-under-test.ts'
import { WaitingCommands } from '../helpers/workload-mixed.ts'

const FIRST_SEED = Number(process.env['TE_TEST_SEED'] ?? 1)
const SEEDS = 20
const COMMANDS = 1_200

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
  const seen = { elected: 0, armed: 0 }
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    const books = new Books()
    const watch: EngineTrialOptions['watch'] = (events, command, fast) => {
      books.apply(events)
      agree(...books.compare(fast), isDeepStrictEqual)
      for (const event of events) {
        if (event.type === 'StopElected') seen.elected++
        const isReport = event.type === 'ExecutionReport' && event.execType === 'Replaced'
        if (isReport && command.type !== 'ReplaceOrder') seen.armed++
      }
    }
    const options = { capacity: 1, checkEvery: 100, restartEvery: 400, watch }
    const found = play(new EngineTrial(new WaitingCommands(seed), options), COMMANDS)
    if (found !== null) return t.fail(`TE_TEST_SEED=${seed} ${show(found)}`)
  }
  t.true(seen.elected > 500, 'stops are elected')
  t.true(seen.armed > 100, 'exits are armed')
})
