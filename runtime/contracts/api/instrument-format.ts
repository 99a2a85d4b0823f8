// Decimal strings of one instrument's ticks, lots and minor units. The scales are worked out once:
// an answer to an order formats eight numbers.

import type { Instrument } from '#domain/instrument.ts'
import {
  decimalsOf,
  formatAmount,
  formatSteps,
  parseAmount,
  parseSteps,
  ratio,
} from '../decimal.ts'

/** Reads and writes the numbers of one instrument. */
export interface InstrumentFormat {
  readonly price: (ticks: number) => string
  readonly qty: (lots: number) => string
  /** Quote minor units: notional, fee. */
  readonly quote: (minor: bigint) => string
  /** Average price by half even to two decimals more than a tick; null without quantity. */
  readonly avgPx: (cumNotional: bigint, cumQty: number) => string | null
  /** Errors: TE_INPUT_DECIMAL. */
  readonly parsePrice: (text: string, field: string) => number
  readonly parseQty: (text: string, field: string) => number
  readonly parseQuote: (text: string, field: string) => bigint
}

/** Makes the formatter of an instrument. */
export function createInstrumentFormat(instrument: Instrument): InstrumentFormat {
  const { tickSize, lotSize, quote, notionalFactor } = instrument
  const tickScale = decimalsOf(tickSize)
  const tickMinor = parseAmount(tickSize, tickScale, 'tickSize')
  const price = stepFormat(tickSize)
  return {
    price,
    qty: stepFormat(lotSize),
    quote: (minor) => formatAmount(minor, quote.scale),
    avgPx: (cumNotional, cumQty) => {
      if (cumQty === 0) return null
      const perTick = BigInt(cumQty) * notionalFactor
      if (cumNotional % perTick === 0n) return price(Number(cumNotional / perTick))
      return ratio(cumNotional * tickMinor, perTick * 10n ** BigInt(tickScale), tickScale + 2)
    },
    parsePrice: (text, field) => parseSteps(text, tickSize, field),
    parseQty: (text, field) => parseSteps(text, lotSize, field),
    parseQuote: (text, field) => parseAmount(text, quote.scale, field),
  }
}

/** The decimal text of so many steps; by number arithmetic where it is exact, else by bigint. */
function stepFormat(step: string): (steps: number) => string {
  const scale = decimalsOf(step)
  const minor = Number(parseAmount(step, scale, 'step'))
  const exactMax = Math.floor(Number.MAX_SAFE_INTEGER / minor)
  return (steps) => {
    if (steps < 0 || steps > exactMax) return formatSteps(steps, step)
    const digits = String(steps * minor)
    if (scale === 0) return digits
    const padded = digits.length > scale ? digits : digits.padStart(scale + 1, '0')
    let end = padded.length
    const point = padded.length - scale
    while (end > point && padded.charCodeAt(end - 1) === 48) end--
    const whole = padded.slice(0, point)
    return end === point ? whole : `${whole}.${padded.slice(point, end)}`
  }
}
