// The fast and the naive engine behind one face, for scenarios that look at whole events.

import type { EngineEvent } from '#domain/event.ts'
import { commandsOfTable, runTable } from './book-table.ts'
import { type EngineUnderTest, FastEngine } from './engine-under-test.ts'
import { NaiveEngine } from './naive-engine.ts'
import { FUNDS } from './rule.ts'

/** Both engines after an opening. */
export function opened(opening = FUNDS): EngineUnderTest[] {
  const engines = [new FastEngine({ capacity: 1 }), new NaiveEngine()]
  for (const engine of engines) runTable(engine, opening)
  return engines
}

/** The same; a table is answered with its events, one list a command. */
export function venues(opening = FUNDS): ((table: string) => EngineEvent[][])[] {
  return opened(opening).map(
    (engine) => (table) => commandsOfTable(table).map((command) => engine.apply(command)),
  )
}
