// Figures against their goals: what `npm run bench -- ... --check` prints, and its exit code.

import type { BenchRow } from './bench-row.ts'

export type Verdict = 'met' | 'MISSED' | 'not measured'

/** A row that has a goal, judged. */
export interface JudgedRow {
  readonly row: BenchRow
  readonly verdict: Verdict
  /** Whether the harder aim is reached too; false where there is none. */
  readonly isStretchMet: boolean
}

type Comparison = '<=' | '>=' | '='

/** Whether a value reaches a goal. Errors: throws for a goal that is not `<=`, `>=` or `=` and a number. */
export function isGoalMet(value: number, goal: string): boolean {
  const { comparison, bound } = parseGoal(goal)
  if (comparison === '<=') return value <= bound
  if (comparison === '>=') return value >= bound
  return value === bound
}

function parseGoal(goal: string): { comparison: Comparison; bound: number } {
  const found = /^(<=|>=|=) (-?\d+(?:\.\d+)?)$/.exec(goal)
  if (found === null) throw new Error(`not a goal: ${goal}`)
  return { comparison: found[1] as Comparison, bound: Number(found[2]) }
}

/** The rows that have a goal, in their order. */
export function judge(rows: readonly BenchRow[]): JudgedRow[] {
  return rows.flatMap((row) => {
    if (row.goal === undefined) return []
    const { goal, stretch, value } = row
    if (row.skipped !== undefined || !Number.isFinite(value)) {
      return { row, verdict: 'not measured' as const, isStretchMet: false }
    }
    const verdict = isGoalMet(value, goal) ? ('met' as const) : ('MISSED' as const)
    return { row, verdict, isStretchMet: stretch !== undefined && isGoalMet(value, stretch) }
  })
}

/** 1 when a goal is missed, or when there was none to meet; what was not measured is only named. */
export function exitCodeOf(judged: readonly JudgedRow[]): number {
  const isAnyMissed = judged.some(({ verdict }) => verdict === 'MISSED')
  return isAnyMissed || judged.every(({ verdict }) => verdict === 'not measured') ? 1 : 0
}
