// Shares of prices in parts per million: bands, guards, trailing offsets.

const MILLION = 1_000_000

/** A share of a price in ticks, rounded down; exact for all safe integers and up to 10^6 ppm. */
export function shareOf(price: number, ppm: number): number {
  const whole = Math.floor(price / MILLION)
  return whole * ppm + Math.floor(((price - whole * MILLION) * ppm) / MILLION)
}
