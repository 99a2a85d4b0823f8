// What properties play: random commands from a seed, of two kinds, each of which learns from events.

import type { Command } from '#domain/command.ts'
import type { EngineEvent } from '#domain/event.ts'
import { RandomMarginCommands } from './workload-margin.ts'
import { RandomCommands } from './workload-random.ts'

/** Commands without end. */
export interface Workload {
  opening(): Command[]
  next(): Command
  observe(events: readonly EngineEvent[]): void
}

/** By name: all that there is, or perpetuals with marks that move far and liquidations. */
export const WORKLOADS: Readonly<Record<string, (seed: number) => Workload>> = {
  orders: (seed) => new RandomCommands(seed),
  margin: (seed) => new RandomMarginCommands(seed),
}

/** The opening, then `count` commands; each is answered by `apply`. */
export function playWorkload(
  workload: Workload,
  count: number,
  apply: (command: Command, at: number) => readonly EngineEvent[],
): void {
  const opening = workload.opening()
  for (let at = 0; at < opening.length + count; at++) {
    workload.observe(apply(opening[at] ?? workload.next(), at))
  }
}
