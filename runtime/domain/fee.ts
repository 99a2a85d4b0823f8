// Fees, and the one way in which this venue rounds money.

export type RoundingMode = 'Floor' | 'Ceil'

/**
 * num / den rounded to a whole number. Floor is towards minus infinity, Ceil towards plus infinity.
 * Shapes: den > 0. Errors: none; a den of 0 is a bug of the caller and throws RangeError.
 */
export function roundDiv(num: bigint, den: bigint, mode: RoundingMode): bigint {
  const quotient = num / den
  const rest = num - quotient * den
  if (rest === 0n) return quotient
  if (mode === 'Floor') return rest < 0n ? quotient - 1n : quotient
  return rest > 0n ? quotient + 1n : quotient
}

/** Rates are whole parts per million of the notional. */
export const PPM = 1_000_000n
/** No fee and no rebate is more than the trade itself. */
export const FEE_PPM_MAX = 1_000_000

/**
 * The fee of one fill, in quote minor units: rounded once per order, in the venue's favour. All
 * fills of one order pay together the exact fee rounded up, however the order was split: `residue`
 * (millionths of a unit, 0 at first) is what the earlier fills have paid above the exact value.
 * A negative rate is a rebate, rounded towards zero. A first fill pays ceil(notional * ppm / 10^6).
 */
export function feeOf(
  notional: bigint,
  ppm: number,
  residue: number,
): { readonly fee: bigint; readonly residue: number } {
  if (ppm === 0) return { fee: 0n, residue }
  const exact = notional * BigInt(ppm) - BigInt(residue)
  const fee = roundDiv(exact, PPM, 'Ceil')
  return { fee, residue: Number(fee * PPM - exact) }
}

/**
 * What a resting or entering buy holds: price x qty, and the fee at the dearest rate that its fills
 * can meet, given what the earlier fills have overpaid. Never less than what the fills will cost.
 */
export function buyHoldOf(notional: bigint, holdPpm: number, residue: number): bigint {
  const { fee } = feeOf(notional, holdPpm, residue)
  return fee > 0n ? notional + fee : notional
}
