// The parts of the matching bench. Each runs in a process of its own: what one makes V8 believe about
// the types of the code must not reach the next, and some need their own settings of node.

import type { BenchRow } from '../bench-row.ts'
import { REGIME_SEED } from '../regimes.ts'
import { runAllocationPart, runCollectionsPart } from './allocation-part.ts'
import { ENGINE_SEED } from './engine-load.ts'
import { runEnginePart } from './engine-part.ts'
import { runGrownMemoryPart, runMemoryPart } from './memory-part.ts'
import { runPublicPart } from './public-part.ts'
import { runRegimesPart } from './regimes-part.ts'
import { runScalingBookPart } from './scaling-book-part.ts'
import { runScalingEnginePart } from './scaling-engine-part.ts'
import { runSnapshotPart } from './snapshot-part.ts'
import { runW1Part } from './w1-part.ts'

/** A part: its name for --only, what node needs for it, and how it runs. */
export interface MatchingPart {
  readonly name: string
  readonly title: string
  readonly nodeOptions: readonly string[]
  run(rounds: number): BenchRow[] | Promise<BenchRow[]>
}

/** What all loads are generated from; W1's is a part of its definition. */
export const MATCHING_SEEDS = { w1: 0x9e3779b9, regimes: REGIME_SEED, engine: ENGINE_SEED } as const

const LARGE_HEAP = '--max-old-space-size=8192'
const YOUNG = ['--min-semi-space-size=256', '--max-semi-space-size=256']
/** Slow to repeat, and steady enough. */
const SLOW_ROUNDS_MAX = 3

export const MATCHING_PARTS: readonly MatchingPart[] = [
  part('w1', 'Book alone, workload W1, and its peer', [], (n) => runW1Part(n)),
  part('public', 'Book alone, public workloads', [], runPublicPart),
  part('regimes', 'Book alone, markets of our own making', [], (n) => runRegimesPart(n)),
  part('engine', 'Whole engine', [LARGE_HEAP], (n) => runEnginePart(n)),
  part('scaling', 'Growth of the book', [LARGE_HEAP], (n) => runScalingBookPart(n)),
  part('scaling-engine', 'Growth of the whole engine', [LARGE_HEAP], (n) =>
    runScalingEnginePart(Math.min(n, SLOW_ROUNDS_MAX)),
  ),
  part('memory', 'Memory', [LARGE_HEAP, '--expose-gc'], () => runMemoryPart()),
  part('memory-grown', 'Memory after growth', [LARGE_HEAP, '--expose-gc'], () =>
    runGrownMemoryPart(),
  ),
  part('snapshot', 'Snapshot', [LARGE_HEAP], (n) => runSnapshotPart(Math.min(n, SLOW_ROUNDS_MAX))),
  part('allocation', 'Allocation', [LARGE_HEAP, '--expose-gc', ...YOUNG], () =>
    runAllocationPart(),
  ),
  part('collections', 'Garbage collection', [LARGE_HEAP], () => runCollectionsPart()),
]

function part(
  name: string,
  title: string,
  nodeOptions: readonly string[],
  run: MatchingPart['run'],
): MatchingPart {
  return { name, title, nodeOptions, run }
}
