// Decimal strings outside, integers inside; the only home of big.js. One grammar for every number
// that enters: digits[.digits], no sign unless asked, no exponent, no spaces, nothing cut silently.

import Big from 'big.js'
import { type ErrorCode, InputError } from './errors.ts'

const UNSIGNED = /^(?:0|[1-9][0-9]{0,18})(?:\.[0-9]{1,18})?$/
const SIGNED = /^-?(?:0|[1-9][0-9]{0,18})(?:\.[0-9]{1,18})?$/
const INT64_MAX = 2n ** 63n - 1n

function bad(field: string, message: string, code: ErrorCode = 'TE_INPUT_DECIMAL'): InputError {
  return new InputError(code, message, field)
}

/**
 * Decimal string -> integer of 10^-scale.
 * Errors: TE_INPUT_DECIMAL when the text is no plain decimal, has more than `scale` decimals
 * (trailing zeros do not count) or leaves 64 bits.
 */
export function parseAmount(text: string, scale: number, field: string, signed = false): bigint {
  if (typeof text !== 'string' || !(signed ? SIGNED : UNSIGNED).test(text)) {
    throw bad(field, `${field} must be a plain decimal string such as "12.5"`)
  }
  const negative = text.startsWith('-')
  const [whole = '0', rest = ''] = (negative ? text.slice(1) : text).split('.')
  const digits = rest.replace(/0+$/, '')
  if (digits.length > scale) throw bad(field, `${field} has more than ${scale} decimals`)
  const value = BigInt(whole + digits.padEnd(scale, '0'))
  if (value > INT64_MAX) throw bad(field, `${field} is too large`)
  return negative ? -value : value
}

/** Integer of 10^-scale -> shortest exact decimal string. */
export function formatAmount(value: bigint, scale: number): string {
  const negative = value < 0n
  const digits = (negative ? -value : value).toString().padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  const rest = scale === 0 ? '' : digits.slice(digits.length - scale).replace(/0+$/, '')
  return `${negative ? '-' : ''}${whole}${rest === '' ? '' : `.${rest}`}`
}

/**
 * Decimal string -> whole number of steps (ticks, lots).
 * Errors: TE_INPUT_DECIMAL when it is no plain decimal, no multiple of the step, or above 2^53-1.
 */
export function parseSteps(text: string, step: string, field: string): number {
  if (typeof text !== 'string' || !UNSIGNED.test(text)) {
    throw bad(field, `${field} must be a plain decimal string such as "12.5"`)
  }
  const scale = decimalsOf(step)
  const stepMinor = parseAmount(step, scale, field)
  const value = parseAmount(text, scale, field)
  if (value % stepMinor !== 0n) throw bad(field, `${field} must be a multiple of ${step}`)
  const steps = value / stepMinor
  if (steps > BigInt(Number.MAX_SAFE_INTEGER)) throw bad(field, `${field} is too large`)
  return Number(steps)
}

/** Whole number of steps -> exact decimal string. */
export function formatSteps(steps: number, step: string): string {
  const scale = decimalsOf(step)
  return formatAmount(BigInt(steps) * parseAmount(step, scale, 'step'), scale)
}

/** Decimals that a decimal string really needs: "0.010" -> 2. */
export function decimalsOf(text: string): number {
  return (text.split('.')[1] ?? '').replace(/0+$/, '').length
}

/**
 * num / den as a decimal string of `decimals` places, half even: averages and ratios for the eye,
 * never for money. Null when den is 0.
 */
export function ratio(num: bigint, den: bigint, decimals: number): string | null {
  if (den === 0n) return null
  const previous = { dp: Big.DP, rm: Big.RM }
  Big.DP = decimals
  Big.RM = Big.roundHalfEven
  try {
    return new Big(num.toString()).div(new Big(den.toString())).toFixed(decimals)
  } finally {
    Big.DP = previous.dp
    Big.RM = previous.rm
  }
}
