// The matching core: its parts one after another, each in a process of its own (matching/parts.ts).

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { BenchRow } from './bench-row.ts'
import { MATCHING_PARTS, type MatchingPart } from './matching/parts.ts'

const PROCESS = join(import.meta.dirname, 'matching/part-process.ts')

export interface MatchingBenchOptions {
  readonly rounds: number
  /** Names of parts; none = all. */
  readonly only: readonly string[]
}

/** Runs the parts. Errors: throws when the process of a part ends badly. */
export async function runMatchingBench(options: MatchingBenchOptions): Promise<BenchRow[]> {
  const { rounds, only } = options
  const rows: BenchRow[] = []
  for (const part of MATCHING_PARTS) {
    if (only.length === 0 || only.includes(part.name)) rows.push(...(await runPart(part, rounds)))
  }
  return rows
}

async function runPart(part: MatchingPart, rounds: number): Promise<BenchRow[]> {
  console.error(`${part.title} (--only ${part.name}) ...`)
  const args = [...part.nodeOptions, PROCESS, part.name, String(rounds)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  const rows: BenchRow[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    rows.push(JSON.parse(line) as BenchRow)
  }
  const [code] = (await exit) as [number | null]
  if (code !== 0) throw new Error(`part ${part.name} of the matching bench ended with ${code}`)
  return rows
}
