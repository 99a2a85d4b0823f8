// Exact fractions: the oracle of everything that rounds.

/** num / den, den > 0, in lowest terms. */
export interface Rational {
  readonly num: bigint
  readonly den: bigint
  readonly plus: (other: Rational) => Rational
  readonly minus: (other: Rational) => Rational
  /** Times part / whole. */
  readonly times: (part: bigint, whole: bigint) => Rational
  /** Whether its magnitude is at most a whole number. */
  readonly isWithin: (bound: bigint) => boolean
}

/** Makes a fraction. */
export function rational(num: bigint, den = 1n): Rational {
  const sign = den < 0n ? -1n : 1n
  const divisor = gcd(num < 0n ? -num : num, den * sign)
  const n = (num * sign) / divisor
  const d = (den * sign) / divisor
  return {
    num: n,
    den: d,
    plus: (other) => rational(n * other.den + other.num * d, d * other.den),
    minus: (other) => rational(n * other.den - other.num * d, d * other.den),
    times: (part, whole) => rational(n * part, d * whole),
    isWithin: (bound) => (n < 0n ? -n : n) <= bound * d,
  }
}

function gcd(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b]
  return a
}
