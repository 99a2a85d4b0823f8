// decimal.ts for many numbers of the same size: a size is read once, and numbers that stay below
// 2^53 in its decimals never become BigInt. Same grammar, same results, some 20 times the speed.

import { decimalsOf, formatAmount, formatSteps, parseAmount, parseSteps } from './decimal.ts'

const PLAIN = /^(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?$/

/** Converts between decimal strings and whole numbers of one step (a tick, a lot). */
export class StepDecimal {
  readonly #step: string
  /** Decimals of the size. */
  readonly scale: number
  /** The size in 10^-scale. */
  readonly unit: number
  readonly #power: number

  constructor(step: string) {
    this.#step = step
    this.scale = decimalsOf(step)
    this.unit = Number(parseAmount(step, this.scale, 'step'))
    this.#power = 10 ** this.scale
  }

  /**
   * Decimal string -> number of steps; what is no multiple of the step comes back as a fraction,
   * for the engine to reject. Errors: TE_INPUT_DECIMAL as parseSteps, but for that.
   */
  parse(text: string, field: string): number {
    if (typeof text === 'string' && PLAIN.test(text)) {
      const point = text.indexOf('.')
      const whole = point < 0 ? Number(text) : Number(text.slice(0, point))
      let rest = point < 0 ? '' : text.slice(point + 1)
      if (rest.length > this.scale) rest = rest.replace(/0+$/, '')
      const value = whole * this.#power
      if (rest.length <= this.scale && value < 2 ** 52 && Number.isSafeInteger(this.unit)) {
        const minor = value + (rest === '' ? 0 : Number(rest) * 10 ** (this.scale - rest.length))
        const steps = minor / this.unit
        return Number.isSafeInteger(steps) ? steps : Math.floor(steps) + 0.5
      }
      if (rest.length > this.scale) return Math.floor(value / this.unit) + 0.5
    }
    return parseSteps(text, this.#step, field)
  }

  /** Whole number of steps -> shortest exact decimal string. */
  format(steps: number): string {
    const minor = steps * this.unit
    if (!Number.isSafeInteger(minor) || minor < 0) return formatSteps(steps, this.#step)
    return formatMinor(minor, this.scale, this.#power)
  }
}

/** Integer of 10^-scale -> decimal string, for amounts that are mostly small. */
export function formatMoney(value: bigint, scale: number): string {
  if (value === 0n) return '0'
  const small = Number(value)
  if (small < 0 || small > Number.MAX_SAFE_INTEGER || scale > 15) return formatAmount(value, scale)
  return formatMinor(small, scale, 10 ** scale)
}

function formatMinor(minor: number, scale: number, power: number): string {
  const whole = Math.floor(minor / power)
  let rest = minor - whole * power
  if (rest === 0) return String(whole)
  let places = scale
  while (rest % 10 === 0) {
    rest /= 10
    places--
  }
  return `${whole}.${String(rest).padStart(places, '0')}`
}
