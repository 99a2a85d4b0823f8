// Seeded randomness for the bots, so that a run can be told again by its seed.

export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Whole number in [from, to]. */
  between(from: number, to: number): number
  /** Positive, mean 1: waiting times of independent arrivals. */
  exponential(): number
}

/** xorshift32; the seed may be any whole number but 0. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0 || 1
  const next = (): number => {
    state ^= state << 13
    state >>>= 0
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state / 2 ** 32
  }
  return {
    next,
    between: (from, to) => from + Math.floor(next() * (to - from + 1)),
    exponential: () => -Math.log(1 - next()),
  }
}
