// Two implementations that must agree: a trial sends both the same commands one by one, and the first
// difference is told in full.

/** What is played: `step` sends one more command and throws a Mismatch when the answers differ. */
export interface Trial {
  step(): void
  /** Compares what is left when all is played. */
  end(): void
  /** The last command, for whoever reads of a difference. */
  describe(): string
}

/** Where two answers were not the same. `at` counts commands from 0. */
export interface Disagreement {
  readonly at: number
  readonly command: string
  readonly got: string
  readonly want: string
}

/** Two answers that should have been one. */
class Mismatch extends Error {
  readonly got: string
  readonly want: string

  constructor(got: string, want: string) {
    super(`${got} is not ${want}`)
    this.got = got
    this.want = want
  }
}

/** Plays a number of commands; null: both agreed on all of them. */
export function play(trial: Trial, commands: number): Disagreement | null {
  for (let at = 0; at < commands; at++) {
    const found = differenceOf(trial, at, () => trial.step())
    if (found !== null) return found
  }
  return differenceOf(trial, commands - 1, () => trial.end())
}

/** Errors: throws a Mismatch when the answers are not the same, which `isSame` decides. */
export function agree(got: unknown, want: unknown, isSame: (a: unknown, b: unknown) => boolean) {
  if (!isSame(got, want)) throw new Mismatch(show(got), show(want))
}

/** A value as JSON, with bigints as they are written in code. */
export function show(value: unknown): string {
  return JSON.stringify(value, (_key, v: unknown) => (typeof v === 'bigint' ? `${v}n` : v))
}

function differenceOf(trial: Trial, at: number, work: () => void): Disagreement | null {
  try {
    work()
    return null
  } catch (error) {
    const isDifferent = error instanceof Mismatch
    const got = isDifferent ? error.got : String((error as Error).stack)
    return { at, command: trial.describe(), got, want: isDifferent ? error.want : 'no error' }
  }
}
