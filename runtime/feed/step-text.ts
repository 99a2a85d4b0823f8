// Ticks and lots to decimal strings on the hot path: the same text as contracts/decimal.ts gives,
// without a bigint per number. A test holds the two equal.

import { decimalsOf, formatAmount, formatSteps, parseAmount } from '#contracts/decimal.ts'

/** Turns whole numbers of one step into decimal strings. */
export type StepText = (steps: number) => string

/** Makes the function for one step, e.g. "0.01". */
export function createStepText(step: string): StepText {
  const scale = decimalsOf(step)
  const minor = Number(parseAmount(step, scale, 'step'))
  return (steps) => {
    const value = steps * minor
    if (!Number.isSafeInteger(value) || value < 0) return formatSteps(steps, step)
    return scale === 0 ? String(value) : withPoint(String(value), scale)
  }
}

/** The same for sums of lots, which may leave 2^53. */
export function createSumText(step: string): (steps: bigint) => string {
  const scale = decimalsOf(step)
  const minor = parseAmount(step, scale, 'step')
  return (steps) => formatAmount(steps * minor, scale)
}

const CODE_ZERO = 48

function withPoint(digits: string, scale: number): string {
  const padded = digits.length > scale ? digits : digits.padStart(scale + 1, '0')
  const point = padded.length - scale
  let end = padded.length
  while (end > point && padded.charCodeAt(end - 1) === CODE_ZERO) end--
  const whole = padded.slice(0, point)
  return end === point ? whole : `${whole}.${padded.slice(point, end)}`
}
