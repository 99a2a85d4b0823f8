// A snapshot of a million orders and 100,000 accounts: how long the live engine stands still (the
// copy of its pools), how long until it is a file and loaded again, and that it is the same state.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BenchRow } from '../bench-row.ts'
import { median } from '../statistics.ts'
import { agreement, figure } from './contestant.ts'
import { openFilledEngine } from './engine-load.ts'
import { EnginePipeline } from './engine-pipeline.ts'

const PART = 'snapshot'

/** Milliseconds of the steps of one round. */
interface Steps {
  readonly pause: number
  readonly write: number
  readonly load: number
  readonly bytes: number
}

/** Runs the part. */
export function runSnapshotPart(
  rounds: number,
  sizes = { open: 1_000_000, accounts: 100_000 },
): BenchRow[] {
  const { engine } = openFilledEngine({ ...sizes, instruments: 100, commands: 0 }, sizes.open)
  const directory = mkdtempSync(join(tmpdir(), 'te-bench-'))
  try {
    const steps: Steps[] = []
    let restored = new EnginePipeline().engine
    // As matching has it: memory that is there already and was touched, kept for the next snapshot.
    const memory = new Uint8Array(Math.ceil(engine.prepareSnapshot().bytes * 1.25)).fill(1)
    for (let round = 0; round <= rounds; round++) {
      const file = join(directory, 'snapshot')
      let bytes = 0
      const pause = took(() => {
        const snapshot = engine.prepareSnapshot()
        bytes = snapshot.bytes
        snapshot.writeTo(memory)
      })
      const write = took(() => writeFileSync(file, memory.subarray(0, bytes)))
      const load = took(() => {
        restored = new EnginePipeline(readFileSync(file), sizes.open).engine
      })
      if (round > 0) steps.push({ pause, write, load, bytes })
    }
    let live = ''
    const hash = took(() => {
      live = engine.stateHash()
    })
    return rowsOf(steps, hash, live === restored.stateHash())
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function rowsOf(steps: readonly Steps[], hash: number, isSame: boolean): BenchRow[] {
  const middle = (of: (step: Steps) => number): number => median(steps.map(of))
  const what = 'snapshot of 1,000,000 orders and 100,000 accounts'
  const seconds = middle(({ pause, write, load }) => pause + write + load) / 1000
  return [
    figure(
      PART,
      `${what}: pause of the live engine`,
      middle((s) => s.pause),
      'ms',
      {
        goal: '<= 20',
      },
    ),
    figure(PART, `${what}: taken, written to a file and loaded`, seconds, 's', { goal: '<= 2' }),
    figure(
      PART,
      'of it: written to a file',
      middle((s) => s.write),
      'ms',
    ),
    figure(
      PART,
      'of it: read and loaded',
      middle((s) => s.load),
      'ms',
    ),
    figure(PART, 'its size', middle((s) => s.bytes) / 1e6, 'MB'),
    figure(PART, 'the hash of the whole state, beside it', hash, 'ms'),
    agreement(PART, 'the loaded engine has the state hash of the live one', isSame),
  ]
}

function took(work: () => unknown): number {
  const start = performance.now()
  work()
  return performance.now() - start
}
