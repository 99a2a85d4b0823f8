// Exact 64-bit money without garbage. A BigInt costs an allocation wherever it crosses a call; so
// the hot path computes in registers of two float64 limbs, value = high * 2^32 + low with
// 0 <= low < 2^32. `high` may leave 32 bits while computing (it is exact up to 2^53): an overflow is
// seen by `fits`, never wrapped. At rest money is a little-endian int64 in a typed array, which a
// BigInt64Array view of the same memory reads as bigint.

const WORD = 4_294_967_296
const HALF = 65_536
const HIGH_MAX = 2_147_483_648
const MILLION = 1_000_000
/** Below this high limb a value is a safe integer. */
const SMALL_HIGH = 2_097_152

/** One register. Every method changes this register and no other, and allocates nothing. */
export class Int64 {
  // A fraction first: a field that begins as undefined or as a small integer would be boxed anew with
  // every value that is none.
  high = 0.5
  low = 0.5

  constructor() {
    this.high = 0
    this.low = 0
  }

  /** Reads the int64 whose low word stands at `at`. */
  load(words: Int32Array, at: number): void {
    this.low = (words[at] as number) >>> 0
    this.high = words[at + 1] as number
  }

  /** Writes the value; the caller has seen that it fits. */
  store(words: Int32Array, at: number): void {
    words[at] = this.low
    words[at + 1] = this.high
  }

  setZero(): void {
    this.high = 0
    this.low = 0
  }

  set(other: Int64): void {
    this.high = other.high
    this.low = other.low
  }

  /** Takes a safe integer of either sign. */
  setNumber(value: number): void {
    this.high = Math.floor(value / WORD)
    this.low = value - this.high * WORD
  }

  setBigInt(value: bigint): void {
    this.low = Number(BigInt.asUintN(32, value))
    this.high = Number(value >> 32n)
  }

  toBigInt(): bigint {
    return (BigInt(this.high) << 32n) + BigInt(this.low)
  }

  add(other: Int64): void {
    const low = this.low + other.low
    const carry = low >= WORD ? 1 : 0
    this.low = low - carry * WORD
    this.high += other.high + carry
  }

  subtract(other: Int64): void {
    const low = this.low - other.low
    const borrow = low < 0 ? 1 : 0
    this.low = low + borrow * WORD
    this.high -= other.high + borrow
  }

  negate(): void {
    const borrow = this.low === 0 ? 0 : 1
    this.low = borrow * WORD - this.low
    this.high = -this.high - borrow
  }

  /** Whether the value is a signed 64-bit integer. */
  fits(): boolean {
    return this.high >= -HIGH_MAX && this.high < HIGH_MAX
  }

  isNegative(): boolean {
    return this.high < 0
  }

  isZero(): boolean {
    return this.high === 0 && this.low === 0
  }

  isBelow(other: Int64): boolean {
    return this.high < other.high || (this.high === other.high && this.low < other.low)
  }

  equals(other: Int64): boolean {
    return this.high === other.high && this.low === other.low
  }

  /**
   * a * b of two safe integers >= 0. Beyond 2^63 the value is only sure not to fit: both high words
   * set means a product >= 2^64, and a high limb above 2^53 is inexact but far out of range.
   */
  setProduct(a: number, b: number): void {
    const product = a * b
    if (product <= Number.MAX_SAFE_INTEGER) {
      this.high = Math.floor(product / WORD)
      this.low = product - this.high * WORD
      return
    }
    const aHigh = Math.floor(a / WORD)
    const bHigh = Math.floor(b / WORD)
    const aLow = a - aHigh * WORD
    const bLow = b - bHigh * WORD
    // aLow * bLow = (c * 2^16 + d) * bLow, each partial product below 2^48.
    const c = Math.floor(aLow / HALF)
    const upper = c * bLow
    const upperHigh = Math.floor(upper / HALF)
    const sum = (upper - upperHigh * HALF) * HALF + (aLow - c * HALF) * bLow
    const sumHigh = Math.floor(sum / WORD)
    this.low = sum - sumHigh * WORD
    this.high = aHigh * bHigh * WORD + aHigh * bLow + aLow * bHigh + upperHigh + sumHigh
  }

