// The fast engine against the naive one, command by command: events always, and every so often the
// whole state: invariants, balances, positions, the levels of every instrument, a restart.

import { isDeepStrictEqual } from 'node:util'
import type { Command } from '#domain/command.ts'
import type { EngineEvent } from '#domain/event.ts'
import { SIDES } from '#domain/order.ts'
import { agree, show, type Trial } from './agreement.ts'
import { type EngineUnderTest, FastEngine } from './engine-under-test.ts'
import { NaiveEngine } from './naive-engine.ts'
import { type CommandSource, START_NS } from './workload-random.ts'

/** How closely an engine is watched. */
export interface EngineTrialOptions {
  /** Orders that the fast engine has room for at first. */
  readonly capacity: number
  /** Commands between two comparisons of the whole state. */
  readonly checkEvery: number
  /** Commands between two restarts of the fast engine from a snapshot; 0: none. */
  readonly restartEvery: number
  /** Looks at the events of each command, once both engines agree on them. */
  readonly watch?: (events: readonly EngineEvent[], command: Command, fast: FastEngine) => void
}

/** One run of both engines. */
export class EngineTrial implements Trial {
  readonly fast: FastEngine
  readonly #naive = new NaiveEngine()
  readonly #source: CommandSource
  readonly #opening: Command[]
  readonly #options: EngineTrialOptions
  #sent = 0
  #command: Command | undefined

  constructor(source: CommandSource, options: EngineTrialOptions) {
    this.fast = new FastEngine({ capacity: options.capacity })
    this.fast.advanceTo(START_NS)
    this.#naive.advanceTo(START_NS)
    this.#source = source
    this.#options = options
    this.#opening = source.opening()
  }

  step(): void {
    const command = this.#opening[this.#sent] ?? this.#source.next()
    this.#command = command
    this.#sent += 1
    const events = this.fast.apply(command)
    agree(events, this.#naive.apply(command), isDeepStrictEqual)
    this.#source.observe(events)
    const { watch, checkEvery, restartEvery } = this.#options
    watch?.(events, command, this.fast)
    if (this.#sent % checkEvery === 0) this.end()
    if (restartEvery > 0 && this.#sent % restartEvery === 0) this.#restart()
  }

  end(): void {
    this.fast.engine.checkInvariants()
    const instruments = this.#naive.instruments.length
    agree(stateOf(this.fast, instruments), stateOf(this.#naive, instruments), isDeepStrictEqual)
  }

  describe(): string {
    return show(this.#command)
  }

  #restart(): void {
    const hash = this.fast.engine.stateHash()
    this.fast.restart(this.#options.capacity)
    agree(this.fast.engine.stateHash(), hash, Object.is)
  }
}

/** All that both engines show besides events. */
function stateOf(engine: EngineUnderTest, instruments: number): unknown {
  const books = Array.from({ length: instruments }, (_, i) =>
    SIDES.map((side) => engine.levels(i + 1, side)),
  )
  return { balances: engine.balances(), positions: engine.positions(), books }
}
