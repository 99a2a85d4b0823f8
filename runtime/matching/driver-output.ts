// What the driver writes, as bytes: a line of an event is some 450 characters, most of them always
// the same, so they are copied and numbers are written digit by digit. No string is made on the way.

import { formatAmount } from '#contracts/decimal.ts'
import type { StepDecimal } from '#contracts/decimal-steps.ts'
import { ID_WORDS, TRACE_WORDS } from '#engine/hot-command.ts'

/** A piece of text that is written often. */
export type Segment = Uint8Array

const ZERO = 48
const POINT = 46
const MINUS = 45
const BILLION = 1_000_000_000
const HEX = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))
const NO_TRACE: Segment = new Uint8Array(32).fill(ZERO)
/** One report: fixed text, two ids, a trace and 20 numbers of at most 24 characters. */
const LINE_BYTES_MAX = 4_096

/** ASCII text as a segment. */
export function segment(text: string): Segment {
  return new Uint8Array(Buffer.from(text, 'latin1'))
}

/** Text that is being written. Everything but `text` needs a `begin` before it, once a line. */
export class LineOutput {
  #bytes = new Uint8Array(131_072)
  #at = 0

  get length(): number {
    return this.#at
  }

  /** Makes room for one line of an event. */
  begin(): void {
    this.#reserve(LINE_BYTES_MAX)
  }

  put(bytes: Segment): void {
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  /** ASCII text of any length. */
  text(text: string): void {
    this.#reserve(text.length)
    for (let i = 0; i < text.length; i++) this.#bytes[this.#at++] = text.charCodeAt(i)
  }

  /** A safe integer. */
  integer(value: number): void {
    let rest = value
    if (rest < 0) {
      this.#bytes[this.#at++] = MINUS
      rest = -rest
    }
    if (rest < BILLION) this.#digits(rest | 0, digitsOf(rest))
    else this.#long(rest)
  }

  /** Whole steps (ticks, lots) as a decimal. */
  steps(steps: number, size: StepDecimal): void {
    if (steps === 0) this.#bytes[this.#at++] = ZERO
    else {
      const minor = steps * size.unit
      if (minor > 0 && Number.isSafeInteger(minor)) this.#minor(minor, size.scale)
      else this.text(size.format(steps))
    }
  }

  /** A little-endian 64-bit integer, in two words, of 10^-scale. */
  money(words: Int32Array, at: number, scale: number): void {
    const high = words[at + 1] as number
    const low = (words[at] as number) >>> 0
    if (high === 0 && low === 0) this.#bytes[this.#at++] = ZERO
    else if (high >= 0 && high < 0x200000 && scale <= 15) {
      this.#minor(high * 4_294_967_296 + low, scale)
    } else this.text(formatAmount((BigInt(high) << 32n) | BigInt(low), scale))
  }

  /** An id of nine words, padded with zeros. */
  id(words: Int32Array): void {
    for (let word = 0; word < ID_WORDS; word++) {
      let rest = words[word] as number
      while (rest !== 0) {
        this.#bytes[this.#at++] = rest & 255
        rest >>>= 8
      }
    }
  }

  /** The 32 hex digits of a trace. */
  trace(words: Int32Array): void {
    if (words[0] === 0 && words[1] === 0 && words[2] === 0 && words[3] === 0) {
      this.put(NO_TRACE)
      return
    }
    for (let at = 0; at < TRACE_WORDS * 4; at++) {
      const byte = (words[at >> 2] as number) >>> ((at & 3) * 8)
      this.#bytes[this.#at++] = HEX[(byte >>> 4) & 15] as number
      this.#bytes[this.#at++] = HEX[byte & 15] as number
    }
  }

  /** What has been written since the last call; a copy. */
  drain(): Buffer {
    const written = Buffer.from(this.#bytes.subarray(0, this.#at))
    this.#at = 0
    return written
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return
    const old = this.#bytes
    this.#bytes = new Uint8Array(Math.max(this.#at + bytes, old.length * 2))
    this.#bytes.set(old.subarray(0, this.#at))
  }

  /** A positive integer of 10^-scale. */
  #minor(minor: number, scale: number): void {
    const power = POWERS[scale] ?? 10 ** scale
    const whole = Math.floor(minor / power)
    this.integer(whole)
    let rest = minor - whole * power
    if (rest === 0) return
    let places = scale
    while (rest % 10 === 0) {
      rest /= 10
      places--
    }
    this.#bytes[this.#at++] = POINT
    if (places > 9) {
      const head = Math.floor(rest / BILLION)
      this.#digits(head, places - 9)
      this.#digits(rest - head * BILLION, 9)
    } else this.#digits(rest, places)
  }

  #long(value: number): void {
    const head = Math.floor(value / BILLION)
    this.#digits(head, digitsOf(head))
    this.#digits(value - head * BILLION, 9)
  }

  /** So many digits of an integer below 10^9, with zeros in front. */
  #digits(value: number, count: number): void {
    const into = this.#bytes
    let rest = value | 0
    for (let at = this.#at + count - 1; at >= this.#at; at--) {
      const tenth = (rest / 10) | 0
      into[at] = ZERO + rest - tenth * 10
      rest = tenth
    }
    this.#at += count
  }
}

const POWERS = Array.from({ length: 16 }, (_, scale) => 10 ** scale)

/** Digits of an integer from 0 to 10^9. */
function digitsOf(value: number): number {
  let count = 1
  for (let bound = 10; bound <= value; bound *= 10) count++
  return count
}