  /** This (>= 0) times a safe integer >= 0; as setProduct, out of range is sure not to fit. */
  multiply(factor: number, scratch: Int64): void {
    if (factor === 1) return
    const high = this.high * factor
    scratch.setProduct(this.low, factor)
    this.low = scratch.low
    this.high = high + scratch.high
  }

  /**
   * The smallest whole number of units >= (amount * ppm - residue) / 10^6, for amount >= 0,
   * |ppm| <= 10^6, 0 <= residue < 10^6. Answers what it is above the exact value, in millionths:
   * the residue to start the next one with. See feeOf in domain/fee.ts, the same in bigint.
   */
  setFee(amount: Int64, ppm: number, residue: number): number {
    if (ppm === 0) {
      this.high = 0
      this.low = 0
      return residue
    }
    const rate = ppm < 0 ? -ppm : ppm
    // amount = (whole high limb, whole low limb, rest) in millions; every step is below 2^53.
    const wholeHigh = Math.floor(amount.high / MILLION)
    const middle = (amount.high - wholeHigh * MILLION) * WORD + amount.low
    let wholeLow = Math.floor(middle / MILLION)
    let rest = middle - wholeLow * MILLION
    if (rest < 0) {
      wholeLow -= 1
      rest += MILLION
    }
    const product = wholeLow * rate
    const productHigh = Math.floor(product / WORD)
    this.high = wholeHigh * rate + productHigh
    this.low = product - productHigh * WORD
    if (ppm < 0) this.negate()
    const tail = (ppm < 0 ? -rest * rate : rest * rate) - residue
    const units = Math.ceil(tail / MILLION)
    this.addSmall(units)
    return units * MILLION - tail
  }

  /** What does not fit any more (and is positive) becomes the largest value that does. */
  clamp(): void {
    if (this.high < HIGH_MAX) return
    this.high = HIGH_MAX - 1
    this.low = WORD - 1
  }

  /**
   * floor(this * part / whole), exactly; answers whether a rest was cut off.
   * Shapes: this >= 0 and fits, 0 <= part <= whole, both safe integers, whole > 0.
   */
  scale(part: number, whole: number): boolean {
    if (part === whole) return false
    if (this.high < SMALL_HIGH && (this.high * WORD + this.low) * part <= Number.MAX_SAFE_INTEGER) {
      const product = (this.high * WORD + this.low) * part
      const quotient = Math.floor(product / whole)
      this.setNumber(quotient)
      return quotient * whole !== product
    }
    // Long multiplication and division at once, a bit of this after the other: `rest` stays below
    // whole, so that nothing here passes 2^53.
    const highWord = this.high
    const lowWord = this.low
    let rest = 0
    this.high = 0
    this.low = 0
    for (let limb = 0; limb < 2; limb++) {
      const word = limb === 0 ? highWord : lowWord
      for (let bit = 31; bit >= 0; bit--) {
        let digit = 0
        if (rest >= whole - rest) {
          rest -= whole - rest
          digit = 1
        } else rest += rest
        if (((word >>> bit) & 1) !== 0) {
          if (rest >= whole - part) {
            rest -= whole - part
            digit += 1
          } else rest += part
        }
        const low = this.low * 2 + digit
        const carry = low >= WORD ? 1 : 0
        this.low = low - carry * WORD
        this.high = this.high * 2 + carry
      }
    }
    return rest !== 0
  }

  /** Adds an integer of magnitude below 2^32. */
  addSmall(value: number): void {
    const low = this.low + value
    const carry = low >= WORD ? 1 : low < 0 ? -1 : 0
    this.low = low - carry * WORD
    this.high += carry
  }
}
