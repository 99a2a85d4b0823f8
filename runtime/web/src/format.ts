// Decimal strings for the eye: grouping and fixed places, without ever touching the value's exactness.

/** Groups the whole part by thousands and pads or keeps the decimals. */
export function grouped(text: string, decimals?: number): string {
  const [whole = '0', rest = ''] = text.split('.')
  const places = decimals === undefined ? rest : rest.padEnd(decimals, '0').slice(0, decimals)
  const head = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')
  return places === '' ? head : `${head}.${places}`
}

/** Decimals of a step such as 0.01. */
export function decimalsOf(step: string | undefined): number {
  return (step?.split('.')[1] ?? '').replace(/0+$/, '').length
}

/** Quantities are shown with at most so many decimals; the full value is in the title. */
export function shortQty(text: string): string {
  return grouped(text, Math.min(5, Math.max(2, (text.split('.')[1] ?? '').length)))
}

export function clockTime(ms: number): string {
  return new Date(ms).toLocaleTimeString('en-GB')
}
